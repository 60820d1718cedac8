/* Paths to the items of a document. */
#include "format/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void steps(void **state)
{
	struct path p;
	struct err e;
	(void)state;

	assert_int_equal(path_parse(&p, STR("/c:catalog/c:product"), &e), 0);
	assert_int_equal(p.n, 2);
	assert_true(path_is(&p, 0, STR("c:catalog")));
	assert_true(path_is(&p, 1, STR("c:product")));
	assert_false(path_is(&p, 1, STR("product")));
	assert_false(path_is(&p, 2, STR("")));
	assert_int_equal(path_parse(&p, STR("a"), &e), 0);
	assert_int_equal(p.n, 1);
	assert_int_equal(path_parse(&p, STR(""), &e), 0);
	assert_int_equal(p.n, 0);
}

static void faults(void **state)
{
	struct path p;
	struct err e;
	(void)state;

	assert_int_equal(path_parse(&p, STR("a//b"), &e), -1);
	assert_string_equal(e.text,
		"path 'a//b': expected names with one / between them, as in products/product");
	assert_int_equal(path_parse(&p, STR("a/"), &e), -1);
	assert_int_equal(path_parse(&p, STR("/"), &e), -1);
	assert_int_equal(path_parse(&p, STR("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
