/* The operator's verbs; see verbs.h. What is allowed in which state is the table of rules. */
#include "stage/verbs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "stage/spool.h"
#include "store/ledger_input.h"
#include "store/ledger_item.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"
#include "store/ledger_partner.h"
#include "store/ledger_received.h"
#include "store/ledger_unit.h"

#define BIT(verb) (1u << (verb))

struct rule {
	enum subject_kind kind;
	const char *state;
	unsigned verbs;
};

static const struct rule rules[] = {
	{SUBJECT_INTERCHANGE, "queued",
		BIT(VERBS_RETRY) | BIT(VERBS_HOLD) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "sending", BIT(VERBS_HOLD)},
	{SUBJECT_INTERCHANGE, "sent", BIT(VERBS_RESEND) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "in-doubt",
		BIT(VERBS_RESOLVE) | BIT(VERBS_RESEND) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "held", BIT(VERBS_RELEASE) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "quarantined",
		BIT(VERBS_RELEASE) | BIT(VERBS_REISSUE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INTERCHANGE, "archived", BIT(VERBS_REISSUE)},
	{SUBJECT_INPUT, "held", BIT(VERBS_RELEASE) | BIT(VERBS_CLOSE)},
	{SUBJECT_INPUT, "quarantined", BIT(VERBS_CLOSE)},
	{SUBJECT_RECEIVED, "quarantined", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_RECEIVED, "orphan", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_UNIT, "failed", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_UNIT, "quarantined", BIT(VERBS_RETRY) | BIT(VERBS_CLOSE)},
	{SUBJECT_PARTNER, "", BIT(VERBS_RETRY) | BIT(VERBS_HOLD)},
	{SUBJECT_AGREEMENT, "", BIT(VERBS_RETRY) | BIT(VERBS_HOLD)},
	{SUBJECT_ITEM, "open", BIT(VERBS_CLOSE)},
};

static const struct {
	const char *name;
	bool reason;
} verbs[VERBS_KINDS] = {
	[VERBS_RETRY] = {"retry", false},
	[VERBS_RELEASE] = {"release", true},
	[VERBS_HOLD] = {"hold", false},
	[VERBS_RESOLVE] = {"resolve", true},
	[VERBS_RESEND] = {"resend", true},
	[VERBS_REISSUE] = {"reissue", true},
	[VERBS_CLOSE] = {"close", true},
};

const char *verbs_name(enum verbs_kind verb)
{
	return verbs[verb].name;
}

bool verbs_wants_reason(enum verbs_kind verb)
{
	return verbs[verb].reason;
}

/* One verb on one subject. */
struct act {
	struct env *v;
	struct ledger *l;
	const struct verbs_request *r;
	const struct subject *s;
	struct verbs_done *out;
	struct arena a;
	char why[400];	 /* the reason as event rows have it: reason="..." */
	char plain[400]; /* the reason alone, escaped */
};

static void act_say(struct act *x, const char *fmt, ...) ATTR_PRINTF(2, 3);

static void act_say(struct act *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(x->out->said, sizeof(x->out->said), fmt, ap);
	va_end(ap);
}

/* --- what is allowed --- */

static unsigned allowed_in(enum subject_kind kind, struct str state, struct str reason)
{
	static const char *const final[] = {"CHANGED-BY-HAND", "ACK-REJECTED", "TA1-REJECTED"};
	unsigned set = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].kind == kind && str_is(state, rules[i].state))
			set = rules[i].verbs;
	}
	/* Changed bytes are nobody's to send, and what a partner refused it would refuse again. */
	for (size_t i = 0; kind == SUBJECT_INTERCHANGE && i < sizeof(final) / sizeof(final[0]);
		i++) {
		if (str_is(reason, final[i]))
			set &= ~BIT(VERBS_RELEASE);
	}
	return set;
}

static void list_verbs(unsigned set, struct buf *b)
{
	const char *between = "";

	for (unsigned i = 0; i < VERBS_KINDS; i++) {
		if (!(set & BIT(i)))
			continue;
		buf_printf(b, "%s%s", between, verbs[i].name);
		between = ", ";
	}
}

/* Refuses a verb that the state does not allow. */
static int may(struct act *x, struct str state, struct str reason, struct err *e)
{
	const unsigned set = allowed_in(x->s->kind, state, reason);
	struct buf list;

	if (set & BIT(x->r->verb))
		return 0;
	buf_init(&list, 200);
	list_verbs(set, &list);
	(void)err_set(e, ERR_STALE,
		"%s " STR_FMT " is %s" STR_FMT "%s" STR_FMT "; %s is not allowed now%s%s",
		subject_word(x->s->kind), STR_ARG(x->s->name),
		state.n > 0 ? "" : "not in a state to change", STR_ARG(state),
		reason.n > 0 ? ", reason " : "", STR_ARG(reason), verbs[x->r->verb].name,
		list.n > 0 ? "; allowed: " : "; nothing is to be done with it", buf_cstr(&list));
	buf_done(&list);
	return -1;
}

/* State and reason of the row behind a subject. */
static int present(struct env *v, const struct subject *s, struct arena *a, struct str *state,
	struct str *reason, struct err *e)
{
	static const char *const sql[SUBJECT_KINDS] = {
		[SUBJECT_INTERCHANGE] = "SELECT state, reason FROM interchange WHERE id = ?1",
		[SUBJECT_INPUT] = "SELECT state, reason FROM input WHERE id = ?1",
		[SUBJECT_RECEIVED] = "SELECT state, reason FROM received WHERE id = ?1",
		[SUBJECT_UNIT] = "SELECT state, reason FROM unit WHERE id = ?1",
	};
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	*state = *reason = STR("");
	if (s->kind == SUBJECT_ITEM) {
		if (ledger_operator_aside_open(&v->ledger, s->name, &n, e) == -1)
			return -1;
		*state = n > 0 ? STR("open") : STR("");
		return 0;
	}
	if (!sql[s->kind])
		return 0;
	if (db_query(v->ledger.db, &rows, e, sql[s->kind], "i", s->id) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1) {
		*state = arena_str(a, db_text(rows, 0));
		*reason = arena_str(a, db_text(rows, 1));
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int verbs_allowed(
	struct env *v, const struct subject *s, struct arena *a, struct str *list, struct err *e)
{
	struct str state;
	struct str reason;
	struct buf b;

	if (present(v, s, a, &state, &reason, e) == -1)
		return -1;
	buf_init(&b, 200);
	list_verbs(allowed_in(s->kind, state, reason), &b);
	*list = arena_str(a, buf_view(&b));
	buf_done(&b);
	return 0;
}

/* --- shared steps --- */

/* Ends the transaction: a preview leaves no trace. 1 go on with the files, 0 preview, -1. */
static int finish(struct act *x, int rc, struct err *e)
{
	if (rc == -1 || x->r->dry_run) {
		ledger_rollback(x->l);
		return rc == -1 ? -1 : 0;
	}
	return ledger_commit(x->l, e) == -1 ? -1 : 1;
}

static void forget_reason(struct env *v, const char *folder, const char *name)
{
	char file[LIMIT_NAME + 16];
	struct err e;
	const int dir = env_folder(v, folder, &e);

	(void)snprintf(file, sizeof(file), "%s.reason", name);
	if (dir != -1 &&
		fsx_remove(dir, file, &e) == -1) /* a note for people; the ledger has the truth */
		env_log(v, LOG_WARN, "reason-left", file, "%s", e.text);
	fsx_close(dir);
}

static void forget_place(struct env *v, struct str place)
{
	char folder[LIMIT_PATH];
	const char *slash = strrchr(place.p, '/');

	if (!slash)
		return;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - place.p), place.p);
	forget_reason(v, folder, slash + 1);
}

/* Files follow what is committed; what fails here is done by the next run. */
static int settle(struct act *x, const struct interchange_row *was, struct err *e)
{
	if (spool_settle(x->v, was->id, e) == -1)
		return err_wrap(
			e, "recorded, but its file could not follow (the next run tries again)");
	forget_reason(x->v, "hold", was->name.p);
	forget_reason(x->v, "quarantine", was->name.p);
	return 0;
}

static int interchange_row(struct act *x, struct interchange_row *row, struct err *e)
{
	const int rc = ledger_interchange_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "interchange " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? may(x, row->state, row->reason, e) : -1;
}

static int refuse_stale(struct act *x, const struct interchange_row *row, struct err *e)
{
	int64_t n = 0;

	if (ledger_operator_moved_on(x->l, row, &n, e) == -1)
		return -1;
	if (n == 0)
		return 0;
	(void)err_set(e, ERR_STALE,
		"%" PRId64 " of the %" PRId64 " items of %06" PRId64
		" were sent in a newer version since; "
		"it would take them back. gridspool reissue %06" PRId64
		" sends the others anew and drops these; gridspool close %06" PRId64 " gives it up",
		n, row->items, row->id, row->id, row->id);
	return err_reason(e, "STALE");
}

/* --- interchanges --- */

static int release_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	char place[100];
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = refuse_stale(x, &row, e);
	if (rc == 0) {
		spool_place("outbox", row.partner, place);
		rc = ledger_interchange_state(
			x->l, row.id, "held|quarantined", "queued", place, "", "", e);
	}
	if (rc == 0)
		rc = ledger_event(
			x->l, "released", x->s->event, e, "was=%s %s", row.reason.p, x->why);
	rc = finish(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "queued for " STR_FMT " again (%" PRId64 " items), was %s: %s",
		STR_ARG(row.partner), row.items, row.state.p, row.reason.p);
	return rc == 1 ? settle(x, &row, e) : 0;
}

static int commit_resolve(struct act *x, const struct interchange_row *row, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(x->v->config, row->agreement);
	char place[100];
	char evidence[500];
	int64_t n = 0;

	if (x->r->delivered) {
		spool_place("sent", row->partner, place);
		(void)snprintf(evidence, sizeof(evidence), "operator %s says delivered: %s",
			x->l->actor, x->plain);
		if (ledger_interchange_sent(x->l, row->id, place, evidence, e) == -1)
			return -1;
		if (g && str_is(g->accepted_at, "sent") &&
			ledger_item_all(x->l, row->id, STR(""), "accepted", "", &n, e) == -1)
			return -1;
		return ledger_event(x->l, "resolved", x->s->event, e, "delivered=yes %s", x->why);
	}
	if (refuse_stale(x, row, e) == -1)
		return -1;
	spool_place("outbox", row->partner, place);
	if (ledger_interchange_state(x->l, row->id, "in-doubt", "queued", place, "", "", e) == -1 ||
		ledger_interchange_axis(x->l, row->id, "receipt", "", e) == -1)
		return -1;
	return ledger_event(x->l, "resolved", x->s->event, e, "delivered=no %s", x->why);
}

static int resolve_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = commit_resolve(x, &row, e);
	rc = finish(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	if (x->r->delivered)
		act_say(x, "sent to " STR_FMT ", on the operator's word (%" PRId64 " items)",
			STR_ARG(row.partner), row.items);
	else
		act_say(x,
			"queued for " STR_FMT " again (%" PRId64
			" items), not delivered on the operator's word",
			STR_ARG(row.partner), row.items);
	return rc == 1 ? settle(x, &row, e) : 0;
}

static int resend_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	char place[100];
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = refuse_stale(x, &row, e);
	if (rc == 0) {
		spool_place("outbox", row.partner, place);
		rc = ledger_operator_resend(x->l, row.id, place, x->plain, e);
	}
	if (rc == 0)
		rc = ledger_event(x->l, "resend", x->s->event, e,
			"times=%" PRId64 " isa=%" PRId64 " was=%s %s", row.resent + 1, row.isa,
			row.state.p, x->why);
	rc = finish(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	act_say(x,
		"queued for " STR_FMT " with the same bytes and control number %09" PRId64
		" (%" PRId64
		" items); a partner may refuse or ignore a number it has seen: then reissue",
		STR_ARG(row.partner), row.isa, row.items);
	return rc == 1 ? settle(x, &row, e) : 0;
}

/* Files of an event are converted once; its items that are due again need a unit of their own. */
static int reissue_event(struct act *x, const struct interchange_row *row, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(x->v->config, row->agreement);
	char subject[40];
	int64_t id = 0;

	if (!g || !g->source || g->source->kind != SOURCE_EVENTS)
		return 0;
	if (ledger_operator_unit_again(x->l, row->unit, x->v->started, x->v->bundle, &id, e) == -1)
		return -1;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	return ledger_event(x->l, "due", subject, e,
		"agreement=" STR_FMT " mode=due reissue-of=%06" PRId64, STR_ARG(row->agreement),
		row->id);
}

static int commit_reissue(
	struct act *x, const struct interchange_row *row, int64_t *n, struct err *e)
{
	char note[500];

	if (ledger_operator_items_due(x->l, row->id, n, e) == -1)
		return -1;
	if (*n == 0)
		return err_set(e, ERR_STALE,
			"none of the %" PRId64 " items of %06" PRId64
			" is still to be had from it: they were "
			"sent in a newer version or are due already; gridspool close %06" PRId64
			" ends it",
			row->items, row->id, row->id);
	(void)snprintf(note, sizeof(note), "%" PRId64 " items are due again: %s", *n, x->plain);
	if (!str_is(row->state, "archived") &&
		ledger_interchange_state(x->l, row->id, "queued|sent|in-doubt|held|quarantined",
			"closed", row->place.p, "REISSUED", note, e) == -1)
		return -1;
	if (reissue_event(x, row, e) == -1)
		return -1;
	return ledger_event(x->l, "reissued", x->s->event, e, "items=%" PRId64 " was=%s %s", *n,
		row->state.p, x->why);
}

static int reissue_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = commit_reissue(x, &row, &n, e);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = n;
	if (n < row.items)
		act_say(x,
			"%" PRId64 " of %" PRId64
			" items are due again; the others were sent in a newer version or refused "
			"since. The next run sends them with new control numbers",
			n, row.items);
	else
		act_say(x,
			"%" PRId64
			" items are due again; the next run sends them with new control numbers",
			n);
	return 0;
}

/* What never left is not known to the partner: its items are again what they were. */
static int commit_close(
	struct act *x, const struct interchange_row *row, int64_t *back, struct err *e)
{
	const bool left = row->sent_at > 0 || str_is(row->state, "in-doubt") ||
		str_is(row->receipt, "renaming");

	if (ledger_interchange_state(x->l, row->id, "queued|sent|in-doubt|held|quarantined",
		    "closed", row->place.p, "CLOSED", x->plain, e) == -1)
		return -1;
	if (!left && ledger_operator_items_back(x->l, row->id, back, e) == -1)
		return -1;
	return ledger_event(x->l, "closed", x->s->event, e, "was=%s items-back=%" PRId64 " %s",
		row->state.p, *back, x->why);
}

static int close_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	int64_t back = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = commit_close(x, &row, &back, e);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "given up, was %s (%" PRId64 " items; %" PRId64 " of them count as never sent)",
		row.state.p, row.items, back);
	return 0;
}

/* --- hold --- */

static const char hold_next[] = "gridspool release %06" PRId64
				" --reason TEXT sends it; gridspool close %06" PRId64
				" --reason TEXT gives it up";

static int hold_one(struct act *x, const struct interchange_row *row, struct err *e)
{
	char subject[40];

	if (str_is(row->state, "sending") && str_is(row->receipt, "renaming"))
		return err_set(e, ERR_STALE,
			"%06" PRId64 " is being delivered at this moment; hold comes too late",
			row->id);
	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, row->id);
	if (ledger_interchange_state(
		    x->l, row->id, "queued|sending", "held", "hold", "BY-HAND", x->plain, e) == -1)
		return -1;
	return ledger_event(x->l, "held", subject, e, "reason=BY-HAND %s", x->why);
}

static int put_on_hold(struct act *x, const struct interchange_row *row, struct err *e)
{
	char next[200];

	(void)snprintf(next, sizeof(next), hold_next, row->id, row->id);
	if (spool_settle(x->v, row->id, e) == -1)
		return err_wrap(
			e, "recorded, but its file could not follow (the next run tries again)");
	return env_write_reason(x->v, "hold", row->name.p, "BY-HAND", x->plain, next, e);
}

static int hold_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = hold_one(x, &row, e);
	rc = finish(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "held (%" PRId64 " items for " STR_FMT "); release sends it", row.items,
		STR_ARG(row.partner));
	return rc == 1 ? put_on_hold(x, &row, e) : 0;
}

static bool concerns(const struct act *x, const struct interchange_row *row)
{
	return str_eq(x->s->kind == SUBJECT_PARTNER ? row->partner : row->agreement, x->s->name);
}

/* All that waits for a partner or of an agreement, in one transaction. */
static int hold_many(struct act *x, struct err *e)
{
	struct interchange_rows rows = {0};
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = ledger_interchange_by_state(x->l, "queued", &x->a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++) {
		if (!concerns(x, &rows.row[i]))
			continue;
		rc = hold_one(x, &rows.row[i], e);
		n++;
	}
	if (rc == 0 && n == 0) {
		ledger_rollback(x->l);
		act_say(x, "nothing waits to be sent; nothing is held");
		return 0;
	}
	rc = finish(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = n;
	act_say(x, "%" PRId64 " interchanges held; what is made later is not", n);
	for (size_t i = 0; i < rows.n && rc == 1; i++) {
		if (concerns(x, &rows.row[i]) && put_on_hold(x, &rows.row[i], e) == -1)
			rc = -1;
	}
	return rc == -1 ? -1 : 0;
}

/* --- retry --- */

static int clear_partner(struct act *x, struct str partner, int64_t *n, struct err *e)
{
	struct partner_row row;
	char subject[100];
	const int rc = ledger_partner_find(x->l, partner, &x->a, &row, e);

	if (rc != 1)
		return rc;
	(void)snprintf(subject, sizeof(subject), "partner " STR_FMT, STR_ARG(partner));
	(*n)++;
	if (ledger_partner_clear(x->l, partner, e) == -1)
		return -1;
	return ledger_event(x->l, "retry", subject, e, "was=%s %s", row.reason.p, x->why);
}

static int retry_interchange(struct act *x, struct err *e)
{
	struct interchange_row row;
	int64_t cleared = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = interchange_row(x, &row, e);
	if (rc == 0)
		rc = ledger_operator_at_once(x->l, row.id, e);
	if (rc == 0)
		rc = clear_partner(x, row.partner, &cleared, e);
	if (rc == 0)
		rc = ledger_event(x->l, "retry", x->s->event, e, "%s", x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "the next transfer tries it%s", cleared > 0 ? ", and its partner, at once" : "");
	return 0;
}

/* An older unit must not send what a newer one has replaced. */
static int refuse_old_unit(struct act *x, const struct unit_row *u, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(x->v->config, u->agreement);
	struct unit_row newest;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(x->l->db, &n, e,
		    "SELECT COUNT(*) FROM input WHERE state IN ('quarantined', 'closed') AND ?1 LIKE "
		    "'%=' || id || ',%'",
		    "s", u->inputs) != 1)
		return -1;
	if (n > 0)
		return err_set(e, ERR_STALE,
			"u-%" PRId64
			" reads an input that is quarantined or closed: deliver a good one "
			"instead; gridspool close u-%" PRId64 " ends it",
			u->id, u->id);
	if (!g || !g->source || g->source->kind == SOURCE_EVENTS)
		return 0;
	rc = ledger_unit_newest(x->l, u->agreement, &x->a, &newest, e);
	if (rc == 1 && newest.id != u->id)
		return err_set(e, ERR_STALE,
			"u-%" PRId64 " has been replaced by u-%" PRId64 " with newer inputs", u->id,
			newest.id);
	return rc == -1 ? -1 : 0;
}

static int retry_one_unit(struct act *x, const struct unit_row *u, struct err *e)
{
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, u->id);
	if (refuse_old_unit(x, u, e) == -1 || ledger_operator_unit_retry(x->l, u->id, e) == -1)
		return -1;
	return ledger_event(x->l, "retry", subject, e, "was=%s %s", u->reason.p, x->why);
}

static int unit_row(struct act *x, struct unit_row *u, struct err *e)
{
	const int rc = ledger_unit_find(x->l, x->s->id, &x->a, u, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "unit of work " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? may(x, u->state, u->reason, e) : -1;
}

static int retry_unit(struct act *x, struct err *e)
{
	struct unit_row u;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = unit_row(x, &u, e);
	if (rc == 0)
		rc = retry_one_unit(x, &u, e);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "due again, with no attempt counted; was %s: %s", u.state.p, u.reason.p);
	return 0;
}

static int retry_newest_unit(struct act *x, struct str agreement, int64_t *n, struct err *e)
{
	struct unit_row u;
	const int rc = ledger_unit_newest(x->l, agreement, &x->a, &u, e);

	if (rc != 1 || (!str_is(u.state, "failed") && !str_is(u.state, "quarantined")))
		return rc == -1 ? -1 : 0;
	(*n)++;
	return retry_one_unit(x, &u, e);
}

static int retry_many(struct act *x, struct err *e)
{
	struct interchange_rows rows = {0};
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = x->s->kind == SUBJECT_PARTNER ? clear_partner(x, x->s->name, &n, e)
					   : retry_newest_unit(x, x->s->name, &n, e);
	if (rc == 0)
		rc = ledger_interchange_by_state(x->l, "queued", &x->a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++) {
		char subject[40];
		if (!concerns(x, &rows.row[i]) || rows.row[i].next_try == 0)
			continue;
		n++;
		(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, rows.row[i].id);
		rc = ledger_operator_at_once(x->l, rows.row[i].id, e);
		if (rc == 0)
			rc = ledger_event(x->l, "retry", subject, e, "%s", x->why);
	}
	if (rc == 0 && n == 0) {
		ledger_rollback(x->l);
		act_say(x, "nothing of it has failed; nothing waits for another try");
		return 0;
	}
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = n;
	act_say(x, "%" PRId64 " things are tried again by the next run", n);
	return 0;
}

/* --- inputs and received files: the file moves first, then the ledger says so --- */

/* Moves a file of the spool between two places; one that is there already is fine. */
static int move_place(struct env *v, const char *from, const char *to, struct err *e)
{
	char folder[LIMIT_PATH];
	const char *a = strrchr(from, '/');
	const char *b = strrchr(to, '/');
	struct stat st;
	int source = -1;
	int target = -1;
	int rc = fsx_stat(v->dir, to, &st, e);

	if (rc != 0 || strcmp(from, to) == 0)
		return rc == -1 ? -1 : 0;
	BUG_IF(!a || !b);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(a - from), from);
	source = env_folder(v, folder, e);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(b - to), to);
	target = source == -1 ? -1 : env_folder(v, folder, e);
	rc = target == -1 ? -1 : fsx_move(source, a + 1, target, b + 1, e);
	fsx_close(source);
	fsx_close(target);
	return rc;
}

static int input_row(struct act *x, struct input_row *row, struct err *e)
{
	const int rc = ledger_input_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "input " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? may(x, row->state, row->reason, e) : -1;
}

static int commit_release_input(struct act *x, const char *state, const char *place, struct err *e)
{
	struct input_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = input_row(x, &row, e);
	if (rc == 0)
		rc = ledger_input_state(x->l, row.id, state, place, "", "", e);
	if (rc == 0)
		rc = ledger_event(x->l, "released", x->s->event, e, "was=%s place=%s %s",
			row.reason.p, place, x->why);
	return finish(x, rc, e);
}

static int release_input(struct act *x, struct err *e)
{
	struct input_row row;
	const struct config_source *source = NULL;
	char place[64];

	if (input_row(x, &row, e) == -1)
		return -1;
	source = config_source_find(x->v->config, row.source);
	if (!source)
		return err_set(e, ERR_STALE,
			"input " STR_FMT ": its source " STR_FMT
			" is no longer in bundle/routes.xml",
			STR_ARG(x->s->name), STR_ARG(row.source));
	x->out->count = 1;
	act_say(x, "taken as it is by the next run; was %s: %s", row.state.p, row.reason.p);
	if (x->r->dry_run)
		return 0;
	(void)snprintf(
		place, sizeof(place), "work/in-%06" PRId64 "%s", row.id, row.tree ? ".zip" : "");
	if (move_place(x->v, row.place.p, place, e) == -1)
		return err_wrap(e, "input " STR_FMT " stays held", STR_ARG(x->s->name));
	if (commit_release_input(
		    x, source->kind == SOURCE_EVENTS ? "pending" : "claimed", place, e) == -1)
		return -1;
	forget_place(x->v, row.place);
	return 0;
}

static int close_input(struct act *x, struct err *e)
{
	struct input_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = input_row(x, &row, e);
	if (rc == 0)
		rc = ledger_input_state(
			x->l, row.id, "closed", row.place.p, row.reason.p, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", row.state.p, x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "given up, was %s: %s", row.state.p, row.reason.p);
	return 0;
}

static int received_row(struct act *x, struct received_row *row, struct err *e)
{
	const int rc = ledger_received_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "received file " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? may(x, row->state, row->reason, e) : -1;
}

static int retry_received(struct act *x, struct err *e)
{
	struct received_row row;
	struct str place;
	int rc = -1;

	if (received_row(x, &row, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "read again by the next run; was %s: %s", row.state.p, row.reason.p);
	if (x->r->dry_run)
		return 0;
	place = arena_printf(
		&x->a, "received/" STR_FMT "/" STR_FMT, STR_ARG(row.partner), STR_ARG(row.name));
	if (move_place(x->v, row.place.p, place.p, e) == -1 || ledger_begin(x->l, e) == -1)
		return -1;
	rc = ledger_operator_received_retry(x->l, row.id, place.p, e);
	if (rc == 0)
		rc = ledger_event(x->l, "retry", x->s->event, e, "was=%s %s", row.reason.p, x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	forget_place(x->v, row.place);
	return 0;
}

static int close_received(struct act *x, struct err *e)
{
	struct received_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = received_row(x, &row, e);
	if (rc == 0)
		rc = ledger_received_state(
			x->l, row.id, "closed", row.place.p, row.reason.p, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", row.state.p, x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "given up, was %s: %s", row.state.p, row.reason.p);
	return 0;
}

static int close_unit(struct act *x, struct err *e)
{
	struct unit_row u;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = unit_row(x, &u, e);
	if (rc == 0)
		rc = ledger_operator_unit_close(x->l, u.id, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", u.state.p, x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	act_say(x, "given up, was %s: %s", u.state.p, u.reason.p);
	return 0;
}

static int close_item(struct act *x, struct err *e)
{
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = ledger_operator_aside_open(x->l, x->s->name, &n, e);
	if (rc == 0)
		rc = may(x, n > 0 ? STR("open") : STR(""), STR(""), e);
	if (rc == 0)
		rc = ledger_operator_aside_close(x->l, x->s->name, e);
	if (rc == 0)
		rc = ledger_event(
			x->l, "closed", x->s->event, e, "set-aside=%" PRId64 " %s", n, x->why);
	if (finish(x, rc, e) == -1)
		return -1;
	x->out->count = n;
	act_say(x,
		"%" PRId64
		" open findings are closed; the item is set aside again if they are still there",
		n);
	return 0;
}

/* --- dispatch --- */

static int (*const acts[VERBS_KINDS][SUBJECT_KINDS])(struct act *x, struct err *e) = {
	[VERBS_RETRY] = {[SUBJECT_INTERCHANGE] = retry_interchange,
		[SUBJECT_RECEIVED] = retry_received,
		[SUBJECT_UNIT] = retry_unit,
		[SUBJECT_PARTNER] = retry_many,
		[SUBJECT_AGREEMENT] = retry_many},
	[VERBS_RELEASE] =
		{[SUBJECT_INTERCHANGE] = release_interchange, [SUBJECT_INPUT] = release_input},
	[VERBS_HOLD] = {[SUBJECT_INTERCHANGE] = hold_interchange,
		[SUBJECT_PARTNER] = hold_many,
		[SUBJECT_AGREEMENT] = hold_many},
	[VERBS_RESOLVE] = {[SUBJECT_INTERCHANGE] = resolve_interchange},
	[VERBS_RESEND] = {[SUBJECT_INTERCHANGE] = resend_interchange},
	[VERBS_REISSUE] = {[SUBJECT_INTERCHANGE] = reissue_interchange},
	[VERBS_CLOSE] = {[SUBJECT_INTERCHANGE] = close_interchange,
		[SUBJECT_INPUT] = close_input,
		[SUBJECT_RECEIVED] = close_received,
		[SUBJECT_UNIT] = close_unit,
		[SUBJECT_ITEM] = close_item},
};

static void note_reason(struct act *x)
{
	struct buf b;

	buf_init(&b, 4000);
	utf8_quote(&b, x->r->reason, 300);
	(void)snprintf(x->plain, sizeof(x->plain), "%s", buf_cstr(&b));
	if (x->r->reason.n > 0)
		(void)snprintf(x->why, sizeof(x->why), "said=\"%.380s\"", x->plain);
	buf_done(&b);
}

int verbs_do(struct env *v, const struct verbs_request *r, const struct subject *s,
	struct verbs_done *out, struct err *e)
{
	struct act x = {.v = v, .l = &v->ledger, .r = r, .s = s, .out = out};
	struct str state;
	struct str reason;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (verbs[r->verb].reason && str_trim(r->reason).n == 0)
		return err_set(e, ERR_USAGE,
			"%s repeats or gives up something: say why with --reason TEXT",
			verbs[r->verb].name);
	note_reason(&x);
	arena_init(&x.a);
	if (acts[r->verb][s->kind])
		rc = acts[r->verb][s->kind](&x, e);
	else if (present(v, s, &x.a, &state, &reason, e) == 0)
		rc = may(&x, state, reason, e);
	arena_done(&x.a);
	return rc;
}

int verbs_control(struct env *v, const struct config_partner *p, struct str group, int64_t next,
	bool dry_run, struct verbs_done *out, struct err *e)
{
	const struct config_identity *us = &v->config->identity;
	char scope[200];
	int64_t now = 0;

	memset(out, 0, sizeof(*out));
	(void)snprintf(scope, sizeof(scope),
		"%s:" STR_FMT ":" STR_FMT ":" STR_FMT ":" STR_FMT "%s" STR_FMT,
		group.n == 0 ? "ISA" : "GS", STR_ARG(us->qualifier), STR_ARG(us->id),
		STR_ARG(p->identity.qualifier), STR_ARG(p->identity.id), group.n == 0 ? "" : ":",
		STR_ARG(group));
	if (next < 1 || next > 999999999)
		return err_set(e, ERR_USAGE,
			"--next %" PRId64 ": a control number is 1 to 999999999", next);
	if (ledger_operator_next(&v->ledger, scope, &now, e) == -1)
		return -1;
	if (next < now)
		return err_set(e, ERR_STALE,
			"the next number of %s is %" PRId64 "; starting at %" PRId64
			" would use numbers again "
			"that the partner has seen",
			scope, now, next);
	out->count = next == now ? 0 : 1;
	(void)snprintf(out->said, sizeof(out->said), "next number of %s: %" PRId64 ", was %" PRId64,
		scope, next, now);
	return dry_run || next == now ? 0 : ledger_number_set(&v->ledger, scope, next, e);
}
