/* The conversion; see produce.h. Here are the passes over its source. */
#include "stage/produce.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "stage/produce_parts.h"

enum { PROGRESS_EVERY = 256 };

static void writing_start(struct produce_making *m)
{
	m->target.ops->start(m->target.self, outcome_interchange(&m->o));
	outcome_start(&m->o);
}

/* --- passes over the source --- */

enum pass { PASS_FIRST, PASS_SECOND };

static int key_pass(struct produce_making *m, struct reader *source, enum pass pass, struct err *e)
{
	struct item it;
	struct diag d;
	int rc = 0;

	for (;;) {
		struct map_result r;
		memset(&r, 0, sizeof(r));
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		rc = reader_next(source, &it, &d, e);
		if (rc != 1)
			return rc;
		if (!it.root)
			continue;
		if (map_key(m->run, &it, &r, &d, &m->item, e) == -1)
			return -1;
		if (r.verdict == MAP_SKIP || r.verdict == MAP_NOT_SELECTED ||
			r.verdict == MAP_WITHDRAWN || r.key.n == 0)
			continue;
		if (pass == PASS_FIRST)
			(void)dups_first(m->dups, r.key);
		else
			dups_second(m->dups, r.key);
	}
}

/* The source once more from its start: a reader of its own on the same descriptor. */
struct reader *produce_once_more(const struct produce_making *m, struct err *e)
{
	const struct reader *like = m->p->source;

	return reader_open(like->fd, &like->spec, m->p->input.names, e);
}

int produce_suspects(struct produce_making *m, struct err *e)
{
	struct reader *again = produce_once_more(m, e);
	int rc = -1;

	if (again)
		rc = key_pass(m, again, PASS_SECOND, e);
	reader_close(again);
	return rc;
}

/* Converts to the end, or to the first item that asks for all to begin anew: while keys are only watched, one
 * that may be a duplicate; one that is out of the order of its groups. */
static int read_items(struct produce_making *m, struct reader *source, struct err *e)
{
	struct item it;
	struct diag d;
	uint64_t seen = 0;
	int rc = 0;

	while (!m->suspect && !m->unsorted) {
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		memset(&it, 0, sizeof(it));
		rc = reader_next(source, &it, &d, e);
		if (rc != 1)
			return rc;
		if (!it.root) {
			m->c->items++;
			rc = produce_item_aside(m, &it, produce_item_unreadable(m, &it), &d, e);
		} else {
			rc = produce_item_convert(m, &it, &d, e);
		}
		if (rc == -1)
			return err_wrap(e, STR_FMT ":%" PRIu32, STR_ARG(it.file), it.line);
		if (++seen % PROGRESS_EVERY == 0 && m->p->progress)
			m->p->progress(m->p->ctx, m->c->items, source->bytes, source->size);
	}
	return 0;
}

/* --- unique keys, and groups --- */

/* Back to where nothing was made. The control numbers that were drawn stay: the unit has them. */
static int start_anew(struct produce_making *m, struct err *e)
{
	const struct produce_counts numbers = {.isa = m->c->isa, .gs = m->c->gs};

	*m->c = numbers;
	if (outcome_again(&m->o, e) == -1)
		return -1;
	writing_start(m);
	m->message_ready = m->set_open = m->started = m->suspect = m->watch = m->full = false;
	m->in_set = 0;
	split_start_whole(&m->whole);
	produce_stop_start(&m->stop);
	m->sorted = m->unsorted = false;
	buf_clear(&m->order);
	if (m->p->anew)
		m->p->anew(m->p->ctx);
	produce_item_report(m, &m->found);
	return 0;
}

/* What was seen of keys is seen once more. */
static void forget_keys(struct produce_making *m)
{
	if (!m->dups)
		return;
	dups_free(m->dups);
	m->dups = dups_new();
}

/* All of the source once more, from where nothing was made. */
static int convert_anew(struct produce_making *m, bool sorted, struct err *e)
{
	struct reader *again = start_anew(m, e) == -1 ? NULL : produce_once_more(m, e);
	int rc = -1;

	if (again)
		rc = sorted ? produce_sort_run(m, again, e) : read_items(m, again, e);
	reader_close(again);
	return rc;
}

/* Items are to be sorted: all anew, in their order. */
static int settle_order(struct produce_making *m, struct err *e)
{
	forget_keys(m);
	return convert_anew(m, true, e);
}

/* A key may be there twice: the rest of the keys, a second look at the suspects, and all anew. */
static int settle_duplicates(struct produce_making *m, struct reader *source, struct err *e)
{
	if (key_pass(m, source, PASS_FIRST, e) == -1 || !dups_again(m->dups) ||
		produce_suspects(m, e) == -1)
		return -1;
	return convert_anew(m, false, e);
}

/* Once more, without the messages that a rule has stopped. */
static int leave_out_stopped(struct produce_making *m, struct err *e)
{
	const bool sorted = m->sorted;

	if (m->watch) { /* to the end, and none was there twice */
		dups_free(m->dups);
		m->dups = NULL;
	}
	if (sorted)
		forget_keys(m);
	m->stop.again = true;
	return convert_anew(m, sorted, e);
}

/* Keys are hardly ever there twice, and who groups items often has them in order: so all is converted at
 * once, the keys and the order are watched, and only a suspect makes us begin again. */
static int read_all(struct produce_making *m, struct err *e)
{
	if (map_key_unique(m->p->map)) {
		m->dups = dups_new();
		m->watch = true;
	}
	if (read_items(m, m->p->source, e) == -1)
		return -1;
	if ((m->unsorted || (m->suspect && map_groups(m->p->map))) && settle_order(m, e) == -1)
		return -1;
	if (m->suspect && settle_duplicates(m, m->p->source, e) == -1)
		return -1;
	produce_stop_closed(&m->stop);
	return m->stop.n > 0 ? leave_out_stopped(m, e) : 0;
}

static int report_orphans(struct produce_making *m, struct err *e)
{
	struct diag d;

	if (m->p->only_due)
		return 0;
	arena_reset(&m->item);
	diag_init(&d, &m->item);
	if (map_orphans(m->run, &d, e) == -1)
		return -1;
	produce_item_report(m, &d);
	for (const struct finding *f = d.first; f; f = f->next)
		outcome_orphan(&m->o, f);
	m->c->orphans = d.n;
	return 0;
}

/* What is joined was read before the first item; all that beginning anew takes back is written by now. */
static void tell_broken(struct produce_making *m)
{
	for (const struct finding *f = m->found.first; f; f = f->next)
		if (f->severity >= SEV_ERROR)
			outcome_broken(&m->o, f);
	m->c->broken = m->found.errors;
}

static int make_all(struct produce_making *m, struct err *e)
{
	diag_init(&m->found, &m->start);
	m->run = map_run_new(m->p->map, &m->p->input, &m->found, e);
	if (!m->run)
		return -1;
	produce_item_report(m, &m->found);
	produce_gone_start(m);
	if (read_all(m, e) == -1 || produce_gone_run(m, e) == -1 || report_orphans(m, e) == -1 ||
		produce_message_close(m, e) == -1)
		return -1;
	tell_broken(m);
	if (m->started)
		m->target.ops->end(m->target.self);
	m->c->wrote = *m->target.ops->at(m->target.self);
	return outcome_flush(&m->o, 0, e);
}

int produce_run(const struct produce *p, struct produce_counts *c, struct err *e)
{
	struct produce_making m;
	int rc = -1;

	memset(&m, 0, sizeof(m));
	memset(c, 0, sizeof(*c));
	if (target_open(&m.target, p->envelope, map_target(p->map), e) == -1)
		return -1;
	m.p = p;
	m.c = c;
	m.action = p->input.action;
	m.split.limits = map_limits(p->map);
	m.whole.limits = p->most;
	split_start_whole(&m.whole);
	m.hash = hash_new();
	buf_init(&m.said, PRODUCE_SAID_MAX);
	buf_init(&m.order, LIMIT_ITEM);
	arena_init(&m.item);
	arena_init(&m.header);
	arena_init(&m.start);
	outcome_init(&m.o, p->out, p->lineage, p->aside, p->result);
	writing_start(&m);
	rc = make_all(&m, e);
	map_run_free(m.run);
	dups_free(m.dups);
	mem_free(m.settled);
	produce_stop_done(&m.stop);
	hash_free(m.hash);
	buf_done(&m.said);
	buf_done(&m.order);
	target_close(&m.target);
	outcome_done(&m.o);
	arena_done(&m.item);
	arena_done(&m.header);
	arena_done(&m.start);
	if (rc == 0 && c->items != c->out + c->unselected + c->aside + c->unchanged + c->waiting)
		return err_set(e, ERR_CORRUPT,
			"the counts do not reconcile: %" PRIu64 " items in, %" PRIu64
			" accounted for",
			c->items, c->out + c->unselected + c->aside + c->unchanged + c->waiting);
	return rc;
}
