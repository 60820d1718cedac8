/* Control numbers seen before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edi/seen.h"

static void by_rows(void **state)
{
	/* each with what is expected: + new, - seen */
	static const char *const rows[] = {"+0001", "+0002", "+0003", "-0002", "+0007", "+0004",
		"-0004", "-0007", "+0005", "+0006", "-0007", "+1", "-1", "+A1", "-A1", "+00001",
		"-0001"};
	struct seen s = {.width = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (seen_add(&s, str_c(rows[i] + 1)) != (rows[i][0] == '+'))
			fail_msg("%s", rows[i]);
	seen_clear(&s);
	assert_true(seen_add(&s, STR("0002")));
	assert_true(seen_add(&s, STR("A1")));
	seen_done(&s);
}

/* Counting upwards takes no memory, past the width too; backwards takes some and is right. */
static void many(void **state)
{
	struct seen s = {.width = 0};
	char text[24];

	(void)state;
	for (unsigned i = 1; i <= 30000; i++) {
		const int n = snprintf(text, sizeof(text), "%04u", i);
		assert_true(seen_add(&s, (struct str){text, (size_t)n}));
	}
	assert_int_equal(s.cap, 0);
	assert_false(seen_add(&s, STR("12345")));
	seen_clear(&s);
	for (unsigned i = 30000; i >= 1; i--) {
		const int n = snprintf(text, sizeof(text), "%05u", i);
		assert_true(seen_add(&s, (struct str){text, (size_t)n}));
	}
	assert_false(seen_add(&s, STR("00017")));
	seen_clear(&s);
	assert_true(seen_add(&s, STR("B")) && seen_add(&s, STR("A")) && seen_add(&s, STR("C")));
	seen_clear(&s); /* not at the cost of the largest group ever */
	assert_int_equal(s.cap, 0);
	assert_true(seen_add(&s, STR("B")) && seen_add(&s, STR("A")) && seen_add(&s, STR("C")));
	assert_false(seen_add(&s, STR("A")));
	seen_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_rows), cmocka_unit_test(many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
