/* Inboxes that are gone, and halves of pairs that have waited too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "stage/inbox.h"
#include "stage/inbox_watch.h"
#include "unit/support/stage_world.h"

static int64_t alarms(struct stage_world *w, const char *reason)
{
	char sql[200];

	(void)snprintf(
		sql, sizeof(sql), "SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:%s:%%'", reason);
	return stage_world_count(w, sql);
}

static void watch(struct stage_world *w)
{
	struct alarms gone;
	struct err e;

	w->v.news = 0;
	alarms_init(&gone, &w->v, "INBOX-GONE", "inbox-gone");
	gone.again = ALARMS_NEWS;
	if (inbox_watch_run(&w->v, &gone, &e) == -1 || alarms_commit(&gone, &e) == -1)
		fail_msg("%s", e.text);
}

/* The world's only source, with a marker beside each file. */
static struct config_source *source(struct stage_world *w)
{
	struct config_source *s = w->v.config->sources;
	struct err e;

	assert_non_null(s);
	s->next = NULL;
	s->ready = READY_MARKER;
	s->pair_seconds = 60;
	assert_int_equal(inbox_prepare(&w->v, s->name, &e), 0);
	assert_int_equal(inbox_prepare(&w->v, s->name, &e), 0);
	return s;
}

static void put(struct stage_world *w, const struct config_source *s, const char *name)
{
	char folder[100];

	(void)snprintf(folder, sizeof(folder), "inbox/" STR_FMT, STR_ARG(s->name));
	stage_world_put(w, folder, name, "x");
}

static void pairs(void **state)
{
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	const struct config_source *s = source(&w);
	w.v.clock = clock_system();
	put(&w, s, "alone.json");
	put(&w, s, "lost.json.ready");
	put(&w, s, "both.json");
	put(&w, s, "both.json.ready");
	put(&w, s, "later.json.part");
	put(&w, s, ".hidden.ready");
	watch(&w);
	assert_int_equal(alarms(&w, "MISSING-PAIR"), 0); /* not for so long */
	w.v.clock = clock_fixed(clock_now(&w.v.clock) + 61);
	watch(&w);
	assert_int_equal(alarms(&w, "MISSING-PAIR"), 2);
	assert_int_equal(w.v.news, 2);
	watch(&w);
	assert_int_equal(w.v.news, 0);
	put(&w, s, "alone.json.ready");
	put(&w, s, "lost.json");
	watch(&w);
	assert_int_equal(alarms(&w, "MISSING-PAIR"), 0);
	stage_world_close(&w);
}

static void gone(void **state)
{
	struct stage_world w;
	char path[200];
	char mark[240];

	(void)state;
	stage_world_open(&w, false);
	const struct config_source *s = source(&w);
	(void)snprintf(path, sizeof(path), "%s/inbox/" STR_FMT, w.v.path, STR_ARG(s->name));
	(void)snprintf(mark, sizeof(mark), "%s/" INBOX_MARK, path);
	watch(&w);
	assert_int_equal(alarms(&w, "INBOX-GONE"), 0);
	assert_int_equal(rmdir(mark), 0); /* another folder in its place */
	for (int i = 0; i < 2; i++) {
		watch(&w);
		assert_int_equal(alarms(&w, "INBOX-GONE"), 1);
		assert_int_equal(w.v.news, 1); /* by each run */
	}
	assert_int_equal(rename(path, "away"), 0);
	watch(&w);
	assert_int_equal(alarms(&w, "INBOX-GONE"), 1);
	assert_int_equal(mkdir(path, 0770), 0);
	assert_int_equal(mkdir(mark, 0750), 0);
	watch(&w);
	assert_int_equal(alarms(&w, "INBOX-GONE"), 0);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
