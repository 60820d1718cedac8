/* Where interchanges lie; see spool.h. */
#include "stage/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "secure/hash.h"
#include "stage/place.h"
#include "store/ledger_received.h"

void spool_place(const char *state, struct str partner, char out[100])
{
	static const char *const with_partner[] = {"outbox", "sent"};

	for (size_t i = 0; i < sizeof(with_partner) / sizeof(with_partner[0]); i++) {
		if (strcmp(state, with_partner[i]) == 0) {
			(void)snprintf(out, 100, "%s/" STR_FMT, state, STR_ARG(partner));
			return;
		}
	}
	(void)snprintf(out, 100, "%s", state);
}

/* Moves one file to folder to, from the first of the other folders that has it. 1 it is there. */
static int bring(struct env *v, const char *name, const char *to, struct str partner, struct err *e)
{
	static const char *const folders[] = {"outbox", "sent", "hold", "quarantine"};
	char there[LIMIT_PATH];
	struct stat st;
	int rc = 0;

	(void)snprintf(there, sizeof(there), "%s/%s", to, name);
	if (!place_inside(str_c(there)))
		return 0;
	rc = place_stat(v, there, &st, e);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && rc == 0; i++) {
		char folder[100];
		char from[LIMIT_PATH];
		spool_place(folders[i], partner, folder);
		(void)snprintf(from, sizeof(from), "%s/%s", folder, name);
		rc = place_move(v, from, there, e);
		if (rc == -1)
			(void)err_wrap(e, "from %s/ to %s/", folder, to);
	}
	return rc;
}

void spool_lost_advice(struct str state, int64_t sent_at, int64_t id, char out[SPOOL_ADVICE])
{
	const bool ours = sent_at == 0 && (str_is(state, "queued") || str_is(state, "held"));

	(void)snprintf(out, SPOOL_ADVICE,
		"restore it from a backup; %s: gridspool reissue %06" PRId64 " --reason TEXT",
		ours ? "or" : "only when the partner says that it has nothing", id);
}

static int settle_row(struct env *v, const struct interchange_row *r, struct err *e)
{
	char lineage[260];
	char advice[SPOOL_ADVICE];
	int rc = 0;

	(void)snprintf(lineage, sizeof(lineage), "%s.lineage", r->name.p);
	rc = bring(v, lineage, r->place.p, r->partner, e);
	if (rc != -1)
		rc = bring(v, r->name.p, r->place.p, r->partner, e);
	if (rc == 0) {
		spool_lost_advice(r->state, r->sent_at, r->id, advice);
		(void)err_set(e, ERR_ABSENT, "%s is in none of its places; %s", r->name.p, advice);
		return err_reason(e, "LOST-FILE");
	}
	return rc == 1 ? 0 : -1;
}

int spool_check_file(struct env *v, const char *place, struct str sha, struct err *e)
{
	char found[HASH_HEX];
	const int fd = fsx_open(v->dir, place, e);
	int rc = -1;

	if (fd == -1 && (e->code == ERR_ABSENT || !place_inside(str_c(place))))
		return err_reason(e, "LOST-FILE");
	rc = fd == -1 ? -1 : hash_file(fd, found, NULL, e);
	fsx_close(fd);
	if (rc == -1 && err_retry(e))
		return err_reason(e, "UNREADABLE");
	if (rc == -1 || str_is(sha, found))
		return rc;
	(void)err_set(e, ERR_INPUT, "%s was changed after it was made", place);
	return err_reason(e, "CHANGED-BY-HAND");
}

int spool_check(struct env *v, const struct interchange_row *r, struct err *e)
{
	char place[400];

	(void)snprintf(place, sizeof(place), "%s/%s", r->place.p, r->name.p);
	if (spool_check_file(v, place, r->sha, e) == -1)
		return -1;
	(void)snprintf(place, sizeof(place), "%s/%s.lineage", r->place.p, r->name.p);
	return spool_check_file(v, place, r->lineage_sha, e);
}

int spool_wrong(struct ledger *l, int64_t interchange, const char *reason, struct err *e)
{
	char key[40];

	(void)snprintf(key, sizeof(key), SPOOL_WRONG "%" PRId64, interchange);
	if (!reason)
		return ledger_run(l, e, "DELETE FROM meta WHERE key = ?1", "c", key);
	return ledger_run(l, e,
		"INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		"excluded.value",
		"cc", key, reason);
}

/* The reason that is known, or "". */
static int known_wrong(struct ledger *l, int64_t interchange, char out[40], struct err *e)
{
	struct db_rows *rows = NULL;
	char key[40];
	int rc = 0;

	(void)snprintf(key, sizeof(key), SPOOL_WRONG "%" PRId64, interchange);
	if (db_query(l->db, &rows, e, "SELECT value FROM meta WHERE key = ?1", "c", key) == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(out, 40, STR_FMT, STR_ARG(rc == 1 ? db_text(rows, 0) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static int commit_wrong(struct env *v, const struct interchange_row *r, const char *reason,
	const char *event, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, r->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (spool_wrong(l, r->id, reason, e) == -1 ||
		ledger_event(l, event, subject, e, "name=%s", r->name.p) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int spool_tell_wrong(
	struct env *v, const struct interchange_row *r, const struct err *why, struct err *e)
{
	const char *event = strcmp(why->reason, "LOST-FILE") == 0 ? "lost-file" : "changed-file";
	char known[40];

	if (known_wrong(&v->ledger, r->id, known, e) == -1)
		return -1;
	if (strcmp(known, why->reason) == 0)
		return 0;
	/* Who gave it up may clear away what was told of. */
	if (!known[0] || !str_is(r->state, "closed")) {
		env_log(v, LOG_ERROR, event, r->name.p, "%s: %s", why->reason, why->text);
		v->news++;
	}
	return commit_wrong(v, r, why->reason, event, e);
}

/* Its file is there: if it was lost, it no longer is. */
static int note_found(struct env *v, const struct interchange_row *r, struct err *e)
{
	char known[40];

	if (known_wrong(&v->ledger, r->id, known, e) == -1)
		return -1;
	return strcmp(known, "LOST-FILE") == 0 ? commit_wrong(v, r, NULL, "found-file", e) : 0;
}

int spool_settle(struct env *v, int64_t interchange, struct err *e)
{
	struct arena a;
	struct interchange_row r;
	int rc = -1;

	arena_init(&a);
	if (ledger_interchange_find(&v->ledger, interchange, &a, &r, e) == 1)
		rc = settle_row(v, &r, e);
	arena_done(&a);
	return rc;
}

static int settle_or_note(struct env *v, const struct interchange_row *r, struct err *e)
{
	struct err why;

	if (settle_row(v, r, &why) == 0)
		return note_found(v, r, e);
	if (why.code == ERR_ABSENT)
		return spool_tell_wrong(v, r, &why, e);
	*e = why;
	return -1;
}

int spool_follow(struct env *v, int64_t interchange, struct err *e)
{
	struct arena a;
	struct interchange_row r;
	int rc = 0;

	arena_init(&a);
	rc = ledger_interchange_find(&v->ledger, interchange, &a, &r, e);
	if (rc == 1)
		rc = settle_or_note(v, &r, e);
	arena_done(&a);
	return rc;
}

int spool_settle_all(struct env *v, struct err *e)
{
	struct arena a;
	struct interchange_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	if (ledger_interchange_by_state(&v->ledger, "queued|sending|sent|in-doubt|held|quarantined",
		    &a, &rows, e) == -1)
		goto out;
	rc = 0;
	for (size_t i = 0; i < rows.n && rc == 0; i++)
		rc = settle_or_note(v, &rows.row[i], e);
out:
	arena_done(&a);
	return rc;
}

/* Where else a received file may lie than where the ledger says. */
static void other_place(const struct received_row *r, char out[LIMIT_PATH])
{
	if (str_starts(r->place, STR("quarantine/")))
		(void)snprintf(
			out, LIMIT_PATH, "received/" STR_FMT "/%s", STR_ARG(r->partner), r->name.p);
	else
		(void)snprintf(
			out, LIMIT_PATH, "quarantine/%s." STR_FMT, r->name.p, STR_ARG(r->partner));
}

int spool_settle_received(struct env *v, int64_t received, struct err *e)
{
	struct arena a;
	struct received_row r;
	char from[LIMIT_PATH];
	int rc = 0;

	arena_init(&a);
	rc = ledger_received_find(&v->ledger, received, &a, &r, e);
	if (rc == 1) {
		other_place(&r, from);
		if (place_bring(v, from, r.place.p, e) == -1)
			rc = e->code == ERR_ABSENT ? 0 : -1;
	}
	arena_done(&a);
	return rc;
}
