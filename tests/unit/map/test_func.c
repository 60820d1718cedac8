/* Every function's documented example is computed and compared with what its row promises; among them
 * case 95 (texts split between words) and case 96 (check digits). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "map/func.h"
#include "unit/support/map_probe.h"

/* The item that the examples speak of; maps/README.md shows it, too. */
static const char item[] =
	"{\"id\": \"i1\", \"workflow\": {\"state\": \"s1\"},"
	" \"LIN\": {\"LIN01\": \"1\", \"LIN02\": \"UP\", \"LIN03\": \"614141000012\", \"LIN04\": \"VN\", \"LIN05\": \"SCA1607\"},"
	" \"body\": {\"sku\": \"SCA1607-030\", \"care\": null, \"main\": \"A\","
	" \"categories\": [{\"code\": \"A-SCA\"}, {\"code\": \"A\"}],"
	" \"sizes\": [{\"stock\": 7}, {\"stock\": 5}],"
	" \"name\": {\"values\": [{\"locale\": \"en-GB\", \"value\": \"Scarf\"}, {\"locale\": \"de-DE\", \"value\": \"Schal\"}]},"
	" \"images\": [{\"name\": \"SCA 1607\", \"endpoint\": \"hearthloom\", \"defaultHost\": \"cdn.example\"}],"
	" \"brand\": {\"id\": \"b1\"}}}\n"
	"{\"id\": \"b1\", \"body\": {\"name\": \"Björnvik\"}}\n";

static void every_example(void **state)
{
	const struct func_family *f = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (f = func_family(i)); i++) {
		for (size_t k = 0; k < f->n; k++, n++) {
			const struct func *fn = &f->rows[k];
			struct map_world w;
			struct str got = map_probe(&w, fn->example, item);

			if (!got.p)
				fail_msg("%s: %s", fn->example, w.faults.first->text);
			if (!str_is(got, fn->gives))
				fail_msg("%s gives '" STR_FMT "', not '%s'", fn->example,
					STR_ARG(got), fn->gives);
			if (w.diag.errors)
				fail_msg("%s: finding " STR_FMT, fn->example,
					STR_ARG(w.diag.first->code));
			map_world_done(&w);
		}
	}
	assert_true(n > 50);
}

static void rows_are_whole(void **state)
{
	const struct func_family *f = NULL;

	(void)state;
	for (size_t i = 0; (f = func_family(i)); i++) {
		for (size_t k = 0; k < f->n; k++) {
			const struct func *fn = &f->rows[k];

			assert_non_null(fn->run);
			assert_true(fn->min <= fn->max);
			assert_true(strlen(fn->doc) > 2 && fn->doc[strlen(fn->doc) - 1] != ' ');
			assert_ptr_equal(func_find(str_c(fn->name)), fn);
		}
	}
	assert_null(func_find(STR("no-such")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example),
		cmocka_unit_test(rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
