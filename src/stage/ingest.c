/* Ingest; see ingest.h. */
#include "stage/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "stage/ack_apply.h"
#include "stage/exhausted.h"
#include "stage/ingest_worker.h"
#include "stage/proc.h"
#include "stage/spool.h"
#include "store/ledger_received.h"

static const char put_away_next[] = "ask the partner to send it again; gridspool retry r-%06" PRId64
				    " reads it again; gridspool close r-%06" PRId64
				    " --reason TEXT gives it up";

/* What becomes of a received file. */
struct change {
	const char *state, *place, *reason, *note;
	struct str tolerated; /* what the partner was forgiven in it, or "" */
};

static int write_change(struct ledger *l, const struct received_row *r, const struct change *c,
	const char *subject, struct err *e)
{
	if (c->tolerated.n > 0 &&
		ledger_event(l, "tolerated", subject, e, "partner=" STR_FMT " " STR_FMT,
			STR_ARG(r->partner), STR_ARG(c->tolerated)) == -1)
		return -1;
	if (ledger_received_state(l, r->id, c->state, c->place, c->reason, c->note, e) == -1)
		return -1;
	return ledger_event(l, c->state, subject, e, "partner=" STR_FMT " reason=%s %s",
		STR_ARG(r->partner), c->reason, c->note);
}

static int change(
	struct env *v, const struct received_row *r, const struct change *c, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (write_change(l, r, c, subject, e) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int set_state(struct env *v, const struct received_row *r, const char *state,
	const char *place, const char *reason, const char *note, struct err *e)
{
	const struct change c = {state, place, reason, note, STR("")};

	return change(v, r, &c, e);
}

int ingest_put_away(struct env *v, const struct received_row *r, const char *reason,
	const char *note, struct err *e)
{
	char to[100];
	char next[300];

	(void)snprintf(next, sizeof(next), put_away_next, r->id, r->id);
	(void)snprintf(to, sizeof(to), "quarantine/%s." STR_FMT, r->name.p, STR_ARG(r->partner));
	env_log(v, LOG_ERROR, "quarantined", r->name.p, "%s: %s", reason, note);
	v->news++;
	if (set_state(v, r, "quarantined", to, reason, note, e) == -1)
		return -1;
	if (spool_settle_received(v, r->id, e) == -1) /* a file that is lost is no fault here */
		return -1;
	return env_write_reason(v, "quarantine", to + 11, reason, note, next, e);
}

/* Only a worker that died, or lied, counts: what cuts a run short is not the file's fault. */
static int count_attempt(
	struct env *v, const struct received_row *r, const struct err *why, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_received_attempt(l, r->id, e) == -1 ||
		ledger_event(l, "crashed", subject, e, "attempt=%" PRId64 " %s", r->attempts + 1,
			why->text) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* 1, it waits for the next run; in time it is put away. */
static int out_of_memory(
	struct env *v, const struct received_row *r, const struct err *why, struct err *e)
{
	char subject[40];
	bool last = false;

	(void)snprintf(subject, sizeof(subject), "received %" PRId64, r->id);
	if (exhausted_record(v, subject, why->text, &last, e) == -1)
		return -1;
	return last ? ingest_put_away(v, r, "INGEST-MEMORY", why->text, e) : 1;
}

/* The worker, or what it told, could not be used. The third time the file is put away. 1: not yet, it
 * waits for the next run. */
static int not_read(
	struct env *v, const struct received_row *r, const struct err *why, struct err *e)
{
	if (why->code == ERR_STOP) {
		env_log(v, LOG_WARN, "interrupted", r->name.p, "%s; no attempt counted", why->text);
		return 1;
	}
	if (why->code == ERR_MEMORY)
		return out_of_memory(v, r, why, e);
	if (why->code == ERR_ABSENT)
		return ingest_put_away(v, r, "LOST-FILE", why->text, e);
	if (why->reason[0] && r->attempts + 1 >= LIMIT_ATTEMPTS)
		return ingest_put_away(v, r, why->reason, why->text, e);
	if (why->reason[0]) {
		env_log(v, LOG_ERROR, "crashed", r->name.p, "%s: %s; attempt %" PRId64 " of %d",
			why->reason, why->text, r->attempts + 1, LIMIT_ATTEMPTS);
		return count_attempt(v, r, why, e);
	}
	if (why->code == ERR_INPUT || why->code == ERR_LIMIT)
		return ingest_put_away(v, r, "RECEIVED-DAMAGED", why->text, e);
	*e = *why;
	return -1;
}

/* Read: done with, unless one of its acknowledgments waits for a person. What the partner was forgiven in the
 * file is told with it, once, however often it was tried. */
static int settle(struct env *v, const struct received_row *r, struct str tolerated,
	const struct ack_outcome *unclear, struct err *e)
{
	struct change c = {"ingested", r->place.p, "", "", tolerated};

	if (tolerated.n > 0)
		env_log(v, LOG_INFO, "tolerated", r->name.p, STR_FMT, STR_ARG(tolerated));
	if (unclear->word) {
		c.state = unclear->word;
		c.reason = strcmp(c.state, "orphan") == 0 ? "ACK-ORPHAN" : "ACK-CONTRADICTION";
		c.note = unclear->note;
	}
	return change(v, r, &c, e);
}

static int understand(struct env *v, const struct received_row *r, struct arena *a, struct err *e)
{
	struct ack *first = NULL;
	struct str others = {"", 0};
	struct ack_outcome unclear = {0};
	struct ack_outcome out;
	struct err why;
	char note[300];

	if (spool_check_file(v, r->place.p, r->sha, &why) == -1) {
		*e = why;
		return why.reason[0] && strcmp(why.reason, "UNREADABLE") != 0
			? ingest_put_away(v, r, why.reason, why.text, e)
			: -1; /* it waits for the next run */
	}
	if (ingest_worker_read(v, r, &first, &others, a, &why) == -1)
		return not_read(v, r, &why, e);
	for (const struct ack *x = first; x; x = x->next) {
		if (ack_apply_one(v, r, x, &out, &why) == -1) {
			if (why.code == ERR_STOP)
				return not_read(v, r, &why, e);
			*e = why;
			return -1;
		}
		if (!unclear.word && out.note[0] && strcmp(out.word, "repeat") != 0)
			unclear = out;
	}
	if (!first) {
		(void)snprintf(note, sizeof(note),
			"it holds no acknowledgment (" STR_FMT ") and no agreement takes it in",
			STR_ARG(others));
		return ingest_put_away(v, r, "NO-AGREEMENT", note, e);
	}
	if (others.n > 0)
		env_log(v, LOG_WARN, "not-taken-in", r->name.p,
			"also holds " STR_FMT ", which no agreement takes in", STR_ARG(others));
	return settle(v, r, first->tolerated, &unclear, e);
}

static int ingest_one(struct env *v, const struct received_row *r, struct err *e)
{
	struct arena a;
	int64_t other = 0;
	char note[100];
	int rc = ledger_received_same(&v->ledger, r->partner, r->sha, r->id, &other, e);

	/* Told to be read again a moment ago it may still be on its way. */
	if (rc == -1 || spool_settle_received(v, r->id, e) == -1)
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
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next)
		ack_prepare(v->defs, g->format, g->version);
	rc = ledger_received_by_state(&v->ledger, "stored", &a, &rows, e);
	for (size_t i = 0; i < rows.n && rc != -1 && !proc_told_to_stop(); i++) {
		rc = ingest_one(v, &rows.row[i], e);
		*worked += rc == 0 ? 1 : 0;
		if (rc == -1 && !env_stops(e)) { /* this answer alone waits for the next run */
			env_log(v, LOG_ERROR, "not-ingested", rows.row[i].name.p, "%s", e->text);
			v->news++;
			rc = 0;
		}
	}
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "ingest") : 0;
}
