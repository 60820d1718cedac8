/* Every function's documented example is computed and compared with what its row promises; among them
 * case 95 (texts split between words) and case 96 (check digits). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
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

/* The cell of a row of the manual's table, without the marks of code. */
static struct str cell(struct str *rest)
{
	struct str s;

	if (!str_split(rest, '|', &s))
		return STR("");
	s = str_trim(s);
	return s.n > 1 && s.p[0] == '`' ? str_sub(s, 1, s.n - 2) : s;
}

static bool has_row(struct str text, const struct func *fn)
{
	char row[1000];

	snprintf(row, sizeof(row), "\n| `%s(%s)` | %s | `%s` | `%s` |\n", fn->name,
		fn->args ? fn->args : "", fn->doc, fn->example, fn->gives);
	return str_find(text, str_c(row), 0) != SIZE_MAX;
}

static void every_function_has_a_row(struct str text)
{
	const struct func_family *f = NULL;

	for (size_t i = 0; (f = func_family(i)); i++)
		for (size_t k = 0; k < f->n; k++)
			if (!has_row(text, &f->rows[k]))
				fail_msg("maps/README.md lacks | `%s(%s)` | %s | `%s` | `%s` |",
					f->rows[k].name, f->rows[k].args ? f->rows[k].args : "",
					f->rows[k].doc, f->rows[k].example, f->rows[k].gives);
}

/* A row as "| `name(args)` | words | `example` | `result` |": the example gives the result. */
static void row_holds(struct str line)
{
	struct map_world w;
	char example[400];
	struct str gives, got;

	(void)cell(&line);
	(void)cell(&line);
	(void)cell(&line);
	got = cell(&line);
	snprintf(example, sizeof(example), STR_FMT, STR_ARG(got));
	gives = cell(&line);
	got = map_probe(&w, example, item);
	if (!str_eq(got, gives))
		fail_msg("maps/README.md: %s gives '" STR_FMT "', not '" STR_FMT "'", example,
			STR_ARG(got), STR_ARG(gives));
	map_world_done(&w);
}

/* What maps/README.md says of functions is so, and it says it of all. */
static void the_manual(void **state)
{
	struct str rest, line;
	struct buf text;
	struct err e;
	size_t rows = 0;

	(void)state;
	buf_init(&text, 1 << 20);
	assert_int_equal(fsx_read_path(TEST_TOP "/maps/README.md", &text, &e), 0);
	every_function_has_a_row(buf_view(&text));
	rest = buf_view(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!str_starts(line, STR("| `")))
			continue;
		row_holds(line);
		rows++;
	}
	assert_true(rows > 50);
	buf_done(&text);
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
		cmocka_unit_test(the_manual),
		cmocka_unit_test(rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
