/* What a cut run left lying; see tidy.h. */
#include "stage/tidy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "base/limits.h"
#include "stage/place.h"
#include "stage/reason.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_received.h"

enum { ROOM = 2 * LIMIT_PATH + LIMIT_NAME }; /* for folder, name and ending */

struct tidying {
	struct env *v;
	struct arena *a;
	const char *folder; /* "sent/acme" */
	int dir;
};

static bool is_at(struct str place, const char *folder, const char *name)
{
	char at[2 * ROOM];

	(void)snprintf(at, sizeof(at), "%s/%s", folder, name);
	return str_is(place, at);
}

static int exists(const struct env *v, const char *place, const char *end, struct err *e)
{
	char at[2 * ROOM];
	struct stat st;

	(void)snprintf(at, sizeof(at), "%s%s", place, end);
	return fsx_stat(v->dir, at, &st, e);
}

/* Plain or compressed: 1 when the place has its file. */
static int settled(const struct env *v, const char *place, struct err *e)
{
	const int rc = exists(v, place, "", e);

	return rc != 0 ? rc : exists(v, place, ".gz", e);
}

static int discard(const struct tidying *t, const char *name, struct err *e)
{
	struct stat st;
	const int rc = fsx_stat(t->dir, name, &st, e);

	if (rc != 1)
		return rc;
	env_log(t->v, LOG_INFO, "tidied", name, "left in %s by a run that was cut", t->folder);
	return S_ISDIR(st.st_mode) ? fsx_tree_remove(t->dir, name, e) : fsx_remove(t->dir, name, e);
}

static int move_to(const struct tidying *t, const char *name, const char *place, struct err *e)
{
	char from[ROOM];

	(void)snprintf(from, sizeof(from), "%s/%s", t->folder, name);
	env_log(t->v, LOG_INFO, "tidied", name,
		"moved from %s to %s, as a run that was cut meant to", t->folder, place);
	return place_move(t->v, from, place, e) == -1 ? -1 : 0;
}

/* work/: a tree that is packed, and what turned out to be unchanged. */
static int tidy_work(struct tidying *t, const char *name, struct err *e)
{
	struct input_row r;
	int rc = 0;

	if (strncmp(name, "in-", 3) != 0)
		return 0;
	rc = ledger_input_find(&t->v->ledger, place_number(name, "in-"), t->a, &r, e);
	if (rc != 1)
		return rc;
	if (str_is(r.state, "unchanged") ||
		(str_ends(str_c(name), STR(".tree")) && r.sha.n > 0 &&
			!str_is(r.state, "claiming")))
		return discard(t, name, e);
	return 0;
}

/* In received/ and quarantine/: between those it moves after the ledger said so. */
static int tidy_received(struct tidying *t, const char *name, struct err *e)
{
	struct received_row r;
	int rc = 0;

	if (strncmp(name, "r-", 2) != 0)
		return 0;
	rc = ledger_received_find(&t->v->ledger, place_number(name, "r-"), t->a, &r, e);
	if (rc != 1 || r.place.n == 0 || is_at(r.place, t->folder, name))
		return rc == -1 ? -1 : 0;
	rc = settled(t->v, r.place.p, e);
	if (rc == 1)
		return discard(t, name, e);
	if (rc == 0 && (str_is(r.state, "quarantined") || str_is(r.state, "stored")))
		return move_to(t, name, r.place.p, e);
	return rc;
}

/* Interchanges that are archived; those that are open follow the ledger by spool.h. */
static int tidy_interchange(struct tidying *t, const char *name, struct err *e)
{
	struct interchange_row r;
	char place[ROOM];
	int rc = ledger_interchange_find(&t->v->ledger, place_number(name, "Z-"), t->a, &r, e);

	if (rc != 1 || !str_starts(str_c(name), r.name) || !str_starts(r.place, STR("archive/")))
		return rc == -1 ? -1 : 0;
	(void)snprintf(place, sizeof(place), "%s/%s", r.place.p, name);
	rc = settled(t->v, place, e);
	return rc == 1 ? discard(t, name, e) : rc;
}

/* A sentence whose file went elsewhere. */
static int tidy_reason(struct tidying *t, const char *name, struct err *e)
{
	char bare[ROOM];
	struct input_row in;
	struct received_row got;
	struct interchange_row sent;
	bool here = true;
	int rc = 0;

	(void)snprintf(bare, sizeof(bare), "%.*s", (int)(strlen(name) - strlen(".reason")), name);
	if (strncmp(bare, "in-", 3) == 0) {
		rc = ledger_input_find(&t->v->ledger, place_number(bare, "in-"), t->a, &in, e);
		here = rc != 1 || is_at(in.place, t->folder, bare);
	} else if (strncmp(bare, "r-", 2) == 0) {
		rc = ledger_received_find(&t->v->ledger, place_number(bare, "r-"), t->a, &got, e);
		here = rc != 1 || is_at(got.place, t->folder, bare);
	} else {
		rc = ledger_interchange_find(
			&t->v->ledger, place_number(bare, "Z-"), t->a, &sent, e);
		here = rc != 1 || !str_is(sent.name, bare) || str_is(sent.place, t->folder);
	}
	if (rc == -1)
		return -1;
	return here ? 0 : discard(t, name, e);
}

static int tidy_hold(struct tidying *t, const char *name, struct err *e)
{
	if (str_ends(str_c(name), STR(".reason")))
		return tidy_reason(t, name, e);
	if (strncmp(name, "r-", 2) == 0)
		return tidy_received(t, name, e);
	return tidy_interchange(t, name, e);
}

typedef int tidy_one(struct tidying *t, const char *name, struct err *e);

/* Each name of a folder, or of its folders. */
static int each_name(struct env *v, const char *folder, bool children, tidy_one *one, struct err *e)
{
	struct fsx_list list = {0};
	struct arena a;
	struct tidying t = {v, &a, folder, fsx_subdir(v->dir, folder, e)};
	int rc = t.dir == -1 ? -1 : fsx_list(t.dir, &list, e);

	arena_init(&a);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		char path[ROOM];
		struct stat st;
		if (list.names[i][0] == '.')
			continue;
		if (!children) {
			rc = one(&t, list.names[i], e);
			arena_reset(&a);
			continue;
		}
		(void)snprintf(path, sizeof(path), "%s/%s", folder, list.names[i]);
		rc = fsx_stat(t.dir, list.names[i], &st, e);
		rc = rc == 1 && S_ISDIR(st.st_mode) ? each_name(v, path, false, one, e)
			: rc == -1		    ? -1
						    : 0;
	}
	arena_done(&a);
	fsx_list_done(&list);
	fsx_close(t.dir);
	return rc;
}

/* --- sentences that are missing --- */

/* The sentence of a file that lies in its place for a person. place is that of the file. */
static int write_missing(
	struct env *v, const char *place, struct str code, struct str note, struct err *e)
{
	const struct reason *known = reason_find(code);
	char folder[LIMIT_PATH];
	const char *name = place_split(place, folder);
	int rc = 0;

	if (!name || (strncmp(place, "hold/", 5) != 0 && strncmp(place, "quarantine/", 11) != 0))
		return 0;
	rc = exists(v, place, "", e);
	if (rc == 1) {
		rc = exists(v, place, ".reason", e);
		rc = rc == -1 ? -1 : !rc;
	}
	if (rc != 1)
		return rc;
	return env_write_reason(v, folder, name, code.n ? code.p : "UNKNOWN", note.p,
		known ? known->command : "gridspool show tells its story", e);
}

static int interchange_reasons(struct env *v, struct arena *a, struct err *e)
{
	struct interchange_rows rows = {0};
	int rc = ledger_interchange_by_state(&v->ledger, "held|in-doubt|quarantined", a, &rows, e);

	for (size_t i = 0; i < rows.n && rc == 0; i++) {
		char place[ROOM];
		(void)snprintf(
			place, sizeof(place), "%s/%s", rows.row[i].place.p, rows.row[i].name.p);
		rc = write_missing(v, place, rows.row[i].reason, rows.row[i].note, e);
	}
	return rc;
}

static int input_reasons(struct env *v, const char *state, struct arena *a, struct err *e)
{
	struct input_rows rows = {0};
	int rc = ledger_input_by_state(&v->ledger, state, a, &rows, e);

	for (size_t i = 0; i < rows.n && rc == 0; i++)
		rc = write_missing(v, rows.row[i].place.p, rows.row[i].reason, rows.row[i].note, e);
	return rc;
}

static int received_reasons(struct env *v, struct arena *a, struct err *e)
{
	struct received_rows rows = {0};
	int rc = ledger_received_by_state(&v->ledger, "quarantined", a, &rows, e);

	for (size_t i = 0; i < rows.n && rc == 0; i++)
		rc = write_missing(v, rows.row[i].place.p, rows.row[i].reason, rows.row[i].note, e);
	return rc;
}

int tidy_run(struct env *v, struct err *e)
{
	struct arena a;
	int rc = -1;

	arena_init(&a);
	if (each_name(v, "work", false, tidy_work, e) == 0 &&
		each_name(v, "received", true, tidy_received, e) == 0 &&
		each_name(v, "outbox", true, tidy_interchange, e) == 0 &&
		each_name(v, "sent", true, tidy_interchange, e) == 0 &&
		each_name(v, "hold", false, tidy_hold, e) == 0 &&
		each_name(v, "quarantine", false, tidy_hold, e) == 0 &&
		interchange_reasons(v, &a, e) == 0 && input_reasons(v, "held", &a, e) == 0 &&
		input_reasons(v, "quarantined", &a, e) == 0)
		rc = received_reasons(v, &a, e);
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "tidy") : 0;
}
