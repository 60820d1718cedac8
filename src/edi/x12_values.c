/*
 * The values of one X12 segment: cut, made UTF-8, and checked against the definition of the segment.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "edi/finding.h"
#include "edi/text.h"
#include "edi/x12_state.h"

/* Bytes that are no UTF-8 are taken for ISO 8859-1, so that texts are always UTF-8. */
static void to_utf8(struct x12_read *r, const struct def_segment *def, struct diag *d)
{
	for (size_t i = 0; i < r->values.n; i++) {
		struct str *t = &r->values.v[i].text;
		char *out = NULL;
		size_t n = 0;
		if (utf8_bad(*t) == SIZE_MAX) {
			if (str_find(*t, STR("\357\277\275"), 0) != SIZE_MAX)
				finding_value(&r->here, d, "VALUE-DAMAGED", SEV_WARNING, def,
					&r->values.v[i], r->values.at[i], "no U+FFFD", "");
			continue;
		}
		out = arena_raw(&r->scratch, mem_mul(t->n, 2));
		for (size_t k = 0; k < t->n; k++)
			n += utf8_encode((unsigned char)t->p[k], out + n);
		*t = (struct str){out, n};
	}
}

void x12_values_take(struct x12_read *r, struct segment *s, size_t tag_bytes, struct diag *d)
{
	lexer_split(&r->lex, &r->raw, tag_bytes, s->def, &r->values);
	if (r->values.seen & LEXER_HIGH)
		to_utf8(r, s->def, d);
	if ((r->values.seen & LEXER_TRAILING) && r->raw.binary == 0)
		x12_envelope_add(r, d, "X12-TRAILING", SEV_WARNING, 0, s->tag,
			"no separator behind the last value", "");
	if (r->values.seen & LEXER_MANY)
		x12_envelope_add(r, d, "X12-LIMIT", SEV_ERROR, 0, (struct str){"", 0},
			"at most 512 values", "");
	s->values = r->values.v;
	s->n = r->values.n;
}

/* A component separator in an element that has no components can only be data. */
static void stray_components(const struct x12_read *r, const struct segment *s, struct diag *d)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		const struct def_part *p = defs_part(s->def, v->element);
		if (!p || p->nparts > 0 || str_chr(v->text, r->lex.component) == SIZE_MAX)
			continue;
		finding_value(&r->here, d, "VALUE-SEPARATOR", SEV_WARNING, s->def, v,
			r->values.at[i], "no component separator",
			"the element has no components, but holds their separator; it is taken as text");
	}
}

void x12_values_check(
	struct x12_read *r, const struct segment *s, enum edi_level level, struct diag *d)
{
	const bool high = (r->values.seen & LEXER_HIGH) != 0;
	const struct element_check c = {.d = d,
		.about = &r->here,
		.level = level,
		.at = r->values.at,
		.rules = r->rules,
		.plain = !high && !(r->values.seen & LEXER_CONTROL)};

	if (level < EDI_ELEMENT)
		return;
	if ((r->values.seen & LEXER_COMPONENT) && s->def)
		stray_components(r, s, d);
	(void)element_check_segment(&c, s);
}

/* The envelopes' own elements are looked at on every level. */
void x12_values_envelope(struct x12_read *r, const struct segment *s, struct diag *d)
{
	x12_values_check(r, s, r->o.level < EDI_ELEMENT ? EDI_ELEMENT : r->o.level, d);
}

static bool is_before_004010(struct str version)
{
	return version.n >= 6 && str_cmp(str_sub(version, 0, 6), STR("004010")) < 0;
}

/* Before 004010 the date of a group had six digits (DT 6/6), which its definition does not know. */
void x12_values_group(struct x12_read *r, const struct segment *s, struct diag *d)
{
	struct value *date = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->values[i].element == 4 && s->values[i].text.n == 6)
			date = &s->values[i];
	if (!date || !is_before_004010(r->ctx.group_version)) {
		x12_values_envelope(r, s, d);
		return;
	}
	const struct str six = date->text;
	if (!text_date(six))
		finding_value(&r->here, d, "X12-ELEMENT-DATE", SEV_ERROR, s->def, date,
			r->values.at[date - s->values], "YYMMDD, a day that exists",
			"GS04: the value is not a date");
	date->text = STR("20000101");
	x12_values_envelope(r, s, d);
	date->text = six;
}
