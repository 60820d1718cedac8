/* Purge: what goes, what must stay, and a purge that was cut. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/purge.h"
#include "unit/support/stage_world.h"

enum { DAY = 86400, KEEP = 10 };

#define PLACE "archive/2026/11/20"

static void later(struct stage_world *w, int64_t days)
{
	w->v.clock = clock_fixed(STAGE_WORLD_NOW + days * DAY);
	w->v.started = clock_now(&w->v.clock);
}

/* An interchange of one item, archived with its files. */
static int64_t archived(struct stage_world *w, const char *item)
{
	const int64_t id = stage_world_in(w, "archived", "", item);
	const struct interchange_row r = stage_world_row(w, id);
	char sql[300];
	char name[200];

	(void)snprintf(sql, sizeof(sql),
		"UPDATE interchange SET place = '" PLACE "' WHERE id = %" PRId64
		"; UPDATE item SET state = 'accepted' WHERE interchange = %" PRId64,
		id, id);
	stage_world_sql(w, sql);
	(void)snprintf(name, sizeof(name), "%s.gz", r.name.p);
	stage_world_put(w, PLACE, name, "x12");
	(void)snprintf(name, sizeof(name), "%s.lineage.gz", r.name.p);
	stage_world_put(w, PLACE, name, "lineage");
	return id;
}

static bool kept(struct stage_world *w, int64_t id)
{
	const struct interchange_row r = stage_world_row(w, id);
	char path[300];

	(void)snprintf(path, sizeof(path), PLACE "/%s.gz", r.name.p);
	assert_int_equal(stage_world_has(w, path), r.place.n > 0);
	assert_true(str_is(r.state, "archived"));
	return r.place.n > 0;
}

static int64_t purge(struct stage_world *w)
{
	struct err e;
	int64_t worked = 0;

	if (purge_run(&w->v, &worked, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(
		stage_world_count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'purge:%'"), 0);
	return worked;
}

static void open_world(struct stage_world *w)
{
	stage_world_open(w, false);
	w->v.config->keep_interchanges = KEEP * DAY;
	w->v.config->keep_inputs = KEEP * DAY;
	w->v.config->keep_received = KEEP * DAY;
}

static void close_world(struct stage_world *w)
{
	struct err e;

	(void)stage_world_events(w);
	assert_int_equal(fsx_tree_remove(w->v.dir, "archive", &e), 0);
	stage_world_close(w);
}

/* Each row makes one thing open; without it the interchange goes after ten days, not before. */
static void keeps_what_is_open(void **state)
{
	static const struct {
		const char *what, *sql, *close;
	} rows[] = {
		{"nothing", NULL, NULL},
		{"an item that waits for its answer", "UPDATE item SET state = 'pending'",
			"UPDATE item SET state = 'accepted'"},
		{"an item that was refused", "UPDATE item SET state = 'rejected'",
			"UPDATE item SET state = 'accepted'"},
		{"an open entry of the feedback",
			"INSERT INTO feedback(agreement, partner, key, interchange, received, segment, segment_at, element, "
			"component, code, field, found, file, map_line, note, at) VALUES('acme-832', 'acme', 'a', 1, 1, "
			"'LIN', 1, 1, 0, '7', '', '', '', 0, '', 1)",
			"UPDATE feedback SET closed = 1"},
		{"a reissue of it that is not finished",
			"INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, at) VALUES(99, 9, "
			"'acme-832', 'acme', '832', 'n', 'sent/acme', 'sent', 1); "
			"UPDATE interchange SET reissued_as = 99 WHERE id <> 99",
			"UPDATE interchange SET state = 'archived' WHERE id = 99"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_world w;
		open_world(&w);
		const int64_t id = archived(&w, "a");
		if (rows[i].sql)
			stage_world_sql(&w, rows[i].sql);
		later(&w, KEEP);
		(void)purge(&w);
		assert_true(kept(&w, id));
		later(&w, KEEP + 1);
		(void)purge(&w);
		if (kept(&w, id) != (rows[i].sql != NULL))
			fail_msg("%s", rows[i].what);
		if (rows[i].close) {
			stage_world_sql(&w, rows[i].close);
			assert_int_equal(purge(&w), 1);
			assert_false(kept(&w, id));
		}
		assert_false(stage_world_has(&w, PLACE)); /* empty, so it goes too */
		assert_int_equal(purge(&w), 0);
		assert_int_equal(
			stage_world_count(&w,
				"SELECT COUNT(*) FROM event WHERE what IN ('purging', 'purged')"),
			2);
		stage_world_put(&w, "archive", "x", "");
		close_world(&w);
	}
}

/* For ever is for ever. */
static void keeps_for_ever(void **state)
{
	struct stage_world w;

	(void)state;
	open_world(&w);
	w.v.config->keep_interchanges = 0;
	const int64_t id = archived(&w, "a");
	later(&w, 36500);
	assert_int_equal(purge(&w), 0);
	assert_true(kept(&w, id));
	close_world(&w);
}

/* Something that happened to it yesterday starts its time anew. */
static void counts_from_the_last_event(void **state)
{
	struct stage_world w;
	struct err e;

	(void)state;
	open_world(&w);
	const int64_t id = archived(&w, "a");
	later(&w, KEEP);
	assert_int_equal(ledger_begin(&w.v.ledger, &e), 0);
	assert_int_equal(
		ledger_event(&w.v.ledger, "acknowledged", "interchange 000001", &e, "late"), 0);
	assert_int_equal(ledger_commit(&w.v.ledger, &e), 0);
	later(&w, KEEP + 5);
	assert_int_equal(purge(&w), 0);
	assert_true(kept(&w, id));
	close_world(&w);
}

/* Inputs stay as long as an interchange made of them; then they go, and received files too. */
static void keeps_inputs_for_interchanges(void **state)
{
	struct stage_world w;

	(void)state;
	open_world(&w);
	(void)archived(&w, "a");
	w.v.config->keep_interchanges = 20 * DAY;
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) VALUES"
		"(71, 'ampliance', 'a', 'archived', '" PLACE
		"/in-000071.zip', 1, 1, 1, 1, 0, 1, 'r'), "
		"(72, 'ampliance', 'b', 'archived', '" PLACE
		"/in-000072.zip', 1, 1, 1, 1, 0, 1, 'r'), "
		"(73, 'ampliance', 'c', 'current', 'current/ampliance/in-000073.zip', 1, 1, 1, 1, 0, 1, 'r'); "
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, at) VALUES"
		"(9, 'acme', 'x', 1, 1, 'r-000009', '" PLACE "/r-000009', 'archived', 1); "
		"UPDATE unit SET inputs = 'source=7,prices=71,', at = 1, state = 'done'");
	stage_world_put(&w, PLACE, "in-000071.zip", "zip");
	stage_world_put(&w, PLACE, "in-000072.zip", "zip");
	stage_world_put(&w, PLACE, "r-000009.gz", "997");
	later(&w, KEEP + 1);
	assert_int_equal(purge(&w), 2);
	assert_true(stage_world_has(&w, PLACE "/in-000071.zip"));
	assert_false(stage_world_has(&w, PLACE "/in-000072.zip"));
	assert_false(stage_world_has(&w, PLACE "/r-000009.gz"));
	later(&w, 21);
	assert_int_equal(purge(&w), 2);
	assert_false(stage_world_has(&w, PLACE));
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM input WHERE place <> ''"), 1);
	stage_world_put(&w, "archive", "x", "");
	close_world(&w);
}

/* Cut behind the intents, or behind a part of the files: the next one goes on, even when nothing is
 * old by then. What is in another place by now is left alone. */
static void goes_on_after_a_cut(void **state)
{
	static const bool files_gone[] = {false, true};

	(void)state;
	for (size_t i = 0; i < sizeof(files_gone) / sizeof(files_gone[0]); i++) {
		struct stage_world w;
		struct err e;
		open_world(&w);
		const int64_t id = archived(&w, "a");
		const int64_t other = archived(&w, "b");
		char sql[200];

		(void)snprintf(sql, sizeof(sql),
			"INSERT INTO meta(key, value) VALUES('purge:interchange:%" PRId64
			"', '" PLACE "'), ('purge:interchange:%" PRId64 "', 'sent/acme')",
			id, other);
		stage_world_sql(&w, sql);
		if (files_gone[i])
			assert_int_equal(fsx_tree_remove(w.v.dir, PLACE, &e), 0);
		assert_int_equal(purge(&w), 1);
		assert_int_equal(stage_world_row(&w, id).place.n, 0);
		assert_true(str_is(stage_world_row(&w, other).place, PLACE));
		if (!files_gone[i])
			assert_true(kept(&w, other));
		close_world(&w);
	}
}

/* A clock that is in doubt, or jumps a year ahead while the run is on, purges nothing. */
static void mistrusts_the_clock(void **state)
{
	struct stage_world w;

	(void)state;
	open_world(&w);
	const int64_t id = archived(&w, "a");
	later(&w, 365);
	w.v.clock_doubt = true;
	assert_int_equal(purge(&w), 0);
	w.v.clock_doubt = false;
	w.v.started = STAGE_WORLD_NOW;
	assert_int_equal(purge(&w), 0);
	assert_true(kept(&w, id));
	later(&w, 365);
	assert_int_equal(purge(&w), 1);
	assert_false(kept(&w, id));
	stage_world_put(&w, "archive", "x", "");
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_open),
		cmocka_unit_test(keeps_for_ever),
		cmocka_unit_test(counts_from_the_last_event),
		cmocka_unit_test(keeps_inputs_for_interchanges),
		cmocka_unit_test(goes_on_after_a_cut),
		cmocka_unit_test(mistrusts_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
