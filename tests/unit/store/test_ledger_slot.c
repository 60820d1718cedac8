/* Slots that were done, and clocks that were wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/ledger_slot.h"
#include "unit/support/store_world.h"

enum { DAY = 86400, YEAR = 365 * DAY };
#define NOW ((int64_t)STORE_WORLD_NOW)

static struct store_world w;

static int open_world(void **state)
{
	(void)state;
	store_world_open(&w);
	store_world_begin(&w); /* all of a test is one transaction: the disk is slow */
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	store_world_commit(&w);
	store_world_close(&w);
	return 0;
}

static void add(const char *agreement, int64_t at)
{
	char name[40];

	(void)snprintf(name, sizeof(name), "at %lld", (long long)at);
	STORE_WORLD_IS(&w, ledger_slot_add(&w.l, str_c(agreement), at, name, &w.e), 0);
}

static void is(int64_t at, int64_t now, int want, int64_t want_last)
{
	struct slot_row last = {.at = 7};

	STORE_WORLD_IS(&w, ledger_slot_done(&w.l, STR("acme"), at, "x", now, &last, &w.e), want);
	if (last.at != want_last)
		fail_msg("last %lld, expected %lld", (long long)last.at, (long long)want_last);
}

static void each_once(void **state)
{
	(void)state;
	STORE_WORLD_IS(&w, ledger_slot_known(&w.l, STR("acme"), &w.e), 0);
	is(NOW, NOW, 0, INT64_MIN);
	add("other", NOW);
	add("acme", NOW - DAY);
	STORE_WORLD_IS(&w, ledger_slot_known(&w.l, STR("acme"), &w.e), 1);
	is(NOW, NOW, 0, NOW - DAY);
	is(NOW - DAY, NOW, 1, NOW - DAY);
	add("acme", NOW);
	is(NOW, NOW, 1, NOW);
	store_world_commit(&w);
	store_world_again(&w);
	store_world_begin(&w);
	is(NOW, NOW, 1, NOW);
	is(NOW + DAY, NOW + DAY, 0, NOW);
}

/* Set back by an hour or half a day: what was done is not done again. */
static void a_little_back(void **state)
{
	(void)state;
	add("acme", NOW - DAY);
	add("acme", NOW);
	is(NOW - DAY, NOW - 3600, 1, NOW);
	is(NOW, NOW, 1, NOW);
}

/* A year ahead, one slot done there, set right again: each night of this year is done, and so is that of
 * the next when it comes. */
static void a_year_ahead(void **state)
{
	(void)state;
	add("acme", NOW - DAY);
	add("acme", NOW + YEAR);
	is(NOW + YEAR, NOW + YEAR, 1, NOW + YEAR);
	is(NOW, NOW, 0, NOW - DAY);
	for (int64_t at = NOW; at < NOW + YEAR; at += DAY) {
		is(at, at, 0, at - DAY);
		add("acme", at);
		is(at, at, 1, at);
	}
	is(NOW + YEAR, NOW + YEAR, 0, NOW + YEAR - DAY);
	add("acme", NOW + YEAR);
	is(NOW + YEAR, NOW + YEAR, 1, NOW + YEAR);
}

/* Half a year back: those nights were done. */
static void long_back(void **state)
{
	(void)state;
	for (int64_t at = NOW - YEAR; at <= NOW; at += DAY)
		add("acme", at);
	is(NOW - YEAR / 5, NOW - YEAR / 5 + 3600, 1, NOW - YEAR / 5 + DAY);
	is(NOW, NOW, 1, NOW);
}

/* The rules of the zone changed, so the same night is another instant. */
static void the_same_name(void **state)
{
	struct slot_row last;

	(void)state;
	add("acme", NOW);
	STORE_WORLD_IS(
		&w, ledger_slot_add(&w.l, STR("acme"), NOW + DAY, "2026-11-24T02:00 UTC", &w.e), 0);
	STORE_WORLD_IS(&w,
		ledger_slot_done(&w.l, STR("acme"), NOW + DAY + 3600, "2026-11-24T02:00 UTC",
			NOW + DAY + 7200, &last, &w.e),
		1);
	STORE_WORLD_IS(&w,
		ledger_slot_done(&w.l, STR("acme"), NOW + DAY + 3600, "2026-11-24T03:00 UTC",
			NOW + DAY + 7200, &last, &w.e),
		0);
}

static void rows_are_few(void **state)
{
	(void)state;
	add("other", NOW);
	for (int64_t i = 0; i < 700; i++)
		STORE_WORLD_IS(
			&w, ledger_slot_add(&w.l, STR("acme"), NOW + i * 3600, "x", &w.e), 0);
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM slot WHERE agreement = 'acme'"), 500);
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM slot WHERE agreement = 'other'"), 1);
	is(NOW + 699 * 3600, NOW + 699 * 3600, 1, NOW + 699 * 3600);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

/* A row that was made before one of an earlier time was made by a clock that ran ahead. */
static void a_row_behind_a_later_one_does_not_count(void **state)
{
	(void)state;
	add("acme", NOW - DAY);
	add("acme", NOW - 5 * DAY);
	is(NOW - 2 * DAY, NOW, 0, NOW - 5 * DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_once),
		TEST(a_row_behind_a_later_one_does_not_count),
		TEST(a_little_back),
		TEST(a_year_ahead),
		TEST(long_back),
		TEST(the_same_name),
		TEST(rows_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
