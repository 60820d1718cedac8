/*
 * Joins: an index over a reference source; see join.h. Every item of the map's type counts as
 * having used its rows, selected or not: an orphan is a row that no item of the source belongs to.
 */
#include "map/join.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "base/sorter.h"
#include "format/item_bytes.h"
#include "map/columns.h"
#include "map/run.h"

enum { COPY_MAX = 16 * LIMIT_ITEM }; /* bytes of a row that is kept */

struct node *join_copy(const struct node *n, struct node *parent, struct arena *a)
{
	struct node *c = node_new(a, parent, n->name, (enum node_kind)n->kind);

	c->value = arena_str(a, n->value);
	c->place = n->place;
	for (const struct node *k = n->child; k; k = k->next)
		join_copy(k, c, a);
	return c;
}

/* Text of a key for people: parts with '/' between them. False when a part is empty. */
static bool key_of(struct ev *ev, const struct expr_list *list, const struct ctx *c,
	struct index_hash *h, struct str *text, const struct node **from)
{
	bool whole = true;

	*h = (struct index_hash){0, 0};
	*text = (struct str){NULL, 0};
	for (size_t i = 0; i < list->n; i++) {
		struct val v = {0};
		struct str s;

		eval_value(ev, list->x[i], c, &v);
		s = val_text(ev, &v);
		index_hash(h, s);
		*text = i ? arena_printf(ev->a, STR_FMT "/" STR_FMT, STR_ARG(*text), STR_ARG(s))
			  : s;
		*from = v.from ? v.from : *from;
		whole = whole && s.n > 0;
	}
	return whole;
}

/* A row has its own budget, and its findings are compared with its own only. */
static void begin_row(struct ev *ev)
{
	run_budget(ev);
	ev->run->seen = ev->run->d->last;
}

/* A row as it is kept: what comes of it is never looked up in its bytes, since all its values know their places. */
static int copy_row(struct join *j, const struct item *it, struct err *e)
{
	struct item kept = *it;
	struct buf b;
	int rc = -1;
	uint32_t n = 0;

	kept.raw = (struct str){NULL, 0};
	kept.header = NULL;
	buf_init(&b, COPY_MAX);
	item_bytes_put(&b, &kept);
	if (buf_check(&b, "a row that is kept", e) == 0) {
		n = (uint32_t)b.n;
		rc = scratch_put(j->index.scratch, &n, sizeof(n), e);
	}
	if (rc == 0)
		rc = scratch_put(j->index.scratch, b.p, b.n, e);
	buf_done(&b);
	return rc;
}

static int add_row(struct join *j, struct index_hash h, const struct item *it, struct err *e)
{
	const uint64_t at = j->copied ? j->index.scratch->size : it->locator;

	if (j->copied && copy_row(j, it, e) == -1)
		return -1;
	return index_add(&j->index, h, at, e);
}

static int index_row(struct join *j, struct ev *ev, const struct item *it, struct err *e)
{
	struct ctx c = {it->root, it->root, 1, 1};
	struct index_hash h;
	struct str key;
	const struct node *from = NULL;

	begin_row(ev);
	ev->run->trees = NULL;
	if (j->def->pub.message) /* pair() asks for the definition of segments */
		run_tree_add(ev, it->root, it->file, j->reader, it->locator);
	if (key_of(ev, &j->def->key, &c, &h, &key, &from))
		return add_row(j, h, it, e);
	ev->run->item = it;
	ev->run->trees = NULL;
	run_tree_add(ev, it->root, it->file, NULL, 0);
	run_report(ev, "JOIN-KEY-EMPTY", from ? from : it->root, key,
		"a key, so that the row can be joined");
	ev->run->trees = NULL;
	ev->run->item = NULL;
	return 0;
}

/* Rows of which none can be joined are not those that the map means: told once, not for each item. */
static int no_keys(const struct join *j, uint64_t rows, struct err *e)
{
	return err_set(e, ERR_INPUT,
		"source " STR_FMT ": none of %" PRIu64
		" rows has the key that the map joins by (map line %u); is a column called "
		"otherwise, or is the separator another one?",
		STR_ARG(j->def->pub.source), rows, j->def->pub.line);
}

static int index_rows(struct join *j, struct ev *ev, struct err *e)
{
	struct arena row;
	struct item it;
	uint64_t rows = 0;
	int rc = 1;

	arena_init(&row);
	ev->a = &row;
	while (rc == 1 && (rc = reader_next(j->reader, &it, ev->run->d, e)) == 1) {
		if (it.root && index_row(j, ev, &it, e) == -1)
			rc = -1;
		rows += it.root ? 1 : 0;
		arena_reset(&row);
	}
	arena_done(&row);
	if (rc == 0 && rows > 0 && j->index.n == 0)
		rc = no_keys(j, rows, e);
	return rc;
}

int join_build(struct join *j, struct ev *ev, struct err *e)
{
	j->copied = j->reader->ops->copied && j->index.scratch;
	if (columns_check(ev->run->m, (int)(j->def - ev->run->m->joins), j->reader, e) == -1)
		return err_wrap(e, "join " STR_FMT ": source " STR_FMT, STR_ARG(j->def->pub.name),
			STR_ARG(j->def->pub.source));
	if (index_rows(j, ev, e) == -1 || index_sort(&j->index, e) == -1)
		return err_wrap(e, "join " STR_FMT, STR_ARG(j->def->pub.name));
	if (j->def->pub.report_orphans)
		j->used = mem_array(j->index.n / 8 + 1, 1);
	return 0;
}

void join_done(struct join *j)
{
	if (!j)
		return;
	index_done(&j->index);
	mem_free(j->used);
}

static void mark(struct join *j, size_t first, size_t n)
{
	for (size_t i = first; j->used && i < first + n; i++)
		j->used[i / 8] = (uint8_t)(j->used[i / 8] | 1u << (i % 8));
}

/* What was put into the scratch file cannot be read back: the run ends. */
static void fail(const struct join *j, struct ev *ev)
{
	(void)err_wrap(ev->run->e, "join " STR_FMT, STR_ARG(j->def->pub.name));
	ev->run->failed = true;
}

/* The rows that may have the key, and how many. */
static size_t candidates(struct join *j, struct ev *ev, struct index_hash h, size_t *n)
{
	size_t first = 0;

	*n = 0;
	if (index_find(&j->index, h, &first, n, ev->run->e) == -1)
		fail(j, ev);
	return first;
}

void join_mark(struct join *j, struct ev *ev)
{
	struct index_hash h;
	struct str key;
	const struct node *from = NULL;
	size_t n = 0;
	size_t first = 0;

	if (!j->used || !key_of(ev, &j->def->on, &ev->run->root, &h, &key, &from))
		return;
	first = candidates(j, ev, h, &n);
	mark(j, first, n);
}

/* Hashes only find candidates: the key of the row itself decides. */
static bool same_key(struct join *j, struct ev *ev, const struct node *row, struct str key)
{
	struct ctx c = {row, row, 1, 1};
	struct index_hash h;
	struct str have;
	const struct node *from = NULL;

	key_of(ev, &j->def->key, &c, &h, &have, &from);
	return str_eq(have, key);
}

static void joined(struct map_run *r, const struct join *j, uint64_t locator)
{
	mem_grow(&r->used, &r->used_cap, r->nused + 1, sizeof(*r->used));
	r->used[r->nused++] = (struct map_joined){j->def->pub.name, locator};
}

/* A row out of the scratch file, in the arena of the item. */
static int fetch_copy(struct join *j, struct ev *ev, uint64_t at, struct item *it)
{
	struct err *e = ev->run->e;
	char *bytes = NULL;
	uint32_t n = 0;

	if (scratch_get(j->index.scratch, &n, sizeof(n), at, e) == -1)
		return -1;
	if (n > COPY_MAX)
		return scratch_damaged(e, at);
	bytes = arena_array(ev->a, n, 1);
	if (scratch_get(j->index.scratch, bytes, n, at + sizeof(n), e) == -1)
		return -1;
	return item_bytes_get((struct str){bytes, n}, it, ev->a, e);
}

static int fetch_read(struct join *j, struct ev *ev, uint64_t at, struct item *it)
{
	if (reader_at(j->reader, at, it, ev->run->d, ev->run->e) == -1)
		return -1;
	it->locator = at;
	it->file = arena_str(ev->a, it->file);
	it->root = it->root ? join_copy(it->root, NULL, ev->a) : NULL;
	return 0;
}

/* The row that the index knows by at. Without a root: there is none, or the run has failed. */
static struct item fetch(struct join *j, struct ev *ev, uint64_t at)
{
	struct item it = {0};

	if ((j->copied ? fetch_copy(j, ev, at, &it) : fetch_read(j, ev, at, &it)) == -1) {
		fail(j, ev);
		it.root = NULL;
	}
	if (it.root)
		run_tree_add(ev, it.root, it.file, j->reader, it.locator);
	return it;
}

static struct item entry(struct join *j, struct ev *ev, size_t i)
{
	uint64_t at = 0;

	if (index_locator(&j->index, i, &at, ev->run->e) == 0)
		return fetch(j, ev, at);
	fail(j, ev);
	return (struct item){0};
}

void join_rows(struct join *j, struct ev *ev, struct val *out)
{
	struct index_hash h;
	struct str key;
	const struct node *from = NULL;
	size_t n = 0;
	size_t first = 0;
	size_t cap = 0;

	*out = (struct val){0};
	if (!ev->run->failed && key_of(ev, &j->def->on, &ev->run->root, &h, &key, &from))
		first = candidates(j, ev, h, &n);
	if (n > LIMIT_JOIN_ROWS) {
		run_report(ev, "JOIN-ROWS-LIMIT", from, key, "at most 10000 rows for one item");
		n = LIMIT_JOIN_ROWS;
	}
	for (size_t i = first; i < first + n && !ev->run->failed; i++) {
		const struct item row = entry(j, ev, i);

		if (!row.root || !same_key(j, ev, row.root, key))
			continue;
		val_add(ev, out, &cap, row.root);
		joined(ev->run, j, row.locator);
	}
	if (out->kind == VAL_ABSENT && j->def->pub.required)
		run_report(ev, "JOIN-ROW-MISSING", from, key,
			arena_printf(ev->a, "a row in " STR_FMT, STR_ARG(j->def->pub.source)).p);
	if (out->kind == VAL_NODES && out->n > 1 && !j->def->pub.many)
		run_report(ev, "JOIN-ROWS-AMBIGUOUS", from, key,
			arena_printf(ev->a, "one row in " STR_FMT ", not %zu",
				STR_ARG(j->def->pub.source), out->n)
				.p);
}

static void orphan(struct join *j, struct ev *ev, const struct node *row)
{
	struct ctx c = {row, row, 1, 1};
	struct index_hash h;
	struct str key;
	const struct node *from = row;

	key_of(ev, &j->def->key, &c, &h, &key, &from);
	ev->run->key = key;
	run_report(ev, "JOIN-ROW-ORPHAN", from, key, "an item of the source that has this key");
}

/* The entries that were never used, in the order of the source. */
static int sort_unused(struct join *j, struct sorter *s, struct err *e)
{
	char key[8];
	uint64_t locator = 0;

	for (size_t i = 0; i < j->index.n; i++) {
		if (j->used[i / 8] >> (i % 8) & 1)
			continue;
		if (index_locator(&j->index, i, &locator, e) == -1)
			return -1;
		sorter_put_number(key, locator);
		if (sorter_add(s, (struct str){key, sizeof(key)}, STR(""), e) == -1)
			return -1;
	}
	return 0;
}

static void report_one(struct join *j, struct ev *ev, uint64_t locator)
{
	struct item row;

	ev->run->trees = NULL;
	begin_row(ev);
	row = fetch(j, ev, locator);
	if (row.root)
		orphan(j, ev, row.root);
	ev->run->key = (struct str){NULL, 0};
	ev->run->trees = NULL;
	arena_reset(ev->a);
}

/* Of more than are kept nobody hears where they are: they are counted, which takes no reading. */
static int report_unused(struct join *j, struct ev *ev, struct sorter *s, struct err *e)
{
	struct str key;
	struct str record;
	int rc = 0;

	while (!ev->run->failed && (rc = sorter_next(s, &key, &record, e)) == 1) {
		if (ev->run->d->n < LIMIT_FINDINGS)
			report_one(j, ev, sorter_get_number(key.p));
		else
			diag_add(ev->run->d, &(struct finding){.code = STR("JOIN-ROW-ORPHAN")});
	}
	return ev->run->failed ? -1 : rc;
}

int join_orphans(struct join *j, struct ev *ev, struct err *e)
{
	struct arena row;
	struct sorter *s = NULL;
	int rc = 0;

	if (!j->used)
		return 0;
	s = sorter_new(j->index.scratch, j->index.memory);
	arena_init(&row);
	ev->a = &row;
	ev->run->e = e;
	if (sort_unused(j, s, e) == -1)
		rc = err_wrap(e, "join " STR_FMT, STR_ARG(j->def->pub.name));
	else
		rc = report_unused(j, ev, s, e);
	sorter_free(s);
	arena_done(&row);
	return rc;
}
