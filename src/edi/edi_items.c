/* Items out of interchanges; see edi_items.h. */
#include "edi/edi_items.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "edi/edi_sets.h"
#include "edi/edi_tree.h"
#include "edi/structure.h"

enum { AHEAD = 64 << 10 };

struct stream {
	struct edi_sets *sets;
	struct edi_set set;	/* the one in hand, when inside */
	struct segment segment; /* the one in hand, when pending */
	bool lasting;		/* its texts are the set's */
	bool pending;
	bool inside;		     /* more of the set may come */
	bool headed;		     /* it has come to its first item */
	bool begun;		     /* an item is being made */
	const struct def_node *base; /* its loop */
	struct item whole;	     /* the set */
	uint64_t passed;	     /* offset of the last item given, and one more */
	struct edi_tree item;
	struct edi_tree header;
	char *raw; /* bytes of the file, more than the item's: most items come from one read */
	size_t cap, nraw;
	uint64_t raw_at;
	struct item made;
};

struct source {
	struct stream next;
	struct stream at;
	struct edi_tree_names names;
};

static int stream_open(const struct reader *r, struct stream *s, struct err *e)
{
	s->sets = edi_sets_open(r, e);
	return s->sets ? 0 : -1;
}

static void stream_close(struct stream *s)
{
	edi_sets_close(s->sets);
	arena_done(&s->item.arena);
	arena_done(&s->header.arena);
	mem_free(s->raw);
	memset(s, 0, sizeof(*s));
}

static void add_to(
	struct reader *r, struct edi_tree *t, const struct stream *s, const struct def_node *base)
{
	struct source *own = r->self;

	edi_tree_add(t, &own->names, &s->segment, base, s->lasting);
}

/* --- sets --- */

/* Bytes of the file from one offset to another, as far as an item may be large. */
static int read_raw(struct reader *r, struct stream *s, uint64_t from, uint64_t to, struct item *it,
	struct err *e)
{
	const uint64_t whole = to > from ? to - from : 0;
	const size_t n = whole > LIMIT_ITEM ? LIMIT_ITEM : (size_t)whole;
	const size_t want = n > AHEAD ? n : AHEAD;

	if (from < s->raw_at || from + n > s->raw_at + s->nraw) {
		s->nraw = 0;
		mem_grow(&s->raw, &s->cap, want, 1);
		if (fsx_pread(r->fd, s->raw, want, from, &s->nraw, e) == -1)
			return err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
		s->raw_at = from;
	}
	it->raw = str_trim(str_sub((struct str){s->raw, s->nraw}, (size_t)(from - s->raw_at), n));
	return 0;
}

static void item_at(const struct reader *r, const struct segment *s, struct item *it)
{
	memset(it, 0, sizeof(*it));
	it->file = r->spec.file;
	it->locator = it->offset = s->offset;
	it->line = s->position;
}

static void other_set(const struct reader *r, const struct edi_set *set)
{
	struct arena *a = set->d->arena; /* the texts go with the findings */

	diag_add(set->d,
		&(struct finding){
			.code = STR("SET-OTHER"),
			.severity = SEV_ERROR,
			.file = r->spec.file,
			.segment = set->head.tag,
			.segment_at = set->head.position,
			.offset = set->head.offset,
			.found = arena_printf(
				a, STR_FMT " " STR_FMT, STR_ARG(set->id), STR_ARG(set->version)),
			.expected = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(r->spec.message),
				STR_ARG(r->spec.version)),
			.rule = STR("the set is another one than the map reads"),
			.remedy = STR("route such files to a map of their own"),
		});
}

static void copy(struct diag *to, const struct diag *from)
{
	for (const struct finding *f = from->first; f; f = f->next)
		diag_add(to, f);
}

/* The set is an item without a tree. */
static int set_aside(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	*it = s->whole;
	s->inside = false;
	s->passed = it->locator + 1;
	copy(d, s->set.d);
	return read_raw(r, s, it->offset, s->set.end, it, e) == -1 ? -1 : 1;
}

/* A set begins. 1: it is set aside, 0: its items come, -1. */
static int begin_set(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	const struct edi_set *set = &s->set;

	s->segment = set->head;
	s->lasting = true;
	edi_tree_start(&s->header);
	item_at(r, &s->segment, &s->whole);
	s->begun = s->headed = false;
	if (!str_eq(set->id, r->spec.message) || !str_eq(set->version, r->spec.version))
		other_set(r, set);
	s->inside = set->d->errors == 0;
	if (!s->inside)
		return set_aside(r, s, it, d, e);
	add_to(r, &s->header, s, NULL);
	for (const struct finding *f = set->d->first; f; f = f->next)
		if (f->severity == SEV_NOTE && f->tolerance.n > 0)
			diag_add(d, f);
	return 0;
}

static void too_large(const struct item *it, const char *rule, struct diag *d)
{
	diag_add(d,
		&(struct finding){
			.code = STR("ITEM-TOO-LARGE"),
			.severity = SEV_ERROR,
			.file = it->file,
			.offset = it->offset,
			.rule = str_c(rule),
			.remedy = STR("ask the partner for smaller items"),
		});
}

/* --- items --- */

static bool is_inside(const struct stream *s)
{
	const struct def_node *p = s->segment.node ? s->segment.node->parent : NULL;

	while (p && p != s->base)
		p = p->parent;
	return p != NULL;
}

static void begin_item(struct reader *r, struct stream *s)
{
	edi_tree_start(&s->item);
	item_at(r, &s->segment, &s->made);
	s->base = s->segment.node->parent;
	s->begun = s->headed = true;
	s->item.root->place = (struct place){s->segment.offset, s->segment.position, 0};
	add_to(r, &s->item, s, s->base);
}

/* The item that ends before the segment in hand. */
static int finish(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	*it = s->made;
	it->header = s->header.root;
	s->begun = false;
	s->passed = it->locator + 1;
	if (s->item.nodes <= LIMIT_NODES)
		it->root = s->item.root;
	else
		too_large(it, "the item has more parts than one item may have", d);
	return read_raw(r, s, it->offset, s->segment.offset, it, e) == -1 ? -1 : 1;
}

/* A segment of a good set. 1 an item ended before it, 0, -1. */
static int take(struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	const bool start = structure_opens(s->segment.node, r->spec.item);

	if (s->begun && (start || !is_inside(s))) {
		s->pending = true;
		return finish(r, s, it, d, e);
	}
	if (start)
		begin_item(r, s);
	else if (s->begun)
		add_to(r, &s->item, s, s->base);
	else if (!s->headed)
		add_to(r, &s->header, s, NULL);
	if (s->headed || s->header.nodes <= LIMIT_HEADER)
		return 0;
	too_large(&s->whole, "the set has more parts before its first item than it may have", d);
	return set_aside(r, s, it, d, e);
}

/* The next segment of the set. 1 an item ended before it, 0, -1. */
static int go_on(struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	const int rc = s->pending ? 1 : edi_sets_segment(s->sets, &s->segment, &s->lasting, e);

	s->pending = false;
	if (rc == 1)
		return take(r, s, it, d, e);
	s->inside = false;
	return rc == 0 && s->begun ? finish(r, s, it, d, e) : rc;
}

static int stream_next(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	int rc = 0;

	while (rc == 0) {
		if (s->inside) {
			rc = go_on(r, s, it, d, e);
			continue;
		}
		rc = edi_sets_next(s->sets, &s->set, e);
		if (rc != 1)
			return rc;
		rc = begin_set(r, s, it, d, e);
	}
	return rc;
}

/* --- the reader --- */

static int items_open(struct reader *r, struct err *e)
{
	struct source *s = NULL;

	if (!r->spec.defs || r->spec.item.n == 0)
		return err_set(e, ERR_CONFIG,
			STR_FMT ": a map has to say which loop of which message is an item",
			STR_ARG(r->spec.file));
	s = mem_alloc(sizeof(*s));
	s->names.names = r->names;
	r->self = s;
	return stream_open(r, &s->next, e);
}

static void items_close(struct reader *r)
{
	struct source *s = r->self;

	if (!s)
		return;
	stream_close(&s->next);
	stream_close(&s->at);
	mem_free(s);
}

static int items_next(struct reader *r, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	const int rc = stream_next(r, &s->next, it, d, e);

	r->bytes = rc == 0 ? r->size : s->next.segment.offset;
	return rc;
}

static int items_at(
	struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct arena a;
	struct diag ignored;
	int rc = 1;

	if (!s->at.sets || locator < s->at.passed) {
		stream_close(&s->at);
		if (stream_open(r, &s->at, e) == -1)
			return -1;
	}
	arena_init(&a);
	do {
		arena_reset(&a);
		diag_init(&ignored, &a);
		rc = stream_next(r, &s->at, it, &ignored, e);
	} while (rc == 1 && it->locator < locator);
	for (const struct finding *f = ignored.first; rc == 1 && f && it->locator == locator;
		f = f->next)
		diag_add(d, f);
	arena_done(&a);
	if (rc == -1 || (rc == 1 && it->locator == locator))
		return rc;
	return err_set(e, ERR_ABSENT, STR_FMT ": there is no item at byte %llu",
		STR_ARG(r->spec.file), (unsigned long long)locator);
}

static const struct reader_ops x12_items_ops = {
	.name = "x12",
	.copied = true,
	.open = items_open,
	.next = items_next,
	.at = items_at,
	.close = items_close,
};

static const struct reader_ops edifact_items_ops = {
	.name = "edifact",
	.copied = true,
	.open = items_open,
	.next = items_next,
	.at = items_at,
	.close = items_close,
};

const struct reader_ops *edi_items_find(struct str format)
{
	if (str_is(format, x12_items_ops.name))
		return &x12_items_ops;
	return str_is(format, edifact_items_ops.name) ? &edifact_items_ops : NULL;
}
