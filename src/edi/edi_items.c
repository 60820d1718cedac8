/* Items out of interchanges; see edi_items.h. */
#include "edi/edi_items.h"

#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "edi/edi_read.h"
#include "edi/structure.h"

enum { LOOPS = 16, KNOWN = 1024, AHEAD = 64 << 10 };

/* The name of a node by what it is an occurrence of: a part, a segment, a loop of the definition. */
struct known {
	const void *of;
	uint32_t id;
};

/* A loop around the segment in hand, inside its item or header. */
struct open {
	const struct def_node *def;
	struct node *node;
};

struct tree {
	struct arena arena;
	struct node *root;
	struct open loops[LOOPS];
	size_t nloops;
	size_t nodes;
};

/* Findings: of one event of check; of the set; of the next one, whose header check has read; of the headers
 * that the set stands in; of read, which check has told. */
enum { EVENT, SET, EARLY, INTERCHANGE, GROUP, QUIET, SHEETS };

struct sheet {
	struct arena arena;
	struct diag d;
};

struct stream {
	struct edi_read *check; /* one set ahead of read */
	struct edi_read *read;
	struct tolerances forgiven[2]; /* of each of them, so that none is counted twice */
	struct segment segment;	       /* the one in hand, when pending */
	bool pending;
	enum edi_event event;
	bool good;   /* the set has no errors and is the one that the source names */
	bool headed; /* it has come to its first item */
	bool begun;  /* an item is being made */
	const struct def_node *base; /* its loop */
	struct item whole;	     /* the set */
	uint64_t end;		     /* of its body */
	uint64_t passed;	     /* offset of the last item given, and one more */
	struct tree item;
	struct tree header;
	struct sheet sheets[SHEETS];
	char *raw; /* bytes of the file, more than the item's: most items come from one read */
	size_t cap, nraw;
	uint64_t raw_at;
	struct item made;
};

struct source {
	struct stream next;
	struct stream at;
	struct known known[KNOWN];
};

/* --- streams --- */

static struct edi_read *open_read(
	const struct reader *r, enum edi_level level, struct tolerances *t, struct err *e)
{
	const struct edi_read_options o = {.format = r->spec.format,
		.defs = r->spec.defs,
		.level = level,
		.file = r->spec.file,
		.guide = r->spec.guide,
		.guide_set = r->spec.guide.n > 0 ? r->spec.message : STR(""),
		.tolerances = t};

	t->granted = r->spec.tolerated ? *r->spec.tolerated : tolerance_usual();
	return edi_read_open(r->fd, STR(""), &o, e);
}

static void sheet_init(struct sheet *s)
{
	arena_init(&s->arena);
	diag_init(&s->d, &s->arena);
}

static void sheet_clear(struct sheet *s)
{
	if (s->d.n == 0 && s->arena.used == 0)
		return;
	arena_reset(&s->arena);
	diag_clear(&s->d);
}

static void copy(struct diag *to, const struct diag *from)
{
	for (const struct finding *f = from->first; f; f = f->next)
		diag_add(to, f);
}

static int stream_open(const struct reader *r, struct stream *s, struct err *e)
{
	arena_init(&s->item.arena);
	arena_init(&s->header.arena);
	for (size_t i = 0; i < SHEETS; i++)
		sheet_init(&s->sheets[i]);
	s->check = open_read(r, (enum edi_level)r->spec.level, &s->forgiven[0], e);
	s->read = s->check ? open_read(r, EDI_STRUCTURE, &s->forgiven[1], e) : NULL;
	return s->read ? 0 : -1;
}

static void stream_close(struct stream *s)
{
	edi_read_close(s->check);
	edi_read_close(s->read);
	arena_done(&s->item.arena);
	arena_done(&s->header.arena);
	for (size_t i = 0; i < SHEETS; i++)
		arena_done(&s->sheets[i].arena);
	mem_free(s->raw);
	memset(s, 0, sizeof(*s));
}

/* --- trees --- */

static void tree_start(struct tree *t)
{
	arena_reset(&t->arena);
	t->root = node_new(&t->arena, NULL, 0, NODE_OBJECT);
	t->nloops = t->nodes = 0;
}

static uint32_t known_id(struct reader *r, const void *of, struct str name)
{
	struct source *s = r->self;
	const uintptr_t h = (uintptr_t)of >> 3;
	struct known *k = &s->known[(h ^ h >> 10) % KNOWN];

	if (k->of != of)
		*k = (struct known){of, names_id(r->names, name)};
	return k->id;
}

/* The loops around a segment, below base, outermost first. */
static size_t chain(
	const struct def_node *n, const struct def_node *base, const struct def_node **out)
{
	size_t k = 0;

	for (const struct def_node *p = n ? n->parent : NULL; p && p->parent && p != base;
		p = p->parent)
		if (k < LOOPS)
			out[k++] = p;
	for (size_t i = 0; i < k / 2; i++) {
		const struct def_node *swap = out[i];
		out[i] = out[k - 1 - i];
		out[k - 1 - i] = swap;
	}
	return k;
}

static struct node *parent_of(struct tree *t)
{
	return t->nloops > 0 ? t->loops[t->nloops - 1].node : t->root;
}

/* Opens and closes loops until the segment can be added. */
static void place_in_loops(
	struct reader *r, struct tree *t, const struct segment *s, const struct def_node *base)
{
	const struct def_node *want[LOOPS];
	const size_t n = chain(s->node, base, want);
	size_t same = 0;

	while (same < n && same < t->nloops && t->loops[same].def == want[same])
		same++;
	if (same == n && n > 0 && s->node && want[n - 1]->child == s->node)
		same = n - 1; /* another occurrence of the innermost */
	t->nloops = same;
	for (; t->nloops < n; t->nloops++) {
		struct node *up = parent_of(t);
		const struct def_node *loop = want[t->nloops];
		struct node *made = node_new(
			&t->arena, up, known_id(r, loop, loop->name), NODE_OBJECT);
		made->place = (struct place){s->offset, s->position, 0};
		t->loops[t->nloops] = (struct open){loop, made};
	}
}

/* LIN03; CTP05-1 where the element is a composite. */
static uint32_t name_of(
	struct reader *r, struct arena *a, const struct segment *s, const struct value *v)
{
	const struct def_part *part = defs_leaf(s->def, v->element, v->component);

	if (part)
		return known_id(r, part, part->ref);
	return names_id(r->names,
		arena_printf(a, STR_FMT "%02u-%u", STR_ARG(s->tag), v->element, v->component));
}

/* A number with implied decimals gets its point: 1250 of N2 is 12.50. */
static struct str text_of(struct arena *a, const struct segment *s, const struct value *v)
{
	const struct def_part *part = defs_leaf(s->def, v->element, v->component);
	const struct def_element *x = part ? part->element : NULL;
	const size_t sign = v->text.n > 0 && v->text.p[0] == '-';
	struct str digits = str_from(v->text, sign);
	size_t whole = 0;

	if (!x || x->type != DEF_N || x->decimals == 0 || !str_is_digits(digits))
		return arena_str(a, v->text);
	whole = digits.n > x->decimals ? digits.n - x->decimals : 0;
	return arena_printf(a, "%s%.*s.%.*s" STR_FMT, sign ? "-" : "", whole > 0 ? (int)whole : 1,
		whole > 0 ? digits.p : "0",
		digits.n < x->decimals ? (int)(x->decimals - digits.n) : 0, "000000000",
		STR_ARG(str_from(digits, whole)));
}

static void add_segment(
	struct reader *r, struct tree *t, const struct segment *s, const struct def_node *base)
{
	struct node *n = NULL;

	t->nodes += s->n + 1;
	if (t->nodes > LIMIT_NODES)
		return;
	place_in_loops(r, t, s, base);
	n = node_new(&t->arena, parent_of(t),
		s->def ? known_id(r, s->def, s->tag) : names_id(r->names, s->tag), NODE_OBJECT);
	n->place = (struct place){s->offset, s->position, 0};
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		struct node *x = node_new(&t->arena, n, name_of(r, &t->arena, s, v), NODE_TEXT);
		x->value = text_of(&t->arena, s, v);
		x->place = (struct place){s->offset, s->position, v->element};
	}
}

/* --- sets --- */

static uint64_t sets(const struct edi_read *r)
{
	return edi_read_context(r)->sets;
}

/* The error is why the file is refused. */
static int for_code(const struct finding *f, struct err *e)
{
	char code[60];

	if (!f)
		return -1;
	(void)snprintf(code, sizeof(code), STR_FMT, STR_ARG(f->code));
	return err_reason(e, code);
}

/* An error behind the last set, or of what holds the sets: what else was in the file cannot be known. */
static int refuse(const struct finding *f, struct err *e)
{
	struct buf line;

	buf_init(&line, 600);
	diag_line(&line, f);
	(void)err_set(e, ERR_INPUT, "%s", buf_cstr(&line));
	buf_done(&line);
	return for_code(f, e);
}

/* Whose a finding of an event is; NULL: it is about the trailer of what holds the sets, or a segment outside
 * of all. */
static struct diag *owner(
	const struct reader *r, struct stream *s, enum edi_event ev, const struct finding *f)
{
	const bool envelope = str_ends(f->code, STR("-ENVELOPE"));

	if (ev == EDI_SEGMENT || ev == EDI_SET_END || f->severity == SEV_NOTE ||
		(envelope && str_is(f->segment, defs_format(r->spec.format)->trailer)))
		return &s->sheets[SET].d;
	if (ev == EDI_SET)
		return sets(s->check) > sets(s->read) ? &s->sheets[EARLY].d : &s->sheets[SET].d;
	if (ev == EDI_GROUP_END || ev == EDI_INTERCHANGE_END || envelope)
		return NULL;
	return ev == EDI_GROUP ? &s->sheets[GROUP].d : &s->sheets[INTERCHANGE].d;
}

/* The set in hand has what its headers have, and its own. */
static void begin_checks(struct stream *s)
{
	copy(&s->sheets[SET].d, &s->sheets[INTERCHANGE].d);
	copy(&s->sheets[SET].d, &s->sheets[GROUP].d);
	copy(&s->sheets[SET].d, &s->sheets[EARLY].d);
	sheet_clear(&s->sheets[EARLY]);
}

static int sort_out(const struct reader *r, struct stream *s, enum edi_event ev, struct err *e)
{
	if (ev == EDI_INTERCHANGE)
		sheet_clear(&s->sheets[INTERCHANGE]);
	if (ev == EDI_INTERCHANGE || ev == EDI_GROUP || ev == EDI_GROUP_END)
		sheet_clear(&s->sheets[GROUP]);
	for (const struct finding *f = s->sheets[EVENT].d.first; f; f = f->next) {
		struct diag *to = owner(r, s, ev, f);
		if (to)
			diag_add(to, f);
		else if (f->severity >= SEV_ERROR)
			return refuse(f, e);
	}
	if (ev == EDI_SET && sets(s->check) == sets(s->read))
		begin_checks(s);
	return 0;
}

/* Reads the set ahead with all rules; *end is the offset behind its body. */
static int check_ahead(const struct reader *r, struct stream *s, uint64_t *end, struct err *e)
{
	struct segment segment;
	enum edi_event ev = EDI_SEGMENT;
	bool over = false;
	int rc = 1;

	sheet_clear(&s->sheets[SET]);
	if (sets(s->check) == sets(s->read))
		begin_checks(s);
	while (rc == 1 && !over) {
		sheet_clear(&s->sheets[EVENT]);
		rc = edi_read_next(s->check, &ev, &segment, &s->sheets[EVENT].d, e);
		if (rc == -1)
			return for_code(diag_first_error(&s->sheets[EVENT].d), e);
		if (sort_out(r, s, ev, e) == -1)
			return -1;
		*end = segment.offset;
		over = sets(s->check) > sets(s->read) ||
			(sets(s->check) == sets(s->read) && ev != EDI_SET && ev != EDI_SEGMENT);
	}
	return 0;
}

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

static void other_set(const struct reader *r, const struct stream *s, struct diag *d)
{
	const struct edi_context *c = edi_read_context(s->read);

	diag_add(d,
		&(struct finding){
			.code = STR("SET-OTHER"),
			.severity = SEV_ERROR,
			.file = r->spec.file,
			.segment = s->segment.tag,
			.segment_at = s->segment.position,
			.offset = s->segment.offset,
			.found = c->set_id,
			.expected = r->spec.message,
			.rule = STR("the set is another one than the map reads"),
			.remedy = STR("route such files to a map of their own"),
		});
}

/* The set is an item without a tree. */
static int set_aside(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	*it = s->whole;
	s->good = false;
	s->passed = it->locator + 1;
	copy(d, &s->sheets[SET].d);
	return read_raw(r, s, it->offset, s->end, it, e) == -1 ? -1 : 1;
}

/* A set begins. 1: it is set aside, 0: its items come, -1. */
static int begin_set(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	const struct edi_context *c = edi_read_context(s->read);

	if (check_ahead(r, s, &s->end, e) == -1)
		return -1;
	tree_start(&s->header);
	item_at(r, &s->segment, &s->whole);
	s->begun = s->headed = false;
	if (!str_eq(c->set_id, r->spec.message) || !str_eq(c->set_version, r->spec.version))
		other_set(r, s, &s->sheets[SET].d);
	s->good = s->sheets[SET].d.errors == 0;
	if (!s->good)
		return set_aside(r, s, it, d, e);
	add_segment(r, &s->header, &s->segment, NULL);
	for (const struct finding *f = s->sheets[SET].d.first; f; f = f->next)
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

static bool inside(const struct stream *s)
{
	const struct def_node *p = s->segment.node ? s->segment.node->parent : NULL;

	while (p && p != s->base)
		p = p->parent;
	return p != NULL;
}

static void begin_item(struct reader *r, struct stream *s)
{
	tree_start(&s->item);
	item_at(r, &s->segment, &s->made);
	s->base = s->segment.node->parent;
	s->begun = s->headed = true;
	s->item.root->place = (struct place){s->segment.offset, s->segment.position, 0};
	add_segment(r, &s->item, &s->segment, s->base);
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

	if (s->begun && (start || !inside(s))) {
		s->pending = true;
		return finish(r, s, it, d, e);
	}
	if (start)
		begin_item(r, s);
	else if (s->begun)
		add_segment(r, &s->item, &s->segment, s->base);
	else if (!s->headed)
		add_segment(r, &s->header, &s->segment, NULL);
	if (s->headed || s->header.nodes <= LIMIT_HEADER)
		return 0;
	too_large(&s->whole, "the set has more parts before its first item than it may have", d);
	return set_aside(r, s, it, d, e);
}

static int at_end(struct stream *s, struct err *e)
{
	enum edi_event ev = EDI_SEGMENT;
	struct segment segment;
	int rc = 1;

	sheet_clear(&s->sheets[SET]);
	while (rc == 1)
		rc = edi_read_next(s->check, &ev, &segment, &s->sheets[SET].d, e);
	if (rc == -1)
		return for_code(diag_first_error(&s->sheets[SET].d), e);
	return s->sheets[SET].d.errors > 0 ? refuse(diag_first_error(&s->sheets[SET].d), e) : 0;
}

static int stream_next(
	struct reader *r, struct stream *s, struct item *it, struct diag *d, struct err *e)
{
	int rc = 0;

	while (rc == 0) {
		sheet_clear(&s->sheets[QUIET]);
		rc = s->pending
			? 1
			: edi_read_next(s->read, &s->event, &s->segment, &s->sheets[QUIET].d, e);
		s->pending = false;
		if (rc != 1)
			return rc == 0 ? at_end(s, e) : -1;
		rc = 0;
		if (s->event == EDI_SET)
			rc = begin_set(r, s, it, d, e);
		else if (s->event == EDI_SEGMENT && s->good)
			rc = take(r, s, it, d, e);
		else if (s->event == EDI_SET_END && s->begun)
			rc = finish(r, s, it, d, e);
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

	if (!s->at.read || locator < s->at.passed) {
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
