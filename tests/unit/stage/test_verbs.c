/* The operator's verbs: states, places, items and events, and what is refused. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage/verbs.h"
#include "unit/support/stage_world.h"

static int act(struct stage_world *w, enum verbs_kind verb, const char *typed, bool delivered,
	bool dry_run, struct verbs_done *done, struct err *e)
{
	const struct verbs_request r = {
		.verb = verb, .reason = STR("because"), .delivered = delivered, .dry_run = dry_run};
	const struct subject s = stage_world_find(w, typed);

	return verbs_do(&w->v, &r, &s, done, e);
}

static void must(struct stage_world *w, enum verbs_kind verb, const char *typed)
{
	struct verbs_done done;
	struct err e;

	if (act(w, verb, typed, false, false, &done, &e) == -1)
		fail_msg("%s %s: %s", verbs_name(verb), typed, e.text);
	assert_true(done.said[0] != '\0');
}

static void expect_row(struct stage_world *w, int64_t id, const char *state, const char *place)
{
	const struct interchange_row r = stage_world_row(w, id);

	assert_string_equal(r.state.p, state);
	assert_string_equal(r.place.p, place);
}

static bool lies(struct stage_world *w, int64_t id, const char *folder, const char *end)
{
	char place[300];

	(void)snprintf(place, sizeof(place), "%s/%s%s", folder, stage_world_row(w, id).name.p, end);
	return stage_world_has(w, place);
}

static int64_t events_of(struct stage_world *w, const char *what, int64_t id)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
		"SELECT COUNT(*) FROM event WHERE what = '%s' AND subject = 'interchange %06" PRId64
		"' AND actor = 'user:ann' AND instr(detail, 'said=\"because\"') > 0",
		what, id);
	return stage_world_count(w, sql);
}

static void moves_interchanges(void **state)
{
	static const struct {
		const char *name;
		const char *from, *reason;
		enum verbs_kind verb;
		bool delivered;
		const char *state, *place, *receipt, *event;
	} rows[] = {
		{"hold", "queued", "", VERBS_HOLD, false, "held", "hold", "", "held"},
		{"hold while sending", "sending", "", VERBS_HOLD, false, "held", "hold", "",
			"held"},
		{"release", "held", "COLLISION", VERBS_RELEASE, false, "queued", "outbox/acme", "",
			"released"},
		{"release quarantined", "quarantined", "OTHER", VERBS_RELEASE, false, "queued",
			"outbox/acme", "", "released"},
		{"resolve yes", "in-doubt", "IN-DOUBT", VERBS_RESOLVE, true, "sent", "sent/acme",
			"accepted", "resolved"},
		{"resolve no", "in-doubt", "IN-DOUBT", VERBS_RESOLVE, false, "queued",
			"outbox/acme", "", "resolved"},
		{"resend", "sent", "", VERBS_RESEND, false, "queued", "outbox/acme", "", "resend"},
		{"resend in doubt", "in-doubt", "IN-DOUBT", VERBS_RESEND, false, "queued",
			"outbox/acme", "", "resend"},
		{"close", "held", "COLLISION", VERBS_CLOSE, false, "closed", "hold", "", "closed"},
		{"reissue", "sent", "", VERBS_REISSUE, false, "closed", "sent/acme", "accepted",
			"reissued"},
		{"reissue archived", "archived", "", VERBS_REISSUE, false, "archived", "archive",
			"", "reissued"},
		{"retry", "queued", "", VERBS_RETRY, false, "queued", "outbox/acme", "", "retry"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_world w;
		struct verbs_done done;
		struct err e;
		int64_t before = 0;
		stage_world_open(&w, false);
		const int64_t id = stage_world_in(&w, rows[i].from, rows[i].reason, "a b c");
		before = stage_world_events(&w);
		/* A preview says the same and changes nothing. */
		if (act(&w, rows[i].verb, "1", rows[i].delivered, true, &done, &e) == -1)
			fail_msg("%s, preview: %s", rows[i].name, e.text);
		assert_true(done.count > 0);
		assert_string_equal(stage_world_row(&w, id).state.p, rows[i].from);
		assert_int_equal(stage_world_events(&w), before);
		if (act(&w, rows[i].verb, "1", rows[i].delivered, false, &done, &e) == -1)
			fail_msg("%s: %s", rows[i].name, e.text);
		expect_row(&w, id, rows[i].state, rows[i].place);
		assert_string_equal(stage_world_row(&w, id).receipt.p, rows[i].receipt);
		if (strcmp(rows[i].place, "archive") != 0) {
			assert_true(lies(&w, id, rows[i].place, ""));
			assert_true(lies(&w, id, rows[i].place, ".lineage"));
		}
		assert_int_equal(
			lies(&w, id, "hold", ".reason"), strcmp(rows[i].place, "hold") == 0);
		assert_int_equal(events_of(&w, rows[i].event, id), 1);
		/* Items that came back, or are trusted again, are counted. */
		assert_int_equal(stage_world_events(&w),
			before + 1 +
				stage_world_count(
					&w, "SELECT COUNT(*) FROM event WHERE what = 'catalog'"));
		stage_world_close(&w);
	}
}

static void release_of_a_partner_names_the_held(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "held", "BY-HAND", "a b");
	assert_int_equal(act(&w, VERBS_RELEASE, "acme", false, false, &done, &e), -1);
	assert_string_equal(e.text,
		"partner acme; release is not allowed now; allowed: retry, hold; its held ones by their IDs: 000001");
	stage_world_close(&w);
}

static void refuses_what_the_state_forbids(void **state)
{
	static const struct {
		const char *from, *reason;
		enum verbs_kind verb;
		const char *says;
	} rows[] = {
		{"queued", "", VERBS_RELEASE,
			"is queued; release is not allowed now; allowed: retry, hold, reissue, close"},
		{"sent", "", VERBS_HOLD,
			"is sent; hold is not allowed now; allowed: resend, reissue, close"},
		{"sending", "", VERBS_CLOSE, "allowed: hold"},
		{"closed", "REISSUED", VERBS_RESEND,
			"is closed, reason REISSUED; resend is not allowed now; nothing is to be "
			"done with it"},
		{"archived", "", VERBS_RESEND, "allowed: reissue"},
		{"held", "CHANGED-BY-HAND", VERBS_RELEASE, "CHANGED-BY-HAND: restore "},
		{"held", "ACK-REJECTED", VERBS_RELEASE, "allowed: reissue, close"},
		{"held", "COLLISION", VERBS_RESOLVE, "resolve is not allowed now"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_world w;
		struct verbs_done done;
		struct err e;
		int64_t before = 0;
		stage_world_open(&w, false);
		(void)stage_world_in(&w, rows[i].from, rows[i].reason, "a");
		if (strcmp(rows[i].reason, "CHANGED-BY-HAND") == 0)
			stage_world_sql(&w, "UPDATE interchange SET sha = 'of other bytes'");
		before = stage_world_events(&w);
		assert_int_equal(act(&w, rows[i].verb, "1", true, false, &done, &e), -1);
		assert_int_equal(e.code, ERR_STALE);
		if (!strstr(e.text, rows[i].says))
			fail_msg("%s %s: %s", rows[i].from, verbs_name(rows[i].verb), e.text);
		assert_string_equal(stage_world_row(&w, 1).state.p, rows[i].from);
		assert_int_equal(stage_world_events(&w), before);
		stage_world_close(&w);
	}
}

static void wants_a_reason(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "a");
	const struct verbs_request r = {.verb = VERBS_RESEND, .reason = STR("  ")};
	const struct subject s = stage_world_find(&w, "1");
	assert_int_equal(verbs_do(&w.v, &r, &s, &done, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "--reason"));
	stage_world_close(&w);
}

/* What was sent in a newer version must not be taken back, also when it went out twice since. */
static void refuses_stale_ones(void **state)
{
	static const struct {
		const char *from;
		enum verbs_kind verb;
	} rows[] = {{"sent", VERBS_RESEND}, {"held", VERBS_RELEASE}, {"in-doubt", VERBS_RESOLVE}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_world w;
		struct verbs_done done;
		struct err e;
		stage_world_open(&w, false);
		(void)stage_world_in(&w, rows[i].from, "", "a b c");
		(void)stage_world_in(&w, "sent", "", "b c");
		(void)stage_world_in(&w, "sent", "", "c");
		assert_int_equal(act(&w, rows[i].verb, "1", false, false, &done, &e), -1);
		assert_string_equal(e.reason, "STALE");
		assert_non_null(strstr(
			e.text, "2 of the 3 items of 000001 were sent in a newer version since"));
		assert_string_equal(stage_world_row(&w, 1).state.p, rows[i].from);
		/* reissue drops them. */
		assert_int_equal(act(&w, VERBS_REISSUE, "1", false, false, &done, &e), 0);
		assert_int_equal(done.count, 1);
		assert_int_equal(
			stage_world_count(&w, "SELECT COUNT(*) FROM item WHERE state = 'due'"), 1);
		assert_int_equal(
			stage_world_count(
				&w, "SELECT COUNT(*) FROM item WHERE state = 'due' AND key = 'a'"),
			1);
		/* Twice is refused: nothing is left in it. */
		assert_int_equal(act(&w, VERBS_REISSUE, "1", false, false, &done, &e), -1);
		stage_world_close(&w);
	}
}

/* The next conversion of a source of events would not look at its old files again. */
static void reissues_events(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	(void)stage_world_in(&w, "sent", "", "a b");
	if (act(&w, VERBS_REISSUE, "1", false, false, &done, &e) != -1 ||
		!strstr(e.text, "in-000007"))
		fail_msg("without its file: %s", e.text);
	stage_world_put(&w, "work", "in-000007", "abc");
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run, sha) "
		"VALUES(7, 'products', 'p.csv', 'done', 'work/in-000007', 0, 0, 3, 0, 0, 0, '', "
		"'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')");
	must(&w, VERBS_REISSUE, "1");
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM unit WHERE id = 2 AND state = 'due' AND mode = 'due' AND "
			"inputs = 'source=7,' AND agreement = 'acme-832'"),
		1);
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM item WHERE state = 'due'"), 2);
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static void closing_gives_items_back(void **state)
{
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "a");
	stage_world_sql(&w, "UPDATE item SET state = 'accepted', hash = 'old'");
	(void)stage_world_in(&w, "held", "COLLISION", "a b");
	must(&w, VERBS_CLOSE, "2"); /* it never left */
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM item"), 1);
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM item WHERE key = 'a' AND state = 'accepted' AND hash = "
			"'old' AND interchange = 1"),
		1);
	(void)stage_world_in(&w, "in-doubt", "IN-DOUBT", "a");
	must(&w, VERBS_CLOSE, "3"); /* nobody knows: it stays pending */
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM item WHERE state = 'pending' AND interchange = 3"),
		1);
	stage_world_close(&w);
}

static void holds_and_retries_a_partner(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	for (int i = 0; i < 3; i++)
		(void)stage_world_queued(&w, "a");
	stage_world_sql(&w,
		"INSERT INTO partner(name, failures, next_try, reason, note, at) VALUES('acme', 2, 9, 'REFUSED', "
		"'no', 0)");
	assert_int_equal(act(&w, VERBS_RETRY, "acme", false, false, &done, &e), 0);
	assert_int_equal(done.count, 1);
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM partner"), 0);
	assert_int_equal(act(&w, VERBS_RETRY, "acme", false, false, &done, &e), 0);
	assert_int_equal(done.count, 0); /* again: nothing to do, no harm */

	assert_int_equal(act(&w, VERBS_HOLD, "acme", false, false, &done, &e), 0);
	assert_int_equal(done.count, 3);
	for (int64_t id = 1; id <= 3; id++) {
		expect_row(&w, id, "held", "hold");
		assert_true(lies(&w, id, "hold", "") && lies(&w, id, "hold", ".reason"));
		assert_int_equal(events_of(&w, "held", id), 1);
	}
	assert_int_equal(act(&w, VERBS_HOLD, "acme-832", false, false, &done, &e), 0);
	assert_int_equal(done.count, 0);
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static void a_partners_hold_takes_what_was_tried(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sending", "", "a"); /* its partner was away */
	(void)stage_world_in(&w, "sending", "", "b");
	stage_world_sql(&w, "UPDATE interchange SET receipt = 'renaming' WHERE id = 2");
	assert_int_equal(act(&w, VERBS_HOLD, "acme", false, false, &done, &e), 0);
	assert_int_equal(done.count, 1);
	expect_row(&w, 1, "held", "hold");
	expect_row(&w, 2, "sending", "outbox/acme");
	assert_non_null(strstr(done.said, "1 interchanges held"));
	assert_non_null(strstr(done.said, "1 too late: at its rename"));
	stage_world_close(&w);
}

static void too_late_to_hold(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sending", "", "a");
	stage_world_sql(&w, "UPDATE interchange SET receipt = 'renaming'");
	assert_int_equal(act(&w, VERBS_HOLD, "1", false, false, &done, &e), -1);
	assert_non_null(strstr(e.text, "comes too late"));
	stage_world_close(&w);
}

static void retries_units(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	stage_world_sql(&w,
		"UPDATE interchange SET state = 'closed', place = '', queued_at = 0, reason = 'CONVERTER-CRASH'");
	stage_world_sql(&w,
		"UPDATE unit SET state = 'quarantined', attempts = 3, fence = 3, interchange = 1, reason = "
		"'CONVERTER-CRASH'");
	must(&w, VERBS_RETRY, "acme-832");
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM unit WHERE state = 'due' AND attempts = 0 AND fence = 3"),
		1);
	expect_row(&w, 1, "making", "outbox/acme");
	/* An older unit must not send what a newer one replaced. */
	stage_world_sql(&w, "UPDATE unit SET state = 'failed', reason = 'CONVERSION'");
	(void)stage_world_queued(&w, "a");
	assert_int_equal(act(&w, VERBS_RETRY, "u-1", false, false, &done, &e), -1);
	assert_non_null(strstr(e.text, "u-1 has been replaced by u-2"));
	must(&w, VERBS_CLOSE, "u-1");
	/* Nor one whose input is bad. */
	stage_world_sql(
		&w, "UPDATE unit SET state = 'failed', reason = 'INPUT-DAMAGED' WHERE id = 2");
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		"VALUES(7, 'ampliance', 'x', 'quarantined', 'quarantine/in-000007', 0, 0, 1, 0, 0, 0, '')");
	assert_int_equal(act(&w, VERBS_RETRY, "u-2", false, false, &done, &e), -1);
	assert_non_null(strstr(e.text, "quarantined or closed"));
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static void releases_inputs(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run, reason) "
		"VALUES(12, 'ampliance', 'x', 'held', 'hold/in-000012', 0, 0, 1, 0, 0, 0, '', 'DUPLICATE-SUSPECT')");
	stage_world_put(&w, "hold", "in-000012", "{}");
	stage_world_put(&w, "hold", "in-000012.reason", "r");
	assert_int_equal(act(&w, VERBS_RELEASE, "in-000012", false, true, &done, &e), 0);
	assert_true(stage_world_has(&w, "hold/in-000012"));
	must(&w, VERBS_RELEASE, "in-000012");
	assert_true(stage_world_has(&w, "work/in-000012"));
	assert_false(stage_world_has(&w, "hold/in-000012") ||
		stage_world_has(&w, "hold/in-000012.reason"));
	assert_int_equal(stage_world_count(&w,
				 "SELECT COUNT(*) FROM input WHERE state = 'pending' AND place = "
				 "'work/in-000012'"),
		1);
	assert_int_equal(act(&w, VERBS_RELEASE, "in-000012", false, false, &done, &e), -1);
	/* A cut between the move and the ledger: given again, it is finished. */
	stage_world_sql(&w, "UPDATE input SET state = 'held', place = 'hold/in-000012'");
	must(&w, VERBS_RELEASE, "in-000012");
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM input WHERE state = 'pending'"), 1);
	stage_world_close(&w);
}

static void retries_and_closes_the_rest(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	stage_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, attempts, at) "
		"VALUES(3, 'acme', 'x', 1, 0, 'r-000003', 'quarantine/r-000003.acme', 'quarantined', 3, 0)");
	stage_world_put(&w, "quarantine", "r-000003.acme", "ISA");
	stage_world_put(&w, "quarantine", "r-000003.acme.reason", "r");
	must(&w, VERBS_RETRY, "r-3");
	assert_true(stage_world_has(&w, "received/acme/r-000003"));
	assert_false(stage_world_has(&w, "quarantine/r-000003.acme.reason"));
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM received WHERE state = 'stored' AND attempts = 0 AND "
			"place = 'received/acme/r-000003'"),
		1);
	stage_world_sql(&w, "UPDATE received SET state = 'orphan'");
	must(&w, VERBS_CLOSE, "r-3");
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM received WHERE state = 'closed'"), 1);

	stage_world_sql(&w,
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened) VALUES('acme-832', 'K', "
		"'f', 1, 'n', 'PRICE', 'no price', 0)");
	must(&w, VERBS_CLOSE, "K");
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM aside WHERE closed > 0"), 1);
	assert_int_equal(act(&w, VERBS_CLOSE, "K", false, false, &done, &e), -1);
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static void says_what_is_lost(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;
	char name[300];

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "held", "COLLISION", "a");
	(void)snprintf(name, sizeof(name), "hold/%s", stage_world_row(&w, 1).name.p);
	assert_int_equal(remove(name), 0);
	assert_int_equal(act(&w, VERBS_RELEASE, "1", false, false, &done, &e), -1);
	assert_string_equal(e.reason, "LOST-FILE");
	assert_non_null(strstr(e.text, "recorded, but its file could not follow"));
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_interchanges),
		cmocka_unit_test(refuses_what_the_state_forbids),
		cmocka_unit_test(release_of_a_partner_names_the_held),
		cmocka_unit_test(wants_a_reason),
		cmocka_unit_test(refuses_stale_ones),
		cmocka_unit_test(reissues_events),
		cmocka_unit_test(closing_gives_items_back),
		cmocka_unit_test(holds_and_retries_a_partner),
		cmocka_unit_test(a_partners_hold_takes_what_was_tried),
		cmocka_unit_test(too_late_to_hold),
		cmocka_unit_test(retries_units),
		cmocka_unit_test(releases_inputs),
		cmocka_unit_test(retries_and_closes_the_rest),
		cmocka_unit_test(says_what_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
