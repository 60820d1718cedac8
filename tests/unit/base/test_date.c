/* Calendar, ISO 8601 and pictures. */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LOW (-719162 * INT64_C(86400))	    /* 0001-01-01T00:00:00Z */
#define HIGH (INT64_C(2932897) * 86400 - 1) /* 9999-12-31T23:59:59Z */

static void valid(void **state)
{
	static const struct {
		int year;
		int month;
		int day;
		bool want;
	} rows[] = {
		{2024, 2, 29, true},
		{2023, 2, 29, false},
		{2000, 2, 29, true},
		{1900, 2, 29, false},
		{2100, 2, 29, false},
		{2026, 4, 31, false},
		{2026, 4, 30, true},
		{2026, 12, 31, true},
		{2026, 12, 32, false},
		{2026, 13, 1, false},
		{2026, 0, 1, false},
		{2026, 1, 0, false},
		{0, 1, 1, false},
		{1, 1, 1, true},
		{9999, 12, 31, true},
		{10000, 1, 1, false},
		{-4, 2, 29, false},
		{2026, -1, 1, false},
		{2026, 1, -1, false},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++)
		if (date_valid(rows[i].year, rows[i].month, rows[i].day) != rows[i].want)
			fail_msg("%d-%d-%d", rows[i].year, rows[i].month, rows[i].day);
}

static void day_numbers(void **state)
{
	static const struct {
		struct date d;
		int64_t days;
	} rows[] = {
		{{.year = 1970, .month = 1, .day = 1}, 0},
		{{.year = 1969, .month = 12, .day = 31}, -1},
		{{.year = 2000, .month = 2, .day = 29}, 11016},
		{{.year = 2000, .month = 3, .day = 1}, 11017},
		{{.year = 1, .month = 1, .day = 1}, -719162},
		{{.year = 9999, .month = 12, .day = 31}, 2932896},
		{{.year = 2026, .month = 11, .day = 23}, 20780},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct date back = date_from_days(rows[i].days);
		assert_int_equal(date_days(&rows[i].d), rows[i].days);
		assert_int_equal(date_cmp(&back, &rows[i].d), 0);
		assert_false(back.has_time);
	}
}

/* Walks the whole calendar, counting days by hand. */
static void every_day(void **state)
{
	int64_t days = -719162;
	(void)state;

	for (int year = 1; year <= 9999; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; date_valid(year, month, day); day++, days++) {
				const struct date d = date_from_days(days);
				if (d.year != year || d.month != month || d.day != day ||
					date_days(&d) != days)
					fail_msg("%04d-%02d-%02d", year, month, day);
			}
		}
	}
	assert_int_equal(days, 2932897);
}

static void instants(void **state)
{
	static const struct {
		int64_t at;
		const char *want;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{-86400, "1969-12-31T00:00:00Z"},
		{-86401, "1969-12-30T23:59:59Z"},
		{1795399200, "2026-11-23T02:00:00Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{2147483648, "2038-01-19T03:14:08Z"},
		{LOW, "0001-01-01T00:00:00Z"},
		{HIGH, "9999-12-31T23:59:59Z"},
		{LOW - 1, "0001-01-01T00:00:00Z"},
		{HIGH + 1, "9999-12-31T23:59:59Z"},
		{INT64_MIN, "0001-01-01T00:00:00Z"},
		{INT64_MAX, "9999-12-31T23:59:59Z"},
	};
	char text[DATE_TEXT];
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct date d = date_from_unix(rows[i].at);
		assert_true(str_is(date_iso(rows[i].at, text), rows[i].want));
		assert_true(d.has_time);
		if (rows[i].at >= LOW && rows[i].at <= HIGH)
			assert_true(date_unix(&d) == rows[i].at);
	}
	assert_int_equal(date_from_days(INT64_MIN).year, 1);
	assert_int_equal(date_from_days(INT64_MAX).year, 9999);
}

static const char *show(const struct date *d)
{
	static char text[DATE_TEXT];

	(void)date_format(d, d->has_time ? STR("CCYY-MM-DD HH:MI:SS") : STR("CCYY-MM-DD"), text,
		sizeof(text));
	return text;
}

static const struct {
	const char *in;
	const char *want; /* NULL: refused */
} iso_rows[] = {
	{"2026-11-23", "2026-11-23"},
	{"20261123", "2026-11-23"},
	{"0001-01-01", "0001-01-01"},
	{"9999-12-31", "9999-12-31"},
	{"2024-02-29", "2024-02-29"},
	{"202611230200", "2026-11-23 02:00:00"},
	{"20261123020059", "2026-11-23 02:00:59"},
	{"20261123T020059Z", "2026-11-23 02:00:59"},
	{"20261123T0200+0130", "2026-11-23 00:30:00"},
	{"2026-11-23T02:00", "2026-11-23 02:00:00"},
	{"2026-11-23 02:00:07", "2026-11-23 02:00:07"},
	{"2026-11-23t02:00:07z", "2026-11-23 02:00:07"},
	{"2026-11-23T02:00:07.123456789Z", "2026-11-23 02:00:07"},
	{"2026-11-23T02:00:07,5Z", "2026-11-23 02:00:07"},
	{"2026-11-23T02:00:00+01:00", "2026-11-23 01:00:00"},
	{"2026-11-23T02:00:00-05:30", "2026-11-23 07:30:00"},
	{"2026-11-23T02:00:00+02", "2026-11-23 00:00:00"},
	{"2026-01-01T00:30:00+01:00", "2025-12-31 23:30:00"},
	{"2024-02-28T23:00:00-02:00", "2024-02-29 01:00:00"},
	{"2026-11-23T02:00:00-00:00", "2026-11-23 02:00:00"},
	{"2026-11-23T02:00:00+14:00", "2026-11-22 12:00:00"},
	{"2026-12-31T24:00:00", "2027-01-01 00:00:00"},
	{"2026-11-23T02:00:00+14:01", NULL},
	{"2026-11-23T02:00:00+01:60", NULL},
	{"2026-11-23T24:00:01", NULL},
	{"2026-11-23T25:00:00", NULL},
	{"2026-11-23T23:60:00", NULL},
	{"2026-11-23T23:59:60", NULL},
	{"0001-01-01T00:00:00+01:00", NULL},
	{"9999-12-31T23:30:00-01:00", NULL},
	{"9999-12-31T24:00:00", NULL},
	{"2023-02-29", NULL},
	{"0000-01-01", NULL},
	{"2026-13-01", NULL},
	{"2026-11-31", NULL},
	{"2026-11-23Z", NULL},
	{"2026-11-23T", NULL},
	{"2026-11-23T02", NULL},
	{"2026-11-23T0200", NULL},
	{"2026-11-23T02:00:00.", NULL},
	{"2026-11-23T02:00:00.Z", NULL},
	{"2026-11-23T02:00:00ZZ", NULL},
	{"2026-11-23T02:00:00+1", NULL},
	{"2026-11-23T02:00:00 ", NULL},
	{"2026-1123", NULL},
	{"202611-23", NULL},
	{"2026112302", NULL},
	{"202611230", NULL},
	{"2026-11", NULL},
	{"26-11-23", NULL},
	{"-2026-11-23", NULL},
	{"", NULL},
	{"today", NULL},
};

static void iso(void **state)
{
	(void)state;

	for (size_t i = 0; i < LEN(iso_rows); i++) {
		struct date d = {.year = 77};
		const bool ok = date_parse(str_c(iso_rows[i].in), &d);
		if (ok != (iso_rows[i].want != NULL))
			fail_msg("%s: %s", iso_rows[i].in, ok ? show(&d) : "refused");
		if (ok)
			assert_string_equal(show(&d), iso_rows[i].want);
		else
			assert_int_equal(d.year, 77);
	}
}

static void pictures(void **state)
{
	static const struct {
		const char *in;
		const char *picture;
		const char *want; /* NULL: refused */
	} rows[] = {
		{"20261123", "CCYYMMDD", "2026-11-23"},
		{"23.11.2026", "DD.MM.CCYY", "2026-11-23"},
		{"2026/11/23", "YYYY/MM/DD", "2026-11-23"},
		{"261123", "YYMMDD", "2026-11-23"},
		{"681231", "YYMMDD", "2068-12-31"},
		{"690101", "YYMMDD", "1969-01-01"},
		{"000229", "YYMMDD", "2000-02-29"},
		{"202611", "CCYYMM", "2026-11-01"},
		{"202611230245", "CCYYMMDDHHMM", "2026-11-23 02:45:00"},
		{"202611230245", "CCYYMMDDHHMI", "2026-11-23 02:45:00"},
		{"20261123024559", "CCYYMMDDHHMMSS", "2026-11-23 02:45:59"},
		{"02:45 23.11.2026", "HH:MM DD.MM.CCYY", "2026-11-23 02:45:00"},
		{"2611230245", "YYMMDDHHMM", "2026-11-23 02:45:00"},
		{"26-20", "YY-CC", "2026-01-01"},
		{"23.11.26", "DD.MM.CCYY", NULL},
		{"23-11-2026", "DD.MM.CCYY", NULL},
		{"20260229", "CCYYMMDD", NULL},
		{"20261123 ", "CCYYMMDD", NULL},
		{"2026112", "CCYYMMDD", NULL},
		{"2026112x", "CCYYMMDD", NULL},
		{"0245", "HHMM", NULL},
		{"", "CCYYMMDD", NULL},
		{"", "", NULL},
		{"202611232460", "CCYYMMDDHHMM", NULL},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct date d = {.year = 77};
		const bool ok = date_parse_as(str_c(rows[i].in), str_c(rows[i].picture), &d);
		if (ok != (rows[i].want != NULL))
			fail_msg("%s by %s: %s", rows[i].in, rows[i].picture,
				ok ? show(&d) : "refused");
		if (ok)
			assert_string_equal(show(&d), rows[i].want);
	}
}

static void formats(void **state)
{
	static const struct date d = {.year = 987,
		.month = 6,
		.day = 5,
		.hour = 4,
		.minute = 3,
		.second = 2,
		.has_time = true};
	static const struct {
		const char *picture;
		const char *want;
	} rows[] = {
		{"CCYYMMDD", "09870605"},
		{"YYMMDD", "870605"},
		{"DD.MM.CCYY HH:MM:SS", "05.06.0987 04:03:02"},
		{"HHMI", "0403"},
		{"YYYY-MM-DDTHH:MI", "0987-06-05T04:03"},
		{"", ""},
	};
	char out[DATE_TEXT];
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct str s = date_format(&d, str_c(rows[i].picture), out, sizeof(out));
		assert_true(str_is(s, rows[i].want));
		assert_string_equal(out, rows[i].want);
	}
	assert_int_equal(date_format(&d, STR("CCYYMMDD"), out, 9).n, 8);
	for (size_t size = 0; size < 9; size++)
		assert_int_equal(date_format(&d, STR("CCYYMMDD"), out, size).n, 0);
}

static void compares(void **state)
{
	const struct date a = {.year = 2026, .month = 11, .day = 23};
	const struct date b = {.year = 2026, .month = 11, .day = 23, .second = 1, .has_time = true};
	(void)state;

	assert_int_equal(date_cmp(&a, &b), -1);
	assert_int_equal(date_cmp(&b, &a), 1);
	assert_int_equal(date_cmp(&a, &a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(day_numbers),
		cmocka_unit_test(every_day),
		cmocka_unit_test(instants),
		cmocka_unit_test(iso),
		cmocka_unit_test(pictures),
		cmocka_unit_test(formats),
		cmocka_unit_test(compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
