/* What fsck mends when it is told to: previews change nothing, what is done is an event, nothing is removed. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/fsck_mend.h"
#include "store/ledger_operator.h"
#include "unit/support/stage_world.h"

static const struct verbs_request preview = {.dry_run = true};
static const struct verbs_request because = {.reason = STR_INIT("a \"test\"\n")};

static int64_t events(struct stage_world *w, const char *what)
{
	char sql[100];

	(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM event WHERE what = '%s'", what);
	return stage_world_count(w, arena_str(&w->a, str_c(sql)).p);
}

/* A loss of the archive is known from then on; that of what is not finished is not. */
static void what_the_archive_lost_is_accepted(void **state)
{
	struct stage_world w;
	struct verbs_done done = {0};
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	const struct interchange_row sent = stage_world_row(
		&w, stage_world_in(&w, "sent", "", "a"));
	(void)stage_world_in(&w, "archived", "", "b");
	stage_world_sql(&w, "UPDATE interchange SET place = 'archive/2026/11/23' WHERE id = 2");
	const int dir = fsx_subdir(w.v.dir, sent.place.p, &e);
	assert_int_equal(fsx_remove(dir, sent.name.p, &e), 0);
	fsx_close(dir);
	assert_int_equal(fsx_mkdirs(w.v.dir, "archive", 0750, &e), 0);
	assert_int_equal(fsck_mend_repair(&w.v, &preview, &done, &e), 0);
	assert_int_equal(events(&w, "loss-accepted"), 0);
	memset(&done, 0, sizeof(done));
	assert_int_equal(fsck_mend_repair(&w.v, &because, &done, &e), 0);
	assert_int_equal(events(&w, "loss-accepted"), 2); /* and its lineage */
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'gone:%'"), 1);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM meta WHERE key = 'gone:interchange:2'"),
		1);
	assert_true(stage_world_events(&w) > 0);
	stage_world_close(&w);
}

static void unknown_files_are_moved_aside(void **state)
{
	struct stage_world w;
	struct verbs_done done = {0};
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(fsx_mkdirs(w.v.dir, "archive", 0750, &e), 0);
	const struct interchange_row r = stage_world_row(&w, stage_world_queued(&w, "a"));
	char known[300];
	(void)snprintf(known, sizeof(known), "outbox/acme/%s", r.name.p);
	stage_world_put(&w, "outbox/acme", "stranger", "one");
	stage_world_put(&w, "hold", "stranger", "two");
	assert_int_equal(fsck_mend_repair(&w.v, &preview, &done, &e), 0);
	assert_int_equal(done.count, 2);
	assert_true(stage_world_has(&w, "outbox/acme/stranger"));
	assert_int_equal(events(&w, "unknown-file"), 0);
	memset(&done, 0, sizeof(done));
	assert_int_equal(fsck_mend_repair(&w.v, &because, &done, &e), 0);
	assert_int_equal(done.count, 2);
	assert_false(stage_world_has(&w, "outbox/acme/stranger"));
	assert_false(stage_world_has(&w, "hold/stranger"));
	assert_true(stage_world_has(&w, "quarantine/unknown/stranger"));
	assert_true(stage_world_has(&w, "quarantine/unknown/stranger.2"));
	assert_true(stage_world_has(&w, known));
	assert_int_equal(events(&w, "unknown-file"), 2);
	memset(&done, 0, sizeof(done));
	assert_int_equal(fsck_mend_repair(&w.v, &because, &done, &e), 0);
	assert_int_equal(done.count, 0);
	assert_true(stage_world_events(&w) > 0);
	stage_world_close(&w);
}

/* Refused as a whole, before anything is moved. */
static void without_an_archive_nothing_is_mended(void **state)
{
	struct stage_world w;
	struct verbs_done done = {0};
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)unlinkat(w.v.dir, "archive", AT_REMOVEDIR);
	stage_world_put(&w, "hold", "stranger", "one");
	assert_int_equal(fsck_mend_repair(&w.v, &because, &done, &e), -1);
	assert_int_equal(e.code, ERR_STALE);
	assert_non_null(strstr(e.text, "archive/ is not there: mount it; nothing was mended"));
	assert_true(stage_world_has(&w, "hold/stranger"));
	assert_int_equal(events(&w, "unknown-file"), 0);
	stage_world_close(&w);
}

static void what_waited_is_in_doubt(void **state)
{
	struct stage_world w;
	struct verbs_done done = {0};
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(fsx_mkdirs(w.v.dir, "log", 0750, &e), 0);
	const int64_t waits = stage_world_queued(&w, "a");
	const int64_t gone = stage_world_in(&w, "sent", "", "b");
	assert_int_equal(fsck_mend_reconcile(&w.v, &preview, &done, &e), 0);
	assert_string_equal(stage_world_row(&w, waits).state.p, "queued");
	assert_int_equal(fsck_mend_reconcile(&w.v, &because, &done, &e), 0);
	assert_int_equal(done.count, 1);
	assert_string_equal(stage_world_row(&w, waits).state.p, "in-doubt");
	assert_string_equal(stage_world_row(&w, gone).state.p, "sent");
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM meta WHERE key = 'restored:acme-832'"),
		1);
	assert_int_equal(events(&w, "reconciled"), 1);
	assert_true(stage_world_events(&w) > 0);
	stage_world_close(&w);
}

static void ids_are_not_given_again(void **state)
{
	struct stage_world w;
	struct ledger *l = &w.v.ledger;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(ledger_operator_skip_inputs(l, 41, &e), 0);
	assert_int_equal(ledger_operator_skip_interchanges(l, 42, &e), 0);
	assert_int_equal(ledger_operator_skip_received(l, 43, &e), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
	assert_int_equal(stage_world_queued(&w, "a"), 43);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_files_are_moved_aside),
		cmocka_unit_test(without_an_archive_nothing_is_mended),
		cmocka_unit_test(what_the_archive_lost_is_accepted),
		cmocka_unit_test(what_waited_is_in_doubt),
		cmocka_unit_test(ids_are_not_given_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
