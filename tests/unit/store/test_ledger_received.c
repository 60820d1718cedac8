/* What partners sent, and what was made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_received.h"
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

static const char *const states[] = {"fetching", "stored", "ingested", "orphan", "repeat",
	"quarantined", "archived", "abandoned", "closed"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static int64_t add(const char *partner, const char *remote)
{
	int64_t id = 0;

	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_received_add(
			&w.l, str_c(partner), STR("main"), str_c(remote), 100, 200, &id, &w.e),
		0);
	store_world_commit(&w);
	return id;
}

static int64_t in(const char *state, const char *partner, const char *remote, const char *sha)
{
	const int64_t id = add(partner, remote);

	store_world_sql(&w, "UPDATE received SET state = '%s', sha = '%s' WHERE id = %lld", state,
		sha, (long long)id);
	return id;
}

static struct received_row row(int64_t id)
{
	struct received_row r;

	STORE_WORLD_IS(&w, ledger_received_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

/* The partner's name for it is data; ours is made from the number. */
static void a_row_keeps_what_it_was_told(void **state)
{
	static const char odd[] = "../../it's\n\"odd\"%s \xff.997";
	struct received_row r;

	(void)state;
	assert_int_equal(add("acme", odd), 1);
	assert_int_equal(add("acme", "b"), 2);
	r = row(1);
	assert_string_equal(r.remote.p, odd);
	assert_string_equal(r.partner.p, "acme");
	assert_string_equal(r.name.p, "r-000001");
	assert_string_equal(r.place.p, "received/acme/r-000001");
	assert_string_equal(r.state.p, "fetching");
	assert_true(r.rsize == 100 && r.rmtime == 200 && r.size == 0 && r.attempts == 0);
	assert_true(r.at == STORE_WORLD_NOW);
	STORE_WORLD_IS(&w, ledger_received_find(&w.l, 3, &w.a, &r, &w.e), 0);
}

static void only_what_is_fetched_is_stored(void **state)
{
	(void)state;
	(void)add("acme", "a");
	(void)add("acme", "b");
	for (size_t i = 0; i < STATES; i++) {
		const bool may = i == 0;
		store_world_sql(&w, "UPDATE received SET state = '%s', sha = 'old' WHERE id = 1",
			states[i]);
		store_world_begin(&w);
		STORE_WORLD_IS(&w, ledger_received_stored(&w.l, 1, "sha", 9, &w.e), may ? 0 : -1);
		assert_true(may || w.e.code == ERR_STALE);
		store_world_commit(&w);
		assert_string_equal(row(1).state.p, may ? "stored" : states[i]);
		assert_string_equal(row(1).sha.p, may ? "sha" : "old");
	}
	assert_int_equal(row(1).size, 9);
	assert_string_equal(row(2).state.p, "fetching");
}

static void states_and_attempts(void **state)
{
	struct received_row r;

	(void)state;
	(void)add("acme", "a");
	(void)add("acme", "b");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_received_attempt(&w.l, 1, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_received_attempt(&w.l, 1, &w.e), 0);
	STORE_WORLD_IS(&w,
		ledger_received_state(
			&w.l, 1, "quarantined", "quarantine/r-000001", "DAMAGED", "cut at 7", &w.e),
		0);
	store_world_commit(&w);
	r = row(1);
	assert_int_equal(r.attempts, 2);
	assert_string_equal(r.state.p, "quarantined");
	assert_string_equal(r.place.p, "quarantine/r-000001");
	assert_string_equal(r.reason.p, "DAMAGED");
	assert_string_equal(r.note.p, "cut at 7");
	assert_int_equal(row(2).attempts, 0);
}

/* A file in the mailbox was seen when one of its name, size and time was brought home. */
static void seen_before(void **state)
{
	struct received_row r;

	(void)state;
	for (size_t i = 0; i < STATES; i++) {
		const bool counts = i != 0 && i != 7; /* fetching, abandoned */
		const int64_t id = in(states[i], "acme", states[i], "");
		if (ledger_received_seen(&w.l, STR("acme"), STR("main"), str_c(states[i]), 100, 200,
			    &w.a, &r, &w.e) != counts)
			fail_msg("%s", states[i]);
		assert_true(!counts || r.id == id);
	}
	const int64_t id = in("stored", "acme", "x", "");
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("acme"), STR("main"), STR("x"), 101, 200, &w.a, &r, &w.e),
		0);
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("acme"), STR("main"), STR("x"), 100, 201, &w.a, &r, &w.e),
		0);
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("acme"), STR("main"), STR("X"), 100, 200, &w.a, &r, &w.e),
		0);
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("acme"), STR("more"), STR("x"), 100, 200, &w.a, &r, &w.e),
		0);
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("bolt"), STR("main"), STR("x"), 100, 200, &w.a, &r, &w.e),
		0);
	store_world_begin(&w); /* removed from the mailbox: what comes now is new */
	STORE_WORLD_IS(&w, ledger_received_gone(&w.l, id, &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w,
		ledger_received_seen(
			&w.l, STR("acme"), STR("main"), STR("x"), 100, 200, &w.a, &r, &w.e),
		0);
	assert_string_equal(row(id).state.p, "stored");
}

/* One that was looked at and not taken: since when it looks as it does. */
static void looked_at(void **state)
{
	int64_t at = 0;

	(void)state;
	for (size_t i = 0; i < STATES; i++) {
		(void)in(states[i], "acme", states[i], "");
		STORE_WORLD_IS(&w,
			ledger_received_looked(&w.l, STR("acme"), STR("main"), str_c(states[i]),
				100, 200, &at, &w.e),
			i == 7);
	}
	(void)in("abandoned", "acme", "x", "");
	(void)in("abandoned", "acme", "x", "");
	store_world_sql(&w, "UPDATE received SET at = 10 * id");
	STORE_WORLD_IS(&w,
		ledger_received_looked(
			&w.l, STR("acme"), STR("main"), STR("x"), 100, 200, &at, &w.e),
		1);
	assert_int_equal(at, 10 * (STATES + 1));
	STORE_WORLD_IS(&w,
		ledger_received_looked(
			&w.l, STR("acme"), STR("main"), STR("x"), 100, 201, &at, &w.e),
		0);
	STORE_WORLD_IS(&w,
		ledger_received_looked(
			&w.l, STR("bolt"), STR("main"), STR("x"), 100, 200, &at, &w.e),
		0);
}

/* Looks that count are those since it last looked otherwise, or was taken. */
static void looked_at_anew(void **state)
{
	static const char *const between[] = {
		"state = 'stored'", "rsize = 99", "rmtime = 0", "state = 'archived', rsize = -1"};
	int64_t at = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		const char name[] = {(char)('a' + i), '\0'};
		(void)in("abandoned", "acme", name, "");
		const int64_t other = in("abandoned", "acme", name, "");
		store_world_sql(
			&w, "UPDATE received SET %s WHERE id = %lld", between[i], (long long)other);
		STORE_WORLD_IS(&w,
			ledger_received_looked(
				&w.l, STR("acme"), STR("main"), str_c(name), 100, 200, &at, &w.e),
			0);
		const int64_t id = in("abandoned", "acme", name, "");
		store_world_sql(&w, "UPDATE received SET at = 10 * id");
		STORE_WORLD_IS(&w,
			ledger_received_looked(
				&w.l, STR("acme"), STR("main"), str_c(name), 100, 200, &at, &w.e),
			1);
		assert_int_equal(at, 10 * id);
	}
}

static void the_same_bytes(void **state)
{
	int64_t other = -1;

	(void)state;
	for (size_t i = 0; i < STATES; i++) {
		const bool counts = i == 2 || i == 4 || i == 6; /* ingested, repeat, archived */
		const int64_t id = in(states[i], "acme", "f", states[i]);
		const int64_t later = in("stored", "acme", "g", states[i]);
		other = -1;
		if (ledger_received_same(
			    &w.l, STR("acme"), str_c(states[i]), later, &other, &w.e) != counts)
			fail_msg("%s", states[i]);
		assert_true(other == (counts ? id : -1));
		STORE_WORLD_IS(&w,
			ledger_received_same(&w.l, STR("acme"), str_c(states[i]), id, &other, &w.e),
			0);
		STORE_WORLD_IS(&w,
			ledger_received_same(
				&w.l, STR("bolt"), str_c(states[i]), later, &other, &w.e),
			0);
	}
}

static void lists_by_state(void **state)
{
	struct received_rows list;

	(void)state;
	for (int i = 0; i < 6; i++)
		(void)in(i % 2 ? "stored" : "fetching", "acme", "f", "");
	STORE_WORLD_IS(&w, ledger_received_by_state(&w.l, "stored", &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 3);
	assert_true(list.row[0].id == 2 && list.row[1].id == 4 && list.row[2].id == 6);
	STORE_WORLD_IS(&w, ledger_received_by_state(&w.l, "orphan", &w.a, &list, &w.e), 0);
	assert_int_equal(list.n, 0);
}

static void ack(const char *kind, int64_t interchange, const char *verdict, const char *outcome)
{
	const struct ack_row r = {
		3, kind, 17, interchange, verdict, outcome, STR("5 7"), STR("it's")};

	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_received_ack(&w.l, &r, &w.e), 0);
	store_world_commit(&w);
}

/* Only what was applied counts, and of that the last. */
static void what_was_answered_before(void **state)
{
	struct str verdict = STR("untouched");
	struct str which = {"", 0};

	(void)state;
	ack("997", 1, "rejected", "orphan");
	ack("997", 1, "rejected", "contradiction");
	ack("TA1", 1, "accepted", "applied");
	ack("997", 2, "rejected", "applied");
	STORE_WORLD_IS(&w,
		ledger_received_ack_applied(
			&w.l, 1, STR(" 997 999 CONTRL "), &w.a, &which, &verdict, &w.e),
		0);
	assert_string_equal(verdict.p, "untouched");
	ack("997", 1, "accepted", "applied");
	ack("997", 1, "partial", "applied");
	ack("997", 1, "rejected", "repeat");
	STORE_WORLD_IS(&w,
		ledger_received_ack_applied(
			&w.l, 1, STR(" 997 999 CONTRL "), &w.a, &which, &verdict, &w.e),
		1);
	assert_string_equal(verdict.p, "partial");
	STORE_WORLD_IS(&w,
		ledger_received_ack_applied(
			&w.l, 1, STR(" TA1 CONTRL-8 "), &w.a, &which, &verdict, &w.e),
		1);
	assert_string_equal(verdict.p, "accepted");
	ack("999", 1, "accepted", "applied");
	STORE_WORLD_IS(&w,
		ledger_received_ack_applied(
			&w.l, 1, STR(" 997 999 CONTRL "), &w.a, &which, &verdict, &w.e),
		1);
	assert_string_equal(which.p, "999");
	STORE_WORLD_IS(&w,
		ledger_received_ack_applied(
			&w.l, 1, STR(" TA1 CONTRL-8 "), &w.a, &which, &verdict, &w.e),
		1);
	assert_string_equal(which.p, "TA1");
	assert_string_equal(store_world_texts(&w,
				    "SELECT received || ',' || about || ',' || codes || "
				    "',' || note || ',' || at FROM ack WHERE id = 1"),
		"3,17,5 7,it's,1795399200");
}

static void feedback_keeps_every_place(void **state)
{
	const struct feedback_row r = {.agreement = STR("g"),
		.partner = STR("acme"),
		.key = STR("k"),
		.interchange = 1,
		.received = 2,
		.segment = STR("PID"),
		.segment_at = 3,
		.element = 4,
		.component = 5,
		.code = STR("7"),
		.field = STR("body.name"),
		.found = STR("=1+1"),
		.file = STR("a.json"),
		.map_line = 6,
		.note = STR("why")};

	(void)state;
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_received_feedback(&w.l, &r, &w.e), 0);
	store_world_commit(&w);
	assert_string_equal(
		store_world_texts(&w,
			"SELECT agreement || '|' || partner || '|' || key || '|' || interchange || '|' || "
			"received || '|' || segment || '|' || segment_at || '|' || element || '|' || component "
			"|| '|' || code || '|' || field || '|' || found || '|' || file || '|' || map_line || "
			"'|' || note || '|' || at || '|' || closed FROM feedback"),
		"g|acme|k|1|2|PID|3|4|5|7|body.name|=1+1|a.json|6|why|1795399200|0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_keeps_what_it_was_told),
		TEST(only_what_is_fetched_is_stored),
		TEST(states_and_attempts),
		TEST(seen_before),
		TEST(looked_at),
		TEST(looked_at_anew),
		TEST(the_same_bytes),
		TEST(lists_by_state),
		TEST(what_was_answered_before),
		TEST(feedback_keeps_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
