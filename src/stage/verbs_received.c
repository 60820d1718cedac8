/* Verbs on one received file. The ledger says so first, then it moves: a run may go on beside. */
#include "stage/verbs_act.h"

#include "stage/spool.h"
#include "store/ledger_operator.h"
#include "store/ledger_received.h"

static int find_row(struct verbs_act *x, struct received_row *row, struct err *e)
{
	const int rc = ledger_received_find(x->l, x->s->id, &x->a, row, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "received file " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? verbs_may(x, row->state, row->reason, e) : -1;
}

/* One that is lost cannot be read again. */
static int may_find(struct verbs_act *x, const struct received_row *row, struct err *e)
{
	const int rc = spool_settle_received(x->v, row->id, e);

	if (rc != 0)
		return rc == -1 ? -1 : 0;
	return err_set(e, ERR_ABSENT,
		"received file " STR_FMT
		" is not at %s; restore it from a backup; or gridspool close " STR_FMT
		" --reason TEXT gives it up",
		STR_ARG(x->s->name), row->place.p, STR_ARG(x->s->name));
}

int verbs_received_retry(struct verbs_act *x, struct err *e)
{
	struct received_row row;
	struct str place;
	int rc = -1;

	if (find_row(x, &row, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "read again by the next run; was %s: %s", row.state.p, row.reason.p);
	if (x->r->dry_run)
		return 0;
	place = arena_printf(
		&x->a, "received/" STR_FMT "/" STR_FMT, STR_ARG(row.partner), STR_ARG(row.name));
	if (may_find(x, &row, e) == -1 || ledger_begin(x->l, e) == -1)
		return -1;
	rc = ledger_operator_received_retry(x->l, row.id, place.p, e);
	if (rc == 0)
		rc = ledger_event(x->l, "retry", x->s->event, e, "was=%s %s", row.reason.p, x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	verbs_act_forget(x->v, row.place);
	return spool_settle_received(x->v, row.id, e) == -1 ? -1 : 0;
}

int verbs_received_close(struct verbs_act *x, struct err *e)
{
	struct received_row row;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &row, e);
	if (rc == 0)
		rc = ledger_received_state(
			x->l, row.id, "closed", row.place.p, row.reason.p, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", row.state.p, x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "given up, was %s: %s", row.state.p, row.reason.p);
	return 0;
}
