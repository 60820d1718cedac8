/* Values of trees against their definition; see target_tree.h. */
#include "stage/target_tree.h"

#include <string.h>

#include "base/utf8.h"

struct checking {
	const struct target_tree *x;
	struct diag *d;
	const struct finding *about;
	const struct target_blame *blame;
	bool good;
};

static void tell(struct checking *c, const struct made *m, const char *code, struct str expected)
{
	struct finding f = *c->about;

	f.code = str_c(code);
	f.segment = m->name;
	f.found = utf8_left(m->text, 100);
	f.expected = expected;
	if (m->from)
		c->blame->fill(c->blame->ctx, m->from, &f);
	else if (m->origin.n > 0)
		f.field = m->origin;
	diag_add(c->d, &f);
	c->good = false;
}

/* --- one value --- */

static size_t digits(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += str_is_digit(s.p[i]);
	return n;
}

static size_t decimals(struct str s)
{
	const size_t mark = str_chr(s, '.');

	return mark == SIZE_MAX ? 0 : s.n - mark - 1;
}

static void check_length(struct checking *c, const struct made *m)
{
	const struct def_field *f = m->field;
	const struct def_element *e = &f->element;
	/* In a row of fixed widths sign and mark need their places too. */
	const size_t n = f->kind == FIELD_NUMBER && !f->width ? digits(m->text)
							      : utf8_count(m->text);
	struct arena *a = c->d->arena;

	if (n > e->max)
		tell(c, m, "VALUE-TOO-LONG", arena_printf(a, "at most %u characters", e->max));
	else if (n < e->min)
		tell(c, m, "VALUE-TOO-SHORT", arena_printf(a, "at least %u characters", e->min));
	else if (f->kind == FIELD_NUMBER && decimals(m->text) > e->decimals)
		tell(c, m, "VALUE-TOO-LONG",
			arena_printf(a, "at most %u decimals; let the map round it", e->decimals));
}

/* By the definition, or by the schema of the content type. */
static void check_range(struct checking *c, const struct made *m)
{
	const struct def_range *r = m->field->range;
	struct arena *a = c->d->arena;
	struct dec d;
	struct dec rest;
	int low = 0;
	int high = 0;

	if (!r || !dec_parse(m->text, '.', &d))
		return;
	low = r->has_least ? dec_cmp(d, r->least) : 1;
	high = r->has_most ? dec_cmp(d, r->most) : -1;
	if (low < 0 || (low == 0 && r->above))
		tell(c, m, "VALUE-RANGE",
			arena_printf(a, "%s " STR_FMT, r->above ? "more than" : "at least",
				STR_ARG(dec_text(r->least, a))));
	if (high > 0 || (high == 0 && r->below))
		tell(c, m, "VALUE-RANGE",
			arena_printf(a, "%s " STR_FMT, r->below ? "less than" : "at most",
				STR_ARG(dec_text(r->most, a))));
	if (r->has_step && dec_mod(d, r->step, &rest) && dec_cmp(rest, dec_int(0)) != 0)
		tell(c, m, "VALUE-RANGE",
			arena_printf(a, "a multiple of " STR_FMT, STR_ARG(dec_text(r->step, a))));
}

static void check_codes(struct checking *c, const struct made *m)
{
	const struct def_codes *codes = m->field->element.codes;

	if (codes && !codes->open && !defs_code_ok(codes, m->text))
		tell(c, m, "VALUE-NOT-IN-LIST",
			arena_printf(c->d->arena, "a code of '" STR_FMT "'", STR_ARG(m->name)));
}

static void check_characters(struct checking *c, const struct made *m)
{
	const struct target_tree *x = c->x;
	size_t at = utf8_bad(m->text);

	if (at != SIZE_MAX) {
		tell(c, m, "VALUE-REPERTOIRE", STR("text that is UTF-8"));
		return;
	}
	for (at = 0; x->carries && at < m->text.n;) {
		const uint32_t cp = utf8_next(m->text, &at);
		if (x->carries(x->layout, cp))
			continue;
		tell(c, m, "VALUE-REPERTOIRE",
			arena_printf(c->d->arena, "%s, which U+%04X is not", x->carries_what,
				(unsigned)cp));
		return;
	}
}

/* Has a finding, of a <require> for example, named the field already? */
static bool is_told(const struct checking *c, const struct made *m)
{
	for (const struct finding *f = c->d->first; f && m->origin.n > 0; f = f->next)
		if (f->severity >= SEV_ERROR && str_eq(f->field, m->origin))
			return true;
	return m->told;
}

static void check_value(struct checking *c, const struct made *m)
{
	if (m->absent) {
		if (is_told(c, m))
			c->good = c->good && !(m->field && m->field->mandatory);
		else if (m->field && m->field->mandatory)
			tell(c, m, "VALUE-REQUIRED", STR("a value"));
		return;
	}
	check_characters(c, m);
	if (m->field && m->kind != MADE_BOOL && m->kind != MADE_NULL) {
		check_length(c, m);
		check_codes(c, m);
		check_range(c, m);
	}
}

/* --- objects --- */

static const struct def_field *members_of(const struct checking *c, const struct made *m, bool top)
{
	if (top && c->x->layout)
		return c->x->layout->fields;
	return m->field ? m->field->child : NULL;
}

static const struct made *child_named(const struct made *m, struct str name)
{
	const struct made *k = m->child;

	while (k && !str_eq(k->name, name))
		k = k->next;
	return k;
}

/* A value with a condition, and an object that vanished, leave no trace. */
static void check_members(struct checking *c, const struct made *m, const struct def_field *fields)
{
	for (const struct def_field *f = fields; f; f = f->next)
		if (f->mandatory && !child_named(m, f->name)) {
			const struct made missing = {.name = f->name, .map_line = m->map_line};
			tell(c, &missing, "VALUE-REQUIRED", STR("a value"));
		}
}

/* A number below 64 by which most names of an object differ. */
static unsigned mark_of(struct str name)
{
	return name.n == 0 ? 0
			   : ((unsigned char)name.p[0] + 7u * (unsigned char)name.p[name.n - 1] +
				     (unsigned)name.n) %
			64;
}

/* May two of them have the same name? */
static bool may_repeat(const struct made *m)
{
	uint64_t seen = 0;
	uint64_t twice = 0;

	for (const struct made *k = m->child; k; k = k->next) {
		const uint64_t bit = (uint64_t)1 << mark_of(k->name);
		twice |= seen & bit;
		seen |= bit;
	}
	return twice != 0;
}

static void check_twice(struct checking *c, const struct made *m)
{
	if (!may_repeat(m))
		return;
	for (const struct made *k = m->child; k; k = k->next)
		for (const struct made *o = k->next; o; o = o->next)
			if (!k->absent && !o->absent && str_eq(k->name, o->name)) {
				tell(c, o, "VALUE-TWICE", STR("each name once"));
				return;
			}
}

static void check(struct checking *c, const struct made *m, bool top)
{
	if (made_is_leaf(m))
		check_value(c, m);
	if (m->kind == MADE_OBJECT && m->extent == MADE_WHOLE) {
		check_members(c, m, members_of(c, m, top));
		check_twice(c, m);
	}
	for (const struct made *k = m->child; k; k = k->next)
		check(c, k, false);
}

bool target_tree_check(const struct target_tree *x, const struct made *t, struct diag *d,
	const struct finding *about, const struct target_blame *b)
{
	struct checking c = {x, d, about, b, true};

	check(&c, t, true);
	return c.good;
}

uint64_t target_tree_lines(const struct buf *out, size_t from)
{
	uint64_t n = 0;

	while (from < out->n) {
		const char *end = memchr(out->p + from, '\n', out->n - from);
		if (!end)
			break;
		from = (size_t)(end - out->p) + 1;
		n++;
	}
	return n;
}

void target_tree_wrote(
	const struct target_watch *w, const struct made *m, const struct buf *out, size_t from)
{
	if (w)
		w->wrote(w->ctx, m, from, out->n);
}
