/* Sets, each read ahead and checked whole; see edi_sets.h. */
#include "edi/edi_sets.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "edi/edi_read.h"

enum { ROOM = 2 * READ_BLOCK }; /* for the segments of a set: some 2,000 items */

/* Findings: of one event; of the set; of the next one, whose header was read already; of the headers that the
 * set stands in; of all that stands between two sets, and the one of them that refuses the file; of what is
 * read once more, which was told before. */
enum { EVENT, SET, EARLY, INTERCHANGE, GROUP, BETWEEN, HELD, QUIET, SHEETS };

struct sheet {
	struct arena arena;
	struct diag d;
};

struct kept_value {
	uint32_t n; /* bytes of its text */
	uint16_t element, repetition, component;
};

/* A segment in the room; its values stand behind it, and the texts of tag and values one behind the other. */
struct kept {
	const struct def_node *node;
	const struct def_segment *def;
	uint64_t offset;
	uint32_t position;
	uint32_t text; /* bytes of it */
	uint16_t n;
	uint16_t tag; /* bytes, the first of the text */
	bool trailer;
};

/* A set that has begun. */
struct start {
	struct arena arena;
	struct segment head;
	struct str id, version;
};

struct edi_sets {
	const struct reader *r;
	struct edi_read *check;
	const struct edi_context *ctx; /* of check */
	struct edi_read *again;	       /* of sets that are too long; behind check */
	struct tolerances forgiven[2]; /* of each of them, so that none is counted twice */
	struct sheet sheets[SHEETS];
	uint64_t nth;		/* the set in hand, from 1 */
	struct start starts[2]; /* by the last bit of their number */
	uint64_t end;
	char *room; /* ROOM bytes */
	size_t used;
	size_t given;	      /* of them */
	bool full;	      /* the set goes on behind them */
	uint64_t nkept;	      /* segments in it */
	uint64_t skip;	      /* segments that were given before, and come again first */
	struct value *values; /* LIMIT_ELEMENTS: of the segment given */
};

/* --- life --- */

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

struct edi_sets *edi_sets_open(const struct reader *r, struct err *e)
{
	struct edi_sets *x = mem_alloc(sizeof(*x));

	x->r = r;
	x->check = open_read(r, (enum edi_level)r->spec.level, &x->forgiven[0], e);
	if (!x->check) {
		mem_free(x);
		return NULL;
	}
	x->ctx = edi_read_context(x->check);
	for (size_t i = 0; i < SHEETS; i++) {
		arena_init(&x->sheets[i].arena);
		diag_init(&x->sheets[i].d, &x->sheets[i].arena);
	}
	x->room = mem_alloc(ROOM);
	x->values = mem_array(LIMIT_ELEMENTS, sizeof(*x->values));
	return x;
}

void edi_sets_close(struct edi_sets *x)
{
	if (!x)
		return;
	edi_read_close(x->check);
	edi_read_close(x->again);
	for (size_t i = 0; i < SHEETS; i++)
		arena_done(&x->sheets[i].arena);
	arena_done(&x->starts[0].arena);
	arena_done(&x->starts[1].arena);
	mem_free(x->room);
	mem_free(x->values);
	mem_free(x);
}

/* --- findings --- */

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
static struct diag *owner(struct edi_sets *x, enum edi_event ev, const struct finding *f)
{
	const bool envelope = str_ends(f->code, STR("-ENVELOPE"));

	if (ev == EDI_SEGMENT || ev == EDI_SET_END || f->severity == SEV_NOTE ||
		(envelope && str_is(f->segment, defs_format(x->r->spec.format)->trailer)))
		return &x->sheets[SET].d;
	if (ev == EDI_SET)
		return x->ctx->sets > x->nth ? &x->sheets[EARLY].d : &x->sheets[SET].d;
	if (ev == EDI_GROUP_END || ev == EDI_INTERCHANGE_END || envelope)
		return NULL;
	return ev == EDI_GROUP ? &x->sheets[GROUP].d : &x->sheets[INTERCHANGE].d;
}

/* The set in hand has what its headers have, and its own. */
static void begin_checks(struct edi_sets *x)
{
	copy(&x->sheets[SET].d, &x->sheets[INTERCHANGE].d);
	copy(&x->sheets[SET].d, &x->sheets[GROUP].d);
	copy(&x->sheets[SET].d, &x->sheets[EARLY].d);
	sheet_clear(&x->sheets[EARLY]);
}

/* Puts the findings of an event where they belong; what refuses the file is held. */
static void sort_out(struct edi_sets *x, enum edi_event ev)
{
	if (ev == EDI_INTERCHANGE)
		sheet_clear(&x->sheets[INTERCHANGE]);
	if (ev == EDI_INTERCHANGE || ev == EDI_GROUP || ev == EDI_GROUP_END)
		sheet_clear(&x->sheets[GROUP]);
	for (const struct finding *f = x->sheets[EVENT].d.first; f; f = f->next) {
		struct diag *to = owner(x, ev, f);
		if (to)
			diag_add(to, f);
		else if (f->severity >= SEV_ERROR)
			diag_add(&x->sheets[HELD].d, f);
	}
	if (ev == EDI_SET && x->ctx->sets == x->nth)
		begin_checks(x);
}

/* --- segments kept --- */

static size_t text_size(const struct segment *s)
{
	size_t n = s->tag.n;

	for (size_t i = 0; i < s->n; i++)
		n += s->values[i].text.n;
	return n;
}

static struct kept_value *values_of(struct kept *k)
{
	return (struct kept_value *)(void *)(k + 1);
}

static char *text_of(struct kept *k)
{
	return (char *)(values_of(k) + k->n);
}

/* With what it takes to keep the next one aligned. */
static size_t size_of(size_t values, size_t text)
{
	const size_t n = sizeof(struct kept) + values * sizeof(struct kept_value) + text;

	return (n + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
}

static char *put(char *to, struct str s)
{
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

static void keep(struct edi_sets *x, const struct segment *s, bool trailer)
{
	struct kept *k = (struct kept *)(void *)(x->room + x->used);
	const size_t text = text_size(s);
	char *to = NULL;

	x->full = x->full || size_of(s->n, text) > ROOM - x->used;
	if (x->full)
		return;
	*k = (struct kept){.node = s->node,
		.def = s->def,
		.offset = s->offset,
		.position = s->position,
		.text = (uint32_t)text,
		.n = (uint16_t)s->n,
		.tag = (uint16_t)s->tag.n,
		.trailer = trailer};
	to = put(text_of(k), s->tag);
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		values_of(k)[i] = (struct kept_value){
			(uint32_t)v->text.n, v->element, v->repetition, v->component};
		to = put(to, v->text);
	}
	x->used += size_of(s->n, text);
	x->nkept++;
}

/* Gives the next of them. 1, or 0 for the trailer. */
static int take(struct edi_sets *x, struct segment *s)
{
	struct kept *k = (struct kept *)(void *)(x->room + x->given);
	const struct kept_value *v = values_of(k);
	const char *text = text_of(k);

	/* By its members: to clear it as a whole takes longer than all the rest. */
	s->tag = (struct str){text, k->tag};
	s->def = k->def;
	s->node = k->node;
	s->values = x->values;
	s->n = k->n;
	s->gaps = NULL;
	s->map_line = 0;
	s->offset = k->offset;
	s->position = k->position;
	s->next = NULL;
	text += k->tag;
	for (size_t i = 0; i < k->n; i++) {
		struct value *to = &x->values[i];
		to->element = v[i].element;
		to->repetition = v[i].repetition;
		to->component = v[i].component;
		to->text = (struct str){text, v[i].n};
		text += v[i].n;
	}
	x->given += size_of(k->n, k->text);
	return k->trailer ? 0 : 1;
}

/* --- sets --- */

static void note_start(struct edi_sets *x, const struct segment *s)
{
	const struct edi_context *c = x->ctx;
	struct start *t = &x->starts[c->sets & 1];

	arena_reset(&t->arena);
	t->head = *s;
	t->head.tag = arena_str(&t->arena, s->tag);
	t->head.values = arena_array(&t->arena, s->n, sizeof(*s->values));
	for (size_t i = 0; i < s->n; i++) {
		t->head.values[i] = s->values[i];
		t->head.values[i].text = arena_str(&t->arena, s->values[i].text);
	}
	t->id = arena_str(&t->arena, c->set_id);
	t->version = arena_str(&t->arena, c->set_version);
}

static int next_event(struct edi_sets *x, enum edi_event *ev, struct segment *s, struct err *e)
{
	sheet_clear(&x->sheets[EVENT]);
	return edi_read_next(x->check, ev, s, &x->sheets[EVENT].d, e);
}

/* Reads up to the head of the set: 1; 0 there is no more; -1. What breaks off comes before what refuses. */
static int to_head(struct edi_sets *x, struct err *e)
{
	struct diag *between = &x->sheets[BETWEEN].d;
	struct segment s;
	enum edi_event ev = EDI_SEGMENT;
	int rc = 1;

	sheet_clear(&x->sheets[BETWEEN]);
	if (x->ctx->sets == x->nth) {
		begin_checks(x);
		return 1;
	}
	while (rc == 1 && ev != EDI_SET) {
		rc = next_event(x, &ev, &s, e);
		copy(between, &x->sheets[EVENT].d);
		if (rc == 1)
			sort_out(x, ev);
	}
	if (rc == -1)
		return -1;
	if (rc == 0)
		return between->errors > 0 ? refuse(diag_first_error(between), e) : 0;
	if (x->sheets[HELD].d.n > 0)
		return refuse(x->sheets[HELD].d.first, e);
	note_start(x, &s);
	return 1;
}

/* Reads the rest of it. */
static int to_end(struct edi_sets *x, struct err *e)
{
	struct segment s;
	enum edi_event ev = EDI_SEGMENT;

	while (x->ctx->sets == x->nth && (ev == EDI_SET || ev == EDI_SEGMENT)) {
		const int rc = next_event(x, &ev, &s, e);
		if (rc == -1)
			return for_code(diag_first_error(&x->sheets[EVENT].d), e);
		if (rc == 0)
			break;
		sort_out(x, ev);
		if (x->sheets[HELD].d.n > 0)
			return refuse(x->sheets[HELD].d.first, e);
		x->end = s.offset;
		if (ev == EDI_SET)
			note_start(x, &s);
		else if (x->sheets[SET].d.errors == 0 && (ev == EDI_SEGMENT || ev == EDI_SET_END))
			keep(x, &s, ev == EDI_SET_END);
	}
	return 0;
}

int edi_sets_next(struct edi_sets *x, struct edi_set *set, struct err *e)
{
	const struct start *t = &x->starts[++x->nth & 1];
	int rc = 0;

	sheet_clear(&x->sheets[SET]);
	x->used = x->given = 0;
	x->nkept = 0;
	x->full = false;
	rc = to_head(x, e);
	if (rc != 1)
		return rc;
	if (to_end(x, e) == -1)
		return -1;
	x->skip = x->nkept;
	*set = (struct edi_set){t->head, t->id, t->version, x->end, &x->sheets[SET].d};
	return 1;
}

/* The next one that there was no room for: 1; 0 the trailer; -1. */
static int read_again(struct edi_sets *x, struct segment *s, struct err *e)
{
	enum edi_event ev = EDI_SEGMENT;
	int rc = 1;

	if (!x->again)
		x->again = open_read(x->r, EDI_STRUCTURE, &x->forgiven[1], e);
	while (rc == 1) {
		sheet_clear(&x->sheets[QUIET]);
		rc = x->again ? edi_read_next(x->again, &ev, s, &x->sheets[QUIET].d, e) : -1;
		if (rc == 1 && edi_read_context(x->again)->sets == x->nth && ev != EDI_SET &&
			x->skip-- == 0)
			break;
	}
	if (rc == 0)
		return err_set(e, ERR_INPUT, STR_FMT ": there is less in it than a moment ago",
			STR_ARG(x->r->spec.file));
	x->skip = 0;
	return rc == -1 ? -1 : ev == EDI_SEGMENT;
}

int edi_sets_segment(struct edi_sets *x, struct segment *s, bool *lasting, struct err *e)
{
	*lasting = x->given < x->used;
	return *lasting ? take(x, s) : read_again(x, s, e);
}
