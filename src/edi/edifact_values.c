/*
 * The values of one EDIFACT segment: cut, without release characters, made UTF-8, and checked against
 * the definition of the segment.
 */
#include <stdio.h>

#include "edi/edifact_state.h"
#include "edi/finding.h"

static bool is_special(const struct lexer *l, char c)
{
	return c == l->release || c == l->element || c == l->component || c == l->terminator ||
		c == l->repetition;
}

/* Without release characters; false: one stood before a character that has no other meaning. */
static bool unescape(struct edifact_read *r, struct str *text)
{
	char *out = arena_raw(&r->scratch, text->n);
	bool good = true;
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++) {
		if (text->p[i] == r->lex.release && i + 1 < text->n) {
			i++;
			good = good && is_special(&r->lex, text->p[i]);
		}
		out[n++] = text->p[i];
	}
	*text = (struct str){out, n};
	return good;
}

static void add_value(const struct edifact_read *r, size_t i, struct diag *d, const char *code,
	enum severity sev, const struct segment *s, struct str found, const char *expected,
	const char *rule)
{
	struct value v = r->values.v[i];

	v.text = found;
	finding_value(&r->here, d, code, sev, s->def, &v, r->values.at[i], expected, rule);
}

static void to_text(struct edifact_read *r, const struct segment *s, size_t i, struct diag *d)
{
	struct str *t = &r->values.v[i].text;
	const char *wrong = NULL;

	if ((r->values.seen & LEXER_RELEASE) && str_chr(*t, r->lex.release) != SIZE_MAX) {
		const struct str raw = *t;
		if (!unescape(r, t))
			add_value(r, i, d, "EDIFACT-RELEASE", SEV_WARNING, s, raw,
				"a separator or release character behind it",
				"a release character stands before a character that needs none");
	}
	if (!(r->values.seen & (LEXER_HIGH | LEXER_CONTROL)))
		return;
	wrong = edifact_charset_decode(r->charset, *t, &r->scratch, t);
	if (wrong)
		add_value(r, i, d, "EDIFACT-CHARSET", SEV_ERROR, s, *t,
			r->charset ? r->charset->repertoire.name : "ASCII", wrong);
}

/* Small letters under UNOA and the like: frequent, so it is told once. */
static void check_level(struct edifact_read *r, const struct segment *s, size_t i, struct diag *d)
{
	const char c = edifact_charset_lacks(r->charset, r->values.v[i].text);
	char rule[160];

	if (c == 0)
		return;
	r->lower = true;
	(void)snprintf(rule, sizeof(rule),
		"values hold characters, here '%c', that the character set in UNB does not have; "
		"told once in the interchange",
		c);
	add_value(r, i, d, "EDIFACT-REPERTOIRE", SEV_WARNING, s, r->values.v[i].text,
		r->charset->repertoire.name, rule);
}

/* Does the segment hold bytes, perhaps separators only, that the character set lacks? */
static bool is_below(const struct edifact_read *r)
{
	const struct str b = r->raw.bytes;
	bool below = false;

	for (size_t i = 0; i < b.n; i++)
		below |= r->lacks[(unsigned char)b.p[i]];
	return below;
}

void edifact_values_split(struct edifact_read *r, struct segment *s)
{
	const struct str b = r->raw.bytes;
	size_t first = s->tag.n; /* where the first element starts */

	while (first < b.n && b.p[first] != r->lex.element)
		first++;
	lexer_split(&r->lex, &r->raw, first, NULL, &r->values);
	s->values = r->values.v;
	s->n = r->values.n;
}

void edifact_values_take(struct edifact_read *r, struct segment *s, struct diag *d)
{
	const unsigned odd = LEXER_RELEASE | LEXER_HIGH | LEXER_CONTROL;

	edifact_values_split(r, s);
	for (size_t i = 0; (r->values.seen & odd) && i < s->n; i++)
		to_text(r, s, i, d);
	if (r->lacking && !r->lower && is_below(r))
		for (size_t i = 0; i < s->n && !r->lower; i++)
			check_level(r, s, i, d);
	if (r->values.seen & LEXER_MANY)
		edifact_envelope_add(r, d, "EDIFACT-LIMIT", SEV_ERROR, 0, (struct str){"", 0},
			"at most 512 values", "");
	if (r->values.seen & LEXER_TRAILING)
		edifact_envelope_add(r, d, "EDIFACT-TRAILING", SEV_WARNING, 0, s->tag,
			"no separator behind the last value", "");
}

/* Inside the program a number has a point, whatever mark the interchange uses. */
static void to_points(struct edifact_read *r, struct segment *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct value *v = &s->values[i];
		const struct def_part *p = defs_leaf(s->def, v->element, v->component);
		size_t comma = 0;
		if (!p || !p->element || p->element->type != DEF_R)
			continue;
		comma = str_chr(v->text, ',');
		if (comma == SIZE_MAX)
			continue;
		char *out = arena_cstr(&r->scratch, v->text);
		out[comma] = '.';
		v->text = (struct str){out, v->text.n};
	}
}

void edifact_values_check(
	struct edifact_read *r, struct segment *s, enum edi_level level, struct diag *d)
{
	const unsigned odd = LEXER_RELEASE | LEXER_HIGH | LEXER_CONTROL;
	const struct element_check c = {.d = d,
		.about = &r->here,
		.level = level,
		.at = r->values.at,
		.rules = r->rules,
		.plain = !(r->values.seen & odd)};

	if (level >= EDI_ELEMENT)
		(void)element_check_segment(&c, s);
	if (s->def && (r->values.seen & LEXER_COMMA))
		to_points(r, s);
}

/* The envelopes' own elements are looked at on every level. */
void edifact_values_service(struct edifact_read *r, struct segment *s, struct diag *d)
{
	s->def = edifact_envelope_def(r, s->tag);
	edifact_values_check(r, s, r->o.level < EDI_ELEMENT ? EDI_ELEMENT : r->o.level, d);
}
