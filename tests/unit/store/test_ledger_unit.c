/* Units of work: who has one is who has its fence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_unit.h"
#include "unit/support/store_world.h"

static struct store_world w;

static int open_world(void **state)
{
	(void)state;
	store_world_open(&w);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	store_world_close(&w);
	return 0;
}

static const char *const states[] = {
	"due", "converting", "done", "failed", "quarantined", "closed"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static int64_t add(const char *agreement)
{
	const struct unit_row r = {.agreement = str_c(agreement),
		.fingerprint = STR("print"),
		.mode = STR("all"),
		.fixed_at = 1234567,
		.inputs = STR("source=12,master=13,"),
		.bundle = STR("bundle")};
	int64_t id = 0;

	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_unit_add(&w.l, &r, &id, &w.e), 0);
	store_world_commit(&w);
	return id;
}

static struct unit_row row(int64_t id)
{
	struct unit_row r;

	STORE_WORLD_IS(&w, ledger_unit_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

static void a_row_keeps_what_it_was_told(void **state)
{
	struct unit_row r;

	(void)state;
	(void)snprintf(w.l.run, sizeof(w.l.run), "R1");
	assert_int_equal(add("g"), 1);
	assert_int_equal(add("g"), 2);
	r = row(2);
	assert_string_equal(r.agreement.p, "g");
	assert_string_equal(r.fingerprint.p, "print");
	assert_string_equal(r.mode.p, "all");
	assert_string_equal(r.state.p, "due");
	assert_string_equal(r.run.p, "R1");
	assert_string_equal(r.inputs.p, "source=12,master=13,");
	assert_string_equal(r.bundle.p, "bundle");
	assert_true(r.fixed_at == 1234567 && r.attempts == 0 && r.fence == 0 && r.interchange == 0);
	STORE_WORLD_IS(&w, ledger_unit_find(&w.l, 3, &w.a, &r, &w.e), 0);
}

static int start(int64_t id, int64_t fence)
{
	return ledger_unit_start(&w.l, id, fence, 40 + fence, "bundle", &w.e);
}

static int end(int64_t id, int64_t fence)
{
	static const struct unit_counts c = {7, 1, 2, 3, 0, 1, 9};

	return ledger_unit_end(&w.l, id, fence, "failed", &c, "MAP", "line 3", &w.e);
}

static int attempt(int64_t id, int64_t fence)
{
	return ledger_unit_attempt(&w.l, id, fence, &w.e);
}

/* Each step from each state, with the fence that is right and others. */
static void who_has_the_fence_has_the_unit(void **state)
{
	static const struct {
		const char *name;
		int (*step)(int64_t id, int64_t fence);
		const char *to;
	} rows[] = {
		{"start", start, "converting"}, {"end", end, "failed"}, {"attempt", attempt, NULL}};

	(void)state;
	(void)add("g");
	(void)add("g");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < STATES; k++) {
			for (int64_t fence = 2; fence <= 4; fence++) {
				const bool may = fence == 3 && k < 2; /* due, converting */
				store_world_sql(&w,
					"UPDATE unit SET state = '%s', fence = 3, note = 'n' WHERE id = 1",
					states[k]);
				store_world_begin(&w);
				const int rc = rows[i].step(1, fence);
				assert_true(rc == 0 || w.e.code == ERR_STALE);
				store_world_commit(&w);
				if (rc != (may ? 0 : -1) ||
					!str_is(row(1).state,
						may && rows[i].to ? rows[i].to : states[k]))
					fail_msg("%s from %s, fence %d: %d", rows[i].name,
						states[k], (int)fence, rc);
				assert_true(rc == 0 || str_is(row(1).note, "n"));
			}
		}
	}
	assert_string_equal(row(2).state.p, "due");
}

static void attempts_and_counts(void **state)
{
	struct unit_row r;

	(void)state;
	(void)add("g");
	(void)add("g");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, start(1, 0), 0);
	STORE_WORLD_IS(&w, start(1, 0), -1); /* somebody who does not know of it */
	STORE_WORLD_IS(&w, start(1, 1), 0);
	r = row(1);
	assert_true(r.attempts == 0 && r.fence == 2 && r.interchange == 41);
	for (int i = 1; i <= 2; i++) { /* a start is no attempt before the worker has died */
		STORE_WORLD_IS(&w, attempt(1, 2), 0);
		assert_true(row(1).attempts == i && row(1).fence == 2);
	}
	assert_int_equal(row(2).attempts, 0);
	STORE_WORLD_IS(&w, end(1, 1), -1);
	STORE_WORLD_IS(&w, end(1, 2), 0);
	store_world_commit(&w);
	r = row(1);
	assert_true(r.counts.items == 7 && r.counts.out == 1 && r.counts.unselected == 2 &&
		r.counts.aside == 3 && r.counts.unchanged == 0 && r.counts.waiting == 1 &&
		r.counts.orphans == 9);
	assert_string_equal(r.reason.p, "MAP");
	assert_string_equal(r.note.p, "line 3");
}

static void newest_and_open(void **state)
{
	struct unit_row r = {.id = 0};
	struct unit_rows list;

	(void)state;
	STORE_WORLD_IS(&w, ledger_unit_newest(&w.l, STR("g"), &w.a, &r, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_unit_open(&w.l, &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 0);
	for (size_t i = 0; i < STATES; i++) {
		const int64_t id = add(i == 3 ? "h" : "g");
		store_world_sql(&w, "UPDATE unit SET state = '%s' WHERE id = %lld",
			states[STATES - 1 - i], (long long)id);
	}
	STORE_WORLD_IS(&w, ledger_unit_newest(&w.l, STR("g"), &w.a, &r, &w.e), 1);
	assert_true(r.id == 6);
	STORE_WORLD_IS(&w, ledger_unit_newest(&w.l, STR("h"), &w.a, &r, &w.e), 1);
	assert_true(r.id == 4);
	STORE_WORLD_IS(&w, ledger_unit_open(&w.l, &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 2);
	assert_true(list.row[0].id == 5 && str_is(list.row[0].state, "converting"));
	assert_true(list.row[1].id == 6 && str_is(list.row[1].state, "due"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_keeps_what_it_was_told),
		TEST(who_has_the_fence_has_the_unit),
		TEST(attempts_and_counts),
		TEST(newest_and_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
