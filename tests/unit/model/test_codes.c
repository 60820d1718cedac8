/* The table of codes: sorted, findable, and each row says something in the agreed form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/codes.h"

static void sorted_and_found(void **state)
{
	size_t n = 0;
	const struct code *all = codes_all(&n);

	(void)state;
	assert_true(n > 50);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			assert_true(strcmp(all[i - 1].name, all[i].name) < 0);
		assert_ptr_equal(codes_find(str_c(all[i].name)), &all[i]);
	}
	assert_null(codes_find(STR("")));
	assert_null(codes_find(STR("AAA")));
	assert_null(codes_find(STR("ZZZ")));
	assert_null(codes_find(STR("JSON-SYNTAX-")));
	assert_null(codes_find(STR("JSON-SYNTA")));
	assert_null(codes_find(STR("json-syntax")));
}

static void every_row_is_whole(void **state)
{
	size_t n = 0;
	const struct code *all = codes_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct str name = str_c(all[i].name);
		const struct str texts[] = {str_c(all[i].meaning), str_c(all[i].remedy)};
		assert_true(str_chr(name, '-') != SIZE_MAX);
		for (size_t k = 0; k < name.n; k++)
			assert_true(name.p[k] == '-' || str_is_digit(name.p[k]) ||
				(name.p[k] >= 'A' && name.p[k] <= 'Z'));
		for (size_t k = 0; k < 2; k++) {
			assert_true(texts[k].n > 10);
			assert_false(str_ends(texts[k], STR(".")));
		}
	}
}

static void severities(void **state)
{
	const struct {
		const char *code;
		const char *severity;
	} rows[] = {
		{"VALUE-CHANGED", "note"},
		{"X12-ELEMENT-LONG", "error"},
		{"JSON-SYNTAX", "fatal"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct code *c = codes_find(str_c(rows[i].code));
		assert_non_null(c);
		assert_string_equal(codes_severity(c->severity), rows[i].severity);
	}
	assert_string_equal(codes_severity(SEV_WARNING), "warning");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_and_found),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(severities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
