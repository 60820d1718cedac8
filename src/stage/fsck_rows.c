/* fsck: each row of the ledger has its file, with the bytes that were recorded. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "format/gz.h"
#include "secure/hash.h"
#include "stage/fsck_parts.h"
#include "stage/place.h"
#include "stage/spool.h"

enum wants { WANTS_NONE, WANTS_PLAIN, WANTS_PACKED };

/* A file of a row. */
struct wanted {
	const struct walk_row *row;
	const char *place; /* where it lies, ".gz" included */
	struct str sha;	   /* "": nobody knows */
	int64_t size;	   /* -1: nobody knows */
	bool packed;
};

/* What file must a row have in its state? */
static enum wants wants(const struct walk_row *r)
{
	static const char *const without[LEDGER_WALK_KINDS][4] = {
		[LEDGER_WALK_INPUT] = {"claiming", "unchanged", "abandoned"},
		[LEDGER_WALK_INTERCHANGE] = {"making"},
		[LEDGER_WALK_RECEIVED] = {"fetching", "abandoned"},
	};
	const bool archived = str_starts(r->place, STR("archive/"));

	for (size_t i = 0; without[r->kind][i]; i++)
		if (str_is(r->state, without[r->kind][i]))
			return WANTS_NONE;
	/* Put away for just that. */
	if (r->kind != LEDGER_WALK_INTERCHANGE && str_is(r->state, "quarantined") &&
		(str_is(r->reason, "CHANGED-BY-HAND") || str_is(r->reason, "LOST-FILE")))
		return WANTS_NONE;
	if (r->going || r->place.n == 0 || str_starts(r->place, STR("inbox/")) ||
		(r->kind == LEDGER_WALK_INTERCHANGE && r->sha.n == 0) ||
		(str_is(r->state, "closed") && !archived)) /* given up: it may be removed */
		return WANTS_NONE;
	return archived && r->kind != LEDGER_WALK_INPUT ? WANTS_PACKED : WANTS_PLAIN;
}

/* What mends it. */
static struct str command_for(struct fsck *f, const struct wanted *w, const char *code)
{
	const struct walk_row *r = w->row;
	const bool archived = str_starts(r->place, STR("archive/"));
	char advice[SPOOL_ADVICE];

	if (strcmp(code, "UNREADABLE") == 0)
		return arena_printf(&f->a,
			"let its owner read it (ls -l %s/%s, then chown or chmod), or look at the disk",
			f->v->path, w->place);
	if (r->kind == LEDGER_WALK_INPUT && !archived)
		return STR("deliver the export again, or restore the file from a backup");
	if (archived && r->gone && fsck_is_loss(code))
		return arena_printf(&f->a,
			"nothing, its loss was accepted: gridspool show " STR_FMT,
			STR_ARG(fsck_id(f, r)));
	if (archived && fsck_is_loss(code))
		return STR(
			"restore it from a backup of this folder; where there is none, gridspool fsck "
			"--repair --reason TEXT accepts the loss");
	if (r->kind != LEDGER_WALK_INTERCHANGE || archived)
		return STR("restore it from a backup of this folder");
	spool_lost_advice(r->state, r->sent_at, r->id, advice);
	return arena_str(&f->a, str_c(advice));
}

static void fault(struct fsck *f, const struct wanted *w, const char *code, struct str found,
	struct str expected)
{
	char subject[40];
	const struct walk_row *r = w->row;

	ledger_walk_subject(r->kind, r->id, subject);
	const struct fsck_found x = {
		.code = code,
		.subject = str_c(subject),
		.place = str_c(w->place),
		.found = found,
		.expected = expected,
		.command = command_for(f, w, code),
		.known = r->gone && str_starts(r->place, STR("archive/")) && fsck_is_loss(code),
	};
	fsck_fault(f, &x);
}

/* What lies in a folder that cannot be opened has no fault of its own: the walk over names tells of the folder. It
 * does not go into inboxes. */
static bool is_shut_in(struct fsck *f, const char *place)
{
	char folder[LIMIT_PATH];
	struct err e;
	int dir = -1;

	if (!place_split(place, folder) || strncmp(folder, "inbox", strlen("inbox")) == 0)
		return false;
	dir = fsx_subdir(f->v->dir, folder, &e);
	fsx_close(dir);
	return dir == -1 && e.code == ERR_IO;
}

static void unreadable(
	struct fsck *f, const struct wanted *w, const struct err *why, struct str expected)
{
	if (!is_shut_in(f, w->place))
		fault(f, w, "UNREADABLE", arena_str(&f->a, str_c(why->text)), expected);
}

static void lost(struct fsck *f, const struct wanted *w)
{
	fault(f, w, w->row->kind == LEDGER_WALK_INPUT ? "LOST-SOURCE" : "LOST-FILE",
		STR("nothing of this name"),
		arena_printf(&f->a, "the file of what is " STR_FMT, STR_ARG(w->row->state)));
}

/* The SHA-256 of a compressed file's content. -1 with ERR_INPUT: it cannot be unpacked. */
static int packed_hash(int fd, char out[HASH_HEX], struct err *e)
{
	const int scratch = fsx_scratch(e);
	int rc = scratch == -1 ? -1 : gz_unpack(fd, scratch, UINT64_MAX, e);

	if (rc == 0)
		rc = hash_file(scratch, out, NULL, e);
	fsx_close(scratch);
	return rc;
}

int fsck_rows_hash(int fd, bool packed, char out[HASH_HEX], struct err *e)
{
	return packed ? packed_hash(fd, out, e) : hash_file(fd, out, NULL, e);
}

/* One cause, told once: what is compressed is not read then. */
static void no_scratch(struct fsck *f, const struct err *why)
{
	const struct fsck_found x = {.code = FSX_NO_SCRATCH,
		.subject = STR(""),
		.place = STR("archive"),
		.found = str_c(why->text),
		.expected = STR("room for a file that is unpacked"),
		.command = STR("then gridspool fsck again: compressed files were not read")};

	f->no_scratch = true;
	fsck_tell(f, &x);
}

/* What cannot be read is told, and no reason to stop; a full disk or a lack of descriptors is one. */
static int check_bytes(struct fsck *f, const struct wanted *w, struct err *e)
{
	char found[HASH_HEX];
	const int fd = fsx_open(f->v->dir, w->place, e);
	int rc = -1;

	if (fd == -1 && e->code == ERR_ABSENT) {
		lost(f, w);
		return 0;
	}
	if (fd != -1)
		rc = fsck_rows_hash(fd, w->packed, found, e);
	fsx_close(fd);
	if (rc == -1 && (e->code == ERR_FULL || e->code == ERR_LIMIT))
		return err_wrap(e, "%s", w->place);
	if (rc == -1 && strcmp(e->reason, FSX_NO_SCRATCH) == 0)
		no_scratch(f, e);
	else if (rc == -1)
		fault(f, w, e->code == ERR_INPUT ? "CHANGED-BY-HAND" : "UNREADABLE",
			arena_str(&f->a, str_c(e->text)), STR("bytes that can be read"));
	else if (!str_is(w->sha, found))
		fault(f, w, "CHANGED-BY-HAND",
			arena_printf(&f->a, "bytes with SHA-256 %.12s...", found),
			arena_printf(&f->a, "SHA-256 %.12s...", w->sha.p));
	return 0;
}

static int check_file(struct fsck *f, const struct wanted *w, struct err *e)
{
	struct stat st;
	const int rc = fsx_stat(f->v->dir, w->place, &st, e);

	fsck_count(f, &f->n->files);
	if (rc == -1) {
		unreadable(f, w, e, STR("a file"));
		return 0;
	}
	if (rc == 0) {
		lost(f, w);
		return 0;
	}
	if (S_ISDIR(st.st_mode) && w->row->tree)
		return 0;
	if (!S_ISREG(st.st_mode) && w->sha.n == 0) /* a special file, put away as it came */
		return 0;
	if (!S_ISREG(st.st_mode))
		fault(f, w, "CHANGED-BY-HAND", STR("a folder, link or device"),
			STR("a plain file"));
	else if (w->size >= 0 && st.st_size != w->size)
		fault(f, w, "CHANGED-BY-HAND",
			arena_printf(&f->a, "%" PRId64 " bytes", (int64_t)st.st_size),
			arena_printf(&f->a, "%" PRId64 " bytes", w->size));
	else if (f->o->level >= 2 && w->sha.n > 0 && !(w->packed && f->no_scratch))
		return check_bytes(f, w, e);
	return 0;
}

/* Does an open interchange lie in another of its folders? Then the walk over names tells of it. */
static int elsewhere(struct fsck *f, const struct walk_row *r, struct err *e)
{
	static const char *const folders[] = {"outbox", "sent"};
	static const char *const plain[] = {"hold", "quarantine"};
	char folder[LIMIT_PATH];
	const char *name = place_split(r->place.p, folder);
	const char *partner = strchr(folder, '/');
	struct stat st;
	int rc = 0;

	if (!name || r->kind != LEDGER_WALK_INTERCHANGE || str_starts(r->place, STR("archive/")))
		return 0;
	rc = place_stat(f->v, r->place.p, &st, e);
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	for (size_t i = 0; i < 2 && rc == 0; i++) {
		rc = place_stat(f->v, arena_printf(&f->a, "%s/%s", plain[i], name).p, &st, e);
		if (rc == 0 && partner)
			rc = place_stat(f->v,
				arena_printf(&f->a, "%s%s/%s", folders[i], partner, name).p, &st,
				e);
	}
	return rc;
}

static int check_row(struct fsck *f, const struct walk_row *r, bool packed, struct err *e)
{
	const char *end = packed ? ".gz" : "";
	const bool sized = r->sha.n > 0 && !r->tree && !packed;
	const struct wanted file = {.row = r,
		.place = arena_printf(&f->a, STR_FMT "%s", STR_ARG(r->place), end).p,
		.sha = r->sha,
		.size = sized ? r->size : -1,
		.packed = packed};
	const struct wanted lineage = {.row = r,
		.place = arena_printf(&f->a, STR_FMT ".lineage%s", STR_ARG(r->place), end).p,
		.sha = r->lineage_sha,
		.size = -1,
		.packed = packed};

	if (check_file(f, &file, e) == -1)
		return -1;
	return r->lineage_sha.n > 0 ? check_file(f, &lineage, e) : 0;
}

int fsck_rows_one(struct fsck *f, const struct walk_row *r, struct err *e)
{
	const enum wants w = wants(r);
	int rc = 0;

	f->now.kind = r->kind;
	f->now.id = r->id;
	f->now.folder = f->now.name = STR("");
	if (f->look == FSCK_FIRST)
		fsck_count(f, &f->n->rows);
	if (f->o->level >= 3 && fsck_history_one(f, r, e) == -1)
		return -1;
	if (r->place.n > 0 && !place_inside(r->place)) {
		fsck_history_differs(f, r, STR("a place outside of the environment in ledger.db"),
			STR("one in a folder of the spool"));
		return 0;
	}
	if (w == WANTS_NONE)
		return 0;
	rc = elsewhere(f, r, e);
	if (rc == -1 && e->code == ERR_IO) { /* a folder that we may not look into */
		const struct wanted x = {.row = r, .place = arena_cstr(&f->a, r->place)};
		unreadable(f, &x, e, STR("a folder that can be read"));
		return 0;
	}
	return rc == 0 ? check_row(f, r, w == WANTS_PACKED, e) : rc == -1 ? -1 : 0;
}

/* All rows of a kind, some at a time: nobody waits for who only looks. */
static int rows_of(struct fsck *f, enum ledger_walk_kind kind, struct err *e)
{
	struct arena batch;
	struct walk_rows rows = {0};
	int64_t after = 0;
	int rc = 0;

	arena_init(&batch);
	do {
		arena_reset(&batch);
		rc = ledger_walk_next(&f->v->ledger, kind, after, FSCK_BATCH, &batch, &rows, e);
		for (size_t i = 0; i < rows.n && rc == 0; i++) {
			after = rows.row[i].id;
			arena_reset(&f->a);
			rc = fsck_rows_one(f, &rows.row[i], e);
		}
	} while (rc == 0 && rows.n == FSCK_BATCH);
	arena_done(&batch);
	return rc;
}

int fsck_rows_all(struct fsck *f, struct err *e)
{
	int rc = 0;

	for (int k = 0; k < LEDGER_WALK_KINDS && rc == 0; k++)
		rc = rows_of(f, (enum ledger_walk_kind)k, e);
	return rc;
}
