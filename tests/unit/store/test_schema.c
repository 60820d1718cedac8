/* A ledger that is not as the schema says: no call takes what it could not read or write for done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "store/ledger_audit.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"
#include "store/ledger_parts.h"
#include "store/ledger_partner.h"
#include "store/ledger_purge.h"
#include "store/ledger_received.h"
#include "store/ledger_runs.h"
#include "store/ledger_slot.h"
#include "store/ledger_states.h"
#include "store/ledger_unit.h"
#include "store/ledger_walk.h"
#include "unit/support/db_fault.h"
#include "unit/support/store_world.h"

static struct store_world w;
static int64_t n;      /* what nobody looks at */
static int64_t serial; /* what has to be another one each time */

#define L &w.l
#define E &w.e
#define A STR("acme-832")

/* --- the calls, each by itself; the ledger has a row for each --- */

static int event(void)
{
	return ledger_event(L, "told", "interchange 000001", E, "x");
}

static int event_now(void)
{
	return ledger_event_now(L, "told", "interchange 000001", E, "x");
}

static int verify(void)
{
	return ledger_verify(L, &n, E);
}

static int no_story(
	void *ctx, int64_t at, struct str run, struct str actor, struct str what, struct str detail)
{
	(void)ctx, (void)at, (void)run, (void)actor, (void)what, (void)detail;
	return 0;
}

static int story(void)
{
	return ledger_story(L, "test", no_story, NULL, E);
}

static int number(void)
{
	return ledger_number(L, 7, ++serial, "ISA:US:ACME", 9, &n, E);
}

static int number_set(void)
{
	return ledger_number_set(L, "ISA:US:NORD", ++serial, false, &n, E);
}

static int number_put(void)
{
	return ledger_number_put(L, "ISA:US:NORD", ++serial, &n, E);
}

static int number_drawn(void)
{
	int64_t highest = 0;

	if (ledger_interchange_with_number(
		    L, STR("acme"), "isa", "ISA:US:ACME", 1, 9, &n, &highest, E) == -1)
		return -1;
	return ledger_interchange_with_number(
		L, STR("acme"), "gs", "GS:US:ACME", 1, 9, &n, &highest, E);
}

static int begin(void)
{
	const int rc = ledger_begin(L, E);

	ledger_rollback(L);
	return rc;
}

static int parts_last(void)
{
	return ledger_parts_last(L, E);
}

static int parts_version(void)
{
	char version[LEDGER_PARTS_VERSION];

	return ledger_parts_version(L, version, E);
}

static int runs_newest(void)
{
	struct run_row r;

	return ledger_runs_newest(L, INT64_MAX, &w.a, &r, E);
}

static int states(void)
{
	return ledger_states_check(L, E);
}

static int open_other(
	int (*open)(struct ledger *, int, const char *, const struct clock *, struct err *))
{
	struct ledger other;

	if (open(&other, w.dir, STORE_WORLD_INSTANCE, &w.clock, E) == -1)
		return -1;
	ledger_close(&other);
	return 0;
}

static int opened(void)
{
	return open_other(ledger_open);
}

static int looked_at(void)
{
	return open_other(ledger_look);
}

static int audit_check(void)
{
	return ledger_audit_check(L, &n, E);
}

static int audit_whole(void)
{
	struct err wrong;

	return ledger_audit_whole(L, &n, &wrong, E);
}

static int audit_mend(void)
{
	return ledger_audit_mend(L, w.dir, "aside.log", &n, E);
}

static int audit_ahead(void)
{
	return ledger_audit_ahead(L, E);
}

static int input_add(void)
{
	const struct input_row r = {.source = STR("products"), .name = STR("a.json")};

	return ledger_input_add(L, &r, &n, E);
}

static int input_stored(void)
{
	return ledger_input_stored(L, 1, "s", "c", 1, 1, E);
}

static int input_stays(void)
{
	return ledger_input_stays(L, 1, 5, E);
}

static int input_stayed(void)
{
	return ledger_input_stayed(L, STR("products"), STR("a"), 1, &n, E);
}

static int input_state(void)
{
	return ledger_input_state(L, 1, "done", "p", "", "", E);
}

static int input_put_away(void)
{
	struct str reason;

	return ledger_input_put_away(L, STR("products"), &w.a, &reason, E);
}

static int input_by_state(void)
{
	struct input_rows rows;

	return ledger_input_by_state(L, "archived", &w.a, &rows, E);
}

static int input_find(void)
{
	struct input_row r;

	return ledger_input_find(L, 1, &w.a, &r, E);
}

static int input_current(void)
{
	struct input_row r;

	return ledger_input_current(L, STR("products"), &w.a, &r, E);
}

static int input_same(void)
{
	struct input_row r;

	return ledger_input_same(L, STR("products"), STR("c"), 9, &w.a, &r, E);
}

static int input_spent(void)
{
	struct input_rows rows;

	return ledger_input_spent(L, &w.a, &rows, E);
}

static int interchange_add(void)
{
	return ledger_interchange_add(
		L, 1, A, STR("acme"), STR("832"), STR("20261123-020000"), "x12", &n, E);
}

static int interchange_queue(void)
{
	return ledger_interchange_queue(L, 2, "s", "l", 1, 1, 1, 1, E);
}

static int interchange_state(void)
{
	return ledger_interchange_state(L, 3, "queued|sending", "held", "hold", "BY-HAND", "", E);
}

static int interchange_sending(void)
{
	return ledger_interchange_sending(L, 3, E);
}

static int interchange_sent(void)
{
	return ledger_interchange_sent(L, 4, "sent/acme", "seen", E);
}

static int interchange_later(void)
{
	return ledger_interchange_later(L, 3, "REPEATED", "", E);
}

static int interchange_axis(void)
{
	static const char *const axes[] = {"receipt", "ta1", "syntax", "application", "load"};

	for (int i = 0; i < 5; i++)
		if (ledger_interchange_axis(L, 1, axes[i], "accepted", E) == -1)
			return -1;
	return 0;
}

static int interchange_reissued(void)
{
	return ledger_interchange_reissued(L, 1, E);
}

static int interchange_overdue(void)
{
	return ledger_interchange_overdue(L, 1, E);
}

static int interchange_find(void)
{
	struct interchange_row r;

	return ledger_interchange_find(L, 1, &w.a, &r, E);
}

static int interchange_by_state(void)
{
	struct interchange_rows rows;

	return ledger_interchange_by_state(L, "queued|sending", &w.a, &rows, E);
}

static int interchange_left(void)
{
	struct interchange_rows rows;

	return ledger_interchange_left(L, &w.a, &rows, E);
}

static int interchange_by_isa(void)
{
	struct interchange_row r;

	return ledger_interchange_by_number(L, STR("acme"), "isa", 1, 99, &w.a, &r, E);
}

static int interchange_by_gs(void)
{
	struct interchange_row r;

	return ledger_interchange_by_number(L, STR("acme"), "gs", 1, 99, &w.a, &r, E);
}

static int item_set(void)
{
	return ledger_item_set(L, 1, STR("0002"), 1, E);
}

static int item_sets(void)
{
	struct str *st = NULL;
	size_t count = 0;

	return ledger_item_sets(L, 1, &w.a, &st, &count, E);
}

static int item_verdict(void)
{
	return ledger_item_verdict(L, 1, STR("0001"), "accepted", E);
}

static int item_out(void)
{
	return ledger_item_out(L, A, STR("SKU-1"), STR("h"), 1, STR("0001"), E);
}

static int item_all(void)
{
	return ledger_item_all(L, 1, STR(""), "accepted", "", &n, E);
}

static int item_reject(void)
{
	return ledger_item_reject(L, 1, STR("SKU-1"), "AK3", &n, E);
}

static int item_count(void)
{
	return ledger_item_count(L, A, "pending", &n, E);
}

static int item_offer(void)
{
	return ledger_item_offer(L, A, 1, E);
}

static int item_not_offered(void)
{
	return ledger_item_not_offered(L, A, 1, &n, E);
}

static int item_newer(void)
{
	return ledger_item_newer(L, 1, &n, E);
}

static int no_item(void *ctx, struct str key, struct str state, struct str hash, struct str settled)
{
	(void)ctx, (void)key, (void)state, (void)hash, (void)settled;
	return 0;
}

static int item_reissued(void)
{
	return ledger_item_reissued(L, A, E);
}

static int item_each(void)
{
	return ledger_item_each(L, A, no_item, NULL, E);
}

static int item_known(void)
{
	return ledger_item_known(L, A, &n, E);
}

static int item_note(void)
{
	return ledger_item_note(L, A, 0, E);
}

static int item_note_all(void)
{
	return ledger_item_note_all(L, A, E);
}

static int item_missing(void)
{
	return ledger_item_missing(L, A, &n, E);
}

static int item_aside(void)
{
	return ledger_item_aside(
		L, A, STR("SKU-2"), STR("a.json"), 1, STR("u-1.items"), STR("LENGTH"), STR(""), E);
}

static int item_aside_mended(void)
{
	return ledger_item_aside_mended(L, A, 1, 1, E);
}

static int item_aside_close(void)
{
	return ledger_item_aside_close(L, A, 9, E);
}

static int resend(void)
{
	return ledger_operator_resend(L, 5, "outbox/acme", "", E);
}

static int moved_on(void)
{
	const struct interchange_row r = {.id = 5, .items = 1};

	return ledger_operator_moved_on(L, &r, &n, E);
}

static int items_due(void)
{
	return ledger_operator_items_due(L, 1, &n, E);
}

static int items_back(void)
{
	return ledger_operator_items_back(L, 1, &n, E);
}

static int items_drop(void)
{
	return ledger_operator_items_drop(L, 1, &n, E);
}

static int unit_retry(void)
{
	return ledger_operator_unit_retry(L, 2, E);
}

static int operator_unit_close(void)
{
	return ledger_operator_unit_close(L, 2, "", E);
}

static int unit_again(void)
{
	return ledger_operator_unit_again(L, 2, 1, "b", &n, E);
}

static int received_retry(void)
{
	return ledger_operator_received_retry(L, 2, "received/acme/r-000002", E);
}

static int aside_open(void)
{
	return ledger_operator_aside_open(L, STR("SKU-1"), &n, E);
}

static int aside_close(void)
{
	return ledger_operator_aside_close(L, STR("SKU-1"), E);
}

static int skip_inputs(void)
{
	return ledger_operator_skip_inputs(L, 99, E);
}

static int skip_interchanges(void)
{
	return ledger_operator_skip_interchanges(L, 99, E);
}

static int skip_received(void)
{
	return ledger_operator_skip_received(L, 99, E);
}

static int partner_find(void)
{
	struct partner_row r;

	return ledger_partner_find(L, STR("acme"), &w.a, &r, E);
}

static int partner_any(void)
{
	struct partner_row r;

	return ledger_partner_any(L, STR("acme"), &w.a, &r, E);
}

static int partner_failed(void)
{
	return ledger_partner_failed(L, STR("acme"), 9, "UNREACHABLE", "", E);
}

static int partner_clear(void)
{
	return ledger_partner_clear(L, STR("acme"), E);
}

static int partner_clear_all(void)
{
	return ledger_partner_clear_all(L, STR("acme"), E);
}

static int purge_due_of(enum ledger_purge_kind kind)
{
	const struct purge_kept none = {NULL, 0};
	struct purge_rows rows;
	int64_t after = 0;

	return ledger_purge_due(L, kind, STORE_WORLD_NOW + 99, 9, &none, &after, &w.a, &rows, E);
}

static int purge_due_interchange(void)
{
	return purge_due_of(LEDGER_PURGE_INTERCHANGE);
}

static int purge_due_input(void)
{
	return purge_due_of(LEDGER_PURGE_INPUT);
}

static int purge_due_received(void)
{
	return purge_due_of(LEDGER_PURGE_RECEIVED);
}

static int purge_keep(void)
{
	struct purge_kept kept;

	if (ledger_purge_keep(L, STORE_WORLD_NOW + 99, &kept, E) == -1)
		return -1;
	ledger_purge_keep_done(&kept);
	return 0;
}

static const struct purge_row archived[] = {
	{LEDGER_PURGE_INTERCHANGE, 1, STR_INIT("a"), STR_INIT("archive/2026/11/01")},
	{LEDGER_PURGE_INPUT, 1, STR_INIT("a"), STR_INIT("archive/2026/11/01/a")},
	{LEDGER_PURGE_RECEIVED, 1, STR_INIT("a"), STR_INIT("archive/2026/11/01/a")}};

static int purge_intend(void)
{
	return ledger_purge_intend(L, &archived[LEDGER_PURGE_INTERCHANGE], E);
}

static int purge_intended(void)
{
	struct purge_rows rows;

	return ledger_purge_intended(L, &w.a, &rows, E);
}

static int purge_done(void)
{
	for (int i = 0; i < LEDGER_PURGE_KINDS; i++)
		if (ledger_purge_done(L, &archived[i], E) == -1)
			return -1;
	return 0;
}

static int purge_not_done(void)
{
	const struct purge_row r = {LEDGER_PURGE_INPUT, 1, STR_INIT("a"), STR_INIT("")};

	return ledger_purge_done(L, &r, E);
}

static int received_add(void)
{
	return ledger_received_add(L, STR("acme"), STR("main"), STR("x"), 1, 1, &n, E);
}

static int received_stored(void)
{
	return ledger_received_stored(L, 3, "s", 1, E);
}

static int received_state(void)
{
	return ledger_received_state(L, 1, "closed", "", "", "", E);
}

static int received_gone(void)
{
	return ledger_received_gone(L, 1, E);
}

static int received_attempt(void)
{
	return ledger_received_attempt(L, 1, E);
}

static int received_find(void)
{
	struct received_row r;

	return ledger_received_find(L, 1, &w.a, &r, E);
}

static int received_seen(void)
{
	struct received_row r;

	return ledger_received_seen(L, STR("acme"), STR("main"), STR("x"), 1, 1, &w.a, &r, E);
}

static int received_looked(void)
{
	return ledger_received_looked(L, STR("acme"), STR("main"), STR("x"), 1, 1, &n, E);
}

static int received_same(void)
{
	return ledger_received_same(L, STR("acme"), STR("s"), 9, &n, E);
}

static int received_by_state(void)
{
	struct received_rows rows;

	return ledger_received_by_state(L, "archived", &w.a, &rows, E);
}

static int received_ack(void)
{
	const struct ack_row r = {.kind = "TA1", .verdict = "accepted", .outcome = "applied"};

	return ledger_received_ack(L, &r, E);
}

static int item_recall(void)
{
	return ledger_item_recall(L, 1, STR(""), "held", "", &n, E);
}

static int item_sets_elsewhere(void)
{
	return ledger_item_sets_elsewhere(L, STR("acme"), 1, STR("1"), &n, E);
}

static int received_ack_applied(void)
{
	struct str which;
	struct str verdict;

	return ledger_received_ack_applied(L, 1, STR(" TA1 "), &w.a, &which, &verdict, E);
}

static int received_feedback(void)
{
	const struct feedback_row r = {.agreement = A};

	return ledger_received_feedback(L, &r, E);
}

static int slot_done(void)
{
	struct slot_row last;

	return ledger_slot_done(L, A, 5, "02:00", 9, &last, E);
}

static int slot_known(void)
{
	return ledger_slot_known(L, A, E);
}

static int slot_missed(void)
{
	char text[100];

	return ledger_slot_missed(L, A, text, sizeof(text), E);
}

static int slot_add(void)
{
	return ledger_slot_add(L, A, 1, "02:00", E);
}

static int unit_add(void)
{
	const struct unit_row r = {.agreement = A};

	return ledger_unit_add(L, &r, &n, E);
}

static int unit_start(void)
{
	return ledger_unit_start(L, 1, 0, 1, "b", E);
}

static int unit_attempt(void)
{
	return ledger_unit_attempt(L, 1, 0, E);
}

static int unit_end(void)
{
	const struct unit_counts c = {0};

	return ledger_unit_end(L, 1, 0, "done", &c, "", "", E);
}

static int unit_find(void)
{
	struct unit_row r;

	return ledger_unit_find(L, 1, &w.a, &r, E);
}

static int unit_newest(void)
{
	struct unit_row r;

	return ledger_unit_newest(L, A, &w.a, &r, E);
}

static int unit_open(void)
{
	struct unit_rows rows;

	return ledger_unit_open(L, &w.a, &rows, E);
}

static int walk_next(void)
{
	struct walk_rows rows;

	for (int k = 0; k < LEDGER_WALK_KINDS; k++)
		if (ledger_walk_next(L, (enum ledger_walk_kind)k, 0, 9, &w.a, &rows, E) == -1)
			return -1;
	return 0;
}

static int walk_find(void)
{
	struct walk_row r;

	return ledger_walk_find(L, LEDGER_WALK_INTERCHANGE, 1, &w.a, &r, E);
}

static int interchange_named(void)
{
	return ledger_interchange_named(L, STR("n1"), &n, E);
}

static bool says_told(struct str what)
{
	return str_is(what, "told");
}

static int walk_said(void)
{
	struct str what;
	struct str detail;

	return ledger_walk_said(L, "test", says_told, &w.a, &what, &detail, E);
}

static int walk_was(void)
{
	const struct walk_row r = {.kind = LEDGER_WALK_RECEIVED, .id = 1};
	struct str was;

	return ledger_walk_was(L, &r, &w.a, &was, E);
}

static int no_lack(void *ctx, struct str subject, const char *lacks, struct err *e)
{
	(void)ctx, (void)subject, (void)lacks, (void)e;
	return 0;
}

static int walk_missing(void)
{
	return ledger_walk_missing(L, no_lack, NULL, E);
}

static void no_number(void *ctx, int64_t seq, bool set, struct str scope, int64_t is)
{
	(void)ctx, (void)seq, (void)set, (void)scope, (void)is;
}

static int walk_numbers(void)
{
	return ledger_walk_numbers(L, no_number, NULL, E);
}

static int walk_counter(void)
{
	return ledger_walk_counter(L, STR("ISA:US:ACME"), &n, E);
}

/* own: with a transaction of its own, or none. */
#define CALL(f)              \
	{                    \
#f, f, false \
	}
#define OWN(f)              \
	{                   \
#f, f, true \
	}

static const struct call {
	const char *name;
	int (*make)(void);
	bool own;
} calls[] = {
	OWN(verify),
	OWN(story),
	OWN(number),
	OWN(number_set),
	OWN(begin),
	OWN(event_now),
	OWN(parts_last),
	OWN(states),
	OWN(opened),
	OWN(looked_at),
	OWN(audit_check),
	OWN(audit_whole),
	OWN(audit_mend),
	OWN(audit_ahead),
	CALL(event),
	CALL(number_put),
	CALL(number_drawn),
	CALL(parts_version),
	CALL(runs_newest),
	CALL(input_add),
	CALL(input_stored),
	CALL(input_stays),
	CALL(input_stayed),
	CALL(input_state),
	CALL(input_put_away),
	CALL(input_by_state),
	CALL(input_find),
	CALL(input_current),
	CALL(input_same),
	CALL(input_spent),
	CALL(interchange_add),
	CALL(interchange_queue),
	CALL(interchange_state),
	CALL(interchange_sending),
	CALL(interchange_sent),
	CALL(interchange_later),
	CALL(interchange_axis),
	CALL(interchange_reissued),
	CALL(interchange_overdue),
	CALL(interchange_find),
	CALL(interchange_by_state),
	CALL(interchange_left),
	CALL(interchange_by_isa),
	CALL(interchange_by_gs),
	CALL(item_set),
	CALL(item_sets),
	CALL(item_verdict),
	CALL(item_out),
	CALL(item_all),
	CALL(item_reject),
	CALL(item_count),
	CALL(item_offer),
	CALL(item_not_offered),
	CALL(item_newer),
	CALL(item_reissued),
	CALL(item_each),
	CALL(item_known),
	CALL(item_note),
	CALL(item_note_all),
	CALL(item_missing),
	CALL(item_aside),
	CALL(item_aside_mended),
	CALL(item_aside_close),
	CALL(resend),
	CALL(moved_on),
	CALL(items_due),
	CALL(items_back),
	CALL(items_drop),
	CALL(unit_retry),
	CALL(operator_unit_close),
	CALL(unit_again),
	CALL(received_retry),
	CALL(aside_open),
	CALL(aside_close),
	CALL(skip_inputs),
	CALL(skip_interchanges),
	CALL(skip_received),
	CALL(partner_find),
	CALL(partner_any),
	CALL(partner_failed),
	CALL(partner_clear),
	CALL(partner_clear_all),
	CALL(purge_keep),
	CALL(purge_due_interchange),
	CALL(purge_due_input),
	CALL(purge_due_received),
	CALL(purge_intend),
	CALL(purge_intended),
	CALL(purge_done),
	CALL(purge_not_done),
	CALL(received_add),
	CALL(received_stored),
	CALL(received_state),
	CALL(received_gone),
	CALL(received_attempt),
	CALL(received_find),
	CALL(received_seen),
	CALL(received_looked),
	CALL(received_same),
	CALL(received_by_state),
	CALL(received_ack),
	CALL(item_recall),
	CALL(item_sets_elsewhere),
	CALL(received_ack_applied),
	CALL(received_feedback),
	CALL(slot_done),
	CALL(slot_known),
	CALL(slot_missed),
	CALL(slot_add),
	CALL(unit_add),
	CALL(unit_start),
	CALL(unit_attempt),
	CALL(unit_end),
	CALL(unit_find),
	CALL(unit_newest),
	CALL(unit_open),
	CALL(walk_next),
	CALL(walk_find),
	CALL(interchange_named),
	CALL(walk_said),
	CALL(walk_was),
	CALL(walk_missing),
	CALL(walk_numbers),
	CALL(walk_counter),
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

/* --- the ledger they find --- */

static void add_interchange(int id, const char *state, const char *place)
{
	store_world_sql(&w,
		"INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, isa, gs, "
		"items, at) VALUES(%d, 1, 'acme-832', 'acme', '832', 'n%d', '%s', '%s', 1, 1, 1, 1)",
		id, id, place, state);
}

static void add_unit(int id, const char *state)
{
	store_world_sql(&w,
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		"VALUES(%d, 'acme-832', 'f', 'all', '%s', 'r', 1, '', '', 1)",
		id, state);
}

static void add_received(int id, const char *state)
{
	store_world_sql(&w,
		"INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, at) "
		"VALUES(%d, 'acme', 'main', 'x', 1, 1, 'r', 'archive/2026/11/01/r', '%s', 1)",
		id, state);
}

static int open_world(void **state)
{
	(void)state;
	store_world_open(&w);
	add_interchange(1, "archived", "archive/2026/11/01");
	add_interchange(2, "making", "outbox/acme");
	add_interchange(3, "queued", "outbox/acme");
	add_interchange(4, "sending", "outbox/acme");
	add_interchange(5, "sent", "sent/acme");
	add_unit(1, "due");
	add_unit(2, "failed");
	add_received(1, "archived");
	add_received(2, "orphan");
	add_received(3, "fetching");
	store_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		"VALUES(1, 'products', 'a', 'archived', 'archive/2026/11/01/a', 1, 1, 1, 1, 0, 1, 'r')");
	store_world_sql(&w,
		"INSERT INTO item(agreement, key, state, hash, interchange, at) "
		"VALUES('acme-832', 'SKU-1', 'pending', 'h', 1, 1)");
	store_world_sql(&w, "INSERT INTO iset(interchange, st, items) VALUES(1, '0001', 1)");
	store_world_sql(&w, "INSERT INTO meta(key, value) VALUES('purge:received:1', 'p')");
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	store_world_close(&w);
	return 0;
}

static int make(const struct call *c)
{
	int rc = 0;

	err_clear(&w.e);
	if (c->own)
		return c->make();
	STORE_WORLD_IS(&w, db_begin(w.l.db, &w.e), 0);
	rc = c->make();
	db_rollback(w.l.db);
	return rc;
}

static void make_all(void)
{
	for (size_t i = 0; i < CALLS; i++)
		if (make(&calls[i]) == -1)
			fail_msg("%s: %s", calls[i].name, w.e.text);
}

/* Each call of a ledger in which that is missing: done without it, or a fault that says what is missing. */
static void make_without(const char *what, enum err_code code, bool failed[CALLS])
{
	for (size_t i = 0; i < CALLS; i++) {
		if (make(&calls[i]) != -1)
			continue;
		failed[i] = true;
		if (w.e.code != code || (!strstr(w.e.text, what) && !strstr(w.e.text, "no ledger")))
			fail_msg("%s without %s: code %d, %s", calls[i].name, what, (int)w.e.code,
				w.e.text);
	}
}

/* "table.column" of all. */
static size_t columns(char out[200][80])
{
	struct str rest = str_c(store_world_texts(&w,
		"SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
		"WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"));
	struct str word;
	size_t count = 0;

	for (; count < 200 && str_split(&rest, ' ', &word); count++)
		(void)snprintf(out[count], 80, STR_FMT, STR_ARG(word));
	assert_true(count > 100 && count < 200);
	return count;
}

static void rename_column(const char *table_column, const char *from, const char *to)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "ALTER TABLE %.*s RENAME COLUMN %s TO %s",
		(int)strcspn(table_column, "."), table_column, from, to);
	STORE_WORLD_IS(&w, db_script(w.l.db, sql, &w.e), 0);
}

/* Nothing here is about what a power cut leaves. */
static void open_again(void)
{
	store_world_again(&w);
	STORE_WORLD_IS(&w,
		db_script(w.l.db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY", &w.e), 0);
}

static void without_each_column(bool prepared, bool failed[CALLS])
{
	static char names[200][80];
	const size_t count = columns(names);

	for (size_t i = 0; i < count; i++) {
		const char *column = strchr(names[i], '.') + 1;
		open_again();
		if (prepared)
			make_all();
		rename_column(names[i], column, "other");
		make_without(column, ERR_CONFIG, failed);
		rename_column(names[i], "other", column);
	}
}

static void each_needs_some(const bool failed[CALLS])
{
	for (size_t i = 0; i < CALLS; i++)
		if (!failed[i])
			fail_msg("%s failed without no column", calls[i].name);
}

static void all_is_well_with_the_schema(void **state)
{
	(void)state;
	make_all();
	make_all();
}

static void a_missing_column_is_named(void **state)
{
	bool failed[CALLS] = {false};

	(void)state;
	without_each_column(false, failed);
	each_needs_some(failed);
}

/* The statement was there before the column went. */
static void a_column_that_goes_is_named(void **state)
{
	bool failed[CALLS] = {false};

	(void)state;
	without_each_column(true, failed);
	each_needs_some(failed);
}

/* One table does not let itself be written: what a call has to write there is never taken for written. */
static void a_refused_write_is_a_fault(void **state)
{
	static const char *const tables[] = {"meta", "event", "number", "drawn", "input", "unit",
		"interchange", "iset", "item", "aside", "received", "ack", "feedback", "partner",
		"slot"};
	static const char *const ops[] = {"INSERT", "UPDATE", "DELETE"};
	bool failed[CALLS] = {false};
	char sql[200];

	(void)state;
	open_again();
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (int op = 0; op < 3; op++) {
			(void)snprintf(sql, sizeof(sql),
				"CREATE TRIGGER refused BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, 'refused'); END",
				ops[op], tables[t]);
			STORE_WORLD_IS(&w, db_script(w.l.db, sql, &w.e), 0);
			make_without("refused", ERR_IO, failed);
			STORE_WORLD_IS(&w, db_script(w.l.db, "DROP TRIGGER refused", &w.e), 0);
		}
	}
	for (size_t i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, "items_back") == 0 ||
			strcmp(calls[i].name, "number") == 0)
			assert_true(failed[i]);
}

/* The disk is full at one of its steps: whatever a call did before that, it is not done. */
static void a_call_fails_at_each_step(void **state)
{
	(void)state;
	open_again();
	for (size_t i = 0; i < CALLS; i++) {
		int64_t at = 0;
		bool made = true;
		while (made) {
			if (!calls[i].own)
				STORE_WORLD_IS(&w, db_begin(w.l.db, &w.e), 0);
			err_clear(&w.e);
			db_fault_arm(w.l.db, ++at);
			const int rc = calls[i].make();
			made = db_fault_off(w.l.db);
			db_rollback(w.l.db);
			if (made &&
				(rc != -1 || w.e.code != ERR_FULL ||
					!strstr(w.e.text, DB_FAULT_TEXT)))
				fail_msg("%s at its step %d: %d, %s", calls[i].name, (int)at, rc,
					w.e.text);
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
		TEST(all_is_well_with_the_schema),
		TEST(a_missing_column_is_named),
		TEST(a_column_that_goes_is_named),
		TEST(a_refused_write_is_a_fault),
		TEST(a_call_fails_at_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
