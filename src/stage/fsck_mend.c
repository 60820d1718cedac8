/* What fsck mends when it is told to; see fsck_mend.h. */
#include "stage/fsck_mend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "stage/fsck_parts.h"
#include "stage/host.h"
#include "stage/spool.h"
#include "store/ledger_audit.h"
#include "store/ledger_interchange.h"
#include "store/ledger_operator.h"

enum { SAME_NAME = 1000, MOVED_SHOWN = 3 };

/* said="...", as events have it. */
static struct str said_of(const struct verbs_request *r, struct arena *a)
{
	char plain[VERBS_SAID];
	char said[VERBS_SAID];

	verbs_said(r->reason, plain, said);
	return arena_str(a, str_c(said));
}

/* --- files that nobody knows --- */

struct repair {
	const struct verbs_request *r;
	struct verbs_done *out;
	struct str said;
	struct buf names; /* of the first that are moved */
};

static void tell_nobody(void *ctx, const struct fsck_found *x)
{
	(void)ctx;
	(void)x;
}

static int record_move(struct fsck *f, const char *from, struct err *e)
{
	const struct repair *p = f->ctx;
	struct buf shown;
	int rc = 0;

	buf_init(&shown, 4000);
	utf8_quote(&shown, str_c(from), 300);
	rc = ledger_event_now(&f->v->ledger, "unknown-file", "environment", e,
		"from=\"%s\" to=" FSCK_UNKNOWN " " STR_FMT, buf_cstr(&shown), STR_ARG(p->said));
	buf_done(&shown);
	return rc;
}

/* NAME, or NAME.2 and so on: never over another. */
static int move_away(struct fsck *f, const char *folder, const char *name, struct err *e)
{
	const int to = env_folder(f->v, FSCK_UNKNOWN, e);
	const int from = to == -1 ? -1 : fsx_subdir(f->v->dir, folder, e);
	int rc = from == -1 ? -1 : fsx_move(from, name, to, name, e);

	for (int i = 2; rc == -1 && from != -1 && e->code == ERR_EXISTS && i < SAME_NAME; i++)
		rc = fsx_move(from, name, to, arena_printf(&f->a, "%s.%d", name, i).p, e);
	fsx_close(from);
	fsx_close(to);
	return rc;
}

static int one_unknown(struct fsck *f, const char *folder, const char *name, struct err *e)
{
	struct repair *p = f->ctx;
	const char *place = arena_printf(&f->a, "%s/%s", folder, name).p;

	if (p->out->count++ < MOVED_SHOWN) {
		buf_c(&p->names, p->out->count > 1 ? ", " : "");
		utf8_quote(&p->names, str_c(place), 120);
	} else if (p->out->count == MOVED_SHOWN + 1) {
		buf_c(&p->names, ", ...");
	}
	if (p->r->dry_run)
		return 0;
	if (record_move(f, place, e) == -1)
		return -1;
	return move_away(f, folder, name, e);
}

/* --- what the archive has lost --- */

struct lost {
	struct str subject, place;
	struct lost *next;
};

struct losses {
	struct arena a;
	struct lost *first;
	int64_t n;
	bool no_archive;
};

static void one_loss(void *ctx, const struct fsck_found *x)
{
	struct losses *p = ctx;
	struct lost *one = NULL;

	if (!fsck_is_loss(x->code) || x->known)
		return;
	if (str_is(x->place, "archive"))
		p->no_archive = true;
	if (x->subject.n == 0 || !str_starts(x->place, STR("archive/")))
		return;
	one = ARENA_NEW(&p->a, struct lost);
	*one = (struct lost){arena_str(&p->a, x->subject), arena_str(&p->a, x->place), p->first};
	p->first = one;
	p->n++;
}

static int accept_losses(struct env *v, const struct losses *p, struct str said, struct err *e)
{
	struct ledger *l = &v->ledger;

	if (ledger_begin(l, e) == -1)
		return -1;
	for (const struct lost *x = p->first; x; x = x->next)
		if (ledger_walk_accept(l, x->subject, x->place, e) == -1 ||
			ledger_event(l, "loss-accepted", x->subject.p, e,
				"place=" STR_FMT " " STR_FMT, STR_ARG(x->place),
				STR_ARG(said)) == -1) {
			ledger_rollback(l);
			return -1;
		}
	return ledger_commit(l, e);
}

/* *n: those that are lost, or would be accepted as such. */
static int repair_losses(struct env *v, bool dry_run, struct str said, int64_t *n, struct err *e)
{
	struct losses p = {.first = NULL};
	const struct fsck_options o = {.level = 2, .tell = one_loss, .ctx = &p};
	struct fsck_counts counts;
	int rc = -1;

	arena_init(&p.a);
	rc = fsck_run(v, &o, &counts, e);
	if (rc == 0 && p.no_archive)
		rc = err_set(e, ERR_STALE,
			"archive/ is not there: mount it; nothing was mended, and what lies in it is not "
			"accepted as lost");
	else if (rc == 0 && !dry_run && p.n > 0)
		rc = accept_losses(v, &p, said, e);
	*n = p.n;
	arena_done(&p.a);
	return rc;
}

static void say_repaired(const struct repair *p, int64_t lost, char *out, size_t size)
{
	const int64_t moved = p->out->count;

	if (moved == 0 && lost == 0)
		(void)snprintf(
			out, size, "nothing that it mends: gridspool fsck says what there is");
	else
		(void)snprintf(out, size,
			"moved into " FSCK_UNKNOWN "/: %" PRId64
			" files that the ledger does not know%s" STR_FMT
			"; accepted as lost from archive/: %" PRId64,
			moved, moved > 0 ? ": " : "", STR_ARG(buf_view(&p->names)), lost);
}

int fsck_mend_repair(
	struct env *v, const struct verbs_request *r, struct verbs_done *out, struct err *e)
{
	const struct fsck_options o = {.level = 1, .tell = tell_nobody};
	struct fsck_counts n = {0};
	struct repair p = {.r = r, .out = out};
	struct fsck f = {.v = v, .o = &o, .n = &n, .unknown = one_unknown, .ctx = &p};
	struct arena a;
	int64_t lost = 0;
	int rc = -1;

	arena_init(&a);
	arena_init(&f.a);
	buf_init(&p.names, 4000);
	p.said = said_of(r, &a);
	/* First what may refuse it as a whole. */
	rc = repair_losses(v, r->dry_run, p.said, &lost, e);
	if (rc == 0)
		rc = fsck_names_all(&f, e);
	say_repaired(&p, lost, out->said, sizeof(out->said));
	buf_done(&p.names);
	out->count += lost;
	arena_done(&f.a);
	arena_done(&a);
	return rc;
}

/* --- an older ledger --- */

struct restored {
	struct env *v;
	int64_t numbers;		 /* draws that the ledger did not know */
	int64_t sent;			 /* of interchanges */
	int64_t last[LEDGER_WALK_KINDS]; /* the highest id that it did not know */
};

/* "interchange 000012" */
static void keep_id(struct restored *p, struct str subject)
{
	struct str kind;
	int64_t id = 0;

	if (!str_word(&subject, &kind) || !str_to_i64(str_trim(subject), &id))
		return;
	for (int k = 0; k < LEDGER_WALK_KINDS; k++)
		if (str_is(kind, ledger_walk_name((enum ledger_walk_kind)k)) && id > p->last[k])
			p->last[k] = id;
}

/* Names and places are made of ids: none that was given since is given again. */
static int skip_ids(struct restored *p, struct err *e)
{
	static int (*const skips[LEDGER_WALK_KINDS])(
		struct ledger * l, int64_t id, struct err * e) = {
		[LEDGER_WALK_INPUT] = ledger_operator_skip_inputs,
		[LEDGER_WALK_INTERCHANGE] = ledger_operator_skip_interchanges,
		[LEDGER_WALK_RECEIVED] = ledger_operator_skip_received,
	};

	for (int k = 0; k < LEDGER_WALK_KINDS; k++) {
		struct walk_row row;
		const int64_t id = p->last[k] + 1;
		int rc = 0;
		if (p->last[k] == 0)
			continue;
		rc = ledger_walk_find(
			&p->v->ledger, (enum ledger_walk_kind)k, id, &p->v->arena, &row, e);
		if (rc == -1 || (rc == 0 && skips[k](&p->v->ledger, id, e) == -1))
			return -1;
	}
	return 0;
}

/* A number that was drawn, or passed over by control set, since is not drawn again. */
static int keep_number(struct restored *p, const struct ledger_line *x, struct err *e)
{
	struct str scope = {"", 0};
	int64_t next = 0;

	if (!ledger_walk_number(x->what, x->subject, x->detail, &scope, &next))
		return 0;
	p->numbers++;
	return ledger_run(&p->v->ledger, e,
		"INSERT INTO number(scope, next) VALUES(?1, ?2) ON CONFLICT(scope) DO UPDATE SET next = "
		"excluded.next WHERE excluded.next > number.next",
		"si", scope, next);
}

static int one_lacking(void *ctx, const struct ledger_line *x, struct err *e)
{
	struct restored *p = ctx;

	keep_id(p, x->subject);
	if (str_is(x->what, "sent") || str_is(x->what, "found"))
		p->sent++;
	return keep_number(p, x, e);
}

static int doubt(struct restored *p, struct interchange_rows *rows, struct str said, struct err *e)
{
	static const char note[] =
		"the ledger was put back from a backup: it may have been sent since";
	struct ledger *l = &p->v->ledger;

	for (size_t i = 0; i < rows->n; i++) {
		char subject[40];
		(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, rows->row[i].id);
		if (ledger_interchange_state(l, rows->row[i].id, "queued|sending", "in-doubt",
			    "hold", "IN-DOUBT", note, e) == -1 ||
			ledger_event(l, "in-doubt", subject, e, "reason=IN-DOUBT %s " STR_FMT, note,
				STR_ARG(said)) == -1)
			return -1;
	}
	return 0;
}

static int mark_agreements(struct env *v, struct err *e)
{
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next)
		if (ledger_run(&v->ledger, e,
			    "INSERT INTO meta(key, value) VALUES('" SPOOL_RESTORED
			    "' || ?1, ?2) ON "
			    "CONFLICT(key) DO UPDATE SET value = excluded.value",
			    "si", g->name, clock_now(&v->clock)) == -1)
			return -1;
	return 0;
}

static int reconcile(
	struct restored *p, struct interchange_rows *rows, struct str said, struct err *e)
{
	struct ledger *l = &p->v->ledger;

	if (ledger_audit_lacks(l, one_lacking, p, e) == -1 ||
		ledger_interchange_by_state(l, "queued|sending", &p->v->arena, rows, e) == -1 ||
		skip_ids(p, e) == -1 || doubt(p, rows, said, e) == -1 ||
		mark_agreements(p->v, e) == -1)
		return -1;
	return ledger_event(l, "reconciled", "ledger.db", e,
		"from=%" PRId64 " to=%" PRId64 " numbers=%" PRId64 " in-doubt=%zu " STR_FMT,
		l->older, l->ahead, p->numbers, rows->n, STR_ARG(said));
}

/* The files, and the log, follow what is committed; cut here, the next run brings both in order. */
static int follow(struct env *v, const struct interchange_rows *rows, struct err *e)
{
	char aside[60];
	int64_t bad = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (spool_follow(v, rows->row[i].id, e) == -1)
			return -1;
	(void)snprintf(aside, sizeof(aside), "audit-before-%" PRId64 ".log", v->started);
	return ledger_audit_mend(&v->ledger, v->dir, aside, &bad, e);
}

int fsck_mend_reconcile(
	struct env *v, const struct verbs_request *r, struct verbs_done *out, struct err *e)
{
	struct restored p = {.v = v};
	struct interchange_rows rows = {0};
	const struct str said = said_of(r, &v->arena);
	int rc = -1;

	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	rc = reconcile(&p, &rows, said, e);
	if (rc == -1 || r->dry_run)
		ledger_rollback(&v->ledger);
	else
		rc = ledger_commit(&v->ledger, e);
	if (rc == -1)
		return -1;
	out->count = (int64_t)rows.n;
	(void)snprintf(out->said, sizeof(out->said),
		"%zu interchanges in doubt (gridspool status names them), %" PRId64
		" control numbers kept from being drawn again, %" PRId64
		" interchanges were sent that the ledger does not know; what is made from now on is held "
		"until one of its agreement is released",
		rows.n, p.numbers, p.sent);
	return r->dry_run ? 0 : follow(v, &rows, e);
}

/* --- another machine --- */

int fsck_mend_adopt(
	struct env *v, const struct verbs_request *r, struct verbs_done *out, struct err *e)
{
	struct ledger *l = &v->ledger;
	char was[HOST_NAMED] = "";
	int rc = -1;

	if (ledger_begin(l, e) == -1)
		return -1;
	rc = host_adopt(v, was, e);
	if (rc == 0)
		rc = ledger_event(l, "adopted", "environment", e, "was=\"%s\" " STR_FMT, was,
			STR_ARG(said_of(r, &v->arena)));
	if (rc == -1 || r->dry_run)
		ledger_rollback(l);
	else
		rc = ledger_commit(l, e);
	out->count = rc == 0;
	(void)snprintf(out->said, sizeof(out->said),
		"the environment works on this machine from now on, it was %.100s",
		strchr(was, ' ') ? strchr(was, ' ') + 1 : was);
	return rc;
}
