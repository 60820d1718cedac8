/*
 * The interchange header (X12.5): its separators by offset, its fields by their fixed lengths. A
 * header whose fields are not padded is read by its separators, with a finding.
 */
#include <stdio.h>
#include <string.h>

#include "edi/finding.h"
#include "edi/sniff.h"
#include "edi/x12_state.h"

enum { FIELDS = 16, ISA_BYTES = 106, LOOSE_BYTES = 400, LOOK = 64 << 10 };

static const uint8_t widths[FIELDS] = {2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1};

/* Starts of the fields and, last, of the terminator. */
struct header {
	struct str bytes;
	size_t field[FIELDS + 1];
	bool padded;
	size_t taken;	    /* line ends that were taken out of it */
	struct str wrapped; /* it with them */
};

static bool by_offset(struct header *h)
{
	size_t at = 3;

	if (h->bytes.n < ISA_BYTES)
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		if (h->bytes.p[at] != h->bytes.p[3])
			return false;
		h->field[i] = at + 1;
		at += (size_t)widths[i] + 1;
	}
	h->field[FIELDS] = at;
	h->padded = true;
	return true;
}

static bool by_separator(struct header *h)
{
	size_t at = 3;

	for (size_t i = 0; i < FIELDS; i++) {
		if (at >= h->bytes.n || h->bytes.p[at] != h->bytes.p[3])
			return false;
		h->field[i] = at + 1;
		if (i + 1 == FIELDS)
			break;
		at = str_chr(str_from(h->bytes, at + 1), h->bytes.p[3]);
		if (at == SIZE_MAX)
			return false;
		at += h->field[i];
	}
	h->field[FIELDS] = h->field[FIELDS - 1] + 1;
	h->padded = false;
	return h->field[FIELDS] < h->bytes.n;
}

static struct str field(const struct header *h, size_t i)
{
	const size_t end = i + 1 < FIELDS ? h->field[i + 1] - 1 : h->field[i] + 1;

	return str_sub(h->bytes, h->field[i], end - h->field[i]);
}

static bool is_alnum(char c)
{
	return str_is_alpha(c) || str_is_digit(c);
}

/* Separators of several bytes come from files that were converted to UTF-8 on their way. */
static int multibyte(const struct x12_read *r, struct str head, struct diag *d, struct err *e)
{
	char text[200];
	const size_t n = sniff_multibyte(str_from(head, 3));

	if (n == 0)
		return 0;
	if (str_starts(str_from(head, 3), STR("\357\277\275")))
		return x12_envelope_fatal(r, d, e, "X12-SEPARATOR",
			"the element separator became U+FFFD (EF BF BD): a conversion on the way took "
			"bytes for UTF-8 that were none, and they are lost; ask for the file as it was made");
	(void)snprintf(text, sizeof(text),
		"the element separator is a character of %zu bytes: the file was converted to UTF-8 on "
		"its way; ask for it as it was sent",
		n);
	return x12_envelope_fatal(r, d, e, "X12-SEPARATOR", text);
}

static int multibyte_terminator(
	const struct x12_read *r, struct str rest, struct diag *d, struct err *e)
{
	char text[200];
	const size_t n = sniff_multibyte(rest);

	if (n == 0)
		return 0;
	(void)snprintf(text, sizeof(text),
		"the segment terminator is a character of %zu bytes: the file was converted to UTF-8 on "
		"its way; ask for it as it was sent",
		n);
	return x12_envelope_fatal(r, d, e, "X12-SEPARATOR", text);
}

bool x12_isa_repeats(struct str isa_version, char isa11)
{
	return str_cmp(isa_version, STR("00402")) >= 0 && isa_version.n == 5 &&
		!str_is_alpha(isa11) && !str_is_digit(isa11) && !str_is_blank(isa11) && isa11 != 0;
}

static int separators(struct x12_read *r, const struct header *h, struct diag *d, struct err *e)
{
	struct lexer *l = &r->lex;
	const char isa11 = field(h, 10).n > 0 ? field(h, 10).p[0] : ' ';

	l->element = h->bytes.p[3];
	l->component = h->bytes.p[h->field[FIELDS - 1]];
	l->terminator = h->bytes.p[h->field[FIELDS]];
	l->repetition = isa11;
	l->release = 0;
	l->binary = true;
	l->repeats = x12_isa_repeats(field(h, 11), isa11);
	if (multibyte_terminator(r, str_from(h->bytes, h->field[FIELDS]), d, e) == -1)
		return -1;
	if (is_alnum(l->terminator) || l->terminator == ' ' || l->terminator == l->element)
		return x12_envelope_fatal(r, d, e, "X12-SEPARATOR",
			"the byte behind ISA16 cannot be a segment terminator: it is a letter, a digit, a "
			"blank or the element separator");
	if (is_alnum(l->component) || str_is_blank(l->component) || l->component == l->element ||
		l->component == l->terminator) {
		x12_envelope_add(r, d, "X12-SEPARATOR", SEV_ERROR, 16, field(h, 15),
			"a character of its own that is no letter, digit or blank",
			"the component separator cannot be used");
		l->component = l->element;
	}
	if (l->repeats &&
		(isa11 == l->element || isa11 == l->component || isa11 == l->terminator)) {
		x12_envelope_add(r, d, "X12-SEPARATOR", SEV_ERROR, 11, field(h, 10),
			"a character of its own", "the repetition separator cannot be used");
		l->repeats = false;
	}
	return 0;
}

static void check_fields(
	struct x12_read *r, const struct header *h, const struct segment *s, struct diag *d)
{
	struct value v[FIELDS];
	struct segment copy = *s;
	const struct element_check c = {.d = d,
		.about = &r->here,
		.level = r->o.level < EDI_ELEMENT ? EDI_ELEMENT : r->o.level,
		.rules = r->rules,
		.at = r->values.at,
		.padded = true};

	if (!h->padded || !s->def || s->n != FIELDS)
		return;
	memcpy(v, s->values, sizeof(v));
	v[15].text = STR(":"); /* separators were checked as such */
	if (str_cmp(field(h, 11), STR("00402")) >= 0)
		v[10].text = STR("U");
	if (str_is_digits(field(h, 11)))
		v[11].text = STR("00401"); /* the list is of one version; others are as good */
	copy.values = v;
	(void)element_check_segment(&c, &copy);
}

static void remember(struct x12_read *r, const struct header *h, struct diag *d)
{
	struct edi_context *c = &r->ctx;
	const char usage = field(h, 14).n > 0 ? field(h, 14).p[0] : 0;
	const char wanted[2] = {r->o.usage, 0};

	arena_reset(&r->isa);
	c->sender_qual = arena_str(&r->isa, str_trim(field(h, 4)));
	c->sender = arena_str(&r->isa, str_trim(field(h, 5)));
	c->receiver_qual = arena_str(&r->isa, str_trim(field(h, 6)));
	c->receiver = arena_str(&r->isa, str_trim(field(h, 7)));
	c->version = arena_str(&r->isa, field(h, 11));
	c->reference = arena_str(&r->isa, field(h, 12));
	c->control = 0;
	if (!x12_envelope_number(field(h, 12), &c->control))
		x12_envelope_add(r, d, "X12-CONTROL-NUMBER", SEV_ERROR, 13, field(h, 12),
			"nine digits", "the control number of the interchange is not a number");
	c->usage = usage;
	if (r->o.usage != 0 && usage != r->o.usage)
		x12_envelope_add(r, d, "X12-USAGE", SEV_ERROR, 15, field(h, 14), wanted,
			"test data in production, or production data in a test");
}

/* The first field that is not as long as it must be. */
static void report_length(const struct x12_read *r, const struct header *h, struct diag *d)
{
	char expected[80];

	for (size_t i = 0; i < FIELDS; i++) {
		if (field(h, i).n == widths[i])
			continue;
		(void)snprintf(expected, sizeof(expected), "%u characters, filled up with blanks",
			(unsigned)widths[i]);
		x12_envelope_add(r, d, "X12-ISA-LENGTH", SEV_ERROR, (uint16_t)(i + 1), field(h, i),
			expected,
			"the fields of ISA have fixed lengths; it is read by its separators instead");
		return;
	}
}

/* Something else stands where an interchange should: 1 it was skipped, up to one. */
static int not_x12(struct x12_read *r, struct diag *d, struct err *e)
{
	struct str head;
	char text[200];
	size_t start = 0;

	if (lexer_peek(&r->lex, LOOK, &head, e) == -1)
		return -1;
	start = sniff_start(head);
	if (start != SIZE_MAX && str_starts(str_from(head, start), STR("ISA"))) {
		if (finding_leading_text(&r->here, head, start, r->o.tolerances, d, e) == -1)
			return -1;
		r->lex.at += start;
		return 1;
	}
	if (r->ctx.interchanges > 0)
		return x12_envelope_fatal(r, d, e, "X12-NO-ISA",
			"behind the last interchange there are bytes that are no interchange");
	(void)snprintf(text, sizeof(text), "this is not X12: %s", sniff_text(head));
	return x12_envelope_fatal(r, d, e, "X12-NO-ISA", text);
}

static int truncated(struct x12_read *r, struct diag *d, struct err *e)
{
	r->here.segment = STR("ISA");
	return x12_envelope_fatal(
		r, d, e, "X12-TRUNCATED", "the file ends inside the interchange header (ISA)");
}

static void fill_segment(struct x12_read *r, const struct header *h, struct segment *s)
{
	for (size_t i = 0; i < FIELDS; i++) {
		r->values.v[i] = (struct value){.element = (uint16_t)(i + 1),
			.repetition = 1,
			.component = 1,
			.text = field(h, i)};
		r->values.at[i] = (uint32_t)h->field[i];
	}
	if (h->taken > 0)
		lexer_places(h->wrapped, r->values.at, FIELDS);
	*s = (struct segment){.tag = STR("ISA"),
		.values = r->values.v,
		.n = FIELDS,
		.offset = r->here.offset,
		.position = 1};
}

bool x12_isa_is(struct str s)
{
	return s.n >= 4 && str_starts(s, STR("ISA")) && !is_alnum(s.p[3]) && !str_is_blank(s.p[3]);
}

static bool parse(struct header *h)
{
	return by_offset(h) || by_separator(h);
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static size_t first_line_end(struct str s)
{
	size_t n = 0;

	while (n < s.n && !is_line_end(s.p[n]))
		n++;
	return n;
}

/* The header as it is; where line ends stand inside of it in a wrapped file, without them. */
static bool read_header(struct x12_read *r, struct header *h)
{
	const struct str raw = h->bytes;
	const bool good = parse(h);
	char *out = NULL;
	size_t n = 0;

	if (!r->lex.wrapped || (good && first_line_end(raw) >= h->field[FIELDS]))
		return good;
	out = arena_raw(&r->scratch, raw.n);
	for (size_t i = 0; i < raw.n; i++)
		if (!is_line_end(raw.p[i]))
			out[n++] = raw.p[i];
	h->bytes = (struct str){out, n};
	h->wrapped = raw;
	if (!parse(h))
		return false;
	for (size_t i = 0, kept = 0; kept <= h->field[FIELDS]; i++) {
		kept += !is_line_end(raw.p[i]);
		h->taken += is_line_end(raw.p[i]);
	}
	return true;
}

static int look(struct x12_read *r, struct header *h, struct err *e)
{
	if (lexer_peek(&r->lex, LOOSE_BYTES, &h->bytes, e) == -1)
		return -1;
	r->here = (struct finding){
		.file = r->o.file, .offset = r->lex.base + r->lex.at, .segment_at = 1};
	return 0;
}

int x12_isa_open(struct x12_read *r, struct segment *s, struct diag *d, struct err *e)
{
	struct header h = {.padded = false};

	if (look(r, &h, e) == -1)
		return -1;
	r->isa_position = 1;
	if (!x12_isa_is(h.bytes) && (not_x12(r, d, e) == -1 || look(r, &h, e) == -1))
		return -1;
	r->lex.wrapped = tolerance_granted(r->o.tolerances, TOLERANCE_WRAPPED);
	r->here.segment = STR("ISA");
	if (multibyte(r, h.bytes, d, e) == -1)
		return -1;
	if (!read_header(r, &h)) {
		if (h.bytes.n < ISA_BYTES)
			return truncated(r, d, e);
		return x12_envelope_fatal(r, d, e, "X12-ISA-LENGTH",
			"the interchange header has neither its fixed 106 bytes nor sixteen elements");
	}
	if (separators(r, &h, d, e) == -1)
		return -1;
	if (!h.padded)
		report_length(r, &h, d);
	r->lex.at += h.field[FIELDS] + 1 + h.taken;
	fill_segment(r, &h, s);
	remember(r, &h, d);
	x12_envelope_interchange(r, d);
	s->def = x12_envelope_def(r, s->tag);
	check_fields(r, &h, s, d);
	return 1;
}
