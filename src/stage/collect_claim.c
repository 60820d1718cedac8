/* Claim: a row of intent for each thing in an inbox that is ready. */
#include "stage/collect_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "stage/inbox.h"
#include "stage/inbox_ready.h"
#include "stage/inbox_watch.h"

struct claim {
	struct input_row row;
	char name[LIMIT_NAME + 1];
};

static int claim_commit(struct env *v, struct claim *claims, size_t n, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	if (ledger_begin(l, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct buf shown;
		int rc = ledger_input_add(l, &claims[i].row, &claims[i].row.id, e);
		collect_row_subject(claims[i].row.id, subject);
		buf_init(&shown, 1024);
		utf8_quote(&shown, str_c(claims[i].name), 200);
		if (rc == 0)
			rc = ledger_event(l, "claiming", subject, e,
				"source=" STR_FMT " name=\"%s\" size=%" PRId64,
				STR_ARG(claims[i].row.source), buf_cstr(&shown),
				claims[i].row.size);
		buf_done(&shown);
		if (rc == -1) {
			ledger_rollback(l);
			return -1;
		}
	}
	return ledger_commit(l, e);
}

/* Is there no row yet that failed to take this name in? That one is tried again at each start. */
static int is_new(struct env *v, const struct config_source *s, struct str name, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM input WHERE state = 'claiming' AND source = ?1 AND name = ?2",
		    "ss", s->name, name) != 1)
		return -1;
	return n == 0;
}

/* What cannot be looked at is told of; what left while it was looked at is not there. */
static void left_alone(
	struct env *v, const struct config_source *s, struct str name, const struct err *why)
{
	struct buf shown;

	if (why->code == ERR_ABSENT)
		return;
	buf_init(&shown, 1024);
	utf8_quote(&shown, name, 200);
	env_log(v, LOG_ERROR, "left-in-inbox", s->name.p, "%s: %s", buf_cstr(&shown), why->text);
	v->news++;
	buf_done(&shown);
}

struct found {
	const char *name; /* of the list */
	struct stat st;
};

static int by_age(const void *a, const void *b)
{
	const struct found *x = a;
	const struct found *y = b;
	const struct timespec s = x->st.st_mtim;
	const struct timespec t = y->st.st_mtim;

	if (s.tv_sec != t.tv_sec)
		return s.tv_sec < t.tv_sec ? -1 : 1;
	if (s.tv_nsec != t.tv_nsec)
		return s.tv_nsec < t.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* What the exporter put there, oldest first: of several versions the newest is the last and stays. */
static int look(struct env *v, const struct config_source *s, int inbox,
	const struct fsx_list *list, struct found *out, size_t *n, struct err *e)
{
	*n = 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct str name = str_c(list->names[i]);
		int rc = 0;
		if (inbox_ready_companion(name) || name.n > LIMIT_NAME)
			continue;
		rc = fsx_stat(inbox, list->names[i], &out[*n].st, e);
		if (rc == -1 && env_stops(e))
			return -1;
		if (rc == -1)
			left_alone(v, s, name, e);
		if (rc == 1)
			out[(*n)++].name = list->names[i];
	}
	if (*n > 1)
		qsort(out, *n, sizeof(*out), by_age);
	return 0;
}

int collect_claim_source(
	struct env *v, const struct config_source *s, struct alarms *gone, struct err *e)
{
	struct fsx_list list = {0};
	struct claim *claims = mem_array(COLLECT_BATCH, sizeof(*claims));
	struct found *found = NULL;
	size_t nfound = 0;
	size_t n = 0;
	int inbox = -1;
	int rc = -1;

	inbox = inbox_open(v, s->name, e);
	if (inbox == -1) { /* a quiet night it is not */
		rc = strcmp(e->reason, "INBOX-GONE") == 0 ? 0 : -1;
		if (rc == 0)
			inbox_watch_gone(gone, s, e);
		goto out;
	}
	if (fsx_list(inbox, &list, e) == -1)
		goto out;
	found = mem_array(list.n + 1, sizeof(*found));
	if (look(v, s, inbox, &list, found, &nfound, e) == -1)
		goto out;
	for (size_t i = 0; i < nfound && n < COLLECT_BATCH; i++) {
		const struct stat *st = &found[i].st;
		const struct str name = str_c(found[i].name);
		rc = inbox_ready_is(v, s, inbox, found[i].name, st, e);
		if (rc == 1)
			rc = is_new(v, s, name, e);
		if (rc == 1) {
			rc = inbox_ready_taken(v, s, inbox, found[i].name, st, e);
			rc = rc == -1 ? -1 : !rc;
		}
		if (rc == -1 && env_stops(e))
			goto out;
		if (rc == -1)
			left_alone(v, s, name, e);
		if (rc != 1)
			continue;
		(void)snprintf(claims[n].name, sizeof(claims[n].name), "%s", found[i].name);
		claims[n].row = (struct input_row){.source = s->name,
			.name = str_c(claims[n].name),
			.dev = (int64_t)st->st_dev,
			.ino = (int64_t)st->st_ino,
			.size = (int64_t)st->st_size,
			.mtime = st->st_mtime,
			.tree = S_ISDIR(st->st_mode) && s->tree};
		n++;
	}
	rc = n > 0 ? claim_commit(v, claims, n, e) : 0;
out:
	mem_free(found);
	fsx_list_done(&list);
	fsx_close(inbox);
	mem_free(claims);
	return rc;
}
