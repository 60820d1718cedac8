/*
 * The EDIFACT reader: one segment after the other, through the envelopes; see edi_read.h. Segments
 * inside a message are placed by structure.c and checked by element.c.
 */
#include "edi/edifact_read.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "edi/edifact_rules.h"
#include "edi/edifact_state.h"
#include "edi/finding.h"
#include "edi/tag.h"

enum tag_kind {
	TAG_OTHER,
	TAG_UNG,
	TAG_UNH,
	TAG_UNT,
	TAG_UNE,
	TAG_UNZ,
	TAG_PACKAGE,
	TAG_COLLISION
};

/* UNA or UNB and no letter or digit behind it. */
static bool is_edifact(struct str head)
{
	if (head.n < 4 || head.p[0] != 'U' || head.p[1] != 'N')
		return false;
	return (head.p[2] == 'B' || head.p[2] == 'A') && !str_is_alpha(head.p[3]) &&
		!str_is_digit(head.p[3]);
}

static void *open_reader(int fd, struct str bytes, const struct edi_read_options *o, struct err *e)
{
	struct edifact_read *r = mem_alloc(sizeof(*r));

	r->o = *o;
	if (lexer_open(&r->lex, fd, bytes, e) == -1) {
		mem_free(r);
		return NULL;
	}
	arena_init(&r->unb);
	arena_init(&r->ung);
	arena_init(&r->unh);
	arena_init(&r->scratch);
	edi_message_init(&r->known);
	r->passes = o->skim && o->level == EDI_ENVELOPE;
	r->values.v = mem_array(LIMIT_ELEMENTS, sizeof(*r->values.v));
	r->values.at = mem_array(LIMIT_ELEMENTS, sizeof(*r->values.at));
	return r;
}

static void close_reader(void *self)
{
	struct edifact_read *r = self;

	edi_message_done(&r->known);
	structure_plans_done(&r->plans);
	structure_done(&r->cursor);
	seen_done(&r->group_references);
	seen_done(&r->set_references);
	element_rules_free(r->rules);
	mem_free(r->values.v);
	mem_free(r->values.at);
	arena_done(&r->unb);
	arena_done(&r->ung);
	arena_done(&r->unh);
	arena_done(&r->scratch);
	lexer_close(&r->lex);
	mem_free(r);
}

static const struct edi_context *context(const void *self)
{
	const struct edifact_read *r = self;

	return &r->ctx;
}

static const struct lexer *lexer_of(const void *self)
{
	const struct edifact_read *r = self;

	return &r->lex;
}

/* The tag; behind it a component separator may say by numbers where the segment belongs (explicit
 * nesting, versions 1 to 3), which the order of segments says too. */
static struct str tag_of(const struct edifact_read *r)
{
	const struct str b = r->raw.bytes;
	size_t n = 0;

	while (n < b.n && n < 40 && b.p[n] != r->lex.element && b.p[n] != r->lex.component)
		n++;
	return (struct str){b.p, n};
}

static enum tag_kind kind_of(struct str t)
{
	static const struct {
		char letter;
		enum tag_kind kind;
	} kinds[] = {{'G', TAG_UNG}, {'H', TAG_UNH}, {'T', TAG_UNT}, {'E', TAG_UNE}, {'Z', TAG_UNZ},
		{'O', TAG_PACKAGE}, {'P', TAG_PACKAGE}};

	if (t.n != 3 || t.p[0] != 'U')
		return TAG_OTHER;
	if (t.p[1] == 'G' && (t.p[2] == 'H' || t.p[2] == 'T'))
		return TAG_COLLISION;
	for (size_t i = 0; t.p[1] == 'N' && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (t.p[2] == kinds[i].letter)
			return kinds[i].kind;
	return TAG_OTHER;
}

static void tell_tag(const struct edifact_read *r, struct str tag, struct diag *d)
{
	edifact_envelope_add(r, d, "EDIFACT-TAG", SEV_ERROR, 0, tag,
		"three capital letters and digits",
		"a segment starts with something that is no tag");
}

static int misplaced(const struct edifact_read *r, const char *expected, struct diag *d)
{
	edifact_envelope_add(r, d, "EDIFACT-ENVELOPE", SEV_ERROR, 0, r->here.segment, expected,
		"the segment stands outside of the envelope that it belongs in");
	return 0;
}

static void trailer(struct edifact_read *r, const char *tag, struct diag *d)
{
	const struct str now = r->here.segment;

	r->here.segment = str_c(tag);
	edifact_envelope_add(r, d, "EDIFACT-ENVELOPE", SEV_ERROR, 0, now, tag,
		"the trailer of the part before is missing");
	r->here.segment = now;
}

/* Names the trailers that should have come before this segment. */
static void trailers(struct edifact_read *r, enum edifact_where down_to, struct diag *d)
{
	if (r->where == EDIFACT_IN_UNH && down_to < EDIFACT_IN_UNH) {
		trailer(r, "UNT", d);
		r->where = r->in_group ? EDIFACT_IN_UNG : EDIFACT_IN_UNB;
	}
	if (r->where == EDIFACT_IN_UNG && down_to < EDIFACT_IN_UNG) {
		trailer(r, "UNE", d);
		r->where = EDIFACT_IN_UNB;
		r->in_group = false;
	}
	if (r->where == EDIFACT_IN_UNB && down_to < EDIFACT_IN_UNB) {
		trailer(r, "UNZ", d);
		r->where = EDIFACT_OUT;
	}
}

static int open_group(struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	trailers(r, EDIFACT_IN_UNB, d);
	edifact_values_take(r, s, d);
	edifact_envelope_group(r, s, d);
	r->where = EDIFACT_IN_UNG;
	edifact_values_service(r, s, d);
	*ev = EDI_GROUP;
	return 1;
}

static void step(struct edifact_read *r, struct segment *s, struct diag *d)
{
	s->node = structure_step(&r->cursor, s->tag, d, &r->here);
	if (r->loop == r->cursor.loop)
		return;
	r->loop = r->cursor.loop;
	r->ctx.nloops = structure_loops(
		&r->cursor, r->ctx.loops, sizeof(r->ctx.loops) / sizeof(r->ctx.loops[0]));
}

static int open_set(struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	if (r->where == EDIFACT_IN_UNH)
		trailers(r, r->in_group ? EDIFACT_IN_UNG : EDIFACT_IN_UNB, d);
	r->here.segment_at = 1;
	s->position = 1;
	edifact_values_take(r, s, d);
	edifact_envelope_set(r, s, d);
	r->where = EDIFACT_IN_UNH;
	if (r->plan) {
		structure_start(&r->cursor, r->plan);
		step(r, s, d);
	}
	edifact_values_service(r, s, d);
	*ev = EDI_SET;
	return 1;
}

static int close_set(struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	if (r->where != EDIFACT_IN_UNH)
		return misplaced(r, "UNH before it", d);
	if (r->plan && r->o.level >= EDI_STRUCTURE)
		step(r, s, d);
	edifact_values_take(r, s, d);
	edifact_values_service(r, s, d);
	edifact_envelope_set_end(r, s, d);
	r->where = r->in_group ? EDIFACT_IN_UNG : EDIFACT_IN_UNB;
	*ev = EDI_SET_END;
	return 1;
}

static int close_group(
	struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	if (!r->in_group)
		return misplaced(r, "UNG before it", d);
	trailers(r, EDIFACT_IN_UNG, d);
	edifact_values_take(r, s, d);
	edifact_values_service(r, s, d);
	edifact_envelope_group_end(r, s, d);
	r->where = EDIFACT_IN_UNB;
	*ev = EDI_GROUP_END;
	return 1;
}

static int close_interchange(
	struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	trailers(r, EDIFACT_IN_UNB, d);
	edifact_values_take(r, s, d);
	edifact_values_service(r, s, d);
	edifact_envelope_interchange_end(r, s, d);
	r->where = EDIFACT_OUT;
	*ev = EDI_INTERCHANGE_END;
	return 1;
}

/* UGH and UGT stand around segments of a message that has no place of its own for them. */
static int collision(struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d)
{
	edifact_values_take(r, s, d);
	edifact_values_service(r, s, d);
	edifact_envelope_collision(r, s, d);
	*ev = EDI_SEGMENT;
	return 1;
}

static void place(struct edifact_read *r, struct segment *s, bool tag_ok, struct diag *d)
{
	const char *code = "EDIFACT-SEGMENT-NOT-IN-SET";

	step(r, s, d);
	if (s->node) {
		s->def = s->node->segment;
		return;
	}
	s->def = edifact_envelope_known(r, s->tag);
	if (!s->def)
		code = "EDIFACT-SEGMENT-UNKNOWN";
	if (tag_ok)
		edifact_envelope_add(r, d, code, SEV_ERROR, 0, s->tag, "", "");
}

static int in_set(
	struct edifact_read *r, struct segment *s, bool tag_ok, enum edi_event *ev, struct diag *d)
{
	const bool placed = r->plan && r->o.level >= EDI_STRUCTURE;

	*ev = EDI_SEGMENT;
	if (placed)
		place(r, s, tag_ok, d);
	if (r->o.skim)
		return 1;
	edifact_values_take(r, s, d);
	if (r->plan && (s->node || !placed))
		edifact_values_check(r, s, r->o.level, d);
	return 1;
}

static uint32_t position(const struct edifact_read *r)
{
	return (uint32_t)(r->where == EDIFACT_IN_UNH ? r->ctx.segments : r->place);
}

/* A tag that belongs inside of messages, where no level looks at it without its elements. */
static bool is_plain(const char *p, char element)
{
	return p[3] == element && p[0] != 'U' && tag_is((struct str){p, 3}, TAG_MOST);
}

/* Over segments of a message that nobody wants and that have nothing to tell. */
static void pass(struct edifact_read *r)
{
	const uint64_t n = lexer_pass(&r->lex, is_plain);

	r->place += n;
	r->ctx.segments += n;
	r->ctx.passed += n;
}

/* A segment longer than any: where it starts is told, what stands in it is not looked at. */
static int too_long(struct edifact_read *r, struct diag *d, struct err *e)
{
	return finding_endless(&r->here, r->lex.base + r->lex.at, position(r) + 1, d, e,
		"EDIFACT-LIMIT",
		"the file is damaged, or its terminator is not the one of its UNA");
}

static int open_interchange(struct edifact_read *r, struct segment *s, enum edi_event *ev,
	struct diag *d, struct err *e)
{
	int rc = 0;

	r->place = 0;
	if (edifact_una_open(r, d, e) == -1)
		return -1;
	rc = lexer_next(&r->lex, &r->raw, e);
	if (rc == -1)
		return e->code == ERR_LIMIT ? too_long(r, d, e) : -1;
	if (rc != 1 || r->raw.unterminated)
		return finding_fatal(&r->here, d, e, "EDIFACT-TRUNCATED",
			"the file ends inside the interchange header (UNB)");
	*s = (struct segment){.tag = STR("UNB"), .offset = r->raw.offset, .position = 1};
	r->place = 1;
	edifact_values_split(r, s);
	edifact_envelope_syntax(r, s, d);
	r->lower = true; /* the header names the set before it counts */
	edifact_values_take(r, s, d);
	edifact_envelope_interchange(r, s, d);
	r->where = EDIFACT_IN_UNB;
	edifact_values_service(r, s, d);
	*ev = EDI_INTERCHANGE;
	return 1;
}

/* An interchange inside an interchange: the one before has no end. Its separators may be others. */
static int again(struct edifact_read *r, struct segment *s, enum edi_event *ev, struct diag *d,
	struct err *e)
{
	r->here.segment_at = (uint32_t)r->place + 1;
	trailers(r, EDIFACT_OUT, d);
	r->lex.at = (size_t)(r->raw.offset - r->lex.base);
	return open_interchange(r, s, ev, d, e);
}

static int package(struct edifact_read *r, struct diag *d, struct err *e)
{
	return finding_fatal(&r->here, d, e, "EDIFACT-PACKAGE",
		"the interchange holds a package (UNO, UNP), whose bytes may be anything; packages are "
		"not read");
}

/* A segment that belongs in a message. */
static int other(
	struct edifact_read *r, struct segment *s, bool tag_ok, enum edi_event *ev, struct diag *d)
{
	if (!tag_ok)
		tell_tag(r, s->tag, d);
	if (r->where != EDIFACT_IN_UNH)
		return tag_ok ? misplaced(r, "UNH before it", d) : 0;
	return in_set(r, s, tag_ok, ev, d);
}

static int envelope(struct edifact_read *r, struct segment *s, enum tag_kind kind,
	enum edi_event *ev, struct diag *d, struct err *e)
{
	switch (kind) {
	case TAG_UNG:
		return open_group(r, s, ev, d);
	case TAG_UNH:
		return open_set(r, s, ev, d);
	case TAG_UNT:
		return close_set(r, s, ev, d);
	case TAG_UNE:
		return close_group(r, s, ev, d);
	case TAG_UNZ:
		return close_interchange(r, s, ev, d);
	case TAG_PACKAGE:
		return package(r, d, e);
	case TAG_COLLISION:
		if (r->where == EDIFACT_IN_UNH && (r->version == '4' || r->version == 'X'))
			return collision(r, s, ev, d);
		return other(r, s, true, ev, d);
	default:
		return other(r, s, true, ev, d);
	}
}

/* 1 an event, 0 go on, -1. */
static int take(struct edifact_read *r, enum edi_event *ev, struct segment *s, struct diag *d,
	struct err *e)
{
	struct str tag = tag_of(r);
	enum tag_kind kind = kind_of(tag);
	const bool good = kind != TAG_OTHER || tag_is(tag, TAG_MOST);
	const bool mended = !good && tag_mend(&tag, TAG_MOST, r->tag);

	r->here.segment = (struct str){r->raw.bytes.p, tag.n};
	if (mended)
		kind = kind_of(tag);
	if (r->raw.bytes.p[0] == 'U' && is_edifact(r->raw.bytes))
		return again(r, s, ev, d, e);
	r->place++;
	r->here.segment_at = (uint32_t)r->place;
	if (r->where == EDIFACT_IN_UNH &&
		(kind == TAG_OTHER || kind == TAG_UNT || kind == TAG_COLLISION))
		r->here.segment_at = (uint32_t)++r->ctx.segments;
	segment_start(s, tag, r->raw.offset, r->here.segment_at);
	if (mended)
		edifact_envelope_add(r, d, "EDIFACT-TAG-CASE", SEV_ERROR, 0, r->here.segment,
			"capital letters", "");
	if (kind == TAG_OTHER)
		return other(r, s, good || mended, ev, d);
	return envelope(r, s, kind, ev, d, e);
}

static int truncated(struct edifact_read *r, struct diag *d, struct err *e)
{
	const char *missing = r->where == EDIFACT_IN_UNH ? "UNT and UNZ are" : "UNZ is";

	if (r->in_group)
		missing = r->where == EDIFACT_IN_UNH ? "UNT, UNE and UNZ are" : "UNE and UNZ are";
	return finding_truncated(&r->here, r->lex.base + r->lex.end, position(r) + 1, d, e,
		"EDIFACT-TRUNCATED", missing);
}

/* Nothing between two terminators. */
static int empty(struct edifact_read *r, struct diag *d)
{
	r->here.segment = (struct str){"", 0};
	r->here.segment_at = position(r);
	edifact_envelope_add(
		r, d, "EDIFACT-SEGMENT-EMPTY", SEV_WARNING, 0, (struct str){"", 0}, "", "");
	return 0;
}

/* The file ends without a terminator: 0 behind the last segment of an interchange, else -1. */
static int unterminated(struct edifact_read *r, struct diag *d, struct err *e)
{
	if (r->where != EDIFACT_IN_UNB || kind_of(tag_of(r)) != TAG_UNZ)
		return truncated(r, d, e);
	r->here.segment = STR("UNZ");
	r->here.segment_at = (uint32_t)r->place + 1;
	edifact_envelope_add(
		r, d, "EDIFACT-TERMINATOR", SEV_WARNING, 0, (struct str){"", 0}, "", "");
	return 0;
}

static int start(struct edifact_read *r, enum edi_event *ev, struct segment *s, struct diag *d,
	struct err *e)
{
	const int rc = lexer_skip(&r->lex, e);

	if (rc == 1)
		return open_interchange(r, s, ev, d, e);
	if (rc == 0 && r->ctx.interchanges == 0) {
		r->here = (struct finding){.file = r->o.file};
		return finding_fatal(
			&r->here, d, e, "EDIFACT-NO-UNB", "this is not EDIFACT: the file is empty");
	}
	return rc;
}

static int next(void *self, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e)
{
	struct edifact_read *r = self;
	int rc = 0;

	if (r->scratch.used > 0)
		arena_reset(&r->scratch);
	if (r->where == EDIFACT_OUT)
		return start(r, ev, s, d, e);
	while (rc == 0) {
		if (r->passes && r->where == EDIFACT_IN_UNH)
			pass(r);
		rc = lexer_next(&r->lex, &r->raw, e);
		if (rc == -1)
			return e->code == ERR_LIMIT ? too_long(r, d, e) : -1;
		if (rc == 0)
			return truncated(r, d, e);
		r->here.offset = r->raw.offset;
		if (r->raw.unterminated && !is_edifact(r->raw.bytes) && unterminated(r, d, e) == -1)
			return -1;
		rc = r->raw.bytes.n == 0 ? empty(r, d) : take(r, ev, s, d, e);
	}
	return rc;
}

const struct edi_read_ops edifact_read_ops = {
	.format = "edifact",
	.is = is_edifact,
	.open = open_reader,
	.next = next,
	.context = context,
	.lexer = lexer_of,
	.close = close_reader,
};
