/* Convert, the supervisor's side: the workers, their frames and their ends; see convert.h. */
#include "stage/convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "stage/closed.h"
#include "stage/control.h"
#include "stage/convert_due.h"
#include "stage/convert_unit.h"
#include "stage/frame.h"

enum { NUMBERS = 2 /* ISA13 and GS06 */ };

/* --- frames of a worker --- */

/* As take_frame. */
static int answer_number(struct env *v, struct convert_unit *j, const struct proc *p, int64_t kind,
	struct frame *f, struct err *e)
{
	const struct str group = kind == 'G' ? map_target(j->work.route->map)->group : STR("");
	int64_t number = 0;

	if (kind != 'I' && kind != 'G')
		return err_set(
			e, ERR_INPUT, "worker asked for a control number of kind %" PRId64, kind);
	if (j->requests == NUMBERS)
		return err_set(e, ERR_INPUT,
			"worker asked for more control numbers than one interchange has");
	if (control_draw(v, j->work.route->agreement->partner, group, j->unit.id, ++j->requests,
		    &number, e) == -1)
		return -1;
	frame_start(f, FRAME_NUMBER);
	frame_int(f, number);
	return frame_send(p->fd, f, e) == -1 ? 0 : 1; /* it died meanwhile: no fault of the run's */
}

static void show_progress(const struct env *v, const struct convert_unit *j, struct frame *f)
{
	int64_t items = 0;
	const int percent = convert_answer_percent(f, &items);

	if (v->progress && percent >= 0)
		(void)fprintf(stderr, "\rconvert " STR_FMT ": %" PRId64 " items, %d%%   ",
			STR_ARG(j->unit.agreement), items, percent);
}

static int take_done(struct convert_unit *j, struct frame *f, struct err *e)
{
	j->answered = j->done = true;
	return convert_answer_done(f, &j->told, e);
}

/* One frame. 1 go on, 0 the worker is gone, -1 it broke the rules or the ledger failed. */
static int take_frame(
	struct env *v, struct convert_unit *j, const struct proc *p, struct frame *f, struct err *e)
{
	const int rc = frame_receive(p->fd, f, e);

	if (rc != 1)
		return rc;
	switch (f->type) {
	case FRAME_NUMBER:
		return answer_number(v, j, p, frame_get_int(f), f, e);
	case FRAME_PROGRESS:
		show_progress(v, j, f);
		return 1;
	case FRAME_LOG:
		closed_told(v, "convert", f);
		return 1;
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

/* --- all open units --- */

/* A unit that cannot be begun now waits for the next run; only a broken ledger or disk stops all. */
static int not_begun(struct env *v, const struct convert_unit *j, const struct err *why)
{
	char subject[40];

	if (env_stops(why))
		return -1;
	convert_unit_subject(j, subject);
	env_log(v, LOG_ERROR, "not-begun", subject, "%s; tried again in the next run", why->text);
	v->news++;
	return 0;
}

struct crew {
	struct convert_unit *jobs;
	struct proc procs[LIMIT_WORKERS];
	size_t n;
};

static void crew_drop(struct crew *c, size_t i)
{
	convert_unit_close(&c->jobs[i]);
	c->n--;
	if (i != c->n) {
		c->jobs[i] = c->jobs[c->n];
		c->procs[i] = c->procs[c->n];
	}
}

/* A worker that is not listened to any more. -1: nor is any other. */
static int crew_refuse(struct env *v, struct crew *c, size_t i, struct err *e)
{
	if (strcmp(e->reason, "NUMBER-REPEATED") == 0) {
		c->jobs[i].fault = *e;
		c->jobs[i].refused = true;
	} else if (e->code == ERR_INPUT) {
		env_log(v, LOG_ERROR, "worker-refused", "convert", "%s", e->text);
		c->jobs[i].answered = false;
	} else {
		return -1;
	}
	proc_kill(&c->procs[i]);
	return 0;
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
	if (rc == -1 && crew_refuse(v, c, i, e) == -1)
		return -1;
	rc = convert_end_unit(v, &c->jobs[i], &c->procs[i], e);
	if (rc == -1)
		rc = convert_end_unrecorded(v, &c->jobs[i], e);
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

	if (limit > LIMIT_WORKERS)
		limit = LIMIT_WORKERS;
	while (rc == 0 && (next < units->n || c->n > 0)) {
		if (proc_told_to_stop())
			break;
		if (next < units->n && c->n < limit) {
			const struct unit_row *u = &units->row[next++];
			rc = convert_begin_unit(v, &c->jobs[c->n], u, &c->procs[c->n], a, e);
			if (rc == 0 && c->procs[c->n].pid <= 0)
				(*worked)++; /* ended before it began: what it waits for is told */
			if (rc == -1)
				rc = not_begun(v, &c->jobs[c->n], e);
			if (rc == 0 && c->procs[c->n].pid > 0)
				c->n++;
			else
				convert_unit_close(&c->jobs[c->n]);
			continue;
		}
		rc = crew_wait(v, c, f, worked, e);
	}
	while (c->n > 0) { /* stopped or failed: the others go without an attempt counted */
		struct err ignored;
		proc_kill(&c->procs[c->n - 1]);
		if (convert_unit_interrupted(
			    v, &c->jobs[c->n - 1], "the run was stopped", &ignored) == -1)
			env_log(v, LOG_WARN, "not-recorded", "convert", "%s", ignored.text);
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
	crew->jobs = mem_array(LIMIT_WORKERS, sizeof(*crew->jobs));
	if (convert_due_make(v, e) == -1 || ledger_unit_open(&v->ledger, &a, &units, e) == -1)
		goto out;
	rc = run_units(v, &units, crew, &a, worked, e);
out:
	mem_free(crew->jobs);
	mem_free(crew);
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "convert") : 0;
}
