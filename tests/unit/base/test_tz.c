/* Zone files: what is read from the system's, and what is wrong with others. */
#include "base/tz.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/fsx.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static int64_t instant(const char *text)
{
	struct date d;

	assert_true(date_parse(str_c(text), &d));
	return date_unix(&d);
}

static const struct tz *load(const char *name, struct arena *a)
{
	const struct tz *z = NULL;
	struct err e;

	if (tz_load(str_c(name), a, &z, &e) == -1)
		fail_msg("%s", e.text);
	return z;
}

/* Local time, and the first instant at which the clock shows it or more. */
static void instants(void **state)
{
	static const struct {
		const char *zone, *local, *want;
	} rows[] = {
		{"UTC", "2026-11-27T02:00:00", "2026-11-27T02:00:00Z"},
		{"Europe/Berlin", "2026-11-27T02:00:00", "2026-11-27T01:00:00Z"},
		{"Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"},
		{"Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"}, /* gap */
		{"Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-03-29T03:00:01", "2026-03-29T01:00:01Z"},
		{"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z"}, /* overlap */
		{"Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"Europe/Berlin", "2050-03-27T02:30:00", "2050-03-27T01:00:00Z"}, /* by the rule */
		{"Europe/Berlin", "1980-04-06T02:30:00", "1980-04-06T01:00:00Z"},
		{"Europe/Berlin", "1970-01-01T01:00:00", "1970-01-01T00:00:00Z"},
		{"Europe/Dublin", "2026-10-25T01:30:00", "2026-10-25T00:30:00Z"},
		{"America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"},
		{"America/New_York", "2028-02-29T02:00:00", "2028-02-29T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
		{"America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"},
		{"America/Sao_Paulo", "2018-02-17T23:30:00", "2018-02-18T01:30:00Z"},
		{"America/Sao_Paulo", "2026-11-04T00:00:00", "2026-11-04T03:00:00Z"},
		{"Africa/Casablanca", "2024-03-10T02:30:00", "2024-03-10T01:30:00Z"},
		{"Africa/Casablanca", "2024-04-14T02:30:00", "2024-04-14T02:00:00Z"},
		{"Pacific/Apia", "2011-12-30T02:00:00", "2011-12-30T10:00:00Z"}, /* no such day */
		{"Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"},
		{"Asia/Kathmandu", "1986-01-01T00:05:00", "1985-12-31T18:30:00Z"},
		{"Asia/Kathmandu", "2026-11-27T02:00:00", "2026-11-26T20:15:00Z"},
		{"Etc/GMT+12", "2026-11-27T02:00:00", "2026-11-27T14:00:00Z"},
	};
	struct arena a;
	char text[DATE_TEXT];

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(rows); i++) {
		const int64_t at = tz_instant(load(rows[i].zone, &a), instant(rows[i].local));
		if (at != instant(rows[i].want))
			fail_msg("%s in %s: %s, expected %s", rows[i].local, rows[i].zone,
				date_iso(at, text).p, rows[i].want);
	}
	arena_done(&a);
}

static void offsets(void **state)
{
	static const struct {
		const char *zone, *at;
		int32_t want;
	} rows[] = {
		{"Europe/Berlin", "1880-01-01T00:00:00Z", 3208}, /* before the first transition */
		{"Europe/Berlin", "2026-07-01T00:00:00Z", 7200},
		{"Europe/Berlin", "2400-01-01T00:00:00Z", 3600},
		{"Europe/Berlin", "9999-12-31T23:59:59Z", 3600},
		{"Asia/Kathmandu", "2026-07-01T00:00:00Z", 20700},
		{"America/St_Johns", "2026-01-01T00:00:00Z", -12600},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(rows); i++)
		assert_int_equal(
			tz_offset(load(rows[i].zone, &a), instant(rows[i].at)), rows[i].want);
	arena_done(&a);
}

static void names_of_zones(void **state)
{
	static const struct {
		const char *name;
		bool want;
	} rows[] = {
		{"UTC", true},
		{"Europe/Berlin", true},
		{"America/Argentina/Buenos_Aires", true},
		{"Etc/GMT+12", true},
		{"", false},
		{"/etc/passwd", false},
		{"../../../etc/passwd", false},
		{"Europe/../UTC", false},
		{"Europe//Berlin", false},
		{"Europe/", false},
		{"Europe Berlin", false},
		{"zone.tab", false},
		{"Europe/Berl\303\255n", false},
		{"AaaaaaaaaaaaaaaaAaaaaaaaaaaaaaaaAaaaaaaaaaaaaaaaAaaaaaaaaaaaaaaaA", false},
	};
	struct arena a;
	const struct tz *z = NULL;
	struct err e;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(rows); i++) {
		if (tz_name_ok(str_c(rows[i].name)) != rows[i].want)
			fail_msg("%s", rows[i].name);
		if (!rows[i].want) {
			assert_int_equal(tz_load(str_c(rows[i].name), &a, &z, &e), -1);
			assert_int_equal(e.code, ERR_ABSENT);
		}
	}
	arena_done(&a);
}

static void what_is_no_zone(void **state)
{
	static const char *const rows[] = {"Europe", "Europe/Berlim", "Mars/Olympus"};
	const struct tz *z = NULL;
	const char **names = NULL;
	size_t n = 0;
	struct arena a;
	struct err e;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(tz_load(str_c(rows[i]), &a, &z, &e), -1);
		assert_int_equal(e.code, ERR_ABSENT);
		assert_non_null(strstr(e.text, rows[i]));
	}
	tz_names(&a, &names, &n);
	assert_true(n > 300 && n < 1000);
	assert_string_equal(str_suggest(STR("Europe/Berlim"), names, n), "Europe/Berlin");
	assert_string_equal(str_suggest(STR("US/Estern"), names, n), "US/Eastern");
	arena_done(&a);
}

/* --- files that are none --- */

static void word(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_ch(b, (char)(v >> shift & 0xff));
}

static void header(struct buf *b, char version, uint32_t leap, uint32_t times, uint32_t types)
{
	buf_c(b, "TZif");
	buf_ch(b, version);
	for (int i = 0; i < 15; i++)
		buf_ch(b, '\0');
	word(b, 0);
	word(b, 0);
	word(b, leap);
	word(b, times);
	word(b, types);
	word(b, 4);
}

/* Two transitions, at and later, between kinds 0 and kind of two, the second with this offset. */
static struct str made(
	struct buf *b, uint32_t at, uint32_t later, char kind, uint32_t offset, const char *rule)
{
	buf_clear(b);
	header(b, '2', 0, 0, 0);
	b->p[b->n - 1] = 0; /* no names in the old block */
	header(b, '2', 0, 2, 2);
	word(b, 0);
	word(b, at);
	word(b, 0);
	word(b, later);
	buf_ch(b, 0);
	buf_ch(b, kind);
	word(b, 0);
	buf_put(b, "\0\0", 2);
	word(b, offset);
	buf_put(b, "\1\0", 2);
	buf_put(b, "UTC\0", 4);
	buf_ch(b, '\n');
	buf_c(b, rule);
	return buf_view(b);
}

static void bad_files(void **state)
{
	static const struct {
		uint32_t at, later;
		char kind;
		uint32_t offset;
		const char *rule, *want;
	} rows[] = {
		{1, 2, 1, 3600, "UTC0\n", NULL},
		{1, 2, 1, 3600, "\n", NULL},
		{2, 2, 1, 3600, "\n", "transition 1 is of no kind or not behind"},
		{3, 2, 1, 3600, "\n", "transition 1 is of no kind or not behind"},
		{1, 2, 2, 3600, "\n", "transition 1 is of no kind or not behind"},
		{1, 2, 1, 93600, "\n", "a clock 93600 s from UTC"},
		{1, 2, 1, 0x80000000U, "\n", "a clock -2147483648 s from UTC"},
		{1, 2, 1, 0, "", "ends within its last line"},
		{1, 2, 1, 0, "UTC0", "ends within its last line"},
		{1, 2, 1, 0, "UTC\n", "'UTC' is no TZ string"},
	};
	struct arena a;
	struct buf b;
	struct err e;

	(void)state;
	arena_init(&a);
	buf_init(&b, 1000);
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct tz *z = NULL;
		const int rc = tz_parse(made(&b, rows[i].at, rows[i].later, rows[i].kind,
						rows[i].offset, rows[i].rule),
			&a, &z, &e);
		assert_int_equal(rc, rows[i].want ? -1 : 0);
		if (rows[i].want && !strstr(e.text, rows[i].want))
			fail_msg("%s, expected %s", e.text, rows[i].want);
		if (!rows[i].want) {
			assert_int_equal(tz_offset(z, 1), 0);
			assert_int_equal(tz_offset(z, 2), rows[i].rule[0] == '\n' ? 3600 : 0);
		}
	}
	buf_done(&b);
	arena_done(&a);
}

static void other_versions(void **state)
{
	static const struct {
		char version;
		uint32_t leap, types;
		const char *want;
	} rows[] = {
		{'\0', 0, 1, "version 1"},
		{'1', 0, 1, "version 1"},
		{'2', 1, 1, "leap seconds"},
		{'2', 0, 0, "0 kinds"},
		{'2', 0, 300, "300 kinds"},
	};
	struct arena a;
	struct buf b;
	struct err e;

	(void)state;
	arena_init(&a);
	buf_init(&b, 1000);
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct tz *z = NULL;
		buf_clear(&b);
		header(&b, rows[i].version, 0, 0, 0);
		b.p[b.n - 1] = 0;
		header(&b, rows[i].version, rows[i].leap, 0, rows[i].types);
		assert_int_equal(tz_parse(buf_view(&b), &a, &z, &e), -1);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s, expected %s", e.text, rows[i].want);
	}
	buf_done(&b);
	arena_done(&a);
}

/* Cut anywhere, it is never taken for whole. */
static void cut(void **state)
{
	struct arena a;
	struct buf b;
	struct err e;

	(void)state;
	arena_init(&a);
	buf_init(&b, 65536);
	assert_int_equal(fsx_read_path("/usr/share/zoneinfo/Europe/Berlin", &b, &e), 0);
	for (size_t n = 0; n < b.n; n++) {
		const struct tz *z = NULL;
		if (tz_parse(str_sub(buf_view(&b), 0, n), &a, &z, &e) == 0)
			fail_msg("%zu bytes of %zu", n, b.n);
		assert_int_equal(e.code, ERR_INPUT);
	}
	buf_done(&b);
	arena_done(&a);
}

static void no_files_at_all(void **state)
{
	struct arena a;
	const struct tz *z = NULL;
	struct err e;

	(void)state;
	arena_init(&a);
	assert_int_equal(setenv("TZDIR", "nowhere", 1), 0);
	assert_int_equal(tz_load(STR("Europe/Berlin"), &a, &z, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "nowhere: install the package tzdata"));
	assert_int_equal(mkdir("zones", 0700), 0);
	assert_int_equal(setenv("TZDIR", "zones", 1), 0);
	const int dir = fsx_dir("zones", &e);
	assert_int_equal(fsx_put(dir, "Odd", STR("TZif"), &e), 0);
	fsx_close(dir);
	assert_int_equal(tz_load(STR("Odd"), &a, &z, &e), -1);
	assert_non_null(strstr(e.text, "zones/Odd: the zone file ends within its header"));
	assert_int_equal(unsetenv("TZDIR"), 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instants),
		cmocka_unit_test(offsets),
		cmocka_unit_test(names_of_zones),
		cmocka_unit_test(what_is_no_zone),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(other_versions),
		cmocka_unit_test(cut),
		cmocka_unit_test(no_files_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
