/* Do ledger and spool agree? See fsck.h. */
#include "stage/fsck.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "stage/fsck_parts.h"
#include "stage/host.h"
#include "store/ledger_runs.h"

enum { LOOKS = 6, PAUSE_MS = 400, PROGRESS_MS = 200 };

void fsck_count(struct fsck *f, int64_t *counter)
{
	const int64_t now = f->o->progress ? clock_ms(&f->v->clock) : 0;

	(*counter)++;
	if (!f->o->progress || now - f->told_ms < PROGRESS_MS)
		return;
	f->told_ms = now;
	(void)fprintf(stderr,
		"\rfsck: %" PRId64 " rows, %" PRId64 " files, %zu to look at again   ", f->n->rows,
		f->n->files, f->nsuspects);
}

static bool same(const struct fsck_suspect *a, const struct fsck_suspect *b)
{
	return a->kind == b->kind && a->id == b->id && str_eq(a->folder, b->folder) &&
		str_eq(a->name, b->name);
}

bool fsck_is_loss(const char *code)
{
	return strcmp(code, "LOST-FILE") == 0 || strcmp(code, "LOST-SOURCE") == 0 ||
		strcmp(code, "CHANGED-BY-HAND") == 0;
}

struct str fsck_id(struct fsck *f, const struct walk_row *r)
{
	static const char *const prefix[LEDGER_WALK_KINDS] = {
		[LEDGER_WALK_INPUT] = "in-",
		[LEDGER_WALK_INTERCHANGE] = "",
		[LEDGER_WALK_RECEIVED] = "r-",
	};

	return arena_printf(&f->a, "%s%06" PRId64, prefix[r->kind], r->id);
}

void fsck_tell(struct fsck *f, const struct fsck_found *x)
{
	if (x->known)
		f->n->known++;
	else
		f->n->found++;
	f->o->tell(f->o->ctx, x);
}

void fsck_fault(struct fsck *f, const struct fsck_found *x)
{
	struct fsck_suspect *s = &f->suspects[f->nsuspects];

	if (f->look == FSCK_AGAIN)
		f->now.still = true;
	if (f->look == FSCK_FIRST && f->nsuspects < FSCK_SUSPECTS) {
		if (f->nsuspects > 0 && same(s - 1, &f->now))
			return;
		*s = f->now;
		s->folder = arena_str(&f->kept, f->now.folder);
		s->name = arena_str(&f->kept, f->now.name);
		f->nsuspects++;
	} else if (f->look != FSCK_AGAIN) {
		fsck_tell(f, x);
	}
}

static int look_again(struct fsck *f, const struct fsck_suspect *s, struct err *e)
{
	struct walk_row r;
	int rc = 0;

	arena_reset(&f->a);
	f->now = *s;
	f->now.still = false;
	if (s->id == 0)
		return fsck_names_one(f, s->folder.p, s->name.p, e);
	rc = ledger_walk_find(&f->v->ledger, s->kind, s->id, &f->a, &r, e);
	return rc == 1 ? fsck_rows_one(f, &r, e) : rc;
}

/* Those that fit by now are suspects no more. */
static int drop_moved(struct fsck *f, struct err *e)
{
	size_t n = 0;

	f->look = FSCK_AGAIN;
	for (size_t i = 0; i < f->nsuspects; i++) {
		const struct fsck_suspect s = f->suspects[i];
		if (look_again(f, &s, e) == -1)
			return -1;
		if (f->now.still)
			f->suspects[n++] = s;
	}
	f->nsuspects = n;
	return 0;
}

/* Is a run going on that moves files? One that was cut looks the same, and costs two seconds. */
static int run_goes_on(struct fsck *f, struct err *e)
{
	struct run_row newest;
	const int rc = ledger_runs_newest(&f->v->ledger, INT64_MAX, &f->a, &newest, e);

	return rc == 1 ? newest.ended == 0 : rc;
}

/* A run writes down what it is about to move, then moves it: in between nothing fits. */
static int tell_suspects(struct fsck *f, struct err *e)
{
	int rc = 1;

	for (int i = 0; i < (f->at_run_end ? 1 : LOOKS) && f->nsuspects > 0 && rc == 1; i++) {
		rc = run_goes_on(f, e);
		if (rc == 1) {
			clock_sleep_ms(PAUSE_MS);
			rc = drop_moved(f, e) == -1 ? -1 : 1;
		}
	}
	f->look = FSCK_TELL;
	for (size_t i = 0; i < f->nsuspects && rc != -1; i++)
		rc = look_again(f, &f->suspects[i], e);
	return rc == -1 ? -1 : 0;
}

/* Whole enough to be walked, of this machine, and not one of yesterday? */
static int check_whole(struct fsck *f, struct err *e)
{
	struct err why;

	if (db_quick_check(f->v->ledger.db, e) == -1)
		return e->code == ERR_CORRUPT ? err_reason(e, "LEDGER-DAMAGED") : -1;
	if (host_check(&f->v->ledger, f->v->config->instance, &why) == -1) {
		const struct fsck_found x = {.code = "HOST-CHANGED",
			.subject = STR(""),
			.place = STR("ledger.db"),
			.found = str_c(why.text),
			.expected = STR("the machine that it worked on"),
			.command = STR(
				"work on that machine; or: gridspool fsck --adopt --reason TEXT")};
		if (!why.reason[0]) {
			*e = why;
			return -1;
		}
		fsck_tell(f, &x);
	}
	if (ledger_older(&f->v->ledger, &why) == -1) {
		const struct fsck_found x = {.code = "LEDGER-OLDER",
			.subject = STR(""),
			.place = STR("ledger.db"),
			.found = str_c(why.text),
			.expected = STR("the ledger that wrote audit.log"),
			.command = STR(
				"put the newer ledger.db back; or: gridspool fsck --reconcile "
				"--reason TEXT")};
		fsck_tell(f, &x);
	}
	return 0;
}

static int begin(struct fsck *f, struct err *e)
{
	struct stat top;

	if (fstat(f->v->dir, &top) == -1)
		return err_errno(e, ERR_IO, "%s", f->v->path);
	f->owner = top.st_uid;
	memset(f->n, 0, sizeof(*f->n));
	arena_init(&f->a);
	arena_init(&f->kept);
	f->suspects = arena_array(&f->kept, FSCK_SUSPECTS + 1, sizeof(*f->suspects));
	return 0;
}

static void end(struct fsck *f)
{
	arena_done(&f->kept);
	arena_done(&f->a);
}

int fsck_spool(struct env *v, const struct fsck_options *o, struct err *e)
{
	struct fsck_counts n;
	struct fsck f = {.v = v, .o = o, .n = &n, .at_run_end = true};
	int rc = begin(&f, e);

	if (rc == -1)
		return -1;
	rc = fsck_names_all(&f, e);
	if (rc == 0)
		rc = tell_suspects(&f, e);
	end(&f);
	return rc;
}

int fsck_run(struct env *v, const struct fsck_options *o, struct fsck_counts *n, struct err *e)
{
	struct fsck f = {.v = v, .o = o, .n = n};
	int rc = begin(&f, e);

	if (rc == -1)
		return -1;
	rc = check_whole(&f, e);
	if (rc == 0)
		rc = fsck_rows_all(&f, e);
	if (rc == 0)
		rc = fsck_names_all(&f, e);
	if (rc == 0)
		rc = fsck_bundles_all(&f, e);
	if (rc == 0)
		rc = tell_suspects(&f, e);
	if (rc == 0 && o->level >= 3)
		rc = fsck_ledger_all(&f, e);
	if (o->progress)
		(void)fprintf(stderr, "\r%70s\r", "");
	end(&f);
	return rc;
}
