/* Clocks that were set: what is told, and when it is believed. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage/wall.h"
#include "unit/support/stage_world.h"

enum { DAY = 86400 };

static int64_t doubts(struct stage_world *w)
{
	return stage_world_count(w, "SELECT COUNT(*) FROM event WHERE what = 'clock-implausible'");
}

static int64_t jumps(struct stage_world *w)
{
	return stage_world_count(w, "SELECT COUNT(*) FROM event WHERE what = 'clock-jumped'");
}

/* A run starts and ends at that time. */
static void run_at(struct stage_world *w, int64_t at)
{
	struct env *v = &w->v;
	struct ledger *l = &v->ledger;
	struct err e;

	v->clock = clock_fixed(at);
	v->started = at;
	v->started_ms = clock_ms(&v->clock);
	v->clock_doubt = false;
	v->news = 0;
	if (wall_check(v, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(ledger_event(l, "run-started", "run x", &e, "x"), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
}

static void between_runs(void **state)
{
	static const struct {
		int64_t at; /* from the first run */
		bool doubt;
		bool jumped;
	} rows[] = {
		{0, false, false}, {DAY, false, false}, {DAY - 60, false, false},
		{DAY - 180, false, true}, {0, false, true}, /* not a day back */
		{-DAY, false, true}, {-2 * DAY - 1, true, false},
		{-2 * DAY, false, false}, /* believed by the next */
		{29 * DAY, false, false}, /* 31 days ahead */
		{60 * DAY + 1, true, false}, {60 * DAY + 2, false, false},
		{4000 * (int64_t)DAY, true, false}, /* 2037 */
		{4001 * (int64_t)DAY, false, false}, {10000 * (int64_t)DAY, true, false},
		{-20000 * (int64_t)DAY, true, false}, /* 1972 */
		{-20000 * (int64_t)DAY, true, false}, /* never believed */
		{-330 * DAY, true, false},	      /* 2025 */
		{-300 * DAY, false, false},	      /* 2026, and a month later */
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t doubted = doubts(&w);
		const int64_t jumped = jumps(&w);
		run_at(&w, STAGE_WORLD_NOW + rows[i].at);
		if (w.v.clock_doubt != rows[i].doubt || w.v.news != (rows[i].doubt ? 1 : 0) ||
			doubts(&w) - doubted != (rows[i].doubt ? 1 : 0) ||
			jumps(&w) - jumped != (rows[i].jumped ? 1 : 0))
			fail_msg("row %zu", i);
	}
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static int told(
	void *ctx, int64_t at, struct str run, struct str actor, struct str what, struct str detail)
{
	(void)at, (void)run, (void)actor, (void)what;
	(void)snprintf(ctx, 100, STR_FMT, STR_ARG(detail));
	return 0;
}

static bool is_last(struct stage_world *w, const char *detail)
{
	char last[100] = "";
	struct err e;

	assert_int_equal(ledger_story(&w->v.ledger, "clock", told, last, &e), 0);
	return strcmp(last, detail) == 0;
}

static int64_t wall_now;

static int64_t moved_now(const struct clock *c)
{
	(void)c;
	return wall_now;
}

/* The wall clock of a run that takes an hour by the other clock. */
static void within_a_run(void **state)
{
	static const struct {
		int64_t by;
		const char *detail;
	} rows[] = {
		{0, NULL},
		{60, NULL},
		{-60, NULL},
		{61, "by=61 s during this run"},
		{-3600, "by=-3600 s during this run"},
		{365 * DAY, "by=31536000 s during this run"},
	};
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	run_at(&w, STAGE_WORLD_NOW);
	w.v.clock.fixed += 3600;
	w.v.clock.now = moved_now;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t before = jumps(&w);
		wall_now = STAGE_WORLD_NOW + 3600 + rows[i].by;
		assert_int_equal(wall_end(&w.v, &e), 0);
		assert_int_equal(jumps(&w) - before, rows[i].detail ? 1 : 0);
		if (rows[i].detail && !is_last(&w, rows[i].detail))
			fail_msg("%s", rows[i].detail);
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_runs),
		cmocka_unit_test(within_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
