/* What is wrong for as long as it lasts: told once, recorded, forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stage/alarms.h"
#include "unit/support/stage_world.h"

static void raise(struct stage_world *w, enum alarms_again again, size_t n, const char *first)
{
	struct alarms s;
	struct err e;

	w->v.news = 0;
	alarms_init(&s, &w->v, "UNKNOWN-FILE", "unknown-file");
	s.again = again;
	for (size_t i = 0; i < n; i++) {
		char place[40];
		(void)snprintf(place, sizeof(place), "outbox/%s%zu", first, i);
		alarms_add(&s, str_c(place), "nobody knows %zu", i);
	}
	assert_int_equal(alarms_commit(&s, &e), 0);
}

static const char known[] =
	"SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:UNKNOWN-FILE:outbox/%'";
static const char events[] = "SELECT COUNT(*) FROM event";

static void told_once_and_forgotten(void **state)
{
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	raise(&w, ALARMS_ONCE, 2, "a");
	assert_int_equal(w.v.news, 2);
	assert_int_equal(stage_world_count(&w, known), 2);
	const int64_t before = stage_world_count(&w, events);
	raise(&w, ALARMS_ONCE, 2, "a");
	assert_int_equal(w.v.news, 0);
	assert_int_equal(stage_world_count(&w, events),
		before); /* nothing is written when nothing changed */
	raise(&w, ALARMS_NEWS, 2, "a");
	assert_int_equal(w.v.news, 2); /* by each run */
	raise(&w, ALARMS_WARN, 2, "a");
	assert_int_equal(w.v.news, 0);
	raise(&w, ALARMS_ONCE, 1, "a");
	assert_int_equal(w.v.news, 0);
	assert_int_equal(stage_world_count(&w, known), 1);
	raise(&w, ALARMS_ONCE, 1, "b");
	assert_int_equal(w.v.news, 1);
	raise(&w, ALARMS_ONCE, 0, "");
	assert_int_equal(stage_world_count(&w, known), 0);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM event WHERE what = 'alarm-over'"), 3);
	stage_world_close(&w);
}

/* Another sentence is news, and the one that status has. */
static void other_words(void **state)
{
	static const char *const words[] = {"not mounted", "not mounted", "another folder"};
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	for (size_t i = 0; i < 3; i++) {
		struct alarms s;
		w.v.news = 0;
		alarms_init(&s, &w.v, "INBOX-GONE", "inbox-gone");
		alarms_add(&s, STR("inbox/x"), "%s", words[i]);
		assert_int_equal(alarms_commit(&s, &e), 0);
		assert_int_equal(w.v.news, i != 1);
	}
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM meta WHERE key = 'alarm:INBOX-GONE:inbox/x' AND "
			"value = 'another folder'"),
		1);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM event WHERE what = 'inbox-gone'"), 2);
	stage_world_close(&w);
}

static void many_are_counted(void **state)
{
	struct stage_world w;
	struct alarms s;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	alarms_init(&s, &w.v, "UNKNOWN-FILE", "unknown-file");
	for (int i = 0; i < 1000; i++)
		alarms_add(&s, STR("work/one"), "the same again");
	assert_int_equal(alarms_commit(&s, &e), 0);
	assert_int_equal(w.v.news, 1); /* one is not many */
	raise(&w, ALARMS_ONCE, 0, "");
	w.v.news = 0;
	raise(&w, ALARMS_ONCE, 1000, "a");
	assert_int_equal(w.v.news, 201);
	assert_int_equal(stage_world_count(&w, known), 200);
	assert_int_equal(stage_world_count(&w,
				 "SELECT COUNT(*) FROM meta WHERE key = 'alarm:UNKNOWN-FILE:more'"),
		1);
	stage_world_close(&w);
}

static void any_bytes(void **state)
{
	struct stage_world w;
	struct alarms s;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	for (int i = 0; i < 2; i++) {
		w.v.news = 0;
		alarms_init(&s, &w.v, "MISSING-PAIR", "missing-pair");
		alarms_add(&s, STR("inbox/x/a\x1b\xff\n"), "waits");
		assert_int_equal(alarms_commit(&s, &e), 0);
		assert_int_equal(w.v.news, i == 0);
	}
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:MISSING-PAIR:inbox/x/a%'"),
		1);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_once_and_forgotten),
		cmocka_unit_test(other_words),
		cmocka_unit_test(many_are_counted),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
