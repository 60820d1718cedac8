/* TZ strings: what is one, and what the clock does by it. */
#include "base/tz_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void texts(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{"UTC0", true},
		{"CET-1CEST,M3.5.0,M10.5.0/3", true},
		{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", true},
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", true},
		{"XXX3EDT4,0/0,J365/23", true},
		{"EET-2EEST,M3.4.4/50,M10.4.4/50", true},
		{"", false},
		{"UTC", false},
		{"U0", false},
		{"<+10-10", false},
		{"<UTC0", false},
		{"CET-1CEST", false}, /* when? */
		{"CET-1CEST,M3.5.0", false},
		{"CET-25", false},
		{"CET-1:60", false},
		{"CET-1CEST,M13.5.0,M10.5.0", false},
		{"CET-1CEST,M3.0.0,M10.5.0", false},
		{"CET-1CEST,M3.5.7,M10.5.0", false},
		{"CET-1CEST,J0,J365", false},
		{"CET-1CEST,J366,J365", false},
		{"CET-1CEST,M3.5.0/168,M10.5.0", false},
		{"CET-1CEST,M3.5.0,M10.5.0/3x", false},
		{"CET--1", false},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct tz_rule r = {0};
		if (tz_rule_parse(str_c(rows[i].text), &r) != rows[i].want)
			fail_msg("%s", rows[i].text);
	}
}

static int64_t instant(const char *text)
{
	struct date d;

	assert_true(date_parse(str_c(text), &d));
	return date_unix(&d);
}

static void clocks(void **state)
{
	static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";
	static const char howe[] = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
	static const struct {
		const char *rule, *at;
		int32_t offset;
		const char *until;
	} rows[] = {
		{berlin, "2026-03-29T00:59:59Z", 3600, "2026-03-29T01:00:00Z"},
		{berlin, "2026-03-29T01:00:00Z", 7200, "2026-10-25T01:00:00Z"},
		{berlin, "2026-10-25T01:00:00Z", 3600, "2027-03-28T01:00:00Z"},
		{berlin, "2038-01-19T03:14:08Z", 3600, "2038-03-28T01:00:00Z"},
		{berlin, "2100-07-01T00:00:00Z", 7200, "2100-10-31T01:00:00Z"},
		{howe, "2026-04-04T14:59:59Z", 39600, "2026-04-04T15:00:00Z"},
		{howe, "2026-04-04T15:00:00Z", 37800, "2026-10-03T15:30:00Z"},
		{howe, "2026-12-31T23:59:59Z", 39600, "2027-04-03T15:00:00Z"},
		/* the last Saturday, 25 hours into it: a day in the next month */
		{"EET-2EEST,M3.5.6/25,M10.5.6/25", "2026-03-28T22:59:59Z", 7200,
			"2026-03-28T23:00:00Z"},
		/* 29 February has no number in J */
		{"AAA0BBB,J59/0,J60/0", "2028-02-28T00:00:00Z", 3600, "2028-02-29T23:00:00Z"},
		{"AAA0BBB,58/0,59/0", "2028-02-28T00:00:00Z", 3600, "2028-02-28T23:00:00Z"},
		/* summer all year */
		{"XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -14400, "2027-01-01T03:00:00Z"},
		{"XXX3EDT4,0/0,J365/23", "2027-01-01T03:00:00Z", -14400, "2028-01-01T03:00:00Z"},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct tz_rule r = {0};
		char text[DATE_TEXT];
		int64_t until = 0;
		int32_t offset = 0;
		assert_true(tz_rule_parse(str_c(rows[i].rule), &r));
		offset = tz_rule_offset(&r, instant(rows[i].at), &until);
		if (offset != rows[i].offset || until != instant(rows[i].until))
			fail_msg("%s at %s: %d until %s", rows[i].rule, rows[i].at, offset,
				date_iso(until, text).p);
	}
}

static void no_summer(void **state)
{
	struct tz_rule r = {0};
	int64_t until = 0;

	(void)state;
	assert_true(tz_rule_parse(STR("<+0545>-5:45"), &r));
	assert_int_equal(tz_rule_offset(&r, 0, &until), 20700);
	assert_true(until == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(clocks),
		cmocka_unit_test(no_summer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
