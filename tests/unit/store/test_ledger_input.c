/* Inputs: rows as they were told, and the queries that decide what a file is and when it may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_input.h"
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

static int64_t add(const char *source, const char *name, bool tree)
{
	const struct input_row r = {.source = str_c(source),
		.name = str_c(name),
		.dev = 11,
		.ino = INT64_MAX,
		.size = 13,
		.mtime = -14,
		.tree = tree};
	int64_t id = 0;

	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_input_add(&w.l, &r, &id, &w.e), 0);
	store_world_commit(&w);
	return id;
}

/* An input in a state with a content. */
static int64_t in(const char *state, const char *source, const char *content)
{
	const int64_t id = add(source, "f", false);

	store_world_sql(&w, "UPDATE input SET state = '%s', content = '%s' WHERE id = %lld", state,
		content, (long long)id);
	return id;
}

static struct input_row row(int64_t id)
{
	struct input_row r;

	STORE_WORLD_IS(&w, ledger_input_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

static void a_row_keeps_what_it_was_told(void **state)
{
	static const char odd[] = "it's\n\"odd\";\t../%41 \xc3\xa4.json";
	struct input_row r = {.id = 99};

	(void)state;
	(void)snprintf(w.l.run, sizeof(w.l.run), "R1");
	assert_int_equal(add("ampliance", odd, false), 1);
	assert_int_equal(add("ampliance", "tree", true), 2);
	r = row(1);
	assert_string_equal(r.source.p, "ampliance");
	assert_string_equal(r.name.p, odd);
	assert_string_equal(r.state.p, "claiming");
	assert_string_equal(r.place.p, "work/in-000001");
	assert_string_equal(r.run.p, "R1");
	assert_true(r.dev == 11 && r.ino == INT64_MAX && r.size == 13 && r.mtime == -14);
	assert_true(r.tree == 0 && r.members == 0 && r.at == STORE_WORLD_NOW);
	assert_int_equal(r.sha.n + r.content.n + r.reason.n + r.note.n, 0);
	assert_string_equal(row(2).place.p, "work/in-000002.tree");
	assert_true(row(2).tree == 1);
	STORE_WORLD_IS(&w, ledger_input_find(&w.l, 3, &w.a, &r, &w.e), 0);
}

static void states_follow(void **state)
{
	struct input_row r;

	(void)state;
	(void)add("a", "f", false);
	(void)add("a", "g", false);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_input_stored(&w.l, 1, "sha", "content", 7, 1000, &w.e), 0);
	STORE_WORLD_IS(&w,
		ledger_input_state(&w.l, 1, "held", "hold/in-000001", "REPEAT", "as 7", &w.e), 0);
	store_world_commit(&w);
	r = row(1);
	assert_string_equal(r.sha.p, "sha");
	assert_string_equal(r.content.p, "content");
	assert_true(r.members == 7 && r.size == 1000);
	assert_string_equal(r.state.p, "held");
	assert_string_equal(r.place.p, "hold/in-000001");
	assert_string_equal(r.reason.p, "REPEAT");
	assert_string_equal(r.note.p, "as 7");
	assert_string_equal(row(2).state.p, "claiming"); /* and no other one */
	assert_int_equal(row(2).sha.n, 0);
}

static void lists_are_in_order(void **state)
{
	struct input_rows list;

	(void)state;
	STORE_WORLD_IS(&w, ledger_input_by_state(&w.l, "pending", &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 0);
	for (int i = 0; i < 40; i++)
		(void)in(i % 4 == 3 ? "pending-not" : "pending", "a", "");
	STORE_WORLD_IS(&w, ledger_input_by_state(&w.l, "pending", &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 30);
	for (size_t i = 0; i < list.n; i++)
		assert_true(list.row[i].id == (int64_t)(i + i / 3 + 1));
}

static void the_current_one_is_the_newest(void **state)
{
	struct input_row r;

	(void)state;
	(void)in("current", "a", "");
	STORE_WORLD_IS(&w, ledger_input_current(&w.l, STR("b"), &w.a, &r, &w.e), 0);
	(void)in("current", "a", "");
	(void)in("superseded", "a", "");
	(void)in("current", "aa", "");
	STORE_WORLD_IS(&w, ledger_input_current(&w.l, STR("a"), &w.a, &r, &w.e), 1);
	assert_true(r.id == 2);
}

/* Only what was taken in makes a later file a repetition. */
static void the_same_content(void **state)
{
	static const struct {
		const char *state;
		bool counts;
	} rows[] = {{"claiming", false}, {"claimed", false}, {"current", true},
		{"superseded", true}, {"pending", true}, {"taken", true}, {"done", true},
		{"unchanged", true}, {"held", false}, {"quarantined", false}, {"archived", true},
		{"abandoned", false}, {"closed", true}};
	struct input_row r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char content[20];
		(void)snprintf(content, sizeof(content), "c%zu", i);
		const int64_t id = in(rows[i].state, "a", content);
		const int64_t later = in("claimed", "a", content);
		if (ledger_input_same(&w.l, STR("a"), str_c(content), later, &w.a, &r, &w.e) !=
			rows[i].counts)
			fail_msg("%s", rows[i].state);
		assert_true(!rows[i].counts || r.id == id);
		STORE_WORLD_IS(&w,
			ledger_input_same(&w.l, STR("a"), str_c(content), id, &w.a, &r, &w.e), 0);
		STORE_WORLD_IS(&w,
			ledger_input_same(&w.l, STR("b"), str_c(content), later, &w.a, &r, &w.e),
			0);
	}
	(void)in("done", "a", "c2");
	STORE_WORLD_IS(&w, ledger_input_same(&w.l, STR("a"), STR("c2"), 0, &w.a, &r, &w.e), 1);
	assert_true(r.id == 27); /* the newest of them */
}

/* Only the newest delivery counts, and what is still on its way is none. */
static void the_newest_was_put_away(void **state)
{
	static const struct {
		const char *state;
		int want;
	} rows[] = {{"current", 0}, {"quarantined", 1}, {"claiming", 1}, {"abandoned", 1},
		{"unchanged", 0}, {"quarantined", 1}, {"closed", 0}, {"quarantined", 1},
		{"current", 0}};
	struct str reason;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t id = in(rows[i].state, "a", "x");
		(void)in("quarantined", "b", "x");
		store_world_sql(
			&w, "UPDATE input SET reason = 'EMPTY' WHERE id = %lld", (long long)id);
		STORE_WORLD_IS(&w, ledger_input_put_away(&w.l, STR("a"), &w.a, &reason, &w.e),
			rows[i].want);
		if (rows[i].want == 1)
			assert_true(str_is(reason, "EMPTY"));
	}
}

static void unit(const char *state, const char *inputs)
{
	store_world_sql(&w,
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, "
		"at) SELECT COALESCE(MAX(id), 0) + 1, 'g', 'f', 'all', '%s', 'R', 0, '%s', 'b', 0 FROM unit",
		state, inputs);
}

/* What an unfinished unit of work reads stays, whatever else has its digits. */
static void spent_is_what_nobody_needs(void **state)
{
	static const struct {
		const char *unit, *inputs, *spent;
	} rows[] = {
		{"done", "a=1,b=2,", "1 2 11 12"},
		{"due", "a=5,", "1 2 11 12"},
		{"due", "a=1,", "2 11 12"},
		{"converting", "b=7,a=12,", "2 11"},
		{"failed", "a=2,", "2 11"},
		{"due", "a=111,b=112,", "2 11"},
		{"due", "b=11,c=22,d=2,", ""},
	};

	(void)state;
	for (int i = 1; i <= 12; i++)
		(void)in(i == 1 || i == 11	    ? "superseded"
				: i == 2 || i == 12 ? "done"
						    : "current",
			"a", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct input_rows list;
		char got[100] = "";
		unit(rows[i].unit, rows[i].inputs);
		STORE_WORLD_IS(&w, ledger_input_spent(&w.l, &w.a, &list, &w.e), 0);
		for (size_t k = 0; k < list.n; k++)
			(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%lld",
				k > 0 ? " " : "", (long long)list.row[k].id);
		if (strcmp(got, rows[i].spent) != 0)
			fail_msg("row %zu: '%s'", i, got);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

/* Only a tree that stayed is remembered, as it was when it was taken last. */
static void trees_that_stay(void **state)
{
	const int64_t first = add("s", "export", true);
	const int64_t again = add("s", "export", true);
	int64_t changed = -1;

	(void)state;
	STORE_WORLD_IS(&w,
		ledger_input_stayed(&w.l, STR("s"), STR("export"), INT64_MAX, &changed, &w.e), 0);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_input_stays(&w.l, first, 9, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_input_stays(&w.l, again, 7, &w.e), 0);
	store_world_commit(&w);
	(void)add("s", "export", true);
	STORE_WORLD_IS(&w,
		ledger_input_stayed(&w.l, STR("s"), STR("export"), INT64_MAX, &changed, &w.e), 1);
	assert_int_equal(changed, 7);
	assert_int_equal(row(first).stays, 9);
	STORE_WORLD_IS(
		&w, ledger_input_stayed(&w.l, STR("s"), STR("export"), 1, &changed, &w.e), 0);
	STORE_WORLD_IS(&w,
		ledger_input_stayed(&w.l, STR("t"), STR("export"), INT64_MAX, &changed, &w.e), 0);
}

/* The version before one that fell away, as long as nothing is made of that one. */
static void the_one_that_was_replaced(void **state)
{
	struct input_row r;

	(void)state;
	STORE_WORLD_IS(&w, ledger_input_replaced(&w.l, STR("a"), &w.a, &r, &w.e), 0);
	const int64_t old = in("archived", "a", "");
	const int64_t good = in("superseded", "a", "");
	const int64_t bad = in("quarantined", "a", "");
	STORE_WORLD_IS(&w, ledger_input_replaced(&w.l, STR("a"), &w.a, &r, &w.e), 1);
	assert_int_equal(r.id, good);
	assert_true(old < good);
	unit("failed", "source=3,");
	STORE_WORLD_IS(&w, ledger_input_replaced(&w.l, STR("a"), &w.a, &r, &w.e), 1);
	STORE_WORLD_IS(&w, ledger_input_converted(&w.l, bad, &w.e), 0);
	unit("done", "source=3,");
	STORE_WORLD_IS(&w, ledger_input_converted(&w.l, bad, &w.e), 1);
	STORE_WORLD_IS(&w, ledger_input_replaced(&w.l, STR("a"), &w.a, &r, &w.e), 0);
	store_world_sql(&w, "DELETE FROM unit");
	(void)in("current", "a", "");
	STORE_WORLD_IS(&w, ledger_input_replaced(&w.l, STR("a"), &w.a, &r, &w.e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_keeps_what_it_was_told),
		TEST(states_follow),
		TEST(lists_are_in_order),
		TEST(the_current_one_is_the_newest),
		TEST(the_same_content),
		TEST(the_newest_was_put_away),
		TEST(spent_is_what_nobody_needs),
		TEST(trees_that_stay),
		TEST(the_one_that_was_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
