/* What the operator's verbs change: from which state, and nothing beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_item.h"
#include "store/ledger_operator.h"
#include "store/ledger_received.h"
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

static const char all_states[] =
	"making queued sending sent in-doubt held quarantined archived closed due "
	"converting done failed fetching stored ingested orphan repeat abandoned";

/* Interchange 1 and 2 of unit 1 and 2, received file 1 and 2. */
static void rows(void)
{
	const struct unit_row u = {.agreement = STR("g"),
		.fingerprint = STR("print"),
		.mode = STR("all"),
		.fixed_at = 7,
		.inputs = STR("source=12,"),
		.bundle = STR("bundle")};
	int64_t id = 0;

	store_world_begin(&w);
	for (int64_t i = 1; i <= 2; i++) {
		STORE_WORLD_IS(&w, ledger_unit_add(&w.l, &u, &id, &w.e), 0);
		STORE_WORLD_IS(&w,
			ledger_interchange_add(&w.l, i, STR("g"), STR("acme"), STR("832"), STR("S"),
				"x12", &id, &w.e),
			0);
		STORE_WORLD_IS(&w,
			ledger_received_add(
				&w.l, STR("acme"), STR("main"), STR("f"), 1, 1, &id, &w.e),
			0);
		assert_int_equal(id, i);
	}
	store_world_commit(&w);
}

static struct interchange_row interchange(int64_t id)
{
	struct interchange_row r;

	STORE_WORLD_IS(&w, ledger_interchange_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

static struct unit_row unit(int64_t id)
{
	struct unit_row r;

	STORE_WORLD_IS(&w, ledger_unit_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

static int resend(void)
{
	return ledger_operator_resend(&w.l, 1, "outbox/acme", "said", &w.e);
}

static int unit_retry(void)
{
	return ledger_operator_unit_retry(&w.l, 1, &w.e);
}

static int unit_close(void)
{
	return ledger_operator_unit_close(&w.l, 1, "said", &w.e);
}

static int received_retry(void)
{
	return ledger_operator_received_retry(&w.l, 1, "received/acme/r-000001", &w.e);
}

/* Each verb from each state; a second row of the table is never touched. */
static void verbs_and_states(void **state)
{
	static const struct {
		const char *name;
		int (*verb)(void);
		const char *sql, *table, *from[2], *to;
	} verbs[] = {
		{"resend", resend, "SELECT state FROM interchange ORDER BY id", "interchange",
			{"sent", "in-doubt"}, "queued"},
		{"retry", unit_retry, "SELECT state FROM unit ORDER BY id", "unit",
			{"failed", "quarantined"}, "due"},
		{"close", unit_close, "SELECT state FROM unit ORDER BY id", "unit",
			{"failed", "quarantined"}, "closed"},
		{"retry received", received_retry, "SELECT state FROM received ORDER BY id",
			"received", {"quarantined", "orphan"}, "stored"},
	};

	(void)state;
	rows();
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct str rest = str_c(all_states);
		struct str from;
		while (rest.n > 0 && str_split(&rest, ' ', &from)) {
			const bool may = str_is(from, verbs[i].from[0]) ||
				str_is(from, verbs[i].from[1]);
			char want[100];
			store_world_sql(&w, "UPDATE %s SET state = '" STR_FMT "'", verbs[i].table,
				STR_ARG(from));
			store_world_begin(&w);
			const int rc = verbs[i].verb();
			if (rc != (may ? 0 : -1) || (rc == -1 && w.e.code != ERR_STALE))
				fail_msg("%s from " STR_FMT ": %d", verbs[i].name, STR_ARG(from),
					rc);
			store_world_commit(&w);
			(void)snprintf(want, sizeof(want), STR_FMT " " STR_FMT,
				STR_ARG(may ? str_c(verbs[i].to) : from), STR_ARG(from));
			assert_string_equal(store_world_texts(&w, verbs[i].sql), want);
		}
	}
}

static void what_resend_writes(void **state)
{
	struct interchange_row r;

	(void)state;
	rows();
	store_world_sql(&w,
		"UPDATE interchange SET state = 'sent', receipt = 'accepted', "
		"overdue_at = 6, attempts = 1, isa = 17, sha = 'sha', syntax = 'partial'");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, resend(), 0);
	store_world_commit(&w);
	r = interchange(1);
	assert_string_equal(r.before.p, "sent");
	assert_string_equal(r.place.p, "outbox/acme");
	assert_string_equal(r.reason.p, "RESENT");
	assert_string_equal(r.note.p, "said");
	assert_string_equal(r.receipt.p, "");
	assert_true(r.resent == 1 && r.overdue_at == 0);
	assert_true(str_is(r.sha, "sha") && r.isa == 17 && str_is(r.syntax, "partial"));
	assert_true(interchange(2).resent == 0);
}

static const char item_row[] =
	"SELECT key || '=' || state || ',' || hash || ',' || interchange FROM "
	"item ORDER BY key";

static void out(const char *key, int64_t id)
{
	char hash[20];

	(void)snprintf(hash, sizeof(hash), "h%lld", (long long)id);
	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_item_out(&w.l, STR("g"), str_c(key), str_c(hash), id, STR("0001"), &w.e), 0);
	store_world_commit(&w);
}

static void items_due_again(void **state)
{
	static const char *const of[] = {"pending", "accepted", "rejected", "held", "due"};
	int64_t n = -1;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		out(of[i], 1);
		store_world_sql(&w, "UPDATE item SET state = '%s' WHERE key = '%s'", of[i], of[i]);
	}
	out("other", 2);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_operator_items_due(&w.l, 1, &n, &w.e), 0);
	store_world_commit(&w);
	assert_int_equal(n, 4);
	assert_string_equal(store_world_texts(&w, item_row),
		"accepted=due,h1,1 due=due,h1,1 held=due,h1,1 other=pending,h2,2 pending=due,h1,1 "
		"rejected=due,h1,1");
}

/* What never left is not at the partner: new items are gone, the others what they were. */
static void items_back(void **state)
{
	int64_t n = -1;

	(void)state;
	out("changed", 1);
	out("refused", 1);
	store_world_sql(&w,
		"UPDATE item SET state = 'accepted' WHERE key = 'changed'; UPDATE item SET "
		"state = 'rejected' WHERE key = 'refused'");
	out("changed", 2);
	out("refused", 2);
	out("new", 2);
	out("answered", 2);
	store_world_sql(&w, "UPDATE item SET state = 'accepted' WHERE key = 'answered'");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_operator_items_back(&w.l, 2, &n, &w.e), 0);
	store_world_commit(&w);
	assert_int_equal(n, 3);
	assert_string_equal(store_world_texts(&w, item_row),
		"answered=accepted,h2,2 changed=accepted,h1,1 refused=rejected,h1,1");
}

static void items_drop(void **state)
{
	int64_t n = -1;

	(void)state;
	out("held", 1);
	out("answered", 1);
	out("other", 2);
	store_world_sql(&w,
		"UPDATE item SET state = 'held' WHERE key <> 'answered'; UPDATE item SET state = "
		"'accepted' WHERE key = 'answered'");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_operator_items_drop(&w.l, 1, &n, &w.e), 0);
	store_world_commit(&w);
	assert_int_equal(n, 1);
	assert_string_equal(store_world_texts(&w, item_row),
		"answered=accepted,h1,1 held=rejected,h1,1 other=held,h2,2");
}

/* How many of its items went out in a newer version: by what they were before, or by those that are
 * no longer its own, unless a refusal took them away. */
static void newer_versions(void **state)
{
	static const struct {
		const char *ta1, *syntax;
		int64_t twice, want;
	} cases[] = {{"", "", 0, 1}, {"", "", 1, 2}, {"rejected", "", 1, 1}, {"", "partial", 1, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct interchange_row r = {.id = 1,
			.items = 3,
			.ta1 = str_c(cases[i].ta1),
			.syntax = str_c(cases[i].syntax)};
		int64_t n = -1;
		store_world_sql(&w, "DELETE FROM item");
		out("a", 1);
		out("b", 1);
		out("c", 1);
		STORE_WORLD_IS(&w, ledger_operator_moved_on(&w.l, &r, &n, &w.e), 0);
		assert_int_equal(n, 0);
		out("a", 2);
		if (cases[i].twice) { /* the row of b no longer knows of interchange 1 */
			out("b", 2);
			out("b", 3);
		}
		STORE_WORLD_IS(&w, ledger_operator_moved_on(&w.l, &r, &n, &w.e), 0);
		if (n != cases[i].want)
			fail_msg("row %zu: %d", i, (int)n);
	}
}

/* Retried, a unit is as new, and what it was making when it failed is open again; what had been queued
 * before is not. */
static void a_unit_once_more(void **state)
{
	int64_t id = 0;

	(void)state;
	rows();
	store_world_sql(&w,
		"UPDATE unit SET state = 'quarantined', attempts = 3, fence = 3, reason = 'R', "
		"note = 'n'; UPDATE interchange SET state = 'closed', place = 'hold', reason = 'R'");
	store_world_sql(&w,
		"INSERT INTO interchange(id, unit, agreement, partner, message, name, place, "
		"state, queued_at, at) VALUES(3, 1, 'g', 'acme', '832', 'q', 'hold', 'closed', 5, 0)");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, unit_retry(), 0);
	store_world_commit(&w);
	assert_true(unit(1).attempts == 0 && unit(1).fence == 3 && unit(1).reason.n == 0);
	assert_string_equal(interchange(1).state.p, "making");
	assert_string_equal(interchange(1).before.p, "closed");
	assert_string_equal(interchange(1).place.p, "outbox/acme");
	assert_string_equal(interchange(2).state.p, "closed");
	assert_string_equal(interchange(3).state.p, "closed");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_operator_unit_again(&w.l, 2, 99, "bundle2", &id, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_operator_unit_again(&w.l, 77, 99, "bundle2", &id, &w.e), -1);
	assert_int_equal(w.e.code, ERR_STALE);
	assert_int_equal(id, 3); /* untouched */
	store_world_commit(&w);
	const struct unit_row u = unit(3);
	assert_true(str_is(u.state, "due") && str_is(u.mode, "due") && str_is(u.bundle, "bundle2"));
	assert_true(str_is(u.inputs, "source=12,") && str_is(u.agreement, "g") && u.fixed_at == 99);
	assert_true(u.attempts == 0 && u.fence == 0 && u.interchange == 0);
}

static void findings_are_closed_by_key(void **state)
{
	static const char *const keys[] = {"a", "a", "b"};
	int64_t n = -1;

	(void)state;
	store_world_begin(&w);
	for (int64_t i = 0; i < 3; i++)
		STORE_WORLD_IS(&w,
			ledger_item_aside(&w.l, i == 0 ? STR("g") : STR("x"), str_c(keys[i]),
				STR("f"), 1, STR("n"), STR("c"), STR("s"), &w.e),
			0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_operator_aside_open(&w.l, STR("a"), &n, &w.e), 0);
	assert_int_equal(n, 2); /* of all agreements */
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_operator_aside_close(&w.l, STR("a"), &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_operator_aside_open(&w.l, STR("a"), &n, &w.e), 0);
	assert_int_equal(n, 0);
	STORE_WORLD_IS(&w, ledger_operator_aside_open(&w.l, STR("b"), &n, &w.e), 0);
	assert_int_equal(n, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verbs_and_states),
		TEST(what_resend_writes),
		TEST(items_due_again),
		TEST(items_back),
		TEST(items_drop),
		TEST(newer_versions),
		TEST(a_unit_once_more),
		TEST(findings_are_closed_by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
