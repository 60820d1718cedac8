/* The ingest worker; see ingest_worker.h. */
#include "stage/ingest_worker.h"

#include <limits.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "stage/closed.h"
#include "stage/frame.h"
#include "stage/proc.h"

enum part { PART_ACK = 1, PART_SET, PART_FAULT };
enum { CONTROL_MAX = 999999999 }; /* ISA13 and GS06 have nine digits */

struct ingest_job {
	struct env *env;
	int fd;
	struct str file;
	uint32_t tolerated; /* of the partner */
};

static int send_fault(int fd, struct frame *f, const struct ack_fault *x, struct err *e)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, PART_FAULT);
	frame_str(f, x->segment);
	frame_int(f, x->segment_at);
	frame_str(f, x->loop);
	frame_str(f, x->segment_code);
	frame_int(f, x->element);
	frame_int(f, x->component);
	frame_str(f, x->element_id);
	frame_str(f, x->element_code);
	frame_str(f, x->value);
	frame_str(f, x->references);
	frame_str(f, x->line);
	frame_str(f, x->text);
	return frame_send(fd, f, e);
}

static int send_set(int fd, struct frame *f, const struct ack_set *s, struct err *e)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, PART_SET);
	frame_str(f, s->id);
	frame_str(f, s->control);
	frame_int(f, s->verdict);
	frame_str(f, s->codes);
	frame_str(f, s->text);
	if (frame_send(fd, f, e) == -1)
		return -1;
	for (const struct ack_fault *x = s->faults; x; x = x->next) {
		if (send_fault(fd, f, x, e) == -1)
			return -1;
	}
	return 0;
}

static void put_party(struct frame *f, const struct ack_party *p)
{
	frame_str(f, p->qualifier);
	frame_str(f, p->id);
}

static int send_ack(int fd, struct frame *f, const struct ack *a, struct err *e)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, PART_ACK);
	frame_str(f, a->kind);
	frame_int(f, a->edifact);
	frame_int(f, a->depth);
	frame_str(f, a->sender_qual);
	frame_str(f, a->sender);
	frame_str(f, a->receiver_qual);
	frame_str(f, a->receiver);
	frame_int(f, (int64_t)a->control);
	frame_int(f, a->usage);
	frame_int(f, (int64_t)a->about_isa);
	frame_str(f, a->about_reference);
	put_party(f, &a->about_sender);
	put_party(f, &a->about_receiver);
	frame_int(f, a->about_either);
	frame_str(f, a->group_code);
	frame_int(f, (int64_t)a->about_group);
	frame_int(f, a->sets_claimed);
	frame_int(f, a->sets_received);
	frame_int(f, a->sets_accepted);
	frame_int(f, a->verdict);
	frame_str(f, a->codes);
	frame_str(f, a->text);
	frame_str(f, a->doubt);
	frame_str(f, a->tolerated);
	if (frame_send(fd, f, e) == -1)
		return -1;
	for (const struct ack_set *s = a->sets; s; s = s->next) {
		if (send_set(fd, f, s, e) == -1)
			return -1;
	}
	return 0;
}

static int read_all(
	const struct ingest_job *j, int fd, struct frame *f, struct arena *a, struct err *e)
{
	struct ack *first = NULL;
	struct str others = {"", 0};
	struct tolerances t = {.granted = j->tolerated};
	struct diag d;

	diag_init(&d, a);
	d.tolerances = &t;
	if (ack_read(j->fd, (struct str){NULL, 0}, j->env->defs, j->file, &first, &others, &d, a,
		    e) == -1)
		return -1;
	for (const struct ack *x = first; x; x = x->next) {
		if (send_ack(fd, f, x, e) == -1)
			return -1;
	}
	frame_start(f, FRAME_DONE);
	frame_str(f, others);
	return frame_send(fd, f, e);
}

static int ingest_work(int fd, void *arg)
{
	struct frame *f = mem_alloc(sizeof(*f));
	struct arena a;
	struct err e;
	int rc = 0;

	err_clear(&e);
	arena_init(&a);
	if (closed_enter(fd, SANDBOX_INGEST, f, &e) == -1) {
		rc = 74;
	} else if (read_all(arg, fd, f, &a, &e) == -1) {
		frame_fail(f, &e);
		rc = frame_send(fd, f, &e) == -1 ? 74 : 0;
	}
	arena_done(&a);
	mem_free(f);
	return rc;
}

/* --- the supervisor's side: lists built again from frames --- */

struct rebuild {
	struct env *env;
	struct arena *a;
	struct ack *first, *ack;
	struct ack_set *set;
	struct ack_fault *fault;
	size_t told; /* bytes of frames */
};

static struct str keep(struct rebuild *r, struct frame *f)
{
	return arena_str(r->a, frame_get_str(f));
}

static enum ack_verdict verdict_of(struct frame *f)
{
	return (enum ack_verdict)frame_get_upto(f, ACK_REJECTED);
}

static struct ack_party keep_party(struct rebuild *r, struct frame *f)
{
	struct ack_party p = {.qualifier = keep(r, f)};

	p.id = keep(r, f);
	return p;
}

static void take_ack(struct rebuild *r, struct frame *f)
{
	struct ack *x = ARENA_NEW(r->a, struct ack);

	x->kind = keep(r, f);
	x->edifact = frame_get_upto(f, 1) != 0;
	x->depth = (enum ack_depth)frame_get_upto(f, ACK_DEPTH_APPLICATION);
	x->sender_qual = keep(r, f);
	x->sender = keep(r, f);
	x->receiver_qual = keep(r, f);
	x->receiver = keep(r, f);
	x->control = (uint64_t)frame_get_upto(f, CONTROL_MAX);
	x->usage = (char)frame_get_upto(f, SCHAR_MAX);
	x->about_isa = (uint64_t)frame_get_upto(f, CONTROL_MAX);
	x->about_reference = keep(r, f);
	x->about_sender = keep_party(r, f);
	x->about_receiver = keep_party(r, f);
	x->about_either = frame_get_upto(f, 1) != 0;
	x->group_code = keep(r, f);
	x->about_group = (uint64_t)frame_get_upto(f, CONTROL_MAX);
	x->sets_claimed = (uint32_t)frame_get_upto(f, UINT32_MAX);
	x->sets_received = (uint32_t)frame_get_upto(f, UINT32_MAX);
	x->sets_accepted = (uint32_t)frame_get_upto(f, UINT32_MAX);
	x->verdict = verdict_of(f);
	x->codes = keep(r, f);
	x->text = keep(r, f);
	x->doubt = keep(r, f);
	x->tolerated = keep(r, f);
	if (r->ack)
		r->ack->next = x;
	else
		r->first = x;
	r->ack = x;
	r->set = NULL;
	r->fault = NULL;
}

static void take_set(struct rebuild *r, struct frame *f)
{
	struct ack_set *x = ARENA_NEW(r->a, struct ack_set);

	x->id = keep(r, f);
	x->control = keep(r, f);
	x->verdict = verdict_of(f);
	x->codes = keep(r, f);
	x->text = keep(r, f);
	if (r->set)
		r->set->next = x;
	else
		r->ack->sets = x;
	r->set = x;
	r->fault = NULL;
}

static void take_fault(struct rebuild *r, struct frame *f)
{
	struct ack_fault *x = ARENA_NEW(r->a, struct ack_fault);

	x->segment = keep(r, f);
	x->segment_at = (uint32_t)frame_get_upto(f, UINT32_MAX);
	x->loop = keep(r, f);
	x->segment_code = keep(r, f);
	x->element = (uint16_t)frame_get_upto(f, UINT16_MAX);
	x->component = (uint16_t)frame_get_upto(f, UINT16_MAX);
	x->element_id = keep(r, f);
	x->element_code = keep(r, f);
	x->value = keep(r, f);
	x->references = keep(r, f);
	x->line = keep(r, f);
	x->text = keep(r, f);
	if (r->fault)
		r->fault->next = x;
	else
		r->set->faults = x;
	r->fault = x;
}

/* The attempt came to nothing; the third one puts the file away. */
static int attempt_failed(struct err *e, const char *why)
{
	(void)err_set(e, ERR_LIMIT, "the ingest worker: %s", why);
	return err_reason(e, "INGEST-CRASH");
}

static int not_whole(struct err *e)
{
	return attempt_failed(e, "its answer is not whole");
}

/* A FAIL frame. What a worker says is about the file: a reason would make it one of the attempt. */
static int fault_of(struct frame *f, struct err *e)
{
	static const enum err_code of_a_file[] = {ERR_INPUT, ERR_LIMIT, ERR_NONE};

	frame_get_fail(f, of_a_file, ERR_NET, e);
	return e->code == ERR_NET ? attempt_failed(e, e->text) : err_reason(e, "");
}

static int take_found(struct rebuild *r, struct frame *f, struct err *e)
{
	const int64_t kind = frame_get_int(f);

	if (kind == PART_ACK)
		take_ack(r, f);
	else if (kind == PART_SET && r->ack)
		take_set(r, f);
	else if (kind == PART_FAULT && r->set)
		take_fault(r, f);
	else
		return not_whole(e);
	return frame_ok(f) ? 1 : not_whole(e);
}

/* One frame. 1 go on, 0 done, -1. */
static int take(struct rebuild *r, struct proc *p, const struct proc_patience *w, struct frame *f,
	struct str *others, struct err *e)
{
	const int rc = proc_receive(p, w, f, e);
	struct str names = {"", 0};

	if (rc != 1)
		return rc == 0 ? proc_ended(p, "ingest", ERR_LIMIT, "INGEST", w, e) : -1;
	r->told += f->n;
	if (r->told > LIMIT_ACK_TOLD)
		return err_set(
			e, ERR_LIMIT, "it holds more than %d bytes of verdicts", LIMIT_ACK_TOLD);
	if (f->type == FRAME_FAIL)
		return fault_of(f, e);
	if (f->type == FRAME_LOG) {
		closed_told(r->env, "ingest", f);
		return 1;
	}
	if (f->type == FRAME_FOUND)
		return take_found(r, f, e);
	names = keep(r, f);
	if (f->type != FRAME_DONE || !frame_ok(f))
		return not_whole(e);
	*others = names;
	return 0;
}

int ingest_worker_take(struct env *v, struct proc *p, const struct proc_patience *w,
	struct ack **first, struct str *others, struct arena *a, struct err *e)
{
	struct rebuild build = {.env = v, .a = a};
	struct frame *f = mem_alloc(sizeof(*f));
	int rc = 1;

	while (rc == 1)
		rc = take(&build, p, w, f, others, e);
	mem_free(f);
	if (rc == 0)
		*first = build.first;
	return rc;
}

int ingest_worker_read(struct env *v, const struct received_row *r, struct ack **first,
	struct str *others, struct arena *a, struct err *e)
{
	const struct config_partner *partner = config_partner_find(v->config, r->partner);
	struct ingest_job j = {.env = v,
		.fd = -1,
		.file = r->name,
		.tolerated = partner ? partner->tolerated : tolerance_usual()};
	const struct proc_patience w = env_patience(v, false);
	struct proc p;
	int rc = -1;

	j.fd = fsx_open(v->dir, r->place.p, e);
	if (j.fd == -1)
		return -1;
	if (proc_start(&p, ingest_work, &j, &j.fd, 1, e) == 0) {
		rc = ingest_worker_take(v, &p, &w, first, others, a, e);
		if (rc == 0)
			proc_stop(&p);
		else
			proc_kill(&p);
	}
	fsx_close(j.fd);
	return rc;
}
