/* The converter worker; see convert_worker.h. */
#include "stage/convert_worker.h"

#include <string.h>

#include "base/scratch.h"
#include "stage/closed.h"
#include "stage/frame.h"
#include "stage/read_back.h"

enum { TELL_MS = 250 };

struct line {
	int fd;
	struct frame *frame;
	const struct clock *clock;
	int64_t told; /* when progress was told last */
};

static int ask_number(void *ctx, char kind, uint64_t *number, struct err *e)
{
	struct line *line = ctx;
	int rc = 0;

	frame_start(line->frame, FRAME_NUMBER);
	frame_int(line->frame, kind);
	if (frame_send(line->fd, line->frame, e) == -1)
		return -1;
	rc = frame_receive(line->fd, line->frame, e);
	if (rc == 1 && line->frame->type == FRAME_NUMBER)
		*number = (uint64_t)frame_get_int(line->frame);
	if (rc == 1 && frame_ok(line->frame) && *number > 0)
		return 0;
	return rc == -1 ? -1 : err_set(e, ERR_STOP, "the supervisor gave no control number");
}

static void tell_progress(void *ctx, uint64_t items, uint64_t bytes, uint64_t size)
{
	struct line *line = ctx;
	struct err ignored;
	const int64_t now = clock_ms(line->clock);

	if (now - line->told < TELL_MS)
		return;
	line->told = now;
	frame_start(line->frame, FRAME_PROGRESS);
	frame_int(line->frame, (int64_t)items);
	frame_int(line->frame, (int64_t)bytes);
	frame_int(line->frame, (int64_t)size);
	if (frame_send(line->fd, line->frame, &ignored) == -1)
		return;
}

static int work(
	const struct convert_job *j, struct line *line, struct produce_counts *c, struct err *e)
{
	struct inputs_readers readers;
	struct target_envelope envelope;
	struct scratch scratch = {j->scratch, 0};
	struct known *known = NULL;
	int rc = -1;

	inputs_envelope(j->env, j->route->agreement, j->fixed_at, &envelope);
	memset(&readers, 0, sizeof(readers));
	if (inputs_open_readers(j->env, j->route, &j->in, j->fixed_at, j->run, &readers, e) == -1 ||
		known_load(j->known, &known, e) == -1)
		goto out;
	readers.input.scratch = j->scratch == -1 ? NULL : &scratch;
	const struct produce p = {
		.map = j->route->map,
		.source = readers.source,
		.input = readers.input,
		.envelope = &envelope,
		.defs = j->env->defs,
		.known = known,
		.only_due = j->only_due,
		.only_changes = j->route->agreement->changes,
		.most = {(uint32_t)j->route->agreement->most_items,
			j->route->agreement->most_segments, j->route->agreement->most_bytes},
		.out = j->out,
		.lineage = j->lineage,
		.aside = j->aside,
		.result = j->result,
		.number = ask_number,
		.progress = tell_progress,
		.ctx = line,
	};
	rc = produce_run(&p, c, e);
	if (rc == 0)
		rc = read_back_run(&p, c, e);
out:
	known_free(known);
	inputs_close_readers(&readers);
	return rc;
}

int convert_worker_main(int fd, void *job)
{
	struct frame frame;
	struct line line = {fd, &frame, &((const struct convert_job *)job)->env->clock, 0};
	struct produce_counts c;
	struct err e;

	err_clear(&e);
	if (closed_enter(fd, SANDBOX_CONVERT, &frame, &e) == -1)
		return 74;
	if (work(job, &line, &c, &e) == 0) {
		const uint64_t numbers[] = {c.items, c.out, c.unselected, c.aside, c.unchanged,
			c.waiting, c.orphans + c.broken, c.sets, c.isa, c.gs, c.noted, c.left};
		frame_start(&frame, FRAME_DONE);
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			frame_int(&frame, (int64_t)numbers[i]);
	} else {
		frame_fail(&frame, &e);
	}
	return frame_send(fd, &frame, &e) == -1 ? 74 : 0;
}
