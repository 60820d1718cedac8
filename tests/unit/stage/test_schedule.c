/* Times of agreements: each is done once, by whichever run comes. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage/schedule.h"
#include "unit/support/stage_world.h"

enum { DAY = 86400, HOUR = 3600 };

/* acme-832 at 02:00 in Berlin; the environment was made at STAGE_WORLD_NOW, 2026-11-23T02:00:00Z. */
struct world {
	struct stage_world w;
	struct config_at at;
	struct config_when when;
	struct config_agreement *g;
};

static void set(struct world *x, int64_t from_made)
{
	x->w.v.clock = clock_fixed(STAGE_WORLD_NOW + from_made);
	x->w.v.started = STAGE_WORLD_NOW + from_made;
}

/* An environment, and a <when> that no run has seen yet. */
static void make_world(struct world *x)
{
	struct err e;

	memset(x, 0, sizeof(*x));
	stage_world_open(&x->w, false);
	x->at = (struct config_at){.minute = 120, .days = 0x7f};
	x->when = (struct config_when){
		.zone_name = STR("Europe/Berlin"), .ats = &x->at, .catch_up = true, .within = HOUR};
	assert_int_equal(tz_load(x->when.zone_name, &x->w.a, &x->when.zone, &e), 0);
	x->g = x->w.v.config->agreements;
	x->g->when = &x->when;
}

static void open_world(struct world *x)
{
	struct err e;

	make_world(x);
	if (schedule_begin(&x->w.v, &e) == -1)
		fail_msg("%s", e.text);
}

/* Is it due, and how many were missed? Done when it is. */
static void turn(struct world *x, int want, int64_t missed)
{
	struct schedule s;
	struct err e;
	const int due = schedule_due(&x->w.v, x->g, &s, &e);

	if (due == -1)
		fail_msg("%s", e.text);
	assert_int_equal(due, want);
	if (due == 1) {
		assert_int_equal(s.missed, missed);
		assert_int_equal(schedule_done_now(&x->w.v, &s, &e), 0);
	}
}

static void once(void **state)
{
	struct world x;

	(void)state;
	open_world(&x);
	turn(&x, 0, 0); /* 03:00 in Berlin, when it was made: the time before does not count */
	set(&x, 23 * HOUR - 1);
	turn(&x, 0, 0);
	set(&x, 23 * HOUR);
	turn(&x, 1, 0);
	turn(&x, 0, 0);
	set(&x, 22 * HOUR); /* set back */
	turn(&x, 0, 0);
	set(&x, 30 * HOUR);
	turn(&x, 0, 0);
	set(&x, 23 * HOUR + DAY);
	turn(&x, 1, 0);
	assert_int_equal(x.w.v.news, 0);
	set(&x, 23 * HOUR + 11 * DAY);
	turn(&x, 1, 9);
	assert_int_equal(x.w.v.news, 1);
	turn(&x, 0, 0);
	set(&x, 23 * HOUR + 12 * DAY);
	x.w.v.clock_doubt = true;
	turn(&x, 0, 0);
	x.w.v.clock_doubt = false;
	x.w.v.started -= 32 * DAY; /* it jumped while the run is on */
	turn(&x, 0, 0);
	x.w.v.started += 32 * DAY;
	turn(&x, 1, 0);
	(void)stage_world_events(&x.w);
	stage_world_close(&x.w);
}

static void not_caught_up(void **state)
{
	struct world x;

	(void)state;
	open_world(&x);
	x.when.catch_up = false;
	set(&x, 24 * HOUR);
	turn(&x, 1, 0); /* an hour late is in time */
	set(&x, 24 * HOUR + DAY + 1);
	turn(&x, 0, 0);
	assert_int_equal(x.w.v.news, 1);
	turn(&x, 0, 0);
	assert_int_equal(x.w.v.news, 1); /* told once */
	set(&x, 23 * HOUR + 2 * DAY);
	turn(&x, 1, 0);
	stage_world_close(&x.w);
}

static void next_is(struct world *x, const char *want)
{
	char text[SLOTS_TEXT];
	struct err e;

	assert_int_equal(schedule_next(&x->w.v.ledger, x->g, text, &e), 0);
	assert_string_equal(text, want);
}

static void missed_is(struct world *x, const char *want)
{
	char text[SCHEDULE_MISSED];
	struct err e;

	assert_int_equal(schedule_missed(&x->w.v.ledger, x->g, text, &e), 0);
	assert_string_equal(text, want);
}

/* What is said before the first run is what that run does. */
static void new_to_the_ledger(void **state)
{
	static const char first[] = "2026-11-24T02:00 Europe/Berlin (2026-11-24T01:00:00Z)";
	struct world x;
	struct err e;

	(void)state;
	make_world(&x);
	next_is(&x, first);
	set(&x, 23 * HOUR);
	next_is(&x, SCHEDULE_NOW);
	assert_int_equal(schedule_begin(&x.w.v, &e), 0);
	next_is(&x, SCHEDULE_NOW);
	turn(&x, 1, 0);
	next_is(&x, "2026-11-25T02:00 Europe/Berlin (2026-11-25T01:00:00Z)");
	set(&x, 22 * HOUR); /* set back: what is done does not come again */
	next_is(&x, "2026-11-25T02:00 Europe/Berlin (2026-11-25T01:00:00Z)");
	stage_world_close(&x.w);
}

/* Nobody came in time: seen from then until the next one is done. */
static void seen_as_missed(void **state)
{
	static const char missed[] =
		"it was not begun within 3600 s of 2026-11-25T02:00 Europe/Berlin (2026-11-25T01:00:00Z)"
		", nor were 1 before it; it is not caught up (catch-up=\"none\")";
	struct world x;

	(void)state;
	open_world(&x);
	x.when.catch_up = false;
	missed_is(&x, "");
	set(&x, 24 * HOUR + DAY);
	missed_is(&x, ""); /* not too late yet */
	set(&x, 24 * HOUR + DAY + 1);
	missed_is(&x, missed); /* before a run passed it over */
	turn(&x, 0, 0);
	missed_is(&x, missed);
	set(&x, 23 * HOUR + 2 * DAY);
	missed_is(&x, missed);
	turn(&x, 1, 0);
	missed_is(&x, "");
	assert_int_equal(
		stage_world_count(&x.w, "SELECT COUNT(*) FROM event WHERE what = 'slot'"), 1);
	assert_int_equal(
		stage_world_count(&x.w, "SELECT COUNT(*) FROM event WHERE what = 'slot-missed'"),
		1);
	(void)stage_world_events(&x.w);
	stage_world_close(&x.w);
}

static void told(void **state)
{
	struct world x;

	(void)state;
	open_world(&x);
	next_is(&x, "2026-11-24T02:00 Europe/Berlin (2026-11-24T01:00:00Z)");
	set(&x, 23 * HOUR);
	next_is(&x, SCHEDULE_NOW);
	x.when.catch_up = false;
	set(&x, 24 * HOUR + 1);
	next_is(&x, "2026-11-25T02:00 Europe/Berlin (2026-11-25T01:00:00Z)");
	x.when.zone = NULL; /* a configuration with faults, that status looks at */
	next_is(&x, "");
	x.g->when = NULL;
	next_is(&x, "");
	turn(&x, 1, 0); /* in every run */
	turn(&x, 1, 0);
	stage_world_close(&x.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once),
		cmocka_unit_test(not_caught_up),
		cmocka_unit_test(new_to_the_ledger),
		cmocka_unit_test(seen_as_missed),
		cmocka_unit_test(told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
