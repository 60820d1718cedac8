/* Verbs on one interchange. */
#include "stage/verbs_act.h"

#include <inttypes.h>
#include <stdio.h>

#include "stage/inputs.h"
#include "stage/spool.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"
#include "store/ledger_unit.h"

static int find_row(struct verbs_act *x, struct interchange_row *row, struct err *e)
{
	const int rc = ledger_interchange_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "interchange " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? verbs_may(x, row->state, row->reason, e) : -1;
}

static int refuse_stale(struct verbs_act *x, const struct interchange_row *row, struct err *e)
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
		" --reason TEXT sends the others anew and drops these; gridspool close %06" PRId64
		" --reason TEXT gives it up",
		n, row->items, row->id, row->id, row->id);
	return err_reason(e, "STALE");
}

/* Files follow what is committed; what fails here is done by the next run. */
static int settle(struct verbs_act *x, const struct interchange_row *was, struct err *e)
{
	if (spool_settle(x->v, was->id, e) == -1)
		return err_wrap(
			e, "recorded, but its file could not follow (the next run tries again)");
	env_drop_reason(x->v, "hold", was->name.p);
	env_drop_reason(x->v, "quarantine", was->name.p);
	return 0;
}

/* Held for bytes that are not those that were made: it leaves with the right ones only. */
static int refuse_changed(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	struct err why;

	if (find_row(x, &row, e) == -1)
		return -1;
	if ((!str_is(row.reason, "CHANGED-BY-HAND") && !str_is(row.reason, "LOST-FILE")) ||
		spool_check(x->v, &row, e) == 0)
		return 0;
	if (!e->reason[0])
		return -1;
	why = *e;
	return err_set(e, ERR_STALE,
		"%s: restore %s with its .lineage into %s/ from a backup, then gridspool release %06" PRId64
		" --reason TEXT; gridspool reissue %06" PRId64 " --reason TEXT makes it anew",
		why.reason, row.name.p, row.place.p, row.id, row.id);
}

/* What its agreement makes is held no more, be the ledger an older one or without some of its items. */
static int trust(const struct verbs_act *x, struct str agreement, struct err *e)
{
	if (ledger_run(x->l, e, "DELETE FROM meta WHERE key = '" SPOOL_RESTORED "' || ?1", "s",
		    agreement) == -1)
		return -1;
	return db_changes(x->l->db) > 0 ? ledger_item_note_all(x->l, agreement, e) : 0;
}

int verbs_interchange_release(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	char place[100];
	int rc = -1;

	if (refuse_changed(x, e) == -1 || ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = refuse_stale(x, &row, e);
	if (rc == 0) {
		spool_place("outbox", row.partner, place);
		rc = ledger_interchange_state(
			x->l, row.id, "held|quarantined", "queued", place, "", "", e);
	}
	if (rc == 0) /* with the right bytes: refuse_changed */
		rc = spool_wrong(x->l, row.id, NULL, e);
	if (rc == 0)
		rc = trust(x, row.agreement, e);
	if (rc == 0)
		rc = ledger_event(
			x->l, "released", x->s->event, e, "was=%s %s", row.reason.p, x->why);
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "queued for " STR_FMT " again (%" PRId64 " items), was %s: %s",
		STR_ARG(row.partner), row.items, row.state.p, row.reason.p);
	return rc == 1 ? settle(x, &row, e) : 0;
}

static int commit_resolve(struct verbs_act *x, const struct interchange_row *row, struct err *e)
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

int verbs_interchange_resolve(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = commit_resolve(x, &row, e);
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	if (x->r->delivered)
		verbs_act_say(x, "sent to " STR_FMT ", on the operator's word (%" PRId64 " items)",
			STR_ARG(row.partner), row.items);
	else
		verbs_act_say(x,
			"queued for " STR_FMT " again (%" PRId64
			" items), not delivered on the operator's word",
			STR_ARG(row.partner), row.items);
	return rc == 1 ? settle(x, &row, e) : 0;
}

int verbs_interchange_resend(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	char place[100];
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
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
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	if (row.isa > 0)
		verbs_act_say(x,
			"queued for " STR_FMT " with the same bytes and control number %09" PRId64
			" (%" PRId64
			" items); a partner may refuse or ignore a number it has seen: then gridspool reissue %06" PRId64
			" --reason TEXT",
			STR_ARG(row.partner), row.isa, row.items, row.id);
	else
		verbs_act_say(x,
			"queued for " STR_FMT " with the same bytes and file name (%" PRId64
			" items); a partner may ignore a name it has seen: then gridspool reissue %06" PRId64
			" --reason TEXT",
			STR_ARG(row.partner), row.items, row.id);
	return rc == 1 ? settle(x, &row, e) : 0;
}

/* A file of events that is gone cannot be converted again. */
static int refuse_without_inputs(
	struct verbs_act *x, const struct interchange_row *row, struct err *e)
{
	struct unit_row u;
	struct err why;

	if (ledger_unit_find(x->l, row->unit, &x->a, &u, e) == -1)
		return -1;
	if (inputs_there(x->v, u.inputs, e) == 0)
		return 0;
	if (!e->reason[0])
		return -1;
	why = *e;
	(void)err_set(e, ERR_STALE,
		"%s: %s: %06" PRId64
		" cannot be made anew from it; restore the file from a backup, or deliver an export with its items",
		why.reason, why.text, row->id);
	return err_reason(e, why.reason);
}

/* It waits for nobody any more, so what lies beside it in hold/ says no more what to do with it. */
static int end_reason(
	struct verbs_act *x, const struct interchange_row *was, const char *reason, struct err *e)
{
	if (!str_is(was->place, "hold") && !str_is(was->place, "quarantine"))
		return 0;
	env_drop_reason(x->v, was->place.p, was->name.p);
	return env_write_reason(x->v, was->place.p, was->name.p, reason, x->plain,
		"nothing; a run archives it when it is what was made, else whoever needs it no more may remove it",
		e);
}

/* Files of an event are converted once; its items that are due again need a unit of their own. */
static int reissue_event(struct verbs_act *x, const struct interchange_row *row, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(x->v->config, row->agreement);
	char subject[40];
	int64_t id = 0;

	if (!g || !g->source || g->source->kind != SOURCE_EVENTS)
		return 0;
	if (refuse_without_inputs(x, row, e) == -1)
		return -1;
	if (ledger_operator_unit_again(x->l, row->unit, x->v->started, x->v->bundle, &id, e) == -1)
		return -1;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	return ledger_event(x->l, "due", subject, e,
		"agreement=" STR_FMT " mode=due reissue-of=%06" PRId64, STR_ARG(row->agreement),
		row->id);
}

static int commit_reissue(
	struct verbs_act *x, const struct interchange_row *row, int64_t *n, struct err *e)
{
	char note[500];

	if (ledger_operator_items_due(x->l, row->id, n, e) == -1)
		return -1;
	if (*n == 0)
		return err_set(e, ERR_STALE,
			"none of the %" PRId64 " items of %06" PRId64
			" is still to be had from it: they were "
			"sent in a newer version or are due already; gridspool close %06" PRId64
			" --reason TEXT ends it",
			row->items, row->id, row->id);
	(void)snprintf(note, sizeof(note), "%" PRId64 " items are due again: %s", *n, x->plain);
	if (ledger_interchange_state(x->l, row->id,
		    "queued|sent|in-doubt|held|quarantined|archived",
		    str_is(row->state, "archived") ? "archived" : "closed", row->place.p,
		    "REISSUED", note, e) == -1)
		return -1;
	if (reissue_event(x, row, e) == -1)
		return -1;
	return ledger_event(x->l, "reissued", x->s->event, e, "items=%" PRId64 " was=%s %s", *n,
		row->state.p, x->why);
}

int verbs_interchange_reissue(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = commit_reissue(x, &row, &n, e);
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = n;
	const char *new_as = row.isa > 0 ? "with new control numbers" : "in a file of another name";
	if (n < row.items)
		verbs_act_say(x,
			"%" PRId64 " of %" PRId64
			" items are due again; the others were sent in a newer version or refused "
			"since. The next run sends them %s",
			n, row.items, new_as);
	else
		verbs_act_say(x, "%" PRId64 " items are due again; the next run sends them %s", n,
			new_as);
	return rc == 1 ? end_reason(x, &row, "REISSUED", e) : 0;
}

/* What never left is not known to the partner: its items are again what they were. What the partner
 * refused without naming an item is refused for good: it is sent again when its content changes. */
static int commit_close(struct verbs_act *x, const struct interchange_row *row, int64_t *back,
	int64_t *refused, struct err *e)
{
	const bool left = row->sent_at > 0 || str_is(row->state, "in-doubt") ||
		str_is(row->receipt, "renaming");
	int64_t before = 0;

	if (ledger_interchange_state(x->l, row->id, "queued|sent|in-doubt|held|quarantined",
		    "closed", row->place.p, "CLOSED", x->plain, e) == -1)
		return -1;
	if (ledger_item_known(x->l, row->agreement, &before, e) == -1 ||
		(!left && ledger_operator_items_back(x->l, row->id, back, e) == -1) ||
		ledger_item_note(x->l, row->agreement, before, e) == -1)
		return -1;
	if (ledger_operator_items_drop(x->l, row->id, refused, e) == -1)
		return -1;
	return ledger_event(x->l, "closed", x->s->event, e,
		"was=%s items-back=%" PRId64 " items-refused=%" PRId64 " %s", row->state.p, *back,
		*refused, x->why);
}

int verbs_interchange_close(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	int64_t back = 0;
	int64_t refused = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = commit_close(x, &row, &back, &refused, e);
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	if (refused > 0)
		verbs_act_say(x,
			"given up, was %s (%" PRId64 " items; %" PRId64
			" of them stay refused until their content changes)",
			row.state.p, row.items, refused);
	else
		verbs_act_say(x,
			"given up, was %s (%" PRId64 " items; %" PRId64
			" of them count as never sent)",
			row.state.p, row.items, back);
	return rc == 1 ? end_reason(x, &row, "CLOSED", e) : 0;
}

bool verbs_interchange_renaming(const struct interchange_row *row)
{
	return str_is(row->state, "sending") && str_is(row->receipt, "renaming");
}

int verbs_interchange_hold_row(
	struct verbs_act *x, const struct interchange_row *row, struct err *e)
{
	char subject[40];

	if (verbs_interchange_renaming(row))
		return err_set(e, ERR_STALE,
			"%06" PRId64 " is being delivered at this moment; hold comes too late",
			row->id);
	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, row->id);
	if (ledger_interchange_state(
		    x->l, row->id, "queued|sending", "held", "hold", "BY-HAND", x->plain, e) == -1)
		return -1;
	return ledger_event(x->l, "held", subject, e, "reason=BY-HAND %s", x->why);
}

static const char hold_next[] = "gridspool release %06" PRId64
				" --reason TEXT sends it; gridspool close %06" PRId64
				" --reason TEXT gives it up";

int verbs_interchange_hold_file(
	struct verbs_act *x, const struct interchange_row *row, struct err *e)
{
	char next[200];

	(void)snprintf(next, sizeof(next), hold_next, row->id, row->id);
	if (spool_settle(x->v, row->id, e) == -1)
		return err_wrap(
			e, "recorded, but its file could not follow (the next run tries again)");
	return env_write_reason(x->v, "hold", row->name.p, "BY-HAND", x->plain, next, e);
}

int verbs_interchange_hold(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = verbs_interchange_hold_row(x, &row, e);
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x,
		"held (%" PRId64 " items for " STR_FMT "); gridspool release %06" PRId64
		" --reason TEXT sends it",
		row.items, STR_ARG(row.partner), row.id);
	return rc == 1 ? verbs_interchange_hold_file(x, &row, e) : 0;
}

int verbs_interchange_retry(struct verbs_act *x, struct err *e)
{
	struct interchange_row row;
	int64_t cleared = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = verbs_partner_clear(x, row.partner, &cleared, e);
	if (rc == 0)
		rc = ledger_event(x->l, "retry", x->s->event, e, "%s", x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(
		x, "the next transfer tries it%s", cleared > 0 ? ", and its partner, at once" : "");
	return 0;
}
