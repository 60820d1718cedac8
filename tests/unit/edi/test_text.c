/* Forms of numbers, dates and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/text.h"

static void canonical(void **state)
{
	static const struct {
		const char *in;
		uint16_t min;
		const char *want; /* NULL: no number */
	} rows[] = {
		{"12.50", 1, "12.5"},
		{"0012", 1, "12"},
		{"0", 1, "0"},
		{"-0.0", 1, "0"},
		{"0.5", 1, ".5"},
		{"-0.50", 1, "-.5"},
		{"1.5", 4, "001.5"},
		{"100", 1, "100"},
		{"-7", 3, "-007"},
		{"", 1, NULL},
		{"-", 1, NULL},
		{".", 1, NULL},
		{"1.", 1, NULL},
		{"1e5", 1, NULL},
		{"+1", 1, NULL},
		{"1,000", 1, NULL},
		{"1.2.3", 1, NULL},
		{" 1", 1, NULL},
		{"0", 2, "00"},
	};
	char room[64];
	struct str got;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const bool ok = text_canonical(str_c(rows[i].in), rows[i].min, room, &got);
		if (ok != (rows[i].want != NULL) || (ok && !str_is(got, rows[i].want)))
			fail_msg("'%s'", rows[i].in);
	}
}

static void dates_and_times(void **state)
{
	static const char *const dates[] = {"20260228", "20240229", "260228", "000229", "99991231"};
	static const char *const no_dates[] = {
		"20260229", "20261301", "2026-01-01", "2026", "19000229", "", "20260100"};
	static const char *const times[] = {"0000", "2359", "235959", "2359591", "23595999"};
	static const char *const no_times[] = {
		"2400", "2360", "235960", "23595", "23", "", "12:30", "235959999"};

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_true(text_date(str_c(dates[i])));
	for (size_t i = 0; i < sizeof(no_dates) / sizeof(no_dates[0]); i++)
		assert_false(text_date(str_c(no_dates[i])));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_true(text_time(str_c(times[i])));
	for (size_t i = 0; i < sizeof(no_times) / sizeof(no_times[0]); i++)
		assert_false(text_time(str_c(no_times[i])));
}

static void trim(void **state)
{
	(void)state;
	assert_true(str_is(text_trim(STR("A  "), 1), "A"));
	assert_true(str_is(text_trim(STR("A  "), 2), "A "));
	assert_true(str_is(text_trim(STR(" A"), 1), " A"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical),
		cmocka_unit_test(dates_and_times),
		cmocka_unit_test(trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
