/* Items in the order of their groups: one pass that sorts them, then the conversion. */
#include <string.h>

#include "base/limits.h"
#include "base/sorter.h"
#include "format/item_bytes.h"
#include "stage/produce_parts.h"

enum { PROGRESS_EVERY = 256, RECORD_MAX = 16 * LIMIT_ITEM };

/* What becomes of an item while they are sorted: those that cannot go out are counted, the others put. */
static int put_item(struct produce_making *m, struct sorter *s, const struct item *it,
	struct diag *d, struct buf *record, struct err *e)
{
	struct map_result r;

	memset(&r, 0, sizeof(r));
	if (!it->root) {
		m->c->items++;
		return produce_item_aside(m, it, produce_item_unreadable(m, it), d, e);
	}
	if (map_key(m->run, it, &r, d, &m->item, e) == -1)
		return -1;
	if (r.verdict == MAP_NOT_SELECTED || r.verdict == MAP_WITHDRAWN) {
		m->c->items++;
		m->c->unselected++;
	}
	if (r.verdict == MAP_SKIP || r.verdict == MAP_NOT_SELECTED || r.verdict == MAP_WITHDRAWN)
		return 0;
	if (m->dups && r.key.n > 0)
		(void)dups_first(m->dups, r.key);
	buf_clear(record);
	item_bytes_put(record, it);
	if (buf_check(record, "an item that is sorted", e) == -1)
		return -1;
	return sorter_add(s, r.order, buf_view(record), e);
}

static int put_all(struct produce_making *m, struct sorter *s, struct reader *source, struct err *e)
{
	struct buf record;
	struct item it;
	struct diag d;
	int rc = 1;

	buf_init(&record, RECORD_MAX);
	while (rc == 1) {
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		memset(&it, 0, sizeof(it));
		rc = reader_next(source, &it, &d, e);
		if (rc == 1 && put_item(m, s, &it, &d, &record, e) == -1)
			rc = err_wrap(e, STR_FMT ":%u", STR_ARG(it.file), it.line);
	}
	buf_done(&record);
	return rc;
}

static int convert_all(
	struct produce_making *m, struct sorter *s, const struct reader *source, struct err *e)
{
	struct str record;
	struct item it;
	struct diag d;
	uint64_t seen = 0;
	int rc = 0;

	for (;;) {
		arena_reset(&m->item);
		diag_init(&d, &m->item);
		rc = sorter_next(s, NULL, &record, e);
		if (rc != 1)
			return rc;
		if (item_bytes_get(record, &it, &m->item, e) == -1)
			return -1;
		if (produce_item_convert(m, &it, &d, e) == -1)
			return err_wrap(e, STR_FMT ":%u", STR_ARG(it.file), it.line);
		if (++seen % PROGRESS_EVERY == 0 && m->p->progress)
			m->p->progress(m->p->ctx, m->c->items, source->bytes, source->size);
	}
}

int produce_sort_run(struct produce_making *m, struct reader *source, struct err *e)
{
	struct sorter *s = sorter_new(m->p->input.scratch, SORTER_MEMORY);
	int rc = put_all(m, s, source, e);

	if (rc == 0 && m->dups && dups_again(m->dups))
		rc = produce_suspects(m, e);
	m->sorted = true;
	if (rc == 0)
		rc = convert_all(m, s, source, e);
	sorter_free(s);
	return rc;
}
