/*
 * The X12 reader: one segment after the other, through the envelopes; see edi_read.h. Segments
 * inside a set are placed by structure.c and checked by element.c.
 */
#include "edi/x12_read.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "edi/finding.h"
#include "edi/tag.h"
#include "edi/x12_rules.h"
#include "edi/x12_state.h"

enum tag_kind {
	TAG_OTHER,
	TAG_ISA,
	TAG_IEA,
	TAG_GS,
	TAG_GE,
	TAG_ST,
	TAG_SE,
	TAG_TA1,
	TAG_SERVICE,
	TAG_ISX
};

enum { LEAST_TAG = 2 };

static bool is_x12(struct str head)
{
	return str_starts(head, STR("ISA"));
}

static void *open_reader(int fd, struct str bytes, const struct edi_read_options *o, struct err *e)
{
	struct x12_read *r = mem_alloc(sizeof(*r));

	r->o = *o;
	if (lexer_open(&r->lex, fd, bytes, e) == -1) {
		mem_free(r);
		return NULL;
	}
	arena_init(&r->isa);
	arena_init(&r->gs);
	arena_init(&r->st);
	arena_init(&r->scratch);
	edi_message_init(&r->known);
	r->passes = o->skim && o->level == EDI_ENVELOPE;
	r->rules = x12_rules_new(NULL);
	r->values.v = mem_array(LIMIT_ELEMENTS, sizeof(*r->values.v));
	r->values.at = mem_array(LIMIT_ELEMENTS, sizeof(*r->values.at));
	return r;
}

static void close_reader(void *self)
{
	struct x12_read *r = self;

	edi_message_done(&r->known);
	structure_plans_done(&r->plans);
	structure_done(&r->cursor);
	seen_done(&r->seen);
	seen_done(&r->groups);
	seen_done(&r->headers);
	x12_hl_done(&r->hl);
	element_rules_free(r->rules);
	mem_free(r->values.v);
	mem_free(r->values.at);
	arena_done(&r->isa);
	arena_done(&r->gs);
	arena_done(&r->st);
	arena_done(&r->scratch);
	lexer_close(&r->lex);
	mem_free(r);
}

static const struct edi_context *context(const void *self)
{
	const struct x12_read *r = self;

	return &r->ctx;
}

static const struct lexer *lexer_of(const void *self)
{
	const struct x12_read *r = self;

	return &r->lex;
}

/* The tag's bytes up to the element separator. */
static struct str tag_of(const struct x12_read *r)
{
	const struct str b = r->raw.bytes;
	size_t n = 0;

	while (n < b.n && n < 40 && b.p[n] != r->lex.element)
		n++;
	return (struct str){b.p, n};
}

static enum tag_kind kind_of(struct str t)
{
	if (t.n == 2) {
		if (t.p[0] == 'S')
			return t.p[1] == 'E' ? TAG_SE : t.p[1] == 'T' ? TAG_ST : TAG_OTHER;
		if (t.p[0] == 'G')
			return t.p[1] == 'S' ? TAG_GS : t.p[1] == 'E' ? TAG_GE : TAG_OTHER;
	} else if (t.n == 3 && (t.p[0] == 'I' || t.p[0] == 'T')) {
		if (str_is(t, "ISA"))
			return TAG_ISA;
		if (str_is(t, "IEA"))
			return TAG_IEA;
		if (str_is(t, "TA1"))
			return TAG_TA1;
		if (str_is(t, "ISB") || str_is(t, "ISE") || str_is(t, "TA3"))
			return TAG_SERVICE;
		if (str_is(t, "ISX"))
			return TAG_ISX;
	}
	return TAG_OTHER;
}

static void tell_tag(const struct x12_read *r, struct str tag, struct diag *d)
{
	x12_envelope_add(r, d, "X12-TAG", SEV_ERROR, 0, tag,
		"two or three capital letters and digits",
		"a segment starts with something that is no tag");
}

static void show_loops(struct x12_read *r)
{
	if (r->loop == r->cursor.loop)
		return;
	r->loop = r->cursor.loop;
	r->ctx.nloops = structure_loops(
		&r->cursor, r->ctx.loops, sizeof(r->ctx.loops) / sizeof(r->ctx.loops[0]));
}

/* A segment whose tag is nowhere in the message: is it in the dictionary? */
static void not_in_message(struct x12_read *r, struct segment *s, struct diag *d)
{
	s->def = x12_envelope_def(r, s->tag);
	x12_envelope_add(r, d, s->def ? "X12-SEGMENT-NOT-IN-SET" : "X12-SEGMENT-UNKNOWN", SEV_ERROR,
		0, s->tag, "", "");
}

/* Behind binary data its terminator stands, or the length is not that of the data. */
static void check_binary(const struct x12_read *r, struct str tag, struct diag *d)
{
	const uint16_t element = str_is(tag, "BDS") ? 2 : 1;
	const int64_t more = (int64_t)r->raw.bytes.n - (int64_t)r->raw.binary;
	char expected[60];

	if (r->raw.binary == 0 || more == 0)
		return;
	(void)snprintf(
		expected, sizeof(expected), "%lld more, where the segment ends", (long long)more);
	x12_envelope_add(r, d, "X12-BINARY-LENGTH", SEV_ERROR, element, (struct str){"", 0},
		expected, "the length of binary data is not that of the data");
}

/* What segments say of one another. */
static void check_relations(struct x12_read *r, const struct segment *s, struct diag *d)
{
	if (r->o.level < EDI_ELEMENT || !s->node || s->tag.n != 2)
		return;
	if (str_is(s->tag, "HL"))
		x12_hl_take(&r->hl, s, d, &r->here);
	else if (str_is(s->tag, "LS") || str_is(s->tag, "LE"))
		x12_bound_take(&r->bound, s, d, &r->here);
}

static int in_set(
	struct x12_read *r, struct segment *s, size_t tag_bytes, bool tag_ok, struct diag *d)
{
	bool known = true;

	check_binary(r, s->tag, d);
	if (r->plan && r->o.level >= EDI_STRUCTURE) {
		s->node = structure_step(&r->cursor, s->tag, d, &r->here);
		if (s->node)
			s->def = s->node->segment;
		else if (tag_ok)
			not_in_message(r, s, d);
		known = s->node != NULL;
		show_loops(r);
	}
	if (r->o.skim)
		return 1;
	x12_values_take(r, s, tag_bytes, d);
	if (s->n == 0 && r->o.level >= EDI_ELEMENT && r->raw.bytes.n <= tag_bytes)
		x12_envelope_add(r, d, "X12-SEGMENT-EMPTY", SEV_WARNING, 0, s->tag,
			"at least one element", "");
	if (known && r->plan)
		x12_values_check(r, s, r->o.level, d);
	check_relations(r, s, d);
	if (s->node && s->node->counts.n > 0 && r->o.level >= EDI_ELEMENT)
		x12_envelope_totals(r, s, d);
	return 1;
}

/* Names the trailers that should have come before this segment. */
static void trailers(struct x12_read *r, enum x12_where down_to, struct diag *d)
{
	static const char *const names[] = {
		[X12_IN_ISA] = "IEA", [X12_IN_GS] = "GE", [X12_IN_ST] = "SE"};
	const struct str now = r->here.segment;

	while (r->where > down_to) {
		struct str missing = str_c(names[r->where]);
		r->here.segment = missing;
		x12_envelope_add(r, d, "X12-ENVELOPE", SEV_ERROR, 0, now, names[r->where],
			"the trailer of the part before is missing");
		r->where = (enum x12_where)((int)r->where - 1);
	}
	r->here.segment = now;
}

static int misplaced(struct x12_read *r, const char *expected, struct diag *d)
{
	x12_envelope_add(r, d, "X12-ENVELOPE", SEV_ERROR, 0, r->here.segment, expected,
		"the segment stands outside of the envelope that it belongs in");
	return 0;
}

static void envelope_values(struct x12_read *r, struct segment *s, size_t tag_bytes, struct diag *d)
{
	s->def = x12_envelope_def(r, s->tag);
	x12_values_take(r, s, tag_bytes, d);
	x12_values_envelope(r, s, d);
}

static int open_group(
	struct x12_read *r, struct segment *s, size_t tag_bytes, enum edi_event *ev, struct diag *d)
{
	trailers(r, X12_IN_ISA, d);
	r->ctx.group_version = (struct str){NULL, 0};
	s->def = x12_envelope_def(r, s->tag); /* of ISA's version: GS08 is not known yet */
	x12_values_take(r, s, tag_bytes, d);
	x12_envelope_group(r, s, d);
	r->where = X12_IN_GS;
	s->def = x12_envelope_def(r, s->tag);
	x12_values_group(r, s, d);
	*ev = EDI_GROUP;
	return 1;
}

static int open_set(
	struct x12_read *r, struct segment *s, size_t tag_bytes, enum edi_event *ev, struct diag *d)
{
	if (r->where == X12_IN_ST)
		trailers(r, X12_IN_GS, d);
	if (r->where != X12_IN_GS) {
		r->ctx.group_version = (struct str){NULL, 0};
		r->ctx.group_code = (struct str){NULL, 0};
		(void)misplaced(r, "GS before it", d);
	}
	r->here.segment_at = 1;
	s->position = 1;
	s->def = x12_envelope_def(r, s->tag);
	x12_values_take(r, s, tag_bytes, d);
	x12_envelope_set(r, s, d);
	r->where = X12_IN_ST;
	x12_hl_clear(&r->hl);
	r->bound.n = 0;
	if (r->plan) {
		structure_start(&r->cursor, r->plan);
		s->node = structure_step(&r->cursor, s->tag, d, &r->here);
		if (s->node)
			s->def = s->node->segment;
	}
	x12_values_envelope(r, s, d);
	*ev = EDI_SET;
	return 1;
}

static int close_set(
	struct x12_read *r, struct segment *s, size_t tag_bytes, enum edi_event *ev, struct diag *d)
{
	if (r->where != X12_IN_ST)
		return misplaced(r, "ST before it", d);
	if (r->plan && r->o.level >= EDI_STRUCTURE) {
		s->node = structure_step(&r->cursor, s->tag, d, &r->here);
		s->def = s->node ? s->node->segment : NULL;
		show_loops(r);
	}
	if (!s->def)
		s->def = x12_envelope_def(r, s->tag);
	x12_values_take(r, s, tag_bytes, d);
	x12_values_envelope(r, s, d);
	x12_hl_end(&r->hl, d, &r->here);
	x12_envelope_set_end(r, s, d);
	r->where = X12_IN_GS;
	*ev = EDI_SET_END;
	return 1;
}

static int close_outer(struct x12_read *r, struct segment *s, size_t tag_bytes, bool group,
	enum edi_event *ev, struct diag *d)
{
	const enum x12_where inside = group ? X12_IN_GS : X12_IN_ISA;

	if (r->where < inside)
		return misplaced(r, "GS before it", d);
	trailers(r, inside, d);
	envelope_values(r, s, tag_bytes, d);
	if (group)
		x12_envelope_group_end(r, s, d);
	else
		x12_envelope_interchange_end(r, s, d);
	r->where = group ? X12_IN_ISA : X12_OUT;
	*ev = group ? EDI_GROUP_END : EDI_INTERCHANGE_END;
	return 1;
}

static int technical_ack(
	struct x12_read *r, struct segment *s, size_t tag_bytes, enum edi_event *ev, struct diag *d)
{
	if (r->where != X12_IN_ISA)
		return misplaced(r, "TA1 between ISA and GS", d);
	r->ta1_in_isa++;
	envelope_values(r, s, tag_bytes, d);
	*ev = EDI_TA1;
	return 1;
}

static int open_interchange(
	struct x12_read *r, struct segment *s, enum edi_event *ev, struct diag *d, struct err *e)
{
	if (x12_isa_open(r, s, d, e) == -1)
		return -1;
	r->where = X12_IN_ISA;
	r->gs_in_isa = 0;
	r->ta1_in_isa = 0;
	r->ctx.interchanges++;
	*ev = EDI_INTERCHANGE;
	return 1;
}

/* An ISA inside an interchange: the one before has no end. Its separators may be others. */
static int again(
	struct x12_read *r, struct segment *s, enum edi_event *ev, struct diag *d, struct err *e)
{
	r->here.segment_at = (uint32_t)r->isa_position + 1;
	trailers(r, X12_OUT, d);
	r->lex.at = (size_t)(r->raw.offset - r->lex.base);
	return open_interchange(r, s, ev, d, e);
}

/* A segment that belongs in a set. */
static int other(struct x12_read *r, struct segment *s, size_t tag_bytes, bool tag_ok,
	enum edi_event *ev, struct diag *d)
{
	if (!tag_ok)
		tell_tag(r, s->tag, d);
	if (r->where != X12_IN_ST)
		return tag_ok ? misplaced(r, "ST before it", d) : 0;
	*ev = EDI_SEGMENT;
	return in_set(r, s, tag_bytes, tag_ok, d);
}

static int envelope(struct x12_read *r, struct segment *s, size_t tag_bytes, enum tag_kind kind,
	enum edi_event *ev, struct diag *d, struct err *e)
{
	switch (kind) {
	case TAG_IEA:
		return close_outer(r, s, tag_bytes, false, ev, d);
	case TAG_GS:
		return open_group(r, s, tag_bytes, ev, d);
	case TAG_GE:
		return close_outer(r, s, tag_bytes, true, ev, d);
	case TAG_ST:
		return open_set(r, s, tag_bytes, ev, d);
	case TAG_SE:
		return close_set(r, s, tag_bytes, ev, d);
	case TAG_TA1:
		return technical_ack(r, s, tag_bytes, ev, d);
	case TAG_ISX:
		return x12_envelope_fatal(r, d, e, "X12-SEPARATOR",
			"the interchange names a release character (ISX, from 007040 on), which is "
			"not read; ask for it without one");
	case TAG_SERVICE:
		return r->where == X12_IN_ISA ? 0 : misplaced(r, "a place between ISA and GS", d);
	default:
		return other(r, s, tag_bytes, true, ev, d);
	}
}

/* 1 an event, 0 go on, -1. */
static int take(
	struct x12_read *r, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	struct str tag = tag_of(r);
	const size_t tag_bytes = tag.n;
	enum tag_kind kind = kind_of(tag);
	const bool good = kind != TAG_OTHER || tag_is(tag, LEAST_TAG);
	const bool mended = !good && tag_mend(&tag, LEAST_TAG, r->tag);

	r->here.segment = (struct str){r->raw.bytes.p, tag_bytes};
	if (mended)
		kind = kind_of(tag);
	if (r->raw.bytes.p[0] == 'I' && x12_isa_is(r->raw.bytes))
		return again(r, s, ev, d, e);
	r->isa_position++;
	if (r->where == X12_IN_ST && (kind == TAG_OTHER || kind == TAG_SE))
		r->here.segment_at = (uint32_t)++r->ctx.segments;
	else
		r->here.segment_at = (uint32_t)r->isa_position;
	segment_start(s, tag, r->raw.offset, r->here.segment_at);
	if (mended)
		x12_envelope_add(
			r, d, "X12-TAG-CASE", SEV_ERROR, 0, r->here.segment, "capital letters", "");
	if (kind == TAG_OTHER)
		return other(r, s, tag_bytes, good || mended, ev, d);
	return envelope(r, s, tag_bytes, kind, ev, d, e);
}

static uint32_t position(const struct x12_read *r)
{
	return (uint32_t)(r->where == X12_IN_ST ? r->ctx.segments : r->isa_position);
}

static int truncated(struct x12_read *r, struct diag *d, struct err *e)
{
	static const char *const missing[] = {[X12_IN_ISA] = "IEA is",
		[X12_IN_GS] = "GE and IEA are",
		[X12_IN_ST] = "SE, GE and IEA are"};

	return finding_truncated(&r->here, r->lex.base + r->lex.end, position(r) + 1, d, e,
		"X12-TRUNCATED", missing[r->where]);
}

/* A tag that belongs inside of sets, where no level looks at it without its elements. */
static bool is_plain(const char *p, char element)
{
	const struct str tag = {p, p[2] == element ? 2 : 3};

	return p[tag.n] == element && p[0] != 'B' && tag_is(tag, LEAST_TAG) &&
		kind_of(tag) == TAG_OTHER;
}

/* Over segments of a set that nobody wants and that have nothing to tell. */
static void pass(struct x12_read *r)
{
	const uint64_t n = lexer_pass(&r->lex, is_plain);

	r->isa_position += n;
	r->ctx.segments += n;
	r->ctx.passed += n;
}

/* A segment longer than any: where it starts is told, what stands in it is not looked at. */
static int too_long(struct x12_read *r, struct diag *d, struct err *e)
{
	return finding_endless(&r->here, r->lex.base + r->lex.at, position(r) + 1, d, e,
		"X12-LIMIT",
		"the file is damaged, its terminator is not the one of its ISA, or the length in its "
		"BIN or BDS is wrong");
}

/* Nothing between two terminators. */
static int empty(struct x12_read *r, struct diag *d)
{
	r->here.segment = (struct str){"", 0};
	r->here.segment_at = position(r);
	x12_envelope_add(r, d, "X12-SEGMENT-EMPTY", SEV_WARNING, 0, (struct str){"", 0}, "", "");
	return 0;
}

/* The file ends without a terminator: 0 behind the last segment of an interchange, else -1. */
static int unterminated(struct x12_read *r, struct diag *d, struct err *e)
{
	if (r->where != X12_IN_ISA || kind_of(tag_of(r)) != TAG_IEA)
		return truncated(r, d, e);
	r->here.segment = STR("IEA");
	r->here.segment_at = (uint32_t)r->isa_position + 1;
	x12_envelope_add(r, d, "X12-TERMINATOR", SEV_WARNING, 0, (struct str){"", 0}, "", "");
	return 0;
}

static int start(
	struct x12_read *r, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	const int rc = lexer_skip(&r->lex, e);

	if (rc == 1)
		return open_interchange(r, s, ev, d, e);
	if (rc == 0 && r->ctx.interchanges == 0) {
		r->here = (struct finding){.file = r->o.file};
		return x12_envelope_fatal(
			r, d, e, "X12-NO-ISA", "this is not X12: the file is empty");
	}
	return rc;
}

static int next(void *self, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	struct x12_read *r = self;
	int rc = 0;

	if (r->scratch.used > 0)
		arena_reset(&r->scratch);
	if (r->where == X12_OUT)
		return start(r, ev, s, d, e);
	while (rc == 0) {
		if (r->passes && r->where == X12_IN_ST)
			pass(r);
		rc = lexer_next(&r->lex, &r->raw, e);
		if (rc == -1)
			return e->code == ERR_LIMIT ? too_long(r, d, e) : -1;
		if (rc == 0)
			return truncated(r, d, e);
		r->here.offset = r->raw.offset;
		if (r->raw.unterminated && !x12_isa_is(r->raw.bytes) && unterminated(r, d, e) == -1)
			return -1;
		rc = r->raw.bytes.n == 0 ? empty(r, d) : take(r, ev, s, d, e);
	}
	return rc;
}

const struct edi_read_ops x12_read_ops = {
	.format = "x12",
	.is = is_x12,
	.open = open_reader,
	.next = next,
	.context = context,
	.lexer = lexer_of,
	.close = close_reader,
};
