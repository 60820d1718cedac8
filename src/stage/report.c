/* Report; see report.h. */
#include "stage/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "stage/archive.h"
#include "stage/feedback.h"
#include "stage/status.h"
#include "store/ledger_interchange.h"

static int commit_overdue(
	struct env *v, const struct interchange_row *r, struct str ack, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_interchange_overdue(l, r->id, e) == -1 ||
		ledger_event(l, "overdue", subject, e, "ack=" STR_FMT, STR_ARG(ack)) == -1) {
		ledger_rollback(l);
		return -1;
	}
	env_log(v, LOG_ERROR, "overdue", r->name.p,
		"no " STR_FMT " from partner " STR_FMT " within the agreed time; ask them",
		STR_ARG(ack), STR_ARG(r->partner));
	v->news++;
	return ledger_commit(l, e);
}

static int check_overdue(struct env *v, const struct interchange_row *r, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(v->config, r->agreement);
	const struct config_expect *x = status_overdue(r, g, clock_now(&v->clock));

	return x && r->overdue_at == 0 ? commit_overdue(v, r, x->ack, e) : 0;
}

int report_run(struct env *v, struct err *e)
{
	struct arena a;
	struct interchange_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	rc = ledger_interchange_by_state(&v->ledger, "sent", &a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0; i++)
		rc = check_overdue(v, &rows.row[i], e);
	arena_done(&a);
	if (rc == 0)
		rc = feedback_write(v, e);
	if (rc == 0)
		rc = archive_run(v, e);
	return rc == -1 ? err_wrap(e, "report") : 0;
}
