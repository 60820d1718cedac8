/* Verbs on all that waits for a partner, or of an agreement; one transaction. */
#include "stage/verbs_act.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/ledger_partner.h"

int verbs_partner_clear(struct verbs_act *x, struct str partner, int64_t *n, struct err *e)
{
	struct partner_row row;
	char subject[100];
	const int rc = ledger_partner_any(x->l, partner, &x->a, &row, e);

	if (rc != 1)
		return rc;
	(void)snprintf(subject, sizeof(subject), "partner " STR_FMT, STR_ARG(partner));
	(*n)++;
	if (ledger_partner_clear_all(x->l, partner, e) == -1)
		return -1;
	return ledger_event(x->l, "retry", subject, e, "was=%s %s", row.reason.p, x->why);
}

static bool concerns(const struct verbs_act *x, const struct interchange_row *row)
{
	return str_eq(x->s->kind == SUBJECT_PARTNER ? row->partner : row->agreement, x->s->name);
}

/* What can be held; of a partner that is away an interchange is sending, too. late: at their rename. */
static int holdable(
	struct verbs_act *x, struct interchange_rows *rows, int64_t *late, struct err *e)
{
	size_t n = 0;

	*late = 0;
	if (ledger_interchange_by_state(x->l, "queued|sending", &x->a, rows, e) == -1)
		return -1;
	for (size_t i = 0; i < rows->n; i++) {
		if (!concerns(x, &rows->row[i]))
			continue;
		if (verbs_interchange_renaming(&rows->row[i]))
			(*late)++;
		else
			rows->row[n++] = rows->row[i];
	}
	rows->n = n;
	return 0;
}

static void say_held(struct verbs_act *x, int64_t late)
{
	char but[100] = "";

	if (late > 0)
		(void)snprintf(but, sizeof(but),
			"; %" PRId64 " too late: at its rename, the next run looks where it is",
			late);
	if (x->out->count == 0)
		verbs_act_say(x, "nothing waits to be sent; nothing is held%s", but);
	else
		verbs_act_say(x, "%" PRId64 " interchanges held; what is made later is not%s",
			x->out->count, but);
}

int verbs_partner_hold(struct verbs_act *x, struct err *e)
{
	struct interchange_rows rows = {0};
	int64_t late = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = holdable(x, &rows, &late, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++)
		rc = verbs_interchange_hold_row(x, &rows.row[i], e);
	if (rc == 0 && rows.n == 0)
		ledger_rollback(x->l);
	else
		rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = (int64_t)rows.n;
	say_held(x, late);
	for (size_t i = 0; i < rows.n && rc == 1; i++) {
		if (verbs_interchange_hold_file(x, &rows.row[i], e) == -1)
			return -1;
	}
	return 0;
}

int verbs_partner_retry(struct verbs_act *x, struct err *e)
{
	int64_t n = 0;
	int rc = -1;

	if (ledger_begin(x->l, e) == -1)
		return -1;
	rc = x->s->kind == SUBJECT_PARTNER ? verbs_partner_clear(x, x->s->name, &n, e)
					   : verbs_unit_retry_newest(x, x->s->name, &n, e);
	if (rc == 0 && n == 0) {
		ledger_rollback(x->l);
		verbs_act_say(x, "nothing of it has failed; nothing waits for another try");
		return 0;
	}
	if (verbs_act_end(x, rc, e) == -1)
		return -1;
	x->out->count = n;
	verbs_act_say(x, "the next run tries again (%" PRId64 " waited)", n);
	return 0;
}
