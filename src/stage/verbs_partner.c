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

/* All that waits for a partner or of an agreement, in one transaction. */
int verbs_partner_hold(struct verbs_act *x, struct err *e)
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
		rc = verbs_interchange_hold_row(x, &rows.row[i], e);
		n++;
	}
	if (rc == 0 && n == 0) {
		ledger_rollback(x->l);
		verbs_act_say(x, "nothing waits to be sent; nothing is held");
		return 0;
	}
	rc = verbs_act_end(x, rc, e);
	if (rc == -1)
		return -1;
	x->out->count = n;
	verbs_act_say(x, "%" PRId64 " interchanges held; what is made later is not", n);
	for (size_t i = 0; i < rows.n && rc == 1; i++) {
		if (concerns(x, &rows.row[i]) &&
			verbs_interchange_hold_file(x, &rows.row[i], e) == -1)
			rc = -1;
	}
	return rc == -1 ? -1 : 0;
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
