/* fsck: each version of the bundle that was used is kept in archive/bundles/, and can be unpacked. */
#include <stdio.h>

#include "base/fsx.h"
#include "stage/bundle.h"
#include "stage/fsck_parts.h"

static void fault(
	struct fsck *f, struct str hash, bool accepted, const char *code, struct str found)
{
	const struct fsck_found x = {
		.code = code,
		.subject = arena_printf(&f->a, "bundle " STR_FMT, STR_ARG(hash)),
		.place = arena_printf(&f->a, "archive/bundles/" STR_FMT ".zip", STR_ARG(hash)),
		.found = found,
		.expected = STR("the bundle of a run, as it was kept"),
		.command = accepted
			? STR("nothing, its loss was accepted: gridspool explain cannot use it")
			: STR("restore it from a backup of this folder; where there is none, gridspool "
			      "fsck --repair --reason TEXT accepts the loss (gridspool explain needs it)"),
		.known = accepted,
	};

	fsck_tell(f, &x);
}

static int check_bundle(struct fsck *f, struct str hash, bool accepted, struct err *e)
{
	const char *place = arena_printf(&f->a, "archive/bundles/" STR_FMT ".zip", STR_ARG(hash)).p;
	const int fd = fsx_open(f->v->dir, place, e);

	fsck_count(f, &f->n->files);
	if (fd == -1 && (e->code == ERR_FULL || e->code == ERR_LIMIT))
		return -1;
	if (fd == -1 && e->code == ERR_ABSENT)
		fault(f, hash, accepted, "LOST-FILE", STR("nothing of this name"));
	else if (fd == -1)
		fault(f, hash, false, "UNREADABLE", arena_str(&f->a, str_c(e->text)));
	else if (f->o->level >= 2 && bundle_whole(fd, e) == -1)
		fault(f, hash, accepted, "CHANGED-BY-HAND", arena_str(&f->a, str_c(e->text)));
	fsx_close(fd);
	return 0;
}

int fsck_bundles_all(struct fsck *f, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(f->v->ledger.db, &rows, e,
		    "SELECT b, EXISTS(SELECT 1 FROM meta WHERE key = '" LEDGER_WALK_GONE
		    "bundle:' || b) FROM (SELECT bundle AS b FROM run UNION SELECT bundle FROM unit) "
		    "WHERE length(b) = 64 ORDER BY b",
		    "") == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		arena_reset(&f->a);
		rc = check_bundle(f, arena_str(&f->a, db_text(rows, 0)), db_int(rows, 1) != 0, e);
		if (rc == -1)
			break;
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}
