/* One run; see run.h. */
#include "stage/run.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/alarms.h"
#include "stage/bundle.h"
#include "stage/bundle_diff.h"
#include "stage/collect.h"
#include "stage/convert.h"
#include "stage/fit.h"
#include "stage/host.h"
#include "stage/inbox.h"
#include "stage/ingest.h"
#include "stage/proc.h"
#include "stage/purge.h"
#include "stage/receive.h"
#include "stage/report.h"
#include "stage/schedule.h"
#include "stage/spool.h"
#include "stage/strays.h"
#include "stage/tidy.h"
#include "stage/transfer.h"
#include "stage/wall.h"
#include "store/ledger_audit.h"

enum { ROUNDS_MAX = 1000, TMP_SECONDS = 36 * 3600 /* no command takes as long */ };

static const char *const stage_names[RUN_STAGES] = {
	"receive", "ingest", "collect", "convert", "transfer", "report", "purge"};

const char *run_stage_name(enum run_stage s)
{
	return s < RUN_STAGES ? stage_names[s] : NULL;
}

/* --- start --- */

static int open_log(struct env *v, struct err *e)
{
	const struct date d = date_from_unix(v->started);
	char name[60];
	const int dir = env_folder(v, "log", e);

	if (dir == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "gridspool-%04d%02u%02u.log", d.year, d.month, d.day);
	v->log.fd = openat(dir, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	fsx_close(dir);
	v->log.echo = true; /* a log that cannot be opened stops nothing: standard error has it */
	return 0;
}

/* A run is called by its minute; a second one in that minute gets a number. */
static int name_run(struct env *v, struct err *e)
{
	const struct date d = date_from_unix(v->started);
	char stamp[24];
	int64_t n = 0;

	(void)snprintf(stamp, sizeof(stamp), "%04d%02u%02uT%02u%02uZ", d.year, d.month, d.day,
		d.hour, d.minute);
	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM run WHERE id = ?1 OR (id >= ?1 || '-' AND id < ?1 || '.')",
		    "c", stamp) != 1)
		return -1;
	if (n == 0)
		(void)snprintf(v->run, sizeof(v->run), "%s", stamp);
	else
		(void)snprintf(v->run, sizeof(v->run), "%s-%" PRId64, stamp, n + 1);
	(void)snprintf(v->ledger.run, sizeof(v->ledger.run), "%s", v->run);
	(void)snprintf(v->log.run, sizeof(v->log.run), "%s", v->run);
	return 0;
}

static int commit_start(struct env *v, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[60];

	(void)snprintf(subject, sizeof(subject), "run %s", v->run);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_audit_mark(l, e) == -1 ||
		ledger_run(l, e, "INSERT INTO run(id, started, bundle, pid) VALUES(?1, ?2, ?3, ?4)",
			"cici", v->run, v->started, v->bundle, (int64_t)getpid()) == -1 ||
		ledger_event(l, "run-started", subject, e, "bundle=%s", v->bundle) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int commit_end(struct env *v, int status, const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[60];

	if (wall_end(v, e) == -1)
		return -1;
	(void)snprintf(subject, sizeof(subject), "run %s", v->run);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_audit_mark(l, e) == -1 ||
		ledger_run(l, e, "UPDATE run SET ended = ?2, status = ?3, note = ?4 WHERE id = ?1",
			"ciic", v->run, clock_now(&v->clock), (int64_t)status, note) == -1 ||
		ledger_event(l, "run-ended", subject, e, "status=%d news=%" PRIu64 " %s", status,
			v->news, note) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* What is wrong with the chain of events; "": nothing. */
static int tell_chain(struct env *v, const char *wrong, struct err *e)
{
	struct alarms told;

	alarms_init(&told, v, "AUDIT-BROKEN", "audit-broken");
	told.again = ALARMS_WARN;
	if (wrong[0])
		alarms_add(&told, STR("ledger.db"), "%s", wrong);
	return alarms_commit(&told, e);
}

/* What is wrong with audit.log is news, and an event. */
static int note_log(struct env *v, const char *detail, const char *what, struct err *e)
{
	env_log(v, LOG_ERROR, "audit-changed", "audit.log", "AUDIT-CHANGED: %s", what);
	v->news++;
	return ledger_event_now(&v->ledger, "audit-changed", "audit.log", e, "%s", detail);
}

/* Does audit.log say what the ledger says? The ledger is the truth, so the copy is written anew. */
static int check_log(struct env *v, struct err *e)
{
	const int64_t lost = v->ledger.audit_lost;
	char aside[60];
	char detail[100];
	char what[300];
	int64_t bad = 0;

	(void)snprintf(aside, sizeof(aside), "audit-%.40s.log", v->run);
	if (ledger_audit_mend(&v->ledger, v->dir, aside, &bad, e) == -1) {
		if (env_stops(e) && e->code != ERR_BUSY)
			return -1;
		env_log(v, LOG_WARN, "audit-log", "audit.log", "AUDIT-LOG: %s", e->text);
		v->news++;
	}
	if (bad > 0) {
		(void)snprintf(detail, sizeof(detail), "from=%" PRId64 " aside=log/%s", bad, aside);
		(void)snprintf(what, sizeof(what),
			"from event %" PRId64
			" on it was not what the ledger says; it is log/%s now, and was written anew: compare "
			"the two",
			bad, aside);
	} else if (lost > 0) {
		(void)snprintf(detail, sizeof(detail), "lost=%" PRId64, lost);
		(void)snprintf(what, sizeof(what),
			"event %" PRId64
			" was in it and was no more: it was emptied or cut; what was missing is written again",
			lost);
	}
	return bad > 0 || lost > 0 ? note_log(v, detail, what, e) : 0;
}

/* Has somebody changed what happened? Neither stops anything, and neither is silent. The log of a chain
 * that is broken stays as it is: it may be the one that has what was written. */
static int check_audit(struct env *v, struct err *e)
{
	struct err wrong;
	int64_t n = 0;

	err_clear(&wrong);
	if (ledger_verify(&v->ledger, &n, &wrong) == -1 && !wrong.reason[0]) {
		*e = wrong;
		return -1;
	}
	if (tell_chain(v, wrong.text, e) == -1)
		return -1;
	return wrong.text[0] ? 0 : check_log(v, e);
}

/* Events that are committed and could not be told to audit.log. */
static void tell_log(struct env *v)
{
	if (v->ledger.audit.code == ERR_NONE)
		return;
	env_log(v, LOG_WARN, "audit-log", "audit.log",
		"AUDIT-LOG: %s; the ledger has all: make it a plain file that gridspool may write, or move it "
		"away, and the next run writes what is missing",
		v->ledger.audit.text);
	v->news++;
}

/* Files that never got their final name go, in the folder and in so many levels below. Commands have
 * no lock and may be writing there now: theirs stay. */
static int clean_below(int dir, int levels, int64_t old, struct err *e)
{
	struct fsx_list list = {0};
	int rc = fsx_tree_clean(dir, old, e);

	if (rc == 0 && levels > 0)
		rc = fsx_list(dir, &list, e);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct stat st;
		int sub = -1;
		if (list.names[i][0] == '.' || fsx_stat(dir, list.names[i], &st, e) != 1 ||
			!S_ISDIR(st.st_mode))
			continue;
		sub = fsx_subdir(dir, list.names[i], e);
		rc = sub == -1 ? -1 : clean_below(sub, levels - 1, old, e);
		fsx_close(sub);
	}
	fsx_list_done(&list);
	return rc;
}

/* What fit_run does not look at: something in the way, or a disk that fails. */
static int not_clean(const struct env *v, const char *folder, struct err *e)
{
	const struct err why = *e;

	if (why.code != ERR_IO)
		return err_wrap(e, "clean %s", folder);
	(void)err_set(e, ERR_IO,
		"%s/%s, whose leftovers of cut runs are removed first: %s; look whose it is and at the "
		"disk: ls -laR %s/%s",
		v->path, folder, why.text, v->path, folder);
	return err_reason(e, "UNREADABLE");
}

static int clean(struct env *v, struct err *e)
{
	static const struct {
		const char *name;
		int levels;
	} all[] = {{"work", 0}, {"outbox", 1}, {"sent", 1}, {"received", 1}, {"current", 1},
		{"hold", 0}, {"quarantine", 0}, {"feedback", 0},
		{"archive", 3 /* year, month, day */}, {".", 0}, {"partners", 0},
		{"bundle", 1} /* of an init that was cut */};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const int dir = fsx_subdir(v->dir, all[i].name, e);
		const int rc = dir == -1
			? -1
			: clean_below(dir, all[i].levels, v->started - TMP_SECONDS, e);
		fsx_close(dir);
		if (dir == -1 && e->code == ERR_ABSENT) {
			(void)err_set(e, ERR_CONFIG,
				"the folder %s/%s is not there: mount it or restore it from a backup; if it "
				"was empty, mkdir -m 750 %s/%s; nothing was started",
				v->path, all[i].name, v->path, all[i].name);
			return err_reason(e, "LOST-FILE");
		}
		if (rc == -1)
			return not_clean(v, all[i].name, e);
	}
	return 0;
}

/* Too little space: nothing new is taken in; what waits stays safely with the exporters. */
static bool space_left(struct env *v)
{
	struct err low;

	if (fit_disk(v->dir, v->path, v->config->min_free, &low) == 0 || !low.reason[0])
		return true;
	env_log(v, LOG_ERROR, "disk-full", "environment", "%s: %s", low.reason, low.text);
	v->news++;
	return false;
}

/* --- the stages --- */

struct round {
	int64_t worked; /* things done in this round; none ends the run */
	bool failed;
	struct err why;
};

static bool time_left(const struct env *v)
{
	return !proc_told_to_stop() && (v->ends_ms == 0 || clock_ms(&v->clock) < v->ends_ms);
}

static int collect_stage(struct env *v, int64_t *worked, struct err *e)
{
	*worked = 0;
	return collect_run(v, e);
}

static int report_stage(struct env *v, int64_t *worked, struct err *e)
{
	*worked = 0;
	return report_run(v, e);
}

/* One stage. A fault that is not the ledger's or the disk's stops this stage only: what the others
 * have to do does not depend on it. The first such fault is the run's result. */
static int one_stage(struct env *v, enum run_stage stage, struct round *r, struct err *e)
{
	static int (*const works[RUN_STAGES])(struct env * v, int64_t * worked, struct err * e) = {
		[RUN_RECEIVE] = receive_run,
		[RUN_INGEST] = ingest_run,
		[RUN_COLLECT] = collect_stage,
		[RUN_CONVERT] = convert_run,
		[RUN_TRANSFER] = transfer_run,
		[RUN_REPORT] = report_stage,
		[RUN_PURGE] = purge_run,
	};
	int64_t worked = 0;
	const int rc = works[stage](v, &worked, e);

	r->worked += worked;
	if (rc == 0 || env_stops(e))
		return rc;
	env_log(v, LOG_ERROR, "stage-failed", run_stage_name(stage), "%s; the other stages go on",
		e->text);
	v->news++;
	if (!r->failed)
		r->why = *e;
	r->failed = true;
	return 0;
}

static int one_round(
	struct env *v, const struct run_options *o, bool first, struct round *r, struct err *e)
{
	const bool space = space_left(v);

	r->worked = 0;
	for (int i = 0; i < RUN_REPORT; i++) {
		const enum run_stage stage = (enum run_stage)i;
		if (!o->stages[stage] || (stage == RUN_COLLECT && !first) ||
			(!space && stage != RUN_INGEST && stage != RUN_TRANSFER) ||
			((stage == RUN_CONVERT || stage == RUN_TRANSFER) && !time_left(v)))
			continue;
		if (one_stage(v, stage, r, e) == -1)
			return -1;
	}
	return 0;
}

static int all_rounds(struct env *v, const struct run_options *o, struct err *e)
{
	struct round r = {.failed = false};

	if (spool_settle_all(v, e) == -1 || tidy_run(v, e) == -1)
		return -1;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (one_round(v, o, i == 0, &r, e) == -1)
			return -1;
		if (r.worked == 0 || r.failed || !time_left(v))
			break;
	}
	if (!r.failed && !proc_told_to_stop() && strays_run(v, e) == -1)
		return -1;
	for (int i = RUN_REPORT; i < RUN_STAGES; i++) {
		if (o->stages[i] && one_stage(v, (enum run_stage)i, &r, e) == -1)
			return -1;
	}
	if (proc_told_to_stop())
		return err_set(e, ERR_STOP,
			"told to stop by a signal; what was not done waits for the next run");
	if (r.failed)
		*e = r.why;
	return r.failed ? -1 : 0;
}

static int prepare(struct env *v, const struct run_options *o, struct err *e)
{
	if (env_lock_run(v, e) == -1 || open_log(v, e) == -1 || host_look(v, e) == -1 ||
		env_migrate(v, e) == -1 || env_open_ledger(v, "run", e) == -1 ||
		name_run(v, e) == -1 || host_start(v, e) == -1 ||
		(o->stages[RUN_COLLECT] && check_audit(v, e) == -1) || clean(v, e) == -1 ||
		bundle_keep(v, e) == -1 || bundle_diff_tell(v, e) == -1)
		return -1;
	for (const struct config_source *s = v->config->sources; s; s = s->next) {
		if (inbox_prepare(v, s->name, e) == -1)
			return -1;
	}
	if (wall_check(v, e) == -1 || schedule_begin(v, e) == -1)
		return -1;
	return commit_start(v, e);
}

static void print_faults(const struct faults *f)
{
	for (const struct fault *x = f->first; x; x = x->next) {
		if (x->line > 0)
			(void)fprintf(stderr, "%s:%u:%u: %s%s\n", x->file, x->line, x->column,
				x->warning ? "warning: " : "", x->text);
		else
			(void)fprintf(stderr, "%s: %s%s\n", x->file, x->warning ? "warning: " : "",
				x->text);
	}
}

/* Is the folder fit for a run? Warnings are for gridspool check to tell. */
static int check_fit(const struct env *v, struct arena *a, struct err *e)
{
	struct faults f;

	faults_init(&f, a);
	if (fit_run(v->dir, v->path, &f, e) == 0)
		return 0;
	for (const struct fault *x = f.first; x; x = x->next)
		if (!x->warning)
			(void)fprintf(stderr, "%s: %s\n", x->file, x->text);
	return -1;
}

int run_all(const char *path, const struct clock *clock, const struct run_options *o, int *status,
	struct err *e)
{
	struct arena a;
	struct faults f;
	struct env v;
	struct err end;
	int rc = -1;

	arena_init(&a);
	faults_init(&f, &a);
	proc_catch_signals();
	if (env_open(&v, path, clock, true, &f, e) == -1) {
		print_faults(&f);
		if (f.n > 0)
			(void)err_set(e, ERR_CONFIG,
				"%zu fault%s, listed above: nothing was started", f.n,
				f.n == 1 ? "" : "s");
		arena_done(&a);
		return -1;
	}
	if (check_fit(&v, &a, e) == -1) {
		env_close(&v);
		arena_done(&a);
		return -1;
	}
	v.progress = o->progress;
	if (v.config->run_seconds > 0)
		v.ends_ms = v.started_ms + (int64_t)v.config->run_seconds * 1000;
	rc = prepare(&v, o, e);
	if (rc == 0) {
		rc = all_rounds(&v, o, e);
		tell_log(&v);
		*status = v.news > 0 ? 1 : 0;
		if (rc == -1)
			env_log(&v, LOG_ERROR, "stopped", "run", "%s", e->text);
		if (commit_end(&v, rc == -1 ? err_exit(e) : *status, rc == -1 ? e->text : "",
			    &end) == -1 &&
			rc == 0) {
			*e = end;
			rc = -1;
		}
	}
	env_close(&v);
	arena_done(&a);
	return rc;
}
