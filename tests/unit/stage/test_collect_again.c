/* An input that its exporter wrote on: which is claimed anew, and which may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage/collect_again.h"
#include "unit/support/db_fault.h"
#include "unit/support/stage_world.h"

static struct stage_world w;

static int open_world(void **state)
{
	(void)state;
	stage_world_open(&w, true);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, sha, at, run) "
		"VALUES(1, 'ampliance', 'a.json', 'pending', 'work/in-000001', 0, 1, 1, 1, 0, 's', 1, 'r'), "
		"(2, 'ampliance', 'b.json', 'claiming', 'work/in-000002', 0, 2, 1, 1, 0, 's', 1, 'r'), "
		"(3, 'gone', 'c.json', 'pending', 'work/in-000003', 0, 3, 1, 1, 0, 's', 1, 'r'), "
		"(4, 'ampliance', 'd.json', 'pending', 'work/in-000004', 0, 4, 1, 1, 0, 's', 1, 'r'); "
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		"VALUES(1, 'acme-832', 'f', 'all', 'done', 'r', 0, 'ampliance=4,', 'b', 0)");
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	stage_world_close(&w);
	return 0;
}

static int again(int64_t input, struct err *e)
{
	int rc = -1;

	assert_int_equal(ledger_begin(&w.v.ledger, e), 0);
	rc = collect_again_row(&w.v, input, "it grew", e);
	if (rc != 1) {
		ledger_rollback(&w.v.ledger);
		return rc;
	}
	assert_int_equal(ledger_commit(&w.v.ledger, e), 0);
	return 1;
}

static void state_is(int64_t input, const char *want)
{
	assert_string_equal(stage_world_input(&w, input).state.p, want);
}

static void what_nothing_was_made_of(void **state)
{
	static const struct {
		int64_t input;
		int rc;
		const char *state;
	} rows[] = {{1, 1, "claiming"}, {2, 1, "claiming"}, {3, 0, "pending"}, {4, 0, "pending"}};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (again(rows[i].input, &e) != rows[i].rc)
			fail_msg("row %zu", i);
		state_is(rows[i].input, rows[i].state);
	}
	assert_int_equal(again(5, &e), 0); /* there is none */
	(void)stage_world_events(&w);
}

/* It said how long the file is: then it was complete, and what came behind it is no part of it. */
static void what_had_a_manifest(void **state)
{
	struct err e;

	(void)state;
	w.v.config->sources->ready = READY_MANIFEST;
	assert_int_equal(again(1, &e), 0);
	state_is(1, "pending");
}

/* The ledger fails at one of its calls: then nothing is claimed. */
static void each_call_may_fail(void **state)
{
	int64_t at = 0;
	bool made = true;
	struct err e;

	(void)state;
	while (made) {
		assert_int_equal(ledger_begin(&w.v.ledger, &e), 0);
		db_fault_arm(w.v.ledger.db, ++at);
		const int rc = collect_again_row(&w.v, 1, "it grew", &e);
		made = db_fault_off(w.v.ledger.db);
		ledger_rollback(&w.v.ledger);
		assert_int_equal(rc, made ? -1 : 1);
		state_is(1, "pending");
	}
	assert_true(at > 3);
}

/* The version before the one that fell away is in use again, or the ledger fails, and the next run does it. */
static void a_version_is_in_use_again(void **state)
{
	int64_t at = 0;
	bool made = true;
	struct err e;

	(void)state;
	w.v.config->sources->kind = SOURCE_SNAPSHOT;
	stage_world_sql(&w,
		"DELETE FROM unit; UPDATE input SET state = 'superseded', place = "
		"'current/ampliance/in-000001.json' WHERE id = 1");
	stage_world_put(&w, "current/ampliance", "in-000001.json", "{}");
	while (made) {
		state_is(1, "superseded");
		db_fault_arm(w.v.ledger.db, ++at);
		const int rc = collect_again_versions(&w.v, &e);
		made = db_fault_off(w.v.ledger.db);
		assert_int_equal(rc, made ? -1 : 0);
	}
	assert_true(at > 3);
	state_is(1, "current");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
		TEST(what_nothing_was_made_of),
		TEST(what_had_a_manifest),
		TEST(each_call_may_fail),
		TEST(a_version_is_in_use_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
