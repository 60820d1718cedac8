/*
 * Convert, the supervisor's side; see convert.h. Every outcome of a worker ends in one transaction:
 * done with its interchange, failed with its input put away, or an attempt counted.
 */
#include "stage/convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "secure/hash.h"
#include "stage/collect.h"
#include "stage/convert_answer.h"
#include "stage/convert_due.h"
#include "stage/convert_worker.h"
#include "stage/frame.h"
#include "stage/inputs.h"
#include "stage/lines.h"
#include "stage/proc.h"
#include "store/ledger_interchange.h"
#include "store/ledger_item.h"
#include "store/ledger_unit.h"

enum { JOBS_MAX = 32, NUMBERS = 2 /* ISA13 and GS06 */ };

struct job {
	struct unit_row unit;
	struct interchange_row interchange;
	struct convert_job work;
	struct fsx_tmp out, lineage, aside, result, known;
	int outbox, quarantine, workdir;
	int64_t requests; /* control numbers asked for */
	bool answered;	  /* DONE or FAIL has come */
	bool done;
	bool interrupted; /* no attempt counted: not tried again before something else moves */
	struct convert_done told; /* of DONE */
	struct err fault;	  /* of FAIL */
};

static void unit_subject(const struct job *j, char out[40])
{
	(void)snprintf(out, 40, "unit %" PRId64, j->unit.id);
}

static void interchange_subject(const struct job *j, char out[40])
{
	(void)snprintf(out, 40, "interchange %06" PRId64, j->interchange.id);
}

static void job_close(struct job *j)
{
	inputs_close(&j->work.in);
	fsx_tmp_drop(&j->out);
	fsx_tmp_drop(&j->lineage);
	fsx_tmp_drop(&j->aside);
	fsx_tmp_drop(&j->result);
	fsx_tmp_drop(&j->known);
	fsx_close(j->outbox);
	fsx_close(j->quarantine);
	fsx_close(j->workdir);
	j->outbox = j->quarantine = j->workdir = -1;
}

/* --- C1: intent --- */

static void stamp_of(int64_t at, char out[32])
{
	const struct date d = date_from_unix(at);

	(void)snprintf(out, 32, "%04d%02u%02uT%02u%02uZ", d.year, d.month, d.day, d.hour, d.minute);
}

static int commit_intent(struct env *v, struct job *j, struct arena *a, struct err *e)
{
	struct ledger *l = &v->ledger;
	const struct config_agreement *g = j->work.route->agreement;
	char stamp[32];
	char subject[40];
	int64_t id = j->unit.interchange;

	stamp_of(j->unit.fixed_at, stamp);
	unit_subject(j, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (id == 0 &&
		ledger_interchange_add(l, j->unit.id, g->name, g->partner->name, g->message,
			str_c(stamp), &id, e) == -1)
		goto fail;
	if (ledger_unit_start(l, j->unit.id, j->unit.fence, id, v->bundle, e) == -1 ||
		ledger_item_offer(l, g->name, j->unit.id, e) == -1 ||
		ledger_event(l, "converting", subject, e,
			"agreement=" STR_FMT " interchange=%06" PRId64 " attempt=%" PRId64,
			STR_ARG(g->name), id, j->unit.attempts + 1) == -1)
		goto fail;
	if (ledger_commit(l, e) == -1)
		return -1;
	j->unit.fence++;
	j->unit.attempts++;
	j->unit.interchange = id;
	return ledger_interchange_find(l, id, a, &j->interchange, e) == 1 ? 0 : -1;
fail:
	ledger_rollback(l);
	return -1;
}

/* --- the extract of the catalog state --- */

struct extract {
	int fd;
	struct buf buf;
	struct err *e;
	bool failed;
};

static int extract_one(void *ctx, struct str key, struct str state, struct str hash)
{
	struct extract *x = ctx;

	lines_field(&x->buf, key);
	buf_ch(&x->buf, '\t');
	buf_str(&x->buf, state);
	buf_ch(&x->buf, '\t');
	buf_str(&x->buf, hash);
	buf_ch(&x->buf, '\n');
	if (x->buf.n > (1 << 16)) {
		x->failed = fsx_write_all(x->fd, x->buf.p, x->buf.n, x->e) == -1;
		buf_clear(&x->buf);
	}
	return x->failed;
}

static int write_extract(struct env *v, const struct job *j, struct err *e)
{
	struct extract x = {.fd = j->known.fd, .e = e};
	int rc = -1;

	buf_init(&x.buf, 1 << 20);
	rc = ledger_item_each(&v->ledger, j->unit.agreement, extract_one, &x, e);
	if (rc == 0 && !x.failed && x.buf.n > 0)
		x.failed = fsx_write_all(x.fd, x.buf.p, x.buf.n, e) == -1;
	buf_done(&x.buf);
	return rc == -1 || x.failed ? -1 : 0;
}

static int open_outputs(struct env *v, struct job *j, struct err *e)
{
	j->outbox = env_folder(v, j->interchange.place.p, e);
	j->quarantine = env_folder(v, "quarantine", e);
	j->workdir = env_folder(v, "work", e);
	if (j->outbox == -1 || j->quarantine == -1 || j->workdir == -1 ||
		fsx_tmp_open(j->outbox, &j->out, e) == -1 ||
		fsx_tmp_open(j->outbox, &j->lineage, e) == -1 ||
		fsx_tmp_open(j->quarantine, &j->aside, e) == -1 ||
		fsx_tmp_open(j->workdir, &j->result, e) == -1 ||
		fsx_tmp_open(j->workdir, &j->known, e) == -1)
		return -1;
	return write_extract(v, j, e);
}

static int start_worker(struct env *v, struct job *j, struct proc *p, struct err *e)
{
	struct convert_job *w = &j->work;
	int keep[INPUTS_JOINS + 8];
	size_t n = 0;

	w->env = v;
	w->fixed_at = j->unit.fixed_at;
	(void)snprintf(w->run, sizeof(w->run), STR_FMT, STR_ARG(j->unit.run));
	w->only_due = str_is(j->unit.mode, "due");
	w->out = j->out.fd;
	w->lineage = j->lineage.fd;
	w->aside = j->aside.fd;
	w->result = j->result.fd;
	w->known = j->known.fd;
	keep[n++] = w->out;
	keep[n++] = w->lineage;
	keep[n++] = w->aside;
	keep[n++] = w->result;
	keep[n++] = w->known;
	keep[n++] = w->in.source;
	if (w->in.workflow != -1)
		keep[n++] = w->in.workflow;
	for (size_t i = 0; i < w->in.njoins; i++)
		keep[n++] = w->in.joins[i];
	return proc_start(p, convert_worker_main, w, keep, n, e);
}

/* --- endings --- */

/* The unit ends without an interchange; what it was to make is closed. */
static int end_unit(struct env *v, struct job *j, const char *state, const char *reason,
	const char *note, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];
	int rc = -1;

	unit_subject(j, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_unit_end(l, j->unit.id, j->unit.fence, state, &j->told.counts, reason, note, e);
	if (rc == 0 && j->unit.interchange != 0)
		rc = ledger_interchange_state(
			l, j->unit.interchange, "making", "closed", "", reason, note, e);
	if (rc == 0)
		rc = ledger_event(l, state, subject, e, "agreement=" STR_FMT " reason=%s %s",
			STR_ARG(j->unit.agreement), reason, note);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int uncount(struct env *v, struct job *j, const char *why, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	unit_subject(j, subject);
	j->interrupted = true;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_unit_uncount(l, j->unit.id, e) == -1 ||
		ledger_event(l, "interrupted", subject, e, "%s", why) == -1) {
		ledger_rollback(l);
		return -1;
	}
	env_log(v, LOG_WARN, "interrupted", subject, "%s", why);
	return ledger_commit(l, e);
}

/* The worker died: one attempt; the third puts the unit of work away. */
static int crashed(struct env *v, struct job *j, const struct proc_end *end, struct err *e)
{
	char note[200];
	char subject[40];

	if (!end->crashed && !end->hung && end->status == PROC_EXIT_MEMORY)
		return uncount(v, j, "the worker ran out of memory; no attempt counted", e);
	unit_subject(j, subject);
	if (end->hung)
		(void)snprintf(note, sizeof(note),
			"the converter made no progress for %" PRIu64 " s on attempt %" PRId64
			" of %d and was ended",
			v->config->quiet_seconds, j->unit.attempts, LIMIT_ATTEMPTS);
	else
		(void)snprintf(note, sizeof(note),
			"the converter died (%s %d) on attempt %" PRId64 " of %d",
			end->crashed ? "signal" : "status",
			end->crashed ? end->signal : end->status, j->unit.attempts, LIMIT_ATTEMPTS);
	env_log(v, LOG_ERROR, end->hung ? "hung" : "crashed", subject, "%s", note);
	if (j->unit.attempts < LIMIT_ATTEMPTS)
		return 0;
	v->news++;
	return end_unit(
		v, j, "quarantined", end->hung ? "CONVERTER-HUNG" : "CONVERTER-CRASH", note, e);
}

static int64_t source_input(const struct job *j)
{
	struct str inputs = j->unit.inputs;
	struct str part;
	struct str name;
	int64_t id = 0;

	if (str_split(&inputs, ',', &part) && str_split(&part, '=', &name) && part.p &&
		str_to_i64(part, &id))
		return id;
	return 0;
}

/* The worker found the input, the map or the disk at fault. */
static int failed(struct env *v, struct job *j, struct err *e)
{
	char subject[40];
	const enum err_code code = j->fault.code;
	const char *reason = j->fault.reason[0] ? j->fault.reason : "CONVERSION";

	unit_subject(j, subject);
	env_log(v, LOG_ERROR, "conversion-failed", subject, "%s", j->fault.text);
	v->news++;
	if (code == ERR_IO || code == ERR_FULL || code == ERR_STOP)
		return uncount(v, j, j->fault.text, e);
	if ((code == ERR_INPUT || code == ERR_LIMIT) && strcmp(reason, "REFERENCE-DAMAGED") != 0) {
		reason = "INPUT-DAMAGED";
		if (end_unit(v, j, "failed", reason, j->fault.text, e) == -1)
			return -1;
		return collect_quarantine(v, source_input(j), reason, j->fault.text, e);
	}
	return end_unit(v, j, "failed", reason, j->fault.text, e);
}

/* --- C5: evidence --- */

static int result_line(struct env *v, const struct job *j, struct str line, const char *items_name,
	struct arena *a, struct err *e)
{
	struct ledger *l = &v->ledger;
	struct convert_result r;
	int rc = -1;

	if (convert_answer_result(line, a, &r, e) == -1)
		return -1;
	if (r.kind == 'O')
		rc = ledger_item_out(
			l, j->unit.agreement, r.key, r.hash, j->interchange.id, r.st, e);
	else if (r.kind == 'S')
		rc = ledger_item_set(l, j->interchange.id, r.st, r.items, e);
	else
		rc = ledger_item_aside(l, j->unit.agreement, r.key, r.file, j->unit.id,
			str_c(items_name), r.codes, r.sentence, e);
	if (rc == -1 && e->code == ERR_EXISTS)
		e->code = ERR_INPUT; /* a set told twice is the worker's fault, not the disk's */
	return rc;
}

static int apply_results(struct env *v, const struct job *j, const char *items_name, struct err *e)
{
	struct lines in;
	struct str line;
	struct arena a;
	int rc = 0;

	arena_init(&a);
	lines_open(&in, j->result.fd);
	while ((rc = lines_next(&in, &line, e)) == 1) {
		rc = result_line(v, j, line, items_name, &a, e);
		if (rc == -1)
			break;
		arena_reset(&a);
	}
	lines_close(&in);
	arena_done(&a);
	return rc;
}

/* Items set aside now that were not so before: somebody has to look. */
static int count_news(struct env *v, const struct job *j, int64_t *news, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM aside a WHERE a.unit = ?1 AND NOT EXISTS (SELECT 1 FROM "
		    "aside b WHERE b.agreement = a.agreement AND b.key = a.key AND b.codes = a.codes AND b.closed = 0 AND "
		    "b.unit <> a.unit)",
		    "i", j->unit.id) != 1)
		return -1;
	*news = n;
	return 0;
}

static int event_input_done(struct env *v, const struct job *j, struct err *e)
{
	return ledger_run(&v->ledger, e,
		"UPDATE input SET state = 'done' WHERE id = ?1 AND state = 'taken' AND NOT EXISTS "
		"(SELECT 1 FROM unit WHERE state IN ('due', 'converting') AND id <> ?2 AND inputs LIKE 'source=' || ?1 || ',%')",
		"ii", source_input(j), j->unit.id);
}

struct evidence {
	char sha[HASH_HEX], lineage_sha[HASH_HEX];
	uint64_t size;
	char items_name[220];
	int64_t news; /* set aside or reported, and not so before */
};

static int record(struct env *v, struct job *j, struct evidence *x, struct err *e)
{
	struct ledger *l = &v->ledger;
	const struct unit_counts *c = &j->told.counts;
	char unit[40];
	char interchange[40];
	int rc = 0;

	unit_subject(j, unit);
	interchange_subject(j, interchange);
	if (apply_results(v, j, x->items_name, e) == -1 || count_news(v, j, &x->news, e) == -1)
		return -1;
	if (j->work.route->source->kind ==
		SOURCE_EVENTS) /* a file of events says nothing of other items */
		rc = ledger_item_aside_mended(l, j->unit.agreement, j->interchange.id, e);
	else if (str_is(j->unit.mode, "all"))
		rc = ledger_item_aside_close(l, j->unit.agreement, j->unit.id, e);
	if (rc == 0 && c->out > 0)
		rc = ledger_interchange_queue(l, j->interchange.id, x->sha, x->lineage_sha,
			(int64_t)x->size, c->out, j->told.isa, j->told.gs, e);
	else if (rc == 0)
		rc = ledger_interchange_state(l, j->interchange.id, "making", "closed", "", "EMPTY",
			"nothing to send", e);
	if (rc == 0)
		rc = ledger_unit_end(l, j->unit.id, j->unit.fence, "done", c, "", "", e);
	if (rc == 0)
		rc = event_input_done(v, j, e);
	if (rc == 0)
		rc = ledger_event(l, "converted", unit, e,
			"agreement=" STR_FMT " items=%" PRId64 " out=%" PRId64
			" not-selected=%" PRId64 " set-aside=%" PRId64 " unchanged=%" PRId64
			" waiting=%" PRId64,
			STR_ARG(j->unit.agreement), c->items, c->out, c->unselected, c->aside,
			c->unchanged, c->waiting);
	if (rc == 0 && c->out > 0)
		rc = ledger_event(l, "queued", interchange, e,
			"name=" STR_FMT " sha256=%s items=%" PRId64 " isa=%" PRId64 " gs=%" PRId64,
			STR_ARG(j->interchange.name), x->sha, c->out, j->told.isa, j->told.gs);
	return rc;
}

static int pending_add(
	struct fsx_pending *list, size_t *n, struct fsx_tmp *t, const char *name, struct err *e)
{
	if (fsx_remove(t->dir, name, e) ==
		-1) /* left by an attempt that was cut before its evidence */
		return -1;
	list[*n].tmp = *t;
	(void)snprintf(list[*n].name, sizeof(list[*n].name), "%s", name);
	(*n)++;
	t->fd = -1;
	return 0;
}

static int publish(struct env *v, struct job *j, struct evidence *x, struct err *e)
{
	struct fsx_pending list[3];
	char name[260];
	char note[200];
	size_t n = 0;
	const char *base = j->interchange.name.p;

	if (j->told.counts.out > 0) {
		if (hash_file(j->out.fd, x->sha, &x->size, e) == -1 ||
			hash_file(j->lineage.fd, x->lineage_sha, NULL, e) == -1)
			return -1;
		(void)snprintf(name, sizeof(name), "%s.lineage", base);
		if (pending_add(list, &n, &j->lineage, name, e) == -1 ||
			pending_add(list, &n, &j->out, base, e) == -1)
			return -1;
	}
	if (j->told.counts.aside > 0) {
		(void)snprintf(x->items_name, sizeof(x->items_name), "%.*s.items",
			(int)(strlen(base) - 4), base);
		(void)snprintf(note, sizeof(note),
			"%" PRId64 " of %" PRId64
			" items were set aside; each line of the file is one "
			"item with its findings and its bytes",
			j->told.counts.aside, j->told.counts.items);
		if (pending_add(list, &n, &j->aside, x->items_name, e) == -1 ||
			env_write_reason(v, "quarantine", x->items_name, "ITEMS-SET-ASIDE", note,
				"correct the items at the source; a later good version closes them",
				e) == -1)
			return -1;
	}
	return n > 0 ? fsx_publish_many(list, n, e) : 0;
}

static int succeed(struct env *v, struct job *j, struct err *e)
{
	struct evidence x;
	char subject[40];

	memset(&x, 0, sizeof(x));
	unit_subject(j, subject);
	if (publish(v, j, &x, e) == -1)
		return -1;
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (record(v, j, &x, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	if (ledger_commit(&v->ledger, e) == -1)
		return -1;
	env_log(v, LOG_INFO, "converted", subject,
		STR_FMT ": %" PRId64 " items, %" PRId64 " out, %" PRId64 " not selected, %" PRId64
			" set aside, %" PRId64 " unchanged, %" PRId64 " waiting",
		STR_ARG(j->unit.agreement), j->told.counts.items, j->told.counts.out,
		j->told.counts.unselected, j->told.counts.aside, j->told.counts.unchanged,
		j->told.counts.waiting);
	v->news += (uint64_t)x.news;
	if (x.news > 0)
		env_log(v, LOG_WARN, "set-aside", subject,
			STR_FMT ": %" PRId64 " of %" PRId64 " items are set aside and %" PRId64
				" rows belong to no item; %" PRId64
				" of these are new: gridspool status",
			STR_ARG(j->unit.agreement), j->told.counts.aside, j->told.counts.items,
			j->told.counts.orphans, x.news);
	return 0;
}

/* --- frames of a worker --- */

static int answer_number(struct env *v, struct job *j, const struct proc *p, int64_t kind,
	struct frame *f, struct err *e)
{
	const struct config_identity *us = &v->config->identity;
	const struct config_identity *them = &j->work.route->agreement->partner->identity;
	const struct str group = map_target(j->work.route->map)->group;
	char scope[200];
	int64_t number = 0;

	if (kind != 'I' && kind != 'G')
		return err_set(
			e, ERR_INPUT, "worker asked for a control number of kind %" PRId64, kind);
	if (j->requests == NUMBERS)
		return err_set(e, ERR_INPUT,
			"worker asked for more control numbers than one interchange has");
	(void)snprintf(scope, sizeof(scope),
		"%s:" STR_FMT ":" STR_FMT ":" STR_FMT ":" STR_FMT "%s" STR_FMT,
		kind == 'I' ? "ISA" : "GS", STR_ARG(us->qualifier), STR_ARG(us->id),
		STR_ARG(them->qualifier), STR_ARG(them->id), kind == 'I' ? "" : ":",
		STR_ARG(kind == 'I' ? STR("") : group));
	if (ledger_number(&v->ledger, j->unit.id, ++j->requests, scope, 999999999, &number, e) ==
		-1)
		return -1;
	frame_start(f, FRAME_NUMBER);
	frame_int(f, number);
	return frame_send(p->fd, f, e);
}

static void show_progress(const struct env *v, const struct job *j, struct frame *f)
{
	int64_t items = 0;
	const int percent = convert_answer_percent(f, &items);

	if (v->progress && percent >= 0)
		(void)fprintf(stderr, "\rconvert " STR_FMT ": %" PRId64 " items, %d%%   ",
			STR_ARG(j->unit.agreement), items, percent);
}

static int take_done(struct job *j, struct frame *f, struct err *e)
{
	j->answered = j->done = true;
	return convert_answer_done(f, &j->told, e);
}

/* One frame. 1 go on, 0 the worker is gone, -1 it broke the rules or the ledger failed. */
static int take_frame(
	struct env *v, struct job *j, const struct proc *p, struct frame *f, struct err *e)
{
	const int rc = frame_receive(p->fd, f, e);

	if (rc != 1)
		return rc;
	switch (f->type) {
	case FRAME_NUMBER:
		return answer_number(v, j, p, frame_get_int(f), f, e) == -1 ? -1 : 1;
	case FRAME_PROGRESS:
		show_progress(v, j, f);
		return 1;
	case FRAME_LOG: {
		const struct str text = frame_get_str(f);
		env_log(v, LOG_WARN, "sandbox", "convert", STR_FMT, STR_ARG(text));
		return 1;
	}
	case FRAME_DONE:
		return take_done(j, f, e) == -1 ? -1 : 1;
	case FRAME_FAIL:
		j->answered = true;
		convert_answer_fail(f, &j->fault);
		return 1;
	default:
		return err_set(e, ERR_INPUT, "worker sent a frame of type %u", f->type);
	}
}

static int finish(struct env *v, struct job *j, struct proc *p, struct err *e)
{
	struct proc_end end;

	if (v->progress)
		(void)fprintf(stderr, "\r%60s\r", "");
	proc_wait(p, &end);
	if (!j->answered || end.crashed || end.status != 0)
		return crashed(v, j, &end, e);
	return j->done ? succeed(v, j, e) : failed(v, j, e);
}

/* An attempt whose end could not be recorded. What the worker wrote is at fault, or something
 * local: the unit stays behind, the others go on. */
static int not_recorded(struct env *v, struct job *j, struct err *e)
{
	const struct err why = *e;
	char subject[40];

	if (env_stops(e))
		return -1;
	unit_subject(j, subject);
	env_log(v, LOG_ERROR, "not-recorded", subject, "%s", why.text);
	v->news++;
	if (why.code == ERR_INPUT || why.code == ERR_LIMIT)
		return end_unit(v, j, "failed", "CONVERSION", why.text, e);
	return uncount(v, j, why.text, e);
}

/* --- all open units --- */

static int begin(struct env *v, struct job *j, const struct unit_row *u, struct proc *p,
	struct arena *a, struct err *e)
{
	memset(j, 0, sizeof(*j));
	j->unit = *u;
	j->out.fd = j->lineage.fd = j->aside.fd = j->result.fd = j->known.fd = -1;
	j->outbox = j->quarantine = j->workdir = j->work.in.source = j->work.in.workflow = -1;
	*p = (struct proc){.fd = -1};
	j->work.route = env_route_of(v, u->agreement);
	if (!j->work.route)
		return end_unit(v, j, "failed", "AGREEMENT-GONE",
			"its agreement is no longer in the bundle", e);
	if (inputs_open(v, j->work.route, u->inputs, &j->work.in, e) == -1) {
		char note[ERR_TEXT_MAX];
		(void)snprintf(note, sizeof(note), "%s", e->text);
		v->news++;
		if (e->code == ERR_ABSENT)
			return end_unit(v, j, "failed", "LOST-SOURCE", note, e);
		/* The map asks for other references than when the unit was made: a new one is due. */
		return e->code == ERR_CORRUPT ? end_unit(v, j, "failed", "CONVERSION", note, e)
					      : -1;
	}
	if (commit_intent(v, j, a, e) == -1 || open_outputs(v, j, e) == -1)
		return -1;
	return start_worker(v, j, p, e);
}

/* A unit that cannot be begun now waits for the next run; only a broken ledger or disk stops all. */
static int not_begun(struct env *v, struct job *j, const struct unit_row *u, struct err *e)
{
	const struct err why = *e;
	char subject[40];

	if (env_stops(e))
		return -1;
	unit_subject(j, subject);
	env_log(v, LOG_ERROR, "not-begun", subject, "%s; tried again in the next run", why.text);
	v->news++;
	return j->unit.attempts > u->attempts ? uncount(v, j, why.text, e) : 0;
}

struct crew {
	struct job *jobs;
	struct proc procs[JOBS_MAX];
	size_t n;
};

static void crew_drop(struct crew *c, size_t i)
{
	job_close(&c->jobs[i]);
	c->n--;
	if (i != c->n) {
		c->jobs[i] = c->jobs[c->n];
		c->procs[i] = c->procs[c->n];
	}
}

static int crew_wait(struct env *v, struct crew *c, struct frame *f, int64_t *worked, struct err *e)
{
	size_t i = 0;
	const struct proc_patience w = env_patience(v, false);
	int rc = proc_next(c->procs, c->n, &w, &i, e);

	if (rc == -1)
		return proc_told_to_stop() ? 0 : -1;
	rc = take_frame(v, &c->jobs[i], &c->procs[i], f, e);
	if (rc == 1)
		return 0;
	if (rc == -1) {
		if (e->code != ERR_INPUT)
			return -1;
		env_log(v, LOG_ERROR, "worker-refused", "convert", "%s", e->text);
		c->jobs[i].answered = false;
		proc_kill(&c->procs[i]);
	}
	rc = finish(v, &c->jobs[i], &c->procs[i], e);
	if (rc == -1)
		rc = not_recorded(v, &c->jobs[i], e);
	*worked += c->jobs[i].interrupted ? 0 : 1;
	crew_drop(c, i);
	return rc;
}

static int run_units(struct env *v, const struct unit_rows *units, struct crew *c, struct arena *a,
	int64_t *worked, struct err *e)
{
	struct frame *f = mem_alloc(sizeof(*f));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t limit = v->config->workers ? v->config->workers : (size_t)(cores > 0 ? cores : 1);
	size_t next = 0;
	int rc = 0;

	if (limit > JOBS_MAX)
		limit = JOBS_MAX;
	while (rc == 0 && (next < units->n || c->n > 0)) {
		if (proc_told_to_stop())
			break;
		if (next < units->n && c->n < limit) {
			const struct unit_row *u = &units->row[next++];
			rc = begin(v, &c->jobs[c->n], u, &c->procs[c->n], a, e);
			if (rc == -1)
				rc = not_begun(v, &c->jobs[c->n], u, e);
			if (rc == 0 && c->procs[c->n].pid > 0)
				c->n++;
			else
				job_close(&c->jobs[c->n]);
			continue;
		}
		rc = crew_wait(v, c, f, worked, e);
	}
	while (c->n > 0) { /* stopped or failed: the others go without an attempt counted */
		struct err ignored;
		proc_kill(&c->procs[c->n - 1]);
		if (uncount(v, &c->jobs[c->n - 1], "the run was stopped", &ignored) == -1)
			env_log(v, LOG_WARN, "uncounted", "convert", "%s", ignored.text);
		crew_drop(c, c->n - 1);
	}
	mem_free(f);
	return rc;
}

int convert_run(struct env *v, int64_t *worked, struct err *e)
{
	struct arena a;
	struct unit_rows units = {0};
	struct crew *crew = mem_alloc(sizeof(*crew));
	int rc = -1;

	arena_init(&a);
	*worked = 0;
	crew->jobs = mem_array(JOBS_MAX, sizeof(*crew->jobs));
	if (convert_due_make(v, e) == -1 || ledger_unit_open(&v->ledger, &a, &units, e) == -1)
		goto out;
	rc = run_units(v, &units, crew, &a, worked, e);
out:
	mem_free(crew->jobs);
	mem_free(crew);
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "convert") : 0;
}
