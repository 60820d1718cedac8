/* A unit of work under conversion; see convert_unit.h. */
#include "stage/convert_unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fsx.h"
#include "store/ledger_interchange.h"

void convert_unit_subject(const struct convert_unit *j, char out[40])
{
	(void)snprintf(out, 40, "unit %" PRId64, j->unit.id);
}

void convert_unit_close(struct convert_unit *j)
{
	inputs_close(&j->work.in);
	fsx_tmp_drop(&j->out);
	fsx_tmp_drop(&j->lineage);
	fsx_tmp_drop(&j->aside);
	fsx_tmp_drop(&j->result);
	fsx_tmp_drop(&j->known);
	fsx_close(j->outbox);
	fsx_close(j->quarantine);
	fsx_close(j->workdir);
	j->outbox = j->quarantine = j->workdir = -1;
}

/* The unit ends without an interchange; what it was to make is closed. */
int convert_unit_end(struct env *v, struct convert_unit *j, const char *state, const char *reason,
	const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];
	int rc = -1;

	convert_unit_subject(j, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_unit_end(l, j->unit.id, j->unit.fence, state, &j->told.counts, reason, note, e);
	if (rc == 0 && j->unit.interchange != 0)
		rc = ledger_interchange_state(
			l, j->unit.interchange, "making", "closed", "", reason, note, e);
	if (rc == 0)
		rc = ledger_event(l, state, subject, e, "agreement=" STR_FMT " reason=%s %s",
			STR_ARG(j->unit.agreement), reason, note);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int convert_unit_uncount(struct env *v, struct convert_unit *j, const char *why, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	convert_unit_subject(j, subject);
	j->interrupted = true;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_unit_uncount(l, j->unit.id, e) == -1 ||
		ledger_event(l, "interrupted", subject, e, "%s", why) == -1) {
		ledger_rollback(l);
		return -1;
	}
	env_log(v, LOG_WARN, "interrupted", subject, "%s", why);
	return ledger_commit(l, e);
}
