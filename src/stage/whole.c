/* Is a file whole? See whole.h. */
#include "stage/whole.h"

#include <inttypes.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/reader.h"
#include "stage/closed.h"
#include "stage/frame.h"
#include "stage/inputs.h"
#include "stage/proc.h"

enum { BEAT = 4096 }; /* items between two signs of life */

struct whole_job {
	struct reader_spec spec;
	struct names *names;
	int fd;
};

/* --- the worker --- */

static int beat(int fd, uint64_t items, struct err *e)
{
	struct frame frame;

	frame_start(&frame, FRAME_PROGRESS);
	frame_int(&frame, (int64_t)items);
	return frame_send(fd, &frame, e);
}

static int read_through(const struct whole_job *j, int fd, struct err *e)
{
	struct reader *r = reader_open(j->fd, &j->spec, j->names, e);
	struct arena a;
	uint64_t items = 0;
	int rc = 1;

	if (!r)
		return -1;
	arena_init(&a);
	while (rc == 1) { /* what is wrong with single items is said when they are converted */
		struct item it;
		struct diag d;
		arena_reset(&a);
		diag_init(&d, &a);
		rc = reader_next(r, &it, &d, e);
		if (rc == 1 && ++items % BEAT == 0 && beat(fd, items, e) == -1)
			rc = -1;
	}
	arena_done(&a);
	reader_close(r);
	return rc;
}

static int whole_work(int fd, void *job)
{
	struct frame frame;
	struct err e;

	err_clear(&e);
	if (closed_enter(fd, SANDBOX_CONVERT, &frame, &e) == -1)
		return 74;
	if (read_through(job, fd, &e) == 0) {
		frame_start(&frame, FRAME_DONE);
	} else {
		frame_fail(&frame, &e);
	}
	return frame_send(fd, &frame, &e) == -1 ? 74 : 0;
}

/* --- the supervisor --- */

/* A FAIL frame. What a worker says is about the file, or the attempt came to nothing. */
static int fault_of(struct frame *f, struct err *e)
{
	static const enum err_code of_a_file[] = {ERR_INPUT, ERR_LIMIT, ERR_NONE};

	frame_get_fail(f, of_a_file, ERR_NET, e);
	return err_reason(e, e->code == ERR_NET ? "CONVERTER-CRASH" : "");
}

/* One frame. 1 go on, 0 the file is whole, -1. */
static int take(struct env *v, struct proc *p, const struct proc_patience *w, struct frame *f,
	struct err *e)
{
	const int rc = proc_receive(p, w, f, e);

	if (rc != 1)
		return rc == 0 ? proc_ended(p, "reading", ERR_NET, "CONVERTER", w, e) : -1;
	if (f->type == FRAME_DONE && frame_ok(f))
		return 0;
	if (f->type == FRAME_FAIL)
		return fault_of(f, e);
	if (f->type == FRAME_PROGRESS)
		return 1;
	if (f->type != FRAME_LOG) {
		(void)err_set(e, ERR_NET, "the worker sent a frame of type %u", f->type);
		return err_reason(e, "CONVERTER-CRASH");
	}
	closed_told(v, "collect", f);
	return 1;
}

int whole_take(struct env *v, struct proc *p, const struct proc_patience *w, struct err *e)
{
	struct frame *f = mem_alloc(sizeof(*f));
	int rc = 1;

	while (rc == 1)
		rc = take(v, p, w, f, e);
	mem_free(f);
	return rc == -1 && e->code == ERR_NET ? 1 : rc;
}

static int attempt(struct env *v, struct whole_job *j, struct err *e)
{
	const struct proc_patience w = env_patience(v, false);
	struct proc p;
	struct proc_end end;
	int rc = -1;

	if (proc_start(&p, whole_work, j, &j->fd, 1, e) == -1)
		return -1;
	rc = whole_take(v, &p, &w, e);
	if (rc == 0)
		proc_wait(&p, &end);
	else
		proc_kill(&p);
	return rc;
}

static int check_view(struct env *v, struct whole_job *j, struct err *e)
{
	int rc = 1;

	for (int i = 0; i < LIMIT_ATTEMPTS && rc == 1; i++)
		rc = attempt(v, j, e);
	if (rc != 1)
		return rc;
	e->code = ERR_INPUT;
	return err_wrap(e, STR_FMT ", %d times", STR_ARG(j->spec.file), LIMIT_ATTEMPTS);
}

int whole_check(
	struct env *v, const struct input_row *r, const struct config_source *s, struct err *e)
{
	struct whole_job j = {.names = &v->names, .fd = fsx_open(v->dir, r->place.p, e)};
	const struct reader_spec *views = NULL;
	struct arena a;
	struct buf shown;
	size_t n = 0;
	int rc = 0;

	if (j.fd == -1)
		return -1;
	arena_init(&a);
	buf_init(&shown, 1024);
	utf8_quote(&shown, r->name, 200);
	views = inputs_views(v, s, buf_view(&shown), &a, &n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		j.spec = views[i];
		rc = check_view(v, &j, e);
	}
	fsx_close(j.fd);
	buf_done(&shown);
	arena_done(&a);
	return rc;
}
