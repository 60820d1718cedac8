/* A unit of work under conversion; see convert_unit.h. */
#include "stage/convert_unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/collect_again.h"
#include "stage/collect_away.h"
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
	fsx_tmp_drop(&j->scratch);
	fsx_close(j->outbox);
	fsx_close(j->quarantine);
	fsx_close(j->workdir);
	j->outbox = j->quarantine = j->workdir = -1;
}

/* Inside a transaction: the unit ends without an interchange; what it was to make is closed. */
static int end_rows(struct env *v, struct convert_unit *j, const char *state, const char *reason,
	const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];
	int rc = ledger_unit_end(
		l, j->unit.id, j->unit.fence, state, &j->told.counts, reason, note, e);

	convert_unit_subject(j, subject);
	if (rc == 0 && j->unit.interchange != 0)
		rc = ledger_interchange_state(
			l, j->unit.interchange, "making", "closed", "", reason, note, e);
	if (rc == 0)
		rc = ledger_event(l, state, subject, e, "agreement=" STR_FMT " reason=%s %s",
			STR_ARG(j->unit.agreement), reason, note);
	return rc;
}

static int commit(struct env *v, int rc, struct err *e)
{
	if (rc == 0)
		return ledger_commit(&v->ledger, e);
	ledger_rollback(&v->ledger);
	return -1;
}

int convert_unit_end(struct env *v, struct convert_unit *j, const char *state, const char *reason,
	const char *note, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	return commit(v, end_rows(v, j, state, reason, note, e), e);
}

static int read_again(
	struct env *v, struct convert_unit *j, int64_t input, const char *note, struct err *e)
{
	int rc = -1;

	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	rc = collect_again_row(v, input, note, e);
	if (rc == 0) {
		ledger_rollback(&v->ledger);
		return 0;
	}
	if (rc == 1)
		rc = end_rows(v, j, "closed", "WRITTEN-ON", note, e);
	return commit(v, rc, e) == -1 ? -1 : 1;
}

int convert_unit_input_fault(struct env *v, struct convert_unit *j, int64_t input,
	const char *reason, const char *note, struct err *e)
{
	if (strcmp(reason, "WRITTEN-ON") == 0) {
		const int rc = read_again(v, j, input, note, e);
		if (rc != 0)
			return rc == 1 ? 0 : -1;
	}
	v->news++;
	return convert_unit_put_away(v, j, input, reason, note, e);
}

int convert_unit_put_away(struct env *v, struct convert_unit *j, int64_t input, const char *reason,
	const char *note, struct err *e)
{
	int rc = -1;

	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	rc = end_rows(v, j, "failed", reason, note, e);
	if (rc == 0)
		rc = collect_away_row(v, input, reason, note, e);
	if (commit(v, rc, e) == -1 || collect_away_file(v, input, e) == -1)
		return -1;
	return collect_again_versions(v, e);
}

int convert_unit_died(struct env *v, struct convert_unit *j, const char *event, const char *reason,
	const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	const bool last = j->unit.attempts + 1 >= LIMIT_ATTEMPTS;
	char subject[40];
	int rc = 0;

	convert_unit_subject(j, subject);
	env_log(v, LOG_ERROR, event, subject, "%s", note);
	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_unit_attempt(l, j->unit.id, j->unit.fence, e);
	if (rc == 0)
		rc = ledger_event(l, event, subject, e, "%s", note);
	if (rc == 0 && last)
		rc = end_rows(v, j, "quarantined", reason, note, e);
	v->news += last ? 1 : 0;
	return commit(v, rc, e);
}

int convert_unit_interrupted(struct env *v, struct convert_unit *j, const char *why, struct err *e)
{
	char subject[40];

	convert_unit_subject(j, subject);
	j->interrupted = true;
	env_log(v, LOG_WARN, "interrupted", subject, "%s", why);
	return ledger_event_now(&v->ledger, "interrupted", subject, e, "%s", why);
}
