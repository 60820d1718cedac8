/*
 * Collect: claim, store, settle. Each step goes over the rows that the step before left in the
 * ledger, so that a run that was cut anywhere is finished by the next one with the same code.
 */
#include "stage/collect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/zip.h"
#include "secure/hash.h"
#include "stage/inputs.h"
#include "stage/place.h"
#include "stage/proc.h"
#include "stage/whole.h"
#include "store/ledger_input.h"

enum { BATCH = 256 };

static const int64_t NANO = 1000000000;

static const char quarantine_next[] =
	"mend it at the source and deliver it again; gridspool close in-%06" PRId64;
static const char release_next[] =
	"gridspool release %s --reason TEXT takes it as it is; gridspool close %s gives it up";

static void collect_row_subject(int64_t input, char out[40])
{
	(void)snprintf(out, 40, "input %" PRId64, input);
}

/* Inside a transaction: new state with its event. */
static int collect_row_record(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
{
	char subject[40];

	collect_row_subject(r->id, subject);
	if (ledger_input_state(&v->ledger, r->id, state, place, reason, note, e) == -1)
		return -1;
	return ledger_event(&v->ledger, what, subject, e,
		"source=" STR_FMT " place=%s reason=%s %s", STR_ARG(r->source), place, reason,
		note);
}

/* The same as one transaction. */
static int collect_row_settle(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_row_record(v, r, state, place, reason, note, what, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	return ledger_commit(&v->ledger, e);
}

/* --- what is ready --- */

static bool inbox_ready_companion(struct str name)
{
	static const char *const ends[] = {
		".ready", ".manifest", ".tmp", ".part", ".filepart", ".reason"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(name, str_c(ends[i])))
			return true;
	}
	return name.n == 0 || name.p[0] == '.';
}

static int has_companion(int inbox, const char *name, const char *end, struct err *e)
{
	char marker[LIMIT_NAME + 16];
	struct stat st;

	if (strlen(name) + strlen(end) > LIMIT_NAME) /* such a marker cannot be there */
		return 0;
	(void)snprintf(marker, sizeof(marker), "%s%s", name, end);
	return fsx_stat(inbox, marker, &st, e);
}

static int64_t changed_at(const struct stat *st)
{
	return st->st_mtim.tv_sec * NANO + st->st_mtim.tv_nsec;
}

/* The newest change below a folder, in nanoseconds. */
static int newest_below(int dir, int depth, int64_t *newest, struct err *e)
{
	struct fsx_list list = {0};
	int rc = 0;

	if (depth > LIMIT_NESTING)
		return 0;
	if (fsx_list(dir, &list, e) == -1)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct stat st;
		rc = fsx_stat(dir, list.names[i], &st, e) == -1 ? -1 : 0;
		if (rc == 0 && changed_at(&st) > *newest)
			*newest = changed_at(&st);
		if (rc == 0 && S_ISDIR(st.st_mode)) {
			const int sub = fsx_subdir(dir, list.names[i], e);
			rc = sub == -1 ? -1 : newest_below(sub, depth + 1, newest, e);
			fsx_close(sub);
		}
	}
	fsx_list_done(&list);
	return rc;
}

/* The newest change of a file or tree, in nanoseconds. */
static int inbox_ready_changed(
	int inbox, const char *name, const struct stat *st, int64_t *newest, struct err *e)
{
	int dir = -1;
	int rc = 0;

	*newest = changed_at(st);
	if (!S_ISDIR(st->st_mode))
		return 0;
	dir = fsx_subdir(inbox, name, e);
	rc = dir == -1 ? -1 : newest_below(dir, 0, newest, e);
	fsx_close(dir);
	return rc;
}

/* One that is being written is left alone. */
static int is_stable(const struct env *v, const struct config_source *s, int inbox,
	const char *name, const struct stat *st, struct err *e)
{
	int64_t newest = 0;

	if (inbox_ready_changed(inbox, name, st, &newest, e) == -1)
		return -1;
	return clock_now(&v->clock) - newest / NANO >= (int64_t)s->stable_seconds;
}

/* 1 ready, 0 not yet, -1. */
static int inbox_ready_is(const struct env *v, const struct config_source *s, int inbox,
	const char *name, const struct stat *st, struct err *e)
{
	switch (s->ready) {
	case READY_RENAMED:
		return 1;
	case READY_MARKER:
		return has_companion(inbox, name, ".ready", e);
	case READY_MANIFEST:
		return has_companion(inbox, name, ".manifest", e);
	case READY_STABLE:
		return is_stable(v, s, inbox, name, st, e);
	}
	return 0;
}

/* A tree that could not be moved out of the inbox still lies there: is it what was taken? Nothing else
 * says so where its name or its age makes it ready. 1, 0, -1. */
static int inbox_ready_taken(struct env *v, const struct config_source *s, int inbox,
	const char *name, const struct stat *st, struct err *e)
{
	int64_t taken = 0;
	int64_t newest = 0;
	int rc = 0;

	if (!S_ISDIR(st->st_mode) || (s->ready != READY_RENAMED && s->ready != READY_STABLE))
		return 0;
	rc = ledger_input_stayed(&v->ledger, s->name, str_c(name), (int64_t)st->st_ino, &taken, e);
	if (rc == 1 && inbox_ready_changed(inbox, name, st, &newest, e) == -1)
		return -1;
	return rc == 1 ? newest == taken : rc;
}

/* --- claim --- */

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

/* Looks through inbox/<source>/ and writes a row of intent for each thing that is ready. */
static int collect_claim_source(struct env *v, const struct config_source *s, struct err *e)
{
	char folder[128];
	struct fsx_list list = {0};
	struct claim *claims = mem_array(BATCH, sizeof(*claims));
	struct found *found = NULL;
	size_t nfound = 0;
	size_t n = 0;
	int inbox = -1;
	int rc = -1;

	(void)snprintf(folder, sizeof(folder), "inbox/" STR_FMT, STR_ARG(s->name));
	inbox = fsx_subdir(v->dir, folder, e);
	if (inbox == -1) { /* an unmounted inbox must not look like a quiet night */
		env_log(v, LOG_ERROR, "inbox-gone", folder, "%s; mount or make it (gridspool init)",
			e->text);
		v->news++;
		rc = 0;
		goto out;
	}
	if (fsx_list(inbox, &list, e) == -1)
		goto out;
	found = mem_array(list.n + 1, sizeof(*found));
	if (look(v, s, inbox, &list, found, &nfound, e) == -1)
		goto out;
	for (size_t i = 0; i < nfound && n < BATCH; i++) {
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

/* --- store: from the inbox into work/, hashed --- */

static void collect_row_work(const struct input_row *r, const char *end, char out[LIMIT_PATH])
{
	(void)snprintf(out, LIMIT_PATH, "work/in-%06" PRId64 "%s", r->id, end);
}

static void collect_row_shelf(
	const struct input_row *r, const struct config_source *s, char out[LIMIT_PATH])
{
	(void)snprintf(out, LIMIT_PATH, "current/" STR_FMT "/in-%06" PRId64 "." STR_FMT,
		STR_ARG(r->source), r->id, STR_ARG(r->tree ? STR("zip") : s->format));
}

static int remove_companion(
	const struct env *v, const struct input_row *r, const char *end, struct err *e)
{
	char path[LIMIT_PATH];

	if (r->name.n + strlen(end) > LIMIT_NAME)
		return 0;
	(void)snprintf(path, sizeof(path), "inbox/" STR_FMT "/" STR_FMT "%s", STR_ARG(r->source),
		STR_ARG(r->name), end);
	return place_remove(v, path, e);
}

/* An input by the name that its exporter gave it, and a note about it. */
static struct str collect_row_named(const struct input_row *r, const char *note, struct arena *a)
{
	struct buf name;
	struct str text;

	buf_init(&name, 1024);
	utf8_quote(&name, r->name, 200);
	text = arena_printf(
		a, "%s of source " STR_FMT ": %s", buf_cstr(&name), STR_ARG(r->source), note);
	buf_done(&name);
	return text;
}

/* What happened to an input; news. */
static void collect_row_tell(struct env *v, const struct input_row *r, const char *event,
	const char *reason, const char *note, struct arena *a)
{
	char id[40];

	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	env_log(v, LOG_ERROR, event, id, "%s%s%s", reason, *reason ? ": " : "",
		collect_row_named(r, note, a).p);
	v->news++;
}

/* Where an input lies that is put away. */
static void quarantine_place(const struct env *v, const struct input_row *r, char to[LIMIT_PATH])
{
	const struct config_source *s = config_source_find(v->config, r->source);
	const char *dot = strrchr(r->place.p, '.');
	struct str end = dot && !strchr(dot, '/') ? str_c(dot + 1) : STR("");

	if (end.n == 0 && r->sha.n > 0 && s) /* a plain file, stored and then found bad */
		end = s->format;
	(void)snprintf(to, LIMIT_PATH, "quarantine/in-%06" PRId64 "." STR_FMT "%s" STR_FMT, r->id,
		STR_ARG(r->source), end.n ? "." : "", STR_ARG(end));
}

int collect_away_row(
	struct env *v, int64_t input, const char *reason, const char *note, struct err *e)
{
	const bool lost = strcmp(reason, "LOST-SOURCE") == 0;
	struct arena a;
	struct input_row r;
	char to[LIMIT_PATH];
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, input, &a, &r, e);
	/* Another agreement may have met it first. */
	if (rc == 1 && !str_is(r.state, "quarantined") && !str_is(r.state, "abandoned") &&
		!str_starts(r.place, STR("archive/"))) {
		quarantine_place(v, &r, to);
		collect_row_tell(v, &r, lost ? "lost" : "quarantined", reason, note, &a);
		rc = lost
			? collect_row_record(v, &r, "abandoned", r.place.p, reason, note, "lost", e)
			: collect_row_record(
				  v, &r, "quarantined", to, reason, note, "quarantined", e);
	}
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

/* Brings the file of a row that is quarantined to where the ledger says, with its reason. */
static int collect_away_settle(struct env *v, const struct input_row *r, struct err *e)
{
	static const char *const ends[] = {"", ".tree", ".zip"};
	const struct config_source *s = config_source_find(v->config, r->source);
	char from[LIMIT_PATH];
	char next[200];
	struct arena a;
	struct stat st;
	int rc = place_stat(v, r->place.p, &st, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && rc == 0; i++) {
		collect_row_work(r, ends[i], from);
		rc = place_move(v, from, r->place.p, e);
	}
	if (rc == 0 && s) {
		collect_row_shelf(r, s, from);
		rc = place_move(v, from, r->place.p, e);
	}
	if (rc != 1)
		return rc;
	(void)snprintf(next, sizeof(next), quarantine_next, r->id);
	arena_init(&a);
	rc = env_write_reason(v, "quarantine", r->place.p + 11, r->reason.p,
		collect_row_named(r, r->note.p, &a).p, next, e);
	arena_done(&a);
	return rc;
}

int collect_away_file(struct env *v, int64_t input, struct err *e)
{
	struct arena a;
	struct input_row r;
	int rc = -1;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, input, &a, &r, e);
	if (rc == 1 && str_is(r.state, "quarantined"))
		rc = collect_away_settle(v, &r, e);
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}

/* An input that is put away by itself. */
static int collect_away_now(
	struct env *v, int64_t input, const char *reason, const char *note, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_away_row(v, input, reason, note, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	if (ledger_commit(&v->ledger, e) == -1)
		return -1;
	return collect_away_file(v, input, e);
}

/* A bad tree that cannot be moved is put away where it lies. */
static int collect_away_there(struct env *v, const struct input_row *r, const char *inbox,
	const char *reason, const char *why, struct err *e)
{
	struct arena a;
	char note[ERR_TEXT_MAX + 100];

	(void)snprintf(
		note, sizeof(note), "%s; it stays in the inbox, since moving it is denied", why);
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (ledger_input_stays(&v->ledger, r->id, r->stays, e) == -1 ||
		collect_row_record(v, r, "quarantined", inbox, reason, note, "quarantined", e) ==
			-1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	arena_init(&a);
	collect_row_tell(v, r, "quarantined", reason, note, &a);
	arena_done(&a);
	return ledger_commit(&v->ledger, e);
}

/* What may not be taken in, judged without opening it. NULL when it is fine. */
static const char *refusal(
	const struct config_source *s, const struct stat *st, uint64_t limit, const char **note)
{
	if (S_ISDIR(st->st_mode)) {
		*note = "a folder, but the source takes files; say shape=\"tree\" if folders are meant";
		return s->tree ? NULL : "SPECIAL-FILE";
	}
	*note = "not a plain file (a link, pipe, socket or device); it was not opened";
	if (!S_ISREG(st->st_mode))
		return "SPECIAL-FILE";
	*note = "the file has more than one name (hard link), so others can change it; deliver a copy";
	if (st->st_nlink > 1)
		return "SPECIAL-FILE";
	*note = "a file, but the source takes folders (shape=\"tree\")";
	if (s->tree)
		return "SPECIAL-FILE";
	*note = "the file is empty; a failed export often leaves one";
	if (st->st_size == 0)
		return "EMPTY";
	*note = "the file is larger than max-size of its source";
	if ((uint64_t)st->st_size > limit)
		return "TOO-BIG";
	return NULL;
}

/* Does the manifest say this, and no more digits behind it? A file name may follow. */
static bool manifest_says(struct str manifest, struct str want)
{
	return str_starts(manifest, want) &&
		(manifest.n == want.n || memchr(" \t\r\n", manifest.p[want.n], 4) != NULL);
}

/* Checks the manifest "SHA256 SIZE" beside a file. 1 right, 0 wrong, -1. */
static int manifest_ok(const struct env *v, const struct input_row *r, const char *sha,
	uint64_t size, struct err *e)
{
	char path[LIMIT_PATH];
	char want[160];
	struct buf b;
	int fd = -1;
	int rc = -1;

	(void)snprintf(path, sizeof(path), "inbox/" STR_FMT "/" STR_FMT ".manifest",
		STR_ARG(r->source), STR_ARG(r->name));
	(void)snprintf(want, sizeof(want), "%s %" PRIu64, sha, size);
	buf_init(&b, 4096);
	fd = fsx_open(v->dir, path, e);
	if (fd != -1 && fsx_read(fd, &b, e) == 0)
		rc = manifest_says(str_trim(buf_view(&b)), str_c(want));
	fsx_close(fd);
	buf_done(&b);
	return rc;
}

static int commit_stored(struct env *v, const struct input_row *r, const char *sha,
	const char *content, int64_t members, int64_t size, const char *place, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	collect_row_subject(r->id, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_input_stored(l, r->id, sha, content, members, size, e) == -1 ||
		ledger_input_stays(l, r->id, r->stays, e) == -1 ||
		ledger_input_state(l, r->id, "claimed", place, "", "", e) == -1 ||
		ledger_event(l, "collected", subject, e,
			"sha256=%s size=%" PRId64 " members=%" PRId64, sha, size, members) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* A file that lies in work/: hash it, and make sure that nobody still writes to it: then 1, and it
 * is looked at again in the next run. */
static int store_file(
	struct env *v, const struct input_row *r, const struct config_source *s, struct err *e)
{
	char place[LIMIT_PATH];
	char sha[HASH_HEX];
	uint64_t size = 0;
	struct stat before;
	struct stat after;
	int fd = -1;
	int rc = -1;

	collect_row_work(r, "", place);
	if (place_stat(v, place, &before, e) == -1)
		return -1;
	fd = fsx_open(v->dir, place, e);
	rc = fd == -1 ? -1 : hash_file(fd, sha, &size, e);
	fsx_close(fd);
	if (rc == -1 || place_stat(v, place, &after, e) != 1)
		return -1;
	if (after.st_size != before.st_size || after.st_mtime != before.st_mtime ||
		(uint64_t)after.st_size != size) {
		env_log(v, LOG_WARN, "still-written", place,
			"the exporter wrote after it was picked up; taken next time");
		return 1;
	}
	if (s->ready == READY_MANIFEST) {
		rc = manifest_ok(v, r, sha, size, e);
		if (rc == -1 && e->code == ERR_ABSENT)
			return collect_away_now(v, r->id, "MANIFEST-MISMATCH",
				"the manifest beside it was gone when the file was read; deliver both again",
				e);
		if (rc == -1)
			return -1;
		if (rc == 0)
			return collect_away_now(v, r->id, "MANIFEST-MISMATCH",
				"size or SHA-256 is not what the manifest beside it says; deliver both again",
				e);
	}
	return commit_stored(v, r, sha, sha, 1, (int64_t)size, place, e);
}

/* A tree: packed once into work/in-N.zip; then the tree goes, if it could be moved into work/. */
static int store_tree(
	struct env *v, const struct input_row *r, const char *tree_place, struct err *e)
{
	struct arena a;
	struct diag d;
	struct fsx_tmp tmp = {.fd = -1};
	struct zip_packed packed;
	char place[LIMIT_PATH];
	char sha[HASH_HEX];
	int work = -1;
	int tree = -1;
	int rc = -1;

	arena_init(&a);
	diag_init(&d, &a);
	collect_row_work(r, ".zip", place);
	work = env_folder(v, "work", e);
	tree = fsx_subdir(v->dir, tree_place, e);
	if (work == -1 || tree == -1 || fsx_tmp_open(work, &tmp, e) == -1)
		goto out;
	if (zip_pack(tree, tmp.fd, &packed, &d, e) == -1 || hash_file(tmp.fd, sha, NULL, e) == -1)
		goto out;
	for (const struct finding *f = d.first; f; f = f->next)
		env_log(v, LOG_WARN, "left-out", f->file.p, STR_FMT, STR_ARG(f->rule));
	if (fsx_publish(&tmp, place + 5, e) == -1 && e->code != ERR_EXISTS)
		goto out;
	rc = commit_stored(v, r, sha, packed.content, (int64_t)packed.members,
		(int64_t)packed.bytes, place, e);
	if (rc == 0 && r->stays > 0)
		env_log(v, LOG_WARN, "left-in-inbox", tree_place,
			"taken where it lies: moving it is denied; the exporter should make its folders "
			"writable for the group, or remove it");
	else if (rc == 0)
		rc = place_remove(v, tree_place, e);
out:
	fsx_tmp_drop(&tmp);
	fsx_close(tree);
	fsx_close(work);
	arena_done(&a);
	return rc;
}

/* Out of the inbox, into place; a tree that we may not move is taken where it lies: then place and
 * r->stays say so. 1, 0 it is in neither place, -1. */
static int take_out(struct env *v, struct input_row *r, const char *inbox, char place[LIMIT_PATH],
	struct stat *st, struct err *e)
{
	int rc = place_stat(v, place, st, e);

	if (rc != 0)
		return rc;
	rc = place_stat(v, inbox, st, e);
	if (rc != 1 || (int64_t)st->st_ino != r->ino)
		return rc == -1 ? -1 : 0;
	if (place_move(v, inbox, place, e) != -1)
		return 1;
	if (!r->tree || e->code != ERR_DENIED ||
		inbox_ready_changed(v->dir, inbox, st, &r->stays, e) == -1)
		return -1;
	(void)snprintf(place, LIMIT_PATH, "%s", inbox);
	return 1;
}

static int store_taken(struct env *v, const struct input_row *r, const struct config_source *s,
	const char *place, struct err *e)
{
	const char *reason = NULL;
	int rc = 0;

	if (!r->tree)
		return store_file(v, r, s, e);
	rc = store_tree(v, r, place, e);
	if (rc == 0 || (e->code != ERR_INPUT && e->code != ERR_LIMIT))
		return rc;
	reason = e->reason[0] ? e->reason : "TREE";
	return r->stays > 0 ? collect_away_there(v, r, place, reason, e->text, e)
			    : collect_away_now(v, r->id, reason, e->text, e);
}

/* Brings one row from claiming to claimed, quarantined or abandoned. */
static int collect_store_row(struct env *v, const struct input_row *row, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, row->source);
	struct input_row r = *row;
	char inbox[LIMIT_PATH];
	char place[LIMIT_PATH];
	const char *note = NULL;
	const char *reason = NULL;
	struct stat st;
	int rc = 0;

	if (!s)
		return collect_row_settle(v, &r, "abandoned", r.place.p, "SOURCE-GONE",
			"its source is no longer configured", "abandoned", e);
	collect_row_work(&r, r.tree ? ".tree" : "", place);
	(void)snprintf(inbox, sizeof(inbox), "inbox/" STR_FMT "/" STR_FMT, STR_ARG(r.source),
		STR_ARG(r.name));
	rc = take_out(v, &r, inbox, place, &st, e);
	if (rc == 0)
		return collect_row_settle(v, &r, "abandoned", place, "VANISHED",
			"it left the inbox before it was picked up", "abandoned", e);
	if (rc == -1)
		return -1;
	/* The marker has done its work; left behind, it would call the next file of that name ready. */
	if (remove_companion(v, &r, ".ready", e) == -1)
		return -1;
	reason = refusal(s, &st, s->max_size ? s->max_size : UINT64_MAX, &note);
	if (reason) {
		if (remove_companion(v, &r, ".manifest", e) == -1)
			return -1;
		return collect_away_now(v, r.id, reason, note, e);
	}
	rc = store_taken(v, &r, s, place, e);
	if (rc == 0)
		rc = remove_companion(v, &r, ".manifest", e);
	return rc == 1 ? 0 : rc;
}

/* --- settle: what becomes of what was stored --- */

static int make_current(struct env *v, const struct input_row *r, const struct config_source *s,
	const struct input_row *old, struct err *e)
{
	struct ledger *l = &v->ledger;
	char to[LIMIT_PATH];
	char subject[40];
	char before[40];
	int rc = 0;

	collect_row_shelf(r, s, to);
	if (place_move(v, r->place.p, to, e) == -1 && e->code != ERR_EXISTS)
		return -1;
	collect_row_subject(r->id, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (old) {
		collect_row_subject(old->id, before);
		rc = ledger_input_state(l, old->id, "superseded", old->place.p, "", "", e);
		if (rc == 0)
			rc = ledger_event(l, "superseded", before, e, "by=%" PRId64, r->id);
	}
	if (rc == 0)
		rc = ledger_input_state(l, r->id, "current", to, "", "", e);
	if (rc == 0)
		rc = ledger_event(l, "current", subject, e, "source=" STR_FMT " place=%s",
			STR_ARG(r->source), to);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	env_log(v, LOG_INFO, "current", subject, "source " STR_FMT ": " STR_FMT, STR_ARG(r->source),
		STR_ARG(r->name));
	return ledger_commit(l, e);
}

/* May it take the place of what is there? 1 yes, 0 it was put away, -1. A packed tree is ours and
 * whole; what is no longer in work/ was judged by the run that moved it. */
static int admit(
	struct env *v, const struct input_row *r, const struct config_source *s, struct err *e)
{
	struct stat st;
	char note[ERR_TEXT_MAX];
	char reason[sizeof(e->reason)] = "INPUT-DAMAGED";
	const int rc = r->tree ? 0 : place_stat(v, r->place.p, &st, e);

	if (rc != 1)
		return rc == 0 ? 1 : -1;
	if (whole_check(v, r, s, e) == 0)
		return 1;
	if (e->code != ERR_INPUT && e->code != ERR_LIMIT)
		return -1;
	if (str_starts(str_c(e->reason), STR("CONVERTER"))) /* the reading, not the file */
		(void)snprintf(reason, sizeof(reason), "%s", e->reason);
	(void)snprintf(note, sizeof(note), "%s", e->text);
	return collect_away_now(v, r->id, reason, note, e);
}

/* Is the current version still what was taken in? 1 yes, 0 it is lost or was edited, and is put away so
 * that the same content is no repetition, -1. */
static int still_whole(struct env *v, const struct input_row *old, struct err *e)
{
	char note[ERR_TEXT_MAX];
	char reason[sizeof(e->reason)];
	const int fd = inputs_open_row(v, old, e);

	if (fd != -1) {
		fsx_close(fd);
		return 1;
	}
	if (!e->reason[0])
		return -1;
	(void)snprintf(reason, sizeof(reason), "%s", e->reason);
	(void)snprintf(note, sizeof(note), "%s", e->text);
	return collect_away_now(v, old->id, reason, note, e);
}

static int settle_state(struct env *v, const struct input_row *r, const struct config_source *s,
	struct arena *a, struct err *e)
{
	struct input_row old;
	int admitted = 0;
	int same = 0;
	int rc = ledger_input_current(&v->ledger, r->source, a, &old, e);

	if (rc == -1)
		return -1;
	if (rc == 1 && str_eq(old.content, r->content)) {
		same = rc = still_whole(v, &old, e);
		if (rc == -1)
			return -1;
	}
	if (same == 1) {
		if (collect_row_settle(v, r, "unchanged", r->place.p, "",
			    "the same content as the current version", "unchanged", e) == -1)
			return -1;
		return place_remove(v, r->place.p, e);
	}
	admitted = admit(v, r, s, e);
	if (admitted != 1)
		return admitted;
	return make_current(v, r, s, rc == 1 ? &old : NULL, e);
}

static int settle_event(struct env *v, const struct input_row *r, struct arena *a, struct err *e)
{
	struct input_row same;
	char to[LIMIT_PATH];
	char note[200];
	char next[300];
	char id[40];
	const int rc = ledger_input_same(&v->ledger, r->source, r->content, r->id, a, &same, e);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return collect_row_settle(v, r, "pending", r->place.p, "", "", "pending", e);
	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	(void)snprintf(to, sizeof(to), "hold/%s", id);
	(void)snprintf(
		note, sizeof(note), "the same content came before as in-%06" PRId64, same.id);
	(void)snprintf(next, sizeof(next), release_next, id, id);
	if (place_move(v, r->place.p, to, e) == -1 ||
		collect_row_settle(v, r, "held", to, "DUPLICATE-SUSPECT", note, "held", e) == -1)
		return -1;
	collect_row_tell(v, r, "held", "DUPLICATE-SUSPECT", note, a);
	return env_write_reason(
		v, "hold", id, "DUPLICATE-SUSPECT", collect_row_named(r, note, a).p, next, e);
}

static int settle_row(struct env *v, const struct input_row *r, struct err *e)
{
	const struct config_source *s = config_source_find(v->config, r->source);
	struct arena a;
	int rc = -1;

	if (!s)
		return 0;
	arena_init(&a);
	rc = s->kind == SOURCE_EVENTS ? settle_event(v, r, &a, e) : settle_state(v, r, s, &a, e);
	arena_done(&a);
	return rc;
}

/* Goes over all rows of a state; a fault of one file is logged and the others go on. */
static int each_row(struct env *v, const char *state,
	int (*step)(struct env *, const struct input_row *, struct err *), struct err *e)
{
	struct arena a;
	struct input_rows rows = {0};
	int rc = -1;

	arena_init(&a);
	if (ledger_input_by_state(&v->ledger, state, &a, &rows, e) == -1)
		goto out;
	rc = 0;
	for (size_t i = 0; i < rows.n && !proc_told_to_stop(); i++) {
		char note[sizeof(e->text) + 40];
		if (step(v, &rows.row[i], e) == 0)
			continue;
		if (env_stops(e)) {
			rc = -1;
			break;
		}
		(void)snprintf(note, sizeof(note), "%s; tried again in the next run", e->text);
		collect_row_tell(v, &rows.row[i], "collect-failed", "", note, &a);
	}
out:
	arena_done(&a);
	return rc;
}

int collect_run(struct env *v, struct err *e)
{
	bool more = true;

	if (each_row(v, "quarantined", collect_away_settle, e) == -1 ||
		each_row(v, "claiming", collect_store_row, e) == -1 ||
		each_row(v, "claimed", settle_row, e) == -1)
		return err_wrap(e, "collect");
	for (int round = 0; more && round < 10000 && !proc_told_to_stop(); round++) {
		int64_t before = 0;
		int64_t after = 0;
		if (db_one_int(v->ledger.db, &before, e, "SELECT COALESCE(MAX(id), 0) FROM input",
			    "") != 1)
			return err_wrap(e, "collect");
		for (const struct config_source *s = v->config->sources; s; s = s->next) {
			if (collect_claim_source(v, s, e) == -1)
				return err_wrap(e, "collect: source " STR_FMT, STR_ARG(s->name));
		}
		if (each_row(v, "claiming", collect_store_row, e) == -1 ||
			each_row(v, "claimed", settle_row, e) == -1)
			return err_wrap(e, "collect");
		if (db_one_int(v->ledger.db, &after, e, "SELECT COALESCE(MAX(id), 0) FROM input",
			    "") != 1)
			return err_wrap(e, "collect");
		more = after - before >= BATCH;
	}
	return 0;
}
