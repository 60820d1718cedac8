/* Which instants a <when> means: days, gaps, overlaps, years far away. */
#include "config/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/date.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
enum { EVERY = 0x7f, MON = 1, FRI = 16, SUN = 64 };

struct row {
	const char *zone;
	uint8_t days;
	int hour, minute;
	const char *now, *last, *next;
};

static int64_t instant(const char *text)
{
	struct date d;

	assert_true(date_parse(str_c(text), &d));
	return date_unix(&d);
}

static struct config_when when(const char *zone, struct config_at *ats, struct arena *a)
{
	struct config_when w = {.zone_name = str_c(zone), .ats = ats};
	struct err e;

	if (tz_load(w.zone_name, a, &w.zone, &e) == -1)
		fail_msg("%s", e.text);
	return w;
}

static void slots(void **state)
{
	static const struct row rows[] = {
		{"UTC", EVERY, 2, 0, "2026-11-27T02:00:00Z", "2026-11-27T02:00:00Z",
			"2026-11-28T02:00:00Z"},
		{"UTC", EVERY, 2, 0, "2026-11-27T01:59:59Z", "2026-11-26T02:00:00Z",
			"2026-11-27T02:00:00Z"},
		{"UTC", EVERY, 0, 0, "2026-12-31T23:59:59Z", "2026-12-31T00:00:00Z",
			"2027-01-01T00:00:00Z"},
		{"UTC", EVERY, 23, 59, "2028-02-28T23:59:00Z", "2028-02-28T23:59:00Z",
			"2028-02-29T23:59:00Z"},
		{"UTC", EVERY, 2, 0, "2027-02-28T03:00:00Z", "2027-02-28T02:00:00Z",
			"2027-03-01T02:00:00Z"},
		{"UTC", MON, 2, 0, "2026-11-26T12:00:00Z", "2026-11-23T02:00:00Z",
			"2026-11-30T02:00:00Z"},
		{"UTC", MON, 2, 0, "2026-11-30T02:00:00Z", "2026-11-30T02:00:00Z",
			"2026-12-07T02:00:00Z"},
		{"UTC", MON | FRI, 2, 0, "2026-11-26T12:00:00Z", "2026-11-23T02:00:00Z",
			"2026-11-27T02:00:00Z"},
		/* the day of the week is the zone's */
		{"Asia/Kathmandu", MON, 2, 0, "2026-11-29T20:14:59Z", "2026-11-22T20:15:00Z",
			"2026-11-29T20:15:00Z"},
		/* 1970, before it, and when 32 bits are full */
		{"Europe/Berlin", EVERY, 2, 0, "1970-01-01T00:00:00Z", "1969-12-31T01:00:00Z",
			"1970-01-01T01:00:00Z"},
		{"Europe/Berlin", EVERY, 2, 0, "1901-12-13T20:45:52Z", "1901-12-13T01:00:00Z",
			"1901-12-14T01:00:00Z"},
		{"Europe/Berlin", EVERY, 4, 0, "2038-01-19T03:14:08Z", "2038-01-19T03:00:00Z",
			"2038-01-20T03:00:00Z"},
		{"Europe/Berlin", EVERY, 2, 30, "2106-02-07T06:28:16Z", "2106-02-07T01:30:00Z",
			"2106-02-08T01:30:00Z"},
		{"Europe/Berlin", EVERY, 2, 30, "2400-02-29T12:00:00Z", "2400-02-29T01:30:00Z",
			"2400-03-01T01:30:00Z"},
		/* gaps */
		{"Europe/Berlin", EVERY, 2, 30, "2026-03-29T00:59:59Z", "2026-03-28T01:30:00Z",
			"2026-03-29T01:00:00Z"},
		{"Europe/Berlin", EVERY, 2, 30, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z",
			"2026-03-30T00:30:00Z"},
		{"America/New_York", SUN, 2, 30, "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z",
			"2026-03-15T06:30:00Z"},
		{"Australia/Lord_Howe", EVERY, 2, 15, "2026-10-03T15:30:00Z",
			"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"},
		{"America/Sao_Paulo", EVERY, 0, 0, "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z",
			"2018-11-05T02:00:00Z"},
		/* overlaps: the second time is none */
		{"Europe/Berlin", EVERY, 2, 30, "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z",
			"2026-10-26T01:30:00Z"},
		{"America/New_York", EVERY, 1, 30, "2026-11-01T06:30:00Z", "2026-11-01T05:30:00Z",
			"2026-11-02T06:30:00Z"},
		{"Australia/Lord_Howe", EVERY, 1, 45, "2026-04-04T15:15:00Z",
			"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"},
		{"Africa/Casablanca", EVERY, 2, 30, "2024-03-10T02:30:00Z", "2024-03-10T01:30:00Z",
			"2024-03-11T02:30:00Z"},
		/* a day that was left out: a Friday */
		{"Pacific/Apia", EVERY, 2, 0, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z",
			"2011-12-30T12:00:00Z"},
		{"Pacific/Apia", FRI, 2, 0, "2011-12-30T09:59:59Z", "2011-12-23T12:00:00Z",
			"2011-12-30T10:00:00Z"},
	};
	struct arena a;
	char last[DATE_TEXT];
	char next[DATE_TEXT];

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct config_at at = {
			.minute = (uint16_t)(60 * r->hour + r->minute), .days = r->days};
		const struct config_when w = when(r->zone, &at, &a);
		const struct slot s = slots_last(&w, instant(r->now));
		const struct slot n = slots_next(&w, instant(r->now));
		if (s.at != instant(r->last) || n.at != instant(r->next))
			fail_msg("row %zu, %s at %s: last %s, expected %s; next %s, expected %s", i,
				r->zone, r->now, date_iso(s.at, last).p, r->last,
				date_iso(n.at, next).p, r->next);
	}
	arena_done(&a);
}

/* Two times of a gap fall together, and so do the same time twice. */
static void several_times(void **state)
{
	struct arena a;
	struct config_at third = {.minute = 155, .days = EVERY};
	struct config_at second = {.minute = 125, .days = EVERY, .next = &third};
	struct config_at first = {.minute = 125, .days = EVERY, .next = &second};
	struct config_when w;

	(void)state;
	arena_init(&a);
	w = when("Europe/Berlin", &first, &a);
	assert_int_equal(slots_count(&w, instant("2026-03-27T23:00:00Z"),
				 instant("2026-03-28T22:59:59Z"), 100),
		2);
	assert_int_equal(slots_count(&w, instant("2026-03-28T23:00:00Z"),
				 instant("2026-03-29T21:59:59Z"), 100),
		1);
	assert_int_equal(slots_count(&w, instant("2026-10-24T22:00:00Z"),
				 instant("2026-10-25T22:59:59Z"), 100),
		2);
	assert_int_equal(slots_count(&w, instant("2026-01-01T00:00:00Z"),
				 instant("2026-12-31T00:00:00Z"), 50),
		50);
	assert_int_equal(slots_count(&w, instant("2026-01-01T12:00:00Z"),
				 instant("2026-01-01T12:00:00Z"), 50),
		0);
	arena_done(&a);
}

/* From slot to slot, over all changes of the clock: each day has one, in order, none is passed over. */
static void every_day_has_one(void **state)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York",
		"Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu",
		"Pacific/Apia"};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(zones); i++) {
		struct config_at at = {.minute = 150, .days = EVERY};
		const struct config_when w = when(zones[i], &at, &a);
		struct slot s = slots_next(&w, instant("2010-01-01T00:00:00Z"));
		for (int n = 0; n < 12000; n++) { /* up to 2042 */
			const struct slot next = slots_next(&w, s.at);
			assert_true(next.at > s.at);
			assert_true(next.local == s.local + 86400);
			assert_true(slots_last(&w, next.at - 1).at == s.at);
			assert_true(slots_last(&w, next.at).at == next.at);
			s = next;
		}
	}
	arena_done(&a);
}

static void texts(void **state)
{
	struct arena a;
	struct config_at at = {.minute = 150, .days = EVERY};
	struct config_when w;
	char text[SLOTS_TEXT];
	struct slot s;

	(void)state;
	arena_init(&a);
	w = when("Europe/Berlin", &at, &a);
	s = slots_last(&w, instant("2026-03-29T12:00:00Z"));
	assert_string_equal(slots_name(&w, &s, text), "2026-03-29T02:30 Europe/Berlin");
	assert_string_equal(slots_text(&w, s.at, text),
		"2026-03-29T03:00 Europe/Berlin (2026-03-29T01:00:00Z)");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots),
		cmocka_unit_test(several_times),
		cmocka_unit_test(every_day_has_one),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
