/* Where interchanges lie; see spool.h. */
#include "stage/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"

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
	static const char *const from[] = {"outbox", "sent", "hold", "quarantine"};
	struct stat st;
	const int there = env_folder(v, to, e);
	int rc = there == -1 ? -1 : fsx_stat(there, name, &st, e);

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]) && rc == 0; i++) {
		char folder[100];
		int dir = -1;
		spool_place(from[i], partner, folder);
		dir = env_folder(v, folder, e);
		rc = dir == -1 ? -1 : fsx_stat(dir, name, &st, e);
		if (rc == 1 && fsx_move(dir, name, there, name, e) == -1)
			rc = -1;
		fsx_close(dir);
	}
	fsx_close(there);
	return rc;
}

static int settle_row(struct env *v, const struct interchange_row *r, struct err *e)
{
	char lineage[260];
	int rc = 0;

	(void)snprintf(lineage, sizeof(lineage), "%s.lineage", r->name.p);
	rc = bring(v, lineage, r->place.p, r->partner, e);
	if (rc != -1)
		rc = bring(v, r->name.p, r->place.p, r->partner, e);
	if (rc == 0) {
		(void)err_set(e, ERR_ABSENT,
			"%s is in none of its places; look for it in a backup, or: gridspool reissue %06" PRId64,
			r->name.p, r->id);
		return err_reason(e, "LOST-FILE");
	}
	return rc == 1 ? 0 : -1;
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

int spool_follow(struct env *v, int64_t interchange, struct err *e)
{
	char id[32];

	if (spool_settle(v, interchange, e) == 0)
		return 0;
	if (e->code != ERR_ABSENT)
		return -1;
	(void)snprintf(id, sizeof(id), "%06" PRId64, interchange);
	env_log(v, LOG_ERROR, "lost-file", id, "%s", e->text);
	v->news++;
	return 0;
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
	for (size_t i = 0; i < rows.n; i++) {
		if (settle_row(v, &rows.row[i], e) == 0)
			continue;
		if (e->code != ERR_ABSENT) {
			rc = -1;
			break;
		}
		env_log(v, LOG_ERROR, "lost-file", rows.row[i].name.p, "%s", e->text);
		v->news++;
	}
out:
	arena_done(&a);
	return rc;
}
