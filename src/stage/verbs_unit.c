/* Verbs on one unit of work. */
#include "stage/verbs_act.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/ledger_operator.h"
#include "store/ledger_unit.h"

/* An older unit must not send what a newer one has replaced. */
static int refuse_old_unit(struct verbs_act *x, const struct unit_row *u, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(x->v->config, u->agreement);
	struct unit_row newest;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(x->l->db, &n, e,
		    "SELECT COUNT(*) FROM input WHERE state IN ('quarantined', 'closed', 'abandoned') AND ?1 LIKE "
		    "'%=' || id || ',%'",
		    "s", u->inputs) != 1)
		return -1;
	if (n > 0)
		return err_set(e, ERR_STALE,
			"u-%" PRId64
			" reads an input that is lost, quarantined or closed: deliver a good one "
			"instead; gridspool close u-%" PRId64 " --reason TEXT ends it",
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

int verbs_unit_may_retry(struct verbs_act *x, struct err *e)
{
	struct unit_row u;
	const int rc = ledger_unit_find(x->l, x->s->id, &x->a, &u, e);

	if (rc != 1)
		return rc;
	if (refuse_old_unit(x, &u, e) == 0)
		return 1;
	return e->code == ERR_STALE ? 0 : -1;
}

static int retry_row(struct verbs_act *x, const struct unit_row *u, struct err *e)
{
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, u->id);
	if (refuse_old_unit(x, u, e) == -1 || ledger_operator_unit_retry(x->l, u->id, e) == -1)
		return -1;
	return ledger_event(x->l, "retry", subject, e, "was=%s %s", u->reason.p, x->why);
}

int verbs_unit_retry_newest(struct verbs_act *x, struct str agreement, int64_t *n, struct err *e)
{
	struct unit_row u;
	const int rc = ledger_unit_newest(x->l, agreement, &x->a, &u, e);

	if (rc != 1 || (!str_is(u.state, "failed") && !str_is(u.state, "quarantined")))
		return rc == -1 ? -1 : 0;
	(*n)++;
	return retry_row(x, &u, e);
}

static int find_row(struct verbs_act *x, struct unit_row *u, struct err *e)
{
	const int rc = ledger_unit_find(x->l, x->s->id, &x->a, u, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "unit of work " STR_FMT " is not in the ledger",
			STR_ARG(x->s->name));
	return rc == 1 ? verbs_may(x, u->state, u->reason, e) : -1;
}

int verbs_unit_retry(struct verbs_act *x, struct err *e)
{
	struct unit_row u;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &u, e);
	if (rc == 0)
		rc = retry_row(x, &u, e);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "due again, with no attempt counted; was %s: %s", u.state.p, u.reason.p);
	return 0;
}

int verbs_unit_close(struct verbs_act *x, struct err *e)
{
	struct unit_row u;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = find_row(x, &u, e);
	if (rc == 0)
		rc = ledger_operator_unit_close(x->l, u.id, x->plain, e);
	if (rc == 0)
		rc = ledger_event(x->l, "closed", x->s->event, e, "was=%s %s", u.state.p, x->why);
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = 1;
	verbs_act_say(x, "given up, was %s: %s", u.state.p, u.reason.p);
	return 0;
}
