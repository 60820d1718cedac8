/* Ingest; see ingest.h. */
#include "stage/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/ack_apply.h"
#include "stage/ingest_worker.h"
#include "stage/proc.h"
#include "store/ledger_received.h"

static int set_state(struct env *v, const struct received_row *r, const char *state,
	const char *place, const char *reason, const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_state(l, r->id, state, place, reason, note, e) == -1 ||
		ledger_event(l, state, subject, e, "partner=" STR_FMT " reason=%s %s",
			STR_ARG(r->partner), reason, note) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* Damaged, or not for us: whole into quarantine, with the sentence. */
static int put_away(struct env *v, const struct received_row *r, const char *reason,
	const char *note, struct err *e)
{
	char folder[140];
	char to[100];
	int from = -1;
	int quarantine = -1;
	int rc = -1;

	(void)snprintf(folder, sizeof(folder), "received/" STR_FMT, STR_ARG(r->partner));
	(void)snprintf(to, sizeof(to), "quarantine/%s." STR_FMT, r->name.p, STR_ARG(r->partner));
	env_log(v, LOG_ERROR, "quarantined", r->name.p, "%s: %s", reason, note);
	v->news++;
	if (set_state(v, r, "quarantined", to, reason, note, e) == -1)
		return -1;
	from = env_folder(v, folder, e);
	quarantine = env_folder(v, "quarantine", e);
	if (from != -1 && quarantine != -1)
		rc = fsx_move(from, r->name.p, quarantine, to + 11, e);
	fsx_close(from);
	fsx_close(quarantine);
	if (rc == 0)
		rc = env_write_reason(v, "quarantine", to + 11, reason, note,
			"ask the partner to send it again; gridspool retry "
			"reads it again; gridspool close gives it up",
			e);
	return rc;
}

static int count_attempt(struct env *v, const struct received_row *r, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_attempt(l, r->id, e) == -1 ||
		ledger_event(l, "reading", subject, e, "attempt=%" PRId64, r->attempts + 1) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int understand(struct env *v, const struct received_row *r, struct arena *a, struct err *e)
{
	struct ack *first = NULL;
	struct str others = {"", 0};
	char note[300];

	if (r->attempts >= LIMIT_ATTEMPTS)
		return put_away(v, r, "INGEST-CRASH", "reading it crashed three times", e);
	if (count_attempt(v, r, e) == -1)
		return -1;
	if (ingest_worker_read(v, r, &first, &others, a, e) == -1) {
		char text[ERR_TEXT_MAX];
		(void)snprintf(text, sizeof(text), "%s", e->text);
		if (e->code == ERR_STOP) {
			env_log(v, LOG_ERROR, "crashed", r->name.p, "%s", text);
			return 0;
		}
		if (e->code == ERR_ABSENT) { /* deleted by hand: told once, and the others go on */
			env_log(v, LOG_ERROR, "lost-file", r->name.p, "%s", text);
			v->news++;
			return set_state(v, r, "quarantined", r->place.p, "LOST-FILE", text, e);
		}
		return e->code == ERR_INPUT || e->code == ERR_LIMIT
			? put_away(v, r, "RECEIVED-DAMAGED", text, e)
			: -1;
	}
	for (const struct ack *x = first; x; x = x->next) {
		if (ack_apply_one(v, r, x, e) == -1)
			return -1;
	}
	if (!first) {
		(void)snprintf(note, sizeof(note),
			"it holds no acknowledgment (" STR_FMT ") and no agreement takes it in",
			STR_ARG(others));
		return put_away(v, r, "NO-AGREEMENT", note, e);
	}
	if (others.n > 0)
		env_log(v, LOG_WARN, "not-taken-in", r->name.p,
			"also holds " STR_FMT ", which no agreement takes in", STR_ARG(others));
	return set_state(v, r, "ingested", r->place.p, "", "", e);
}

static int ingest_one(struct env *v, const struct received_row *r, struct err *e)
{
	struct arena a;
	int64_t other = 0;
	char note[100];
	int rc = ledger_received_same(&v->ledger, r->partner, r->sha, r->id, &other, e);

	if (rc == -1)
		return -1;
	if (rc == 1) {
		(void)snprintf(
			note, sizeof(note), "the same bytes came before as r-%06" PRId64, other);
		return set_state(v, r, "repeat", r->place.p, "", note, e);
	}
	arena_init(&a);
	rc = understand(v, r, &a, e);
	arena_done(&a);
	return rc;
}

int ingest_run(struct env *v, int64_t *worked, struct err *e)
{
	struct arena a;
	struct received_rows rows = {0};
	int rc = -1;

	*worked = 0;
	arena_init(&a);
	rc = ledger_received_by_state(&v->ledger, "stored", &a, &rows, e);
	for (size_t i = 0; i < rows.n && rc == 0 && !proc_told_to_stop(); i++) {
		rc = ingest_one(v, &rows.row[i], e);
		(*worked)++;
		if (rc == -1)
			(void)err_wrap(e, "%s", rows.row[i].name.p);
	}
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "ingest") : 0;
}
