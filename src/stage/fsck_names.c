/* fsck: each name in the spool's folders has its row, and lies where the row says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/fit_use.h"
#include "stage/fsck_parts.h"
#include "stage/place.h"
#include "store/ledger_interchange.h"

enum { ROOM = 2 * LIMIT_PATH, RIGHTS_SHOWN = 4 };

/* levels: of folders in it. */
static const struct {
	const char *name;
	int levels;
} folders[] = {{"work", 0}, {"current", 1}, {"outbox", 1}, {"sent", 1}, {"hold", 0},
	{"quarantine", 0}, {"received", 1}, {"archive", 3 /* year, month, day */}};

static void fault(struct fsck *f, const char *code, const char *folder, const char *name,
	struct str found, struct str expected, struct str command)
{
	const struct fsck_found x = {.code = code,
		.subject = STR(""),
		.place = arena_printf(&f->a, "%s/%s", folder, name),
		.found = found,
		.expected = expected,
		.command = command};

	fsck_fault(f, &x);
}

static int unknown(struct fsck *f, const char *folder, const char *name, struct err *e)
{
	if (f->unknown)
		return f->unknown(f, folder, name, e);
	fault(f, "UNKNOWN-FILE", folder, name, STR("a file that the ledger does not know"),
		STR("only files of gridspool; it is used for nothing"),
		STR("find out whose it is and move it away; or: gridspool fsck --repair --reason TEXT"));
	return 0;
}

/* Without what stands behind the name of the thing itself. */
static struct str bare_of(struct str name)
{
	static const struct str ends[] = {
		STR_INIT(".reason"), STR_INIT(".gz"), STR_INIT(".lineage")};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(name, ends[i]))
			name = str_sub(name, 0, name.n - ends[i].n);
	return name;
}

/* "in-000012.products" to 12; 0 when it is none of that kind. */
static int64_t number_behind(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0 ? place_number(name, prefix) : 0;
}

/* The row that a name belongs to: 1, 0 none, -1. */
static int row_of(struct fsck *f, struct str bare, struct walk_row *r, struct err *e)
{
	struct ledger *l = &f->v->ledger;
	const int64_t in = number_behind(bare.p, "in-");
	const int64_t got = number_behind(bare.p, "r-");
	int64_t id = 0;
	int rc = 0;

	if (in > 0)
		return ledger_walk_find(l, LEDGER_WALK_INPUT, in, &f->a, r, e);
	if (got > 0)
		return ledger_walk_find(l, LEDGER_WALK_RECEIVED, got, &f->a, r, e);
	rc = ledger_interchange_named(l, bare, &id, e);
	return rc != 1 ? rc : ledger_walk_find(l, LEDGER_WALK_INTERCHANGE, id, &f->a, r, e);
}

/* On its way: its name says where it goes, the ledger not yet, or no more. */
static bool on_its_way(const struct walk_row *r, const char *folder)
{
	return r->going ||
		(strcmp(folder, "work") == 0 && r->kind == LEDGER_WALK_INPUT &&
			(str_is(r->state, "claiming") || str_is(r->state, "claimed"))) ||
		str_is(r->state, "making") || str_is(r->state, "fetching");
}

/* Where the row has the file of this name: its place, with what stands behind the name of the thing itself. */
static struct str own_place(
	struct fsck *f, const char *name, struct str bare, const struct walk_row *r)
{
	const bool lineage = str_find(str_from(str_c(name), bare.n), STR(".lineage"), 0) == 0;
	const bool packed = str_starts(r->place, STR("archive/")) && r->kind != LEDGER_WALK_INPUT;

	return arena_printf(&f->a, STR_FMT "%s%s", STR_ARG(r->place), lineage ? ".lineage" : "",
		packed ? ".gz" : "");
}

/* Does a run look for it there? */
static bool run_brings(const struct walk_row *r, const char *folder)
{
	static const char *const open[] = {"outbox/", "sent/", "hold", "quarantine"};
	bool from = false;
	bool to = false;

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		from = from || strncmp(folder, open[i], strlen(open[i])) == 0;
		to = to || str_starts(r->place, str_c(open[i]));
	}
	return r->kind == LEDGER_WALK_INTERCHANGE && !str_is(r->state, "closed") && from && to;
}

/* Has the file these bytes, packed or not? What cannot be read has not. */
static bool has_bytes(struct fsck *f, const char *place, struct str sha)
{
	char found[HASH_HEX];
	struct err e;
	const int fd = fsx_open(f->v->dir, place, &e);
	const bool packed = str_ends(str_c(place), STR(".gz"));
	const bool has = fd != -1 && fsck_rows_hash(fd, packed, found, &e) == 0 &&
		str_is(sha, found);

	fsx_close(fd);
	return has;
}

/* Its place has a file, too. Of two with one name, only the bytes tell which is the copy. */
static struct str beside_own(
	struct fsck *f, const char *folder, const char *name, struct str own, struct str sha)
{
	const char *here = arena_printf(&f->a, "%s/%s", folder, name).p;

	if (sha.n == 0 || has_bytes(f, own.p, sha))
		return has_bytes(f, here, sha) || sha.n == 0
			? STR("it is a copy, its place has the file: move it away")
			: STR("its place has the file, and this is another one of its name: look at it, "
			      "then move it away");
	return has_bytes(f, here, sha)
		? arena_printf(&f->a,
			  "it has the bytes that were recorded, and what lies in its place has not: "
			  "move that away, then mv %s/%s %s/" STR_FMT,
			  f->v->path, here, f->v->path, STR_ARG(own))
		: STR("neither it nor what lies in its place has the bytes that were recorded: keep "
		      "both, and restore the file from a backup");
}

static bool is_lineage(const struct walk_row *r, struct str own)
{
	return r->kind == LEDGER_WALK_INTERCHANGE &&
		(str_ends(own, STR(".lineage")) || str_ends(own, STR(".lineage.gz")));
}

/* What is to be done with a file that lies elsewhere. */
static int move_command(struct fsck *f, const char *folder, const char *name, struct str own,
	const struct walk_row *r, struct str *out, struct err *e)
{
	const bool packed = str_ends(str_c(name), STR(".gz"));
	const bool wanted = str_ends(own, STR(".gz"));
	struct stat st;
	int rc = 0;

	*out = STR("nothing needs it any more: move it away");
	if (r->place.n == 0)
		return 0;
	if (!place_inside(r->place)) {
		*out = STR(
			"leave it, its row in ledger.db names a place that is none (HISTORY-DIFFERS)");
		return 0;
	}
	rc = place_stat(f->v, own.p, &st, e);
	if (rc == 1)
		*out = beside_own(f, folder, name, own,
			r->tree			     ? STR("")
				: is_lineage(r, own) ? r->lineage_sha
						     : r->sha);
	else if (rc == 0 && run_brings(r, folder))
		*out = STR("the next gridspool run brings it to its place");
	else if (rc == 0)
		*out = arena_printf(&f->a, "%s %s/%s/%s %s%s/" STR_FMT,
			packed == wanted ? "mv"
				: packed ? "gzip -dc"
					 : "gzip -c",
			f->v->path, folder, name, packed == wanted ? "" : "> ", f->v->path,
			STR_ARG(own));
	return rc == -1 ? -1 : 0;
}

static int known(struct fsck *f, const char *folder, const char *name, struct str bare,
	const struct walk_row *r, struct err *e)
{
	const struct str here = arena_printf(&f->a, "%s/" STR_FMT, folder, STR_ARG(bare));
	const bool beside = str_ends(str_c(name), STR(".reason")) || str_ends(bare, STR(".items"));
	const struct str own = own_place(f, name, bare, r);
	struct str command;

	if (beside || str_eq(here, r->place) || on_its_way(r, folder))
		return 0;
	/* What was given up, or purged, may lie where it was. */
	if (r->place.n == 0 && str_is(r->state, "closed"))
		return 0;
	if (move_command(f, folder, name, own, r, &command, e) == -1)
		return -1;
	fault(f, "MISPLACED-FILE", folder, name,
		arena_printf(&f->a, "a file of what is " STR_FMT, STR_ARG(r->state)),
		r->place.n > 0 ? own : STR("no file of it any more"), command);
	return 0;
}

/* Folders and files of ours are for us alone to write; what exporters made is theirs. */
static void check_rights(
	struct fsck *f, const char *folder, const char *name, const struct stat *st)
{
	const unsigned mode = (unsigned)st->st_mode & 07777;
	const bool writable = (mode & (S_IWGRP | S_IWOTH)) != 0;
	struct fsck_rights *r = &f->rights[writable ? FSCK_WRITABLE : FSCK_STRANGE];
	char owner[80];

	if (f->unknown || f->look != FSCK_FIRST || S_ISLNK(st->st_mode) ||
		number_behind(name, "in-") > 0 || (!writable && st->st_uid == f->owner))
		return;
	if (r->n++ == 0) {
		fit_use_name(st->st_uid, owner);
		r->first = arena_printf(&f->kept, "%s/%s", folder, name);
		r->found = writable ? arena_printf(&f->kept, "mode %04o", mode)
				    : arena_printf(&f->kept, "user %s", owner);
	} else if (r->n <= 1 + RIGHTS_SHOWN) {
		r->more = arena_printf(&f->kept, STR_FMT "%s%s/%s", STR_ARG(r->more),
			r->more.n > 0 ? ", " : "", folder, name);
	}
}

static void tell_rights_of(
	struct fsck *f, const char *folder, bool writable, const struct fsck_rights *r)
{
	char owner[80];

	fit_use_name(f->owner, owner);
	const struct fsck_found x = {.code = writable ? "LOOSE-RIGHTS" : "WRONG-USER",
		.subject = STR(""),
		.place = r->first,
		.found = r->n == 1
			? r->found
			: arena_printf(&f->a,
				  STR_FMT ", and so have %" PRId64 " more below %s (" STR_FMT "%s)",
				  STR_ARG(r->found), r->n - 1, folder, STR_ARG(r->more),
				  r->n > 1 + RIGHTS_SHOWN ? ", ..." : ""),
		.expected = writable
			? STR("that nobody but its owner may write")
			: arena_printf(&f->a, "user %s, as the environment's folder", owner),
		.command = writable
			? arena_printf(&f->a, "chmod -R g-w,o-w %s/%s", f->v->path, folder)
			: arena_printf(&f->a, "chown -R %lu %s/%s", (unsigned long)f->owner,
				  f->v->path, folder)};
	fsck_tell(f, &x);
}

/* One finding for all that one command mends. */
static void tell_rights(struct fsck *f, const char *folder)
{
	for (int i = 0; i < FSCK_RIGHTS; i++) {
		if (f->rights[i].n > 0)
			tell_rights_of(f, folder, i == FSCK_WRITABLE, &f->rights[i]);
		f->rights[i] = (struct fsck_rights){0};
	}
}

int fsck_names_one(struct fsck *f, const char *folder, const char *name, struct err *e)
{
	const struct str bare = bare_of(str_c(name));
	struct walk_row r;
	struct stat st;
	int rc = fsx_stat(f->v->dir, arena_printf(&f->a, "%s/%s", folder, name).p, &st, e);

	if (rc != 1)
		return rc; /* gone by now */
	f->now = (struct fsck_suspect){
		.folder = str_c(folder), .name = str_c(name), .still = f->now.still};
	check_rights(f, folder, name, &st);
	rc = row_of(f, bare, &r, e);
	if (rc == 0)
		return unknown(f, folder, name, e);
	return rc == 1 && !f->unknown ? known(f, folder, name, bare, &r, e) : rc == -1 ? -1 : 0;
}

/* What a folder of the spool is walked with. */
struct walk {
	struct fsck *f;
	const char *folder;
	int dir;
	int levels;
};

static int walk_folder(struct fsck *f, const char *folder, int levels, struct err *e);

static int walk_name(void *ctx, const char *name, struct err *e)
{
	const struct walk *w = ctx;
	char path[ROOM];
	struct stat st;

	arena_reset(&w->f->a);
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	if (strcmp(name, FSX_TMP) == 0 || strcmp(path, FSCK_UNKNOWN) == 0 ||
		strcmp(path, "archive/bundles") == 0)
		return 0;
	if (w->levels == 0) {
		fsck_count(w->f, &w->f->n->files);
		return fsck_names_one(w->f, w->folder, name, e);
	}
	const int rc = fsx_stat(w->dir, name, &st, e);
	if (rc != 1)
		return rc;
	if (S_ISDIR(st.st_mode)) {
		check_rights(w->f, w->folder, name, &st);
		return walk_folder(w->f, path, w->levels - 1, e);
	}
	return fsck_names_one(w->f, w->folder, name, e);
}

static void no_folder(struct fsck *f, const char *folder, const struct err *why)
{
	const bool gone = why->code == ERR_ABSENT;
	const struct fsck_found x = {.code = gone ? "LOST-FILE" : "UNREADABLE",
		.subject = STR(""),
		.place = str_c(folder),
		.found = gone ? STR("nothing of this name") : arena_str(&f->a, str_c(why->text)),
		.expected = gone ? STR("a folder of the spool") : STR("a folder that can be read"),
		.command = gone
			? arena_printf(&f->a,
				  "mount it or restore it from a backup; if it was empty, mkdir -m 750 %s/%s",
				  f->v->path, folder)
			: arena_printf(&f->a,
				  "ls -ld %s/%s, then chown it to the environment's owner or chmod 750",
				  f->v->path, folder)};

	fsck_tell(f, &x);
}

static int walk_folder(struct fsck *f, const char *folder, int levels, struct err *e)
{
	struct walk w = {f, folder, fsx_subdir(f->v->dir, folder, e), levels};
	int rc = 0;

	/* Whoever is to move files away is not told that there are none where nobody could look. */
	const bool unseen = f->unknown && w.dir == -1 && e->code != ERR_ABSENT;
	if (w.dir == -1 && (unseen || e->code == ERR_FULL || e->code == ERR_LIMIT))
		return err_wrap(e, "%s", folder);
	if (w.dir == -1) { /* told; the others are looked at all the same */
		if (!f->unknown)
			no_folder(f, folder, e);
		return 0;
	}
	rc = fsx_each(w.dir, walk_name, &w, e);
	fsx_close(w.dir);
	return rc == -1 ? err_wrap(e, "%s", folder) : 0;
}

int fsck_names_all(struct fsck *f, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && rc == 0; i++) {
		if (f->at_run_end && strcmp(folders[i].name, "archive") == 0)
			continue;
		rc = walk_folder(f, folders[i].name, folders[i].levels, e);
		tell_rights(f, folders[i].name);
	}
	return rc;
}
