/* Rows walked some at a time; what events say of them; control numbers in their order. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "store/ledger_item.h"
#include "store/ledger_walk.h"
#include "unit/support/store_world.h"

static void rows_come_in_batches(void **state)
{
	struct store_world w;
	struct walk_rows rows = {0};
	struct walk_row one;

	(void)state;
	store_world_open(&w);
	for (int i = 1; i <= 5; i++)
		store_world_sql(&w,
			"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, sha, size, at) "
			"VALUES(%d, 'acme', 'x', 1, 1, 'r-%06d', 'received/acme/r-%06d', 'stored', 'abc', 7, 1)",
			i, i, i);
	STORE_WORLD_IS(
		&w, ledger_walk_next(&w.l, LEDGER_WALK_RECEIVED, 0, 3, &w.a, &rows, &w.e), 0);
	assert_int_equal(rows.n, 3);
	assert_string_equal(rows.row[2].place.p, "received/acme/r-000003");
	STORE_WORLD_IS(
		&w, ledger_walk_next(&w.l, LEDGER_WALK_RECEIVED, 3, 3, &w.a, &rows, &w.e), 0);
	assert_int_equal(rows.n, 2);
	store_world_sql(
		&w, "INSERT INTO meta VALUES('purge:received:4', 'received/acme/r-000004')");
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_RECEIVED, 4, &w.a, &one, &w.e), 1);
	assert_true(one.going);
	assert_int_equal(one.size, 7);
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_RECEIVED, 9, &w.a, &one, &w.e), 0);
	store_world_close(&w);
}

static void an_interchange_has_its_whole_place(void **state)
{
	struct store_world w;
	struct walk_row one;

	(void)state;
	store_world_open(&w);
	store_world_sql(&w,
		"INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, at) VALUES"
		"(1, 1, 'a', 'acme', '832', 'one.x12', 'sent/acme', 'sent', 1), (2, 1, 'a', 'acme', '832', 'two.x12', '', 'closed', 1)");
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_INTERCHANGE, 1, &w.a, &one, &w.e), 1);
	assert_string_equal(one.place.p, "sent/acme/one.x12");
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_INTERCHANGE, 2, &w.a, &one, &w.e), 1);
	assert_int_equal(one.place.n, 0);
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_INTERCHANGE, 3, &w.a, &one, &w.e), 0);
	store_world_close(&w);
}

static bool is_step(struct str what)
{
	return str_is(what, "step");
}

static void the_newest_word_counts(void **state)
{
	struct store_world w;
	struct str what;
	struct str detail;

	(void)state;
	store_world_open(&w);
	store_world_begin(&w);
	for (int i = 1; i <= 3; i++)
		STORE_WORLD_IS(&w, ledger_event(&w.l, "step", "input 1", &w.e, "n=%d", i), 0);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "aside", "input 1", &w.e, "n=4"), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(
		&w, ledger_walk_said(&w.l, "input 1", is_step, &w.a, &what, &detail, &w.e), 1);
	assert_string_equal(detail.p, "n=3");
	STORE_WORLD_IS(
		&w, ledger_walk_said(&w.l, "input 2", is_step, &w.a, &what, &detail, &w.e), 0);
	store_world_close(&w);
}

struct heard {
	int64_t numbers[8];
	size_t n;
};

static void hear(void *ctx, int64_t seq, bool set, struct str scope, int64_t number)
{
	struct heard *h = ctx;

	assert_true(seq > 0 && str_is(scope, "ISA:x y") && h->n < 8);
	h->numbers[h->n++] = set ? -number : number;
}

static void numbers_come_in_their_order(void **state)
{
	struct store_world w;
	struct heard h = {.n = 0};
	int64_t number = 0;
	int64_t was = 0;

	(void)state;
	store_world_open(&w);
	STORE_WORLD_IS(&w, ledger_number(&w.l, 1, 1, "ISA:x y", 99, &number, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:x y", 50, false, &was, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_number(&w.l, 2, 1, "ISA:x y", 99, &number, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_walk_numbers(&w.l, hear, &h, &w.e), 0);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.numbers[0], 1);
	assert_int_equal(h.numbers[1], -50);
	assert_int_equal(h.numbers[2], 50);
	STORE_WORLD_IS(&w, ledger_walk_counter(&w.l, STR("ISA:x y"), &number, &w.e), 0);
	assert_int_equal(number, 51);
	STORE_WORLD_IS(&w, ledger_walk_counter(&w.l, STR("ISA:z"), &number, &w.e), 0);
	assert_int_equal(number, 0);
	store_world_close(&w);
}

static int list(void *ctx, struct str subject, const char *lacks, struct err *e)
{
	(void)e;
	buf_printf(ctx, STR_FMT "%s\n", STR_ARG(subject),
		strstr(lacks, "(table ") ? strchr(lacks, '(') : "");
	return 0;
}

static int stop(void *ctx, struct str subject, const char *lacks, struct err *e)
{
	++*(int *)ctx;
	(void)subject, (void)lacks;
	return err_set(e, ERR_IO, "enough");
}

static void what_events_say_and_no_row_is(void **state)
{
	struct store_world w;
	struct walk_row one;
	struct str was;
	struct buf b;
	int told = 0;

	(void)state;
	store_world_open(&w);
	store_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, sha, size, at) "
		"VALUES(4, 'acme', 'x', 1, 1, 'r-000004', 'received/acme/r-000004', 'stored', 'abc', 7, 1)");
	store_world_begin(&w);
	STORE_WORLD_IS(
		&w, ledger_event(&w.l, "stored", "received 4", &w.e, "sha256=abc size=8"), 0);
	STORE_WORLD_IS(
		&w, ledger_event(&w.l, "stored", "received 5", &w.e, "sha256=abc size=8"), 0);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "queued", "interchange 000012", &w.e, "x"), 0);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "due", "unit 3", &w.e, "x"), 0);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "retry", "units", &w.e, "x"), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_walk_find(&w.l, LEDGER_WALK_RECEIVED, 4, &w.a, &one, &w.e), 1);
	STORE_WORLD_IS(&w, ledger_walk_was(&w.l, &one, &w.a, &was, &w.e), 1);
	assert_string_equal(one.is.p, "sha256=abc size=7");
	assert_string_equal(was.p, "sha256=abc size=8");
	buf_init(&b, 1000);
	STORE_WORLD_IS(&w, ledger_walk_missing(&w.l, list, &b, &w.e), 0);
	assert_string_equal(buf_cstr(&b), "interchange 000012\nreceived 5\nunit 3\n");
	buf_done(&b);
	STORE_WORLD_IS(&w, ledger_walk_missing(&w.l, stop, &told, &w.e), -1);
	assert_int_equal(told, 1);
	store_world_close(&w);
}

/* What belongs to a row was taken out, and the row is there. */
static void what_else_events_say(void **state)
{
	struct store_world w;
	struct buf b;
	int64_t number = 0;

	(void)state;
	store_world_open(&w);
	STORE_WORLD_IS(&w, ledger_number(&w.l, 1, 1, "ISA:x", 99, &number, &w.e), 0);
	store_world_sql(&w,
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		"VALUES(1, 'a', '', 'all', 'done', '', 1, '', '', 1)");
	store_world_sql(&w,
		"INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, sha, items, at) "
		"VALUES(2, 1, 'a', 'acme', '832', 'n', 'outbox/acme', 'queued', 'abc', 2, 1)");
	store_world_sql(&w, "INSERT INTO iset(interchange, st, items) VALUES(2, '0001', 2)");
	store_world_sql(&w, "INSERT INTO run(id, started, bundle, pid) VALUES('R1', 1, '', 1)");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "run-started", "run R1", &w.e, "x"), 0);
	STORE_WORLD_IS(
		&w, ledger_item_out(&w.l, STR("a"), STR("k1"), STR("h"), 2, STR("0001"), &w.e), 0);
	STORE_WORLD_IS(
		&w, ledger_item_out(&w.l, STR("a"), STR("k2"), STR("h"), 2, STR("0001"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_note(&w.l, STR("a"), 0, &w.e), 0);
	store_world_commit(&w);
	buf_init(&b, 1000);
	STORE_WORLD_IS(&w, ledger_walk_missing(&w.l, list, &b, &w.e), 0);
	assert_string_equal(buf_cstr(&b), "");
	store_world_sql(&w, "DELETE FROM iset");
	store_world_sql(&w, "DELETE FROM run");
	store_world_sql(&w, "DELETE FROM item WHERE key = 'k1'");
	store_world_sql(&w, "UPDATE drawn SET number = 2");
	STORE_WORLD_IS(&w, ledger_walk_missing(&w.l, list, &b, &w.e), 0);
	assert_string_equal(buf_cstr(&b),
		"run R1\ninterchange 000002(table iset) than it has\n"
		"unit 1(table drawn)\na(table item) than its events tell of\n");
	buf_done(&b);
	store_world_close(&w);
}

/* What is gone for good is known by what it is and its number, or its name. */
static void what_is_gone_is_accepted(void **state)
{
	static const struct {
		const char *subject, *key;
	} rows[] = {{"interchange 000012", "gone:interchange:12"}, {"run R1", "gone:run:R1"},
		{"bundle 0012", "gone:bundle:0012"}};
	struct store_world w;

	(void)state;
	store_world_open(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		store_world_begin(&w);
		STORE_WORLD_IS(&w,
			ledger_walk_accept(&w.l, str_c(rows[i].subject), STR("sent/x"), &w.e), 0);
		store_world_commit(&w);
		assert_string_equal(
			store_world_texts(&w,
				"SELECT key FROM meta WHERE key LIKE 'gone:%' ORDER BY rowid DESC LIMIT 1"),
			rows[i].key);
		store_world_sql(&w, "DELETE FROM meta WHERE key LIKE 'gone:%%'");
	}
	store_world_close(&w);
}

/* Words that are not as the program writes them are no numbers. */
static void other_words_are_no_numbers(void **state)
{
	static const struct {
		const char *what, *detail;
		bool is;
	} rows[] = {{"number-set", "next=12", true}, {"number-set", "12", false},
		{"number-set", "next=many", false}, {"number", "scope=a number=4", true},
		{"number", "scope=a", false}, {"number", "of a number=4", false},
		{"number", "scope=a number=x", false}, {"told", "scope=a number=4", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str scope;
		int64_t next = 0;
		if (ledger_walk_number(str_c(rows[i].what), STR("a"), str_c(rows[i].detail), &scope,
			    &next) != rows[i].is)
			fail_msg("%s %s", rows[i].what, rows[i].detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_batches),
		cmocka_unit_test(an_interchange_has_its_whole_place),
		cmocka_unit_test(the_newest_word_counts),
		cmocka_unit_test(numbers_come_in_their_order),
		cmocka_unit_test(what_events_say_and_no_row_is),
		cmocka_unit_test(what_else_events_say),
		cmocka_unit_test(what_is_gone_is_accepted),
		cmocka_unit_test(other_words_are_no_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
