/*
 * Element checks; see element.h. The good path is one pass over each value with a table of the
 * bytes that are fine; a value has at most one finding.
 */
#include "edi/element.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "edi/element_plan.h"
#include "edi/notes.h"
#include "edi/text.h"

enum { MEMO = 1024, MEMO_BITS = 10, CODE_MOST = 8 /* bytes of a code that is remembered */ };

struct element_rules {
	struct element_syntax syntax;
	bool there[128]; /* characters that the repertoire has of ASCII */
	bool fine[256];	 /* bytes that may stand in a value as they are */
	struct {	 /* codes that were found in their lists lately: the same few come again */
		const struct def_codes *codes;
		uint64_t code; /* its bytes, at most CODE_MOST */
		size_t n;
	} memo[MEMO];
	struct { /* likewise sets of elements, as bits, that were all a segment needs */
		const struct def_segment *def;
		uint64_t there;
	} sets[MEMO];
	struct element_plans plans;
};

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

struct element_rules *element_rules_new(const struct element_syntax *x)
{
	struct element_rules *r = mem_alloc(sizeof(*r));

	r->syntax = *x;
	element_plan_init(&r->plans);
	for (size_t i = 0x20; i < 0x7f; i++)
		r->there[i] = !strchr(x->repertoire.lacks, (int)i);
	memcpy(r->fine, r->there, sizeof(r->there));
	for (size_t i = 0; i < sizeof(x->reserved); i++)
		r->fine[(unsigned char)x->reserved[i]] = false;
	return r;
}

void element_rules_free(struct element_rules *r)
{
	if (!r)
		return;
	element_plan_done(&r->plans);
	mem_free(r);
}

struct str element_rules_format(const struct element_rules *r)
{
	return r->syntax.format;
}

/* Where the bytes from at on end that may stand as they are. */
static size_t fine_run(const struct element_rules *r, struct str s, size_t at)
{
	while (at < s.n && r->fine[(unsigned char)s.p[at]])
		at++;
	return at;
}

/* How many characters, if every one of them is plainly fine; else SIZE_MAX: look closely. */
static size_t fine_length(const struct element_rules *r, struct str s)
{
	size_t at = fine_run(r, s, 0);
	size_t n = at;

	while (at < s.n) {
		uint32_t cp = 0;
		size_t from = 0;
		if ((unsigned char)s.p[at] < 0x80)
			return SIZE_MAX;
		cp = utf8_next(s, &at);
		if (cp > r->syntax.repertoire.top || cp == UTF8_REPLACEMENT || is_control(cp))
			return SIZE_MAX;
		from = at;
		at = fine_run(r, s, from);
		n += 1 + at - from;
	}
	return n;
}

static bool has_character(const struct element_rules *r, uint32_t cp)
{
	const struct element_repertoire *x = &r->syntax.repertoire;

	if (cp < 0x80)
		return r->there[cp];
	if (is_control(cp))
		return false;
	for (size_t i = 0; cp > x->top && i < x->nothers; i++)
		if (x->others[i] == cp)
			return true;
	return cp <= x->top;
}

bool element_rules_carry(const struct element_rules *r, uint32_t cp)
{
	return has_character(r, cp);
}

/* The first character that may not be written with this repertoire; false when all may. */
static bool bad_character(const struct element_rules *r, struct str s, uint32_t *cp)
{
	size_t at = 0;

	while (at < s.n) {
		*cp = utf8_next(s, &at);
		if (!has_character(r, *cp))
			return true;
	}
	return false;
}

static bool characters(const struct finding_place *a)
{
	uint32_t cp = 0;

	if (utf8_bad(a->text) != SIZE_MAX) {
		finding_add(
			a, "ELEMENT-TYPE", SEV_ERROR, "the value is not text in UTF-8", "UTF-8");
		return false;
	}
	if (!bad_character(a->c->rules, a->text, &cp))
		return true;
	if (cp == '\n' || cp == '\r')
		finding_add(a, "VALUE-LINE-END", SEV_ERROR, "the value holds a line end",
			"no line end");
	else if (is_control(cp))
		finding_add(a, "ELEMENT-TYPE", SEV_ERROR, "the value holds a control character",
			"no U+%04X", (unsigned)cp);
	else
		finding_add(a, "VALUE-REPERTOIRE", SEV_ERROR,
			"the value holds a character that the partner's character set does not have",
			"%s, which has no U+%04X", a->c->rules->syntax.repertoire.name,
			(unsigned)cp);
	return false;
}

static bool separators(const struct finding_place *a)
{
	static const char *const names[] = {"element", "component", "segment", "repetition"};
	const struct element_syntax *x = &a->c->rules->syntax;
	const struct str s = a->text;

	for (size_t i = 0; x->writing && i < s.n; i++) {
		const char b = s.p[i];
		const char *hit = b ? memchr(x->reserved, b, sizeof(x->reserved)) : NULL;
		const char *what = hit ? names[hit - x->reserved] : NULL;
		if (!hit)
			continue;
		if ((unsigned char)b > 0x20 && (unsigned char)b < 0x7f)
			finding_add(a, "VALUE-SEPARATOR", SEV_ERROR,
				"a separator of the interchange is in the value",
				"no '%c', which is the %s separator", b, what);
		else
			finding_add(a, "VALUE-SEPARATOR", SEV_ERROR,
				"a separator of the interchange is in the value",
				"no byte 0x%02X, which is the %s separator",
				(unsigned)(unsigned char)b, what);
		return false;
	}
	return true;
}

static bool type_number(const struct finding_place *a, const struct def_element *e, size_t *n)
{
	const struct element_syntax *x = &a->c->rules->syntax;
	const struct element_fault *wrong = x->number(x, a->text, e, n);

	if (!wrong)
		return true;
	finding_add(a, wrong->name, SEV_ERROR, wrong->rule, "%s", wrong->expected);
	return false;
}

static bool type_ok(const struct finding_place *a, const struct def_element *e, size_t *n)
{
	switch (e->type) {
	case DEF_N:
	case DEF_R:
		return type_number(a, e, n);
	case DEF_DT:
		if (text_date(a->text))
			return true;
		finding_add(a, "ELEMENT-DATE", SEV_ERROR, "the value is not a date",
			e->max == 6 ? "YYMMDD, a day that exists" : "CCYYMMDD, a day that exists");
		return false;
	case DEF_TM:
		if (text_time(a->text))
			return true;
		finding_add(a, "ELEMENT-TIME", SEV_ERROR, "the value is not a time",
			"HHMM, HHMMSS or HHMMSSDD");
		return false;
	case DEF_A:
		for (size_t i = 0; i < a->text.n; i++) {
			if (!str_is_digit(a->text.p[i]))
				continue;
			finding_add(a, "ELEMENT-TYPE", SEV_ERROR, "the value holds a digit",
				"letters only");
			return false;
		}
		return true;
	default:
		return true;
	}
}

static bool length_ok(const struct finding_place *a, const struct def_element *e, size_t n)
{
	if (n > e->max) {
		finding_add(a, "ELEMENT-LONG", SEV_ERROR, "the value is too long",
			"at most %u characters, not %zu", (unsigned)e->max, n);
		return false;
	}
	if (n < e->min) {
		finding_add(a, "ELEMENT-SHORT", SEV_ERROR, "the value is too short",
			"at least %u characters, not %zu", (unsigned)e->min, n);
		return false;
	}
	return true;
}

static void expected_codes(const struct def_codes *c, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n && n + 40 < size; i++) {
		const int k = snprintf(out + n, size - n, "%s" STR_FMT, i ? ", " : "",
			(int)(c->codes[i].value.n > 30 ? 30 : c->codes[i].value.n),
			c->codes[i].value.p);
		n += k > 0 ? (size_t)k : 0;
		if (i == 11 && c->n > 13) {
			(void)snprintf(out + n, size - n, " ... (%zu codes)", c->n);
			return;
		}
	}
}

static inline uint64_t byte_at(struct str s, size_t i)
{
	return (unsigned char)s.p[i];
}

/* One to eight bytes as a number that no others of this length have. */
static inline uint64_t code_bytes(struct str s)
{
	uint32_t first = 0;
	uint32_t last = 0;

	if (s.n < 4)
		return byte_at(s, 0) | byte_at(s, s.n / 2) << 8 | byte_at(s, s.n - 1) << 16;
	memcpy(&first, s.p, sizeof(first));
	memcpy(&last, s.p + s.n - sizeof(last), sizeof(last));
	return (uint64_t)last << 32 | first;
}

/* defs_code_ok with a memory. */
static bool code_ok(struct element_rules *r, const struct def_codes *codes, struct str s)
{
	uint64_t code = 0;
	size_t i = 0;

	if (s.n == 0 || s.n > CODE_MOST)
		return defs_code_ok(codes, s);
	code = code_bytes(s);
	i = (size_t)((code ^ (uint64_t)(uintptr_t)codes) * 0x9e3779b97f4a7c15u >> (64 - MEMO_BITS));
	if (r->memo[i].codes == codes && r->memo[i].code == code && r->memo[i].n == s.n)
		return true;
	if (!defs_code_ok(codes, s))
		return false;
	r->memo[i].codes = codes;
	r->memo[i].code = code;
	r->memo[i].n = s.n;
	return true;
}

static void check_codes(const struct finding_place *a, const struct def_element *e)
{
	char list[240] = "";

	if (!e->codes || a->c->level < EDI_CODES || code_ok(a->c->rules, e->codes, a->text))
		return;
	expected_codes(e->codes, list, sizeof(list));
	finding_add(a, "ELEMENT-CODE", e->codes->open ? SEV_WARNING : SEV_ERROR,
		"the value is not in the code list", "%s", list);
}

/* One value of a simple element or a component. */
static void check_value(const struct finding_place *a)
{
	const struct def_element *e = a->part ? a->part->element : NULL;
	size_t n = 0;

	if (e && e->type == DEF_B)
		return;
	n = fine_length(a->c->rules, a->text);
	if (n == SIZE_MAX) {
		if (!separators(a) || !characters(a))
			return;
		n = utf8_count(a->text);
	}
	if (!e)
		return;
	if (!type_ok(a, e, &n) || !length_ok(a, e, n))
		return;
	check_codes(a, e);
	if (!a->c->rules->syntax.writing && !a->c->padded && a->part->mandatory &&
		a->text.p[0] == ' ' && text_blank(a->text))
		finding_add(a, "ELEMENT-BLANK", SEV_WARNING,
			"a mandatory element holds only blanks", "a value");
}

static void absent(struct finding_place *a, const struct def_part *part, uint16_t element,
	uint16_t component, uint16_t repetition)
{
	struct finding_place b = *a;

	if (segment_told(a->s, element))
		return;
	b.v = NULL;
	b.part = part;
	b.element = element;
	b.component = component;
	b.repetition = repetition;
	finding_add(&b, "ELEMENT-MISSING", SEV_ERROR, "this element is mandatory", "a value");
}

/* Nothing, or when writing: nothing that will be written. */
static bool is_nothing(const struct finding_place *a, const struct value *v)
{
	return v->text.n == 0 ||
		(a->c->rules->syntax.writing && v->text.p[0] == ' ' && text_blank(v->text));
}

/* Components of a composite that must be there if any is: v[0..n) are of one repetition of it. */
static void components(
	struct finding_place *a, const struct def_part *composite, const struct value *v, size_t n)
{
	size_t all = 0;

	for (size_t k = 0; k < n; k++)
		all += !is_nothing(a, &v[k]);
	for (size_t i = 0; all > 0 && i < composite->nparts; i++) {
		const struct def_part *part = &composite->parts[i];
		bool there = false;
		if (!part->mandatory)
			continue;
		for (size_t k = 0; k < n; k++)
			there = there ||
				(v[k].component == part->position && !is_nothing(a, &v[k]));
		if (!there)
			absent(a, part, v[0].element, part->position, v[0].repetition);
	}
}

/* Is there a value of a repetition too many in front of this one? */
static bool told_before(const struct finding_place *a, uint16_t most)
{
	for (const struct value *v = a->v;
		v > a->s->values && v[-1].element == a->element && v[-1].repetition > most; v--)
		if (!is_nothing(a, &v[-1]))
			return true;
	return false;
}

static void check_repetition(struct finding_place *a, const struct def_part *part)
{
	const char *never = a->c->rules->syntax.no_repeat;
	const uint16_t most = part->repeat ? part->repeat : UINT16_MAX;

	if (a->repetition <= 1)
		return;
	if (never)
		finding_add(a, "ELEMENT-REPEAT", SEV_ERROR, "the element is repeated",
			"one value: %s", never);
	else if (a->repetition > most && !told_before(a, most))
		finding_add(a, "ELEMENT-REPEAT", SEV_ERROR, "the element is repeated too often",
			"at most %u", (unsigned)most);
}

static const struct def_part *find_part(
	struct finding_place *a, const struct def_part *part, const struct def_part *leaf)
{
	if (!part) {
		finding_add(a, "ELEMENT-EXTRA", SEV_ERROR, "the segment has no such element",
			"at most %zu elements", a->s->def->nparts);
		return NULL;
	}
	if (!part->used) {
		finding_add(a, "ELEMENT-UNUSED", SEV_ERROR,
			"the partner's guide does not use this element", "nothing");
		return NULL;
	}
	if (!leaf && part->nparts == 0)
		finding_add(a, "ELEMENT-EXTRA", SEV_ERROR,
			"the element is simple, but has components here", "one value");
	else if (!leaf)
		finding_add(a, "ELEMENT-EXTRA", SEV_ERROR, "the composite has no such component",
			"at most %zu components", part->nparts);
	return leaf;
}

/* The same, of a position that mostly has the same code. */
static inline bool is_coded(struct element_rules *r, struct element_leaf *leaf, struct str s)
{
	const uint64_t code = s.n <= CODE_MOST ? code_bytes(s) : 0;

	if (leaf->code_n == s.n && leaf->code == code)
		return true;
	if (!code_ok(r, leaf->codes, s))
		return false;
	if (s.n <= CODE_MOST) {
		leaf->code = code;
		leaf->code_n = (uint8_t)s.n;
	}
	return true;
}

static inline bool has_look(
	const struct element_check *c, const struct element_leaf *leaf, struct str s, size_t *n)
{
	const struct element_syntax *x = &c->rules->syntax;

	switch (leaf->look) {
	case ELEMENT_TEXT:
		return s.p[0] != ' ' && s.p[s.n - 1] != ' ';
	case ELEMENT_NUMBER:
		return *n != SIZE_MAX && !x->number(x, s, leaf->element, n);
	case ELEMENT_DATE:
		return text_date(s);
	case ELEMENT_TIME:
		return text_time(s);
	default:
		return false;
	}
}

/* The common case: a value that is plainly right. False: look closely. */
static inline bool plainly_right(
	const struct element_check *c, struct element_leaf *leaf, const struct value *v)
{
	size_t n = v->text.n;

	if (!leaf || v->repetition != 1)
		return false;
	if (!c->plain)
		n = fine_length(c->rules, v->text);
	if (!has_look(c, leaf, v->text, &n) || n < leaf->min || n > leaf->max)
		return false;
	return !leaf->codes || c->level < EDI_CODES || is_coded(c->rules, leaf, v->text);
}

static void look_closely(struct finding_place *a, const struct value *v)
{
	const struct def_part *part = a->s->def ? defs_part(a->s->def, v->element) : NULL;
	const struct def_part *leaf = defs_component(part, v->component);

	a->v = v;
	a->element = v->element;
	a->component = finding_component(part, v->component);
	a->repetition = v->repetition;
	a->text = v->text;
	a->part = part;
	a->part = a->s->def ? find_part(a, part, leaf) : NULL;
	if (a->s->def && !a->part)
		return;
	if (a->c->rules->syntax.writing && v->text.p[v->text.n - 1] == ' ')
		a->text = text_trim(
			v->text, a->part && a->part->element ? a->part->element->min : 1);
	check_value(a);
	if (part)
		check_repetition(a, part);
}

/* Are both of the same repetition of the same element? */
static bool same(const struct value *v, const struct value *w)
{
	return v->element == w->element && v->repetition == w->repetition;
}

static void check_values(struct finding_place *a, struct notes_present *there)
{
	const struct segment *s = a->s;
	const struct element_plan *plan = element_plan_of(&a->c->rules->plans, s->def);
	size_t group = 0;  /* first value of this repetition of this element */
	uint64_t have = 0; /* its components */

	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		const struct element_slot *slot = element_plan_slot(plan, v->element);
		const bool nothing = is_nothing(a, v);
		if (!nothing) {
			notes_set(there, v->element);
			if (!plainly_right(a->c, element_plan_leaf(slot, v->component), v))
				look_closely(a, v);
		}
		if (!slot || !slot->needs)
			continue;
		if (!same(v, &s->values[group])) {
			group = i;
			have = 0;
		}
		have |= nothing ? 0 : element_plan_bit(v->component);
		if ((slot->needs & ~have) && (i + 1 == s->n || !same(v, v + 1)))
			components(
				a, defs_part(s->def, v->element), &s->values[group], i + 1 - group);
	}
}

/* Is what must be there, there? */
static bool check_mandatory(struct finding_place *a, const struct notes_present *there)
{
	const struct def_segment *def = a->s->def;
	bool good = true;

	for (size_t i = 0; i < def->nparts; i++) {
		const struct def_part *part = &def->parts[i];
		if (!part->mandatory || !part->used || notes_has(there, part->position))
			continue;
		absent(a, part, part->position, 0, 0);
		good = false;
	}
	return good;
}

/* Mandatory elements and notes, of which a set of elements that was right once is right again. */
static void check_set(struct finding_place *a, const struct notes_present *there, uint16_t last)
{
	const struct def_segment *def = a->s->def;
	const uint64_t bits = there->bits[0];
	const size_t i = (size_t)((bits ^ (uint64_t)(uintptr_t)def) * 0x9e3779b97f4a7c15u >>
		(64 - MEMO_BITS));
	struct element_rules *r = a->c->rules;
	bool good = true;

	if (last <= 64 && r->sets[i].def == def && r->sets[i].there == bits)
		return;
	good = check_mandatory(a, there);
	if (a->c->level < EDI_NOTES || !notes_check(a, there, last) || !good || last > 64)
		return;
	r->sets[i].def = def;
	r->sets[i].there = bits;
}

bool element_check_segment(const struct element_check *c, const struct segment *s)
{
	const size_t before = c->d->errors;
	struct notes_present there = {{0}};
	struct finding_place a = {.c = c, .s = s};

	check_values(&a, &there);
	a.v = NULL;
	if (s->def)
		check_set(&a, &there, s->n > 0 ? s->values[s->n - 1].element : 0);
	return c->d->errors == before;
}
