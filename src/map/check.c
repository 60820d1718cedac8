/* Template against definition; see check.h. */
#include "map/check.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/utf8.h"
#include "map/func.h"
#include "map/paths.h"

enum { NEAR_MAX = 128 };

static bool is_envelope(const struct load *l, struct str tag)
{
	const struct def_format *f = defs_format(l->m->target->format);

	return str_is(tag, f->header) || str_is(tag, f->trailer);
}

static bool matches(const struct def_node *n, struct str tag, bool loop)
{
	return n->used && n->loop == loop && str_eq(loop ? n->child->name : n->name, tag);
}

static const struct def_node *find_from(const struct def_node *n, struct str tag, bool loop)
{
	while (n && !matches(n, tag, loop))
		n = n->next;
	return n;
}

bool check_knows(const struct check_level *v, struct str tag)
{
	return find_from(v->parent->child, tag, false) || find_from(v->parent->child, tag, true);
}

static struct str level_name(const struct check_level *v)
{
	return v->parent->parent ? v->parent->name : STR("message");
}

/* Is it there at all, but forbidden by the guide? */
static bool forbidden(const struct check_level *v, struct str tag)
{
	for (const struct def_node *n = v->parent->child; n; n = n->next)
		if (!n->used && str_eq(n->loop ? n->child->name : n->name, tag))
			return true;
	return false;
}

static void not_here(
	struct load *l, const struct xml *x, struct str tag, const struct check_level *v)
{
	const char *names[NEAR_MAX];
	size_t n = 0;
	const char *near = NULL;

	if (forbidden(v, tag)) {
		load_fault(l, x, "the guide does not allow " STR_FMT " in the " STR_FMT,
			STR_ARG(tag), STR_ARG(level_name(v)));
		return;
	}
	for (const struct def_node *k = v->parent->child; k && n < NEAR_MAX; k = k->next)
		if (k->used && !is_envelope(l, k->name))
			names[n++] = arena_cstr(l->scratch, k->loop ? k->child->name : k->name);
	near = str_suggest(tag, names, n);
	load_fault(l, x, "the " STR_FMT " has no segment " STR_FMT "%s%s%s", STR_ARG(level_name(v)),
		STR_ARG(tag), near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

const struct def_node *check_segment(struct load *l, const struct xml *x, struct check_level *v)
{
	const struct def_node *n = NULL;

	if (!v->parent)
		return NULL;
	if (is_envelope(l, x->name)) {
		load_fault(l, x, STR_FMT " is written by itself; leave it out", STR_ARG(x->name));
		return NULL;
	}
	n = find_from(v->at, x->name, false);
	if (n) {
		v->at = n;
		return n;
	}
	if (find_from(v->parent->child, x->name, false))
		load_fault(l, x,
			"out of order: in the " STR_FMT " " STR_FMT " stands before " STR_FMT,
			STR_ARG(level_name(v)), STR_ARG(x->name), STR_ARG(v->at->name));
	else if (find_from(v->parent->child, x->name, true))
		load_fault(l, x,
			STR_FMT " begins the " STR_FMT
				"-loop; put it and what belongs to it into <loop>",
			STR_ARG(x->name), STR_ARG(x->name));
	else
		not_here(l, x, x->name, v);
	return NULL;
}

/* The loop at this level that has the segment somewhere behind its trigger. */
static const struct def_node *loop_with(const struct check_level *v, struct str tag)
{
	for (const struct def_node *n = v->parent->child; n; n = n->next)
		if (n->loop && n->used && find_from(n->child, tag, false))
			return n;
	return NULL;
}

const struct def_node *check_loop(
	struct load *l, const struct xml *x, const struct xml *trigger, struct check_level *v)
{
	const struct def_node *n = NULL;

	if (!v->parent)
		return NULL;
	n = find_from(v->at, trigger->name, true);
	if (n) {
		v->at = n;
		return n;
	}
	if (find_from(v->parent->child, trigger->name, true)) {
		load_fault(l, x,
			"out of order: in the " STR_FMT " the " STR_FMT
			"-loop stands before " STR_FMT,
			STR_ARG(level_name(v)), STR_ARG(trigger->name), STR_ARG(v->at->name));
		return NULL;
	}
	n = loop_with(v, trigger->name);
	if (n)
		load_fault(l, trigger,
			"the loop with " STR_FMT " begins with " STR_FMT "; put <" STR_FMT
			"> first",
			STR_ARG(trigger->name), STR_ARG(n->child->name), STR_ARG(n->child->name));
	else if (find_from(v->parent->child, trigger->name, false))
		load_fault(l, x,
			STR_FMT " begins no loop in the " STR_FMT "; write it without <loop>",
			STR_ARG(trigger->name), STR_ARG(level_name(v)));
	else
		not_here(l, trigger, trigger->name, v);
	return NULL;
}

static const struct map_part *part_at(const struct map_part *parts, const struct def_node *n)
{
	for (; parts; parts = parts->next) {
		const struct map_part *inside = NULL;

		if (parts->node == n)
			return parts;
		/* an item that is no loop of the definition has its segments at this level */
		if (parts->item && !parts->node)
			inside = part_at(parts->child, n);
		if (inside)
			return inside;
	}
	return NULL;
}

static void check_count(struct load *l, const struct map_part *p)
{
	uint32_t n = 0;

	if (!p->node || !p->node->max || p->each || p->cond)
		return;
	for (const struct map_part *k = p; k; k = k->next)
		n += k->node == p->node && !k->each && !k->cond;
	if (n == p->node->max + 1)
		faults_add(l->f, l->file, p->line, p->column,
			"the definition allows " STR_FMT " at most %u times here, "
			"the map writes it more often",
			STR_ARG(p->node->name), p->node->max);
}

void check_complete(struct load *l, const struct xml *x, const struct check_level *v,
	const struct map_part *parts)
{
	if (!v->parent)
		return;
	for (const struct def_node *n = v->parent->child; n; n = n->next)
		if (n->mandatory && n->used && !is_envelope(l, n->name) && !part_at(parts, n))
			load_fault(l, x,
				"the " STR_FMT " needs " STR_FMT ", which the map never writes",
				STR_ARG(level_name(v)), STR_ARG(n->name));
	for (const struct map_part *p = parts; p; p = p->next)
		check_count(l, p);
}

static bool is_filled(const struct map_part *p, uint16_t element, uint16_t component)
{
	for (size_t i = 0; i < p->nvalues; i++)
		if (p->values[i].element == element &&
			(!component || p->values[i].component == component))
			return true;
	return false;
}

static size_t pairs_for(const struct map_part *p, uint16_t element)
{
	size_t n = 0;
	size_t place = 0;

	for (const struct map_pair *m = p->pairs; m; m = m->next)
		n++;
	for (uint8_t i = 0; i < p->npair_at; i++) {
		if (is_filled(p, p->pair_at[i], 0) ||
			is_filled(p, (uint16_t)(p->pair_at[i] + 1), 0))
			continue;
		if (element == p->pair_at[i] || element == p->pair_at[i] + 1)
			return place < n;
		place++;
	}
	return 0;
}

static void check_components(
	struct load *l, const struct xml *x, const struct map_part *p, const struct def_part *d)
{
	for (size_t i = 0; i < d->nparts; i++) {
		const struct def_part *c = &d->parts[i];

		if (c->mandatory && c->used && is_filled(p, d->position, 0) &&
			!is_filled(p, d->position, c->position))
			load_fault(l, x,
				STR_FMT " is mandatory where " STR_FMT " is used (" STR_FMT
					"), and the map never fills it",
				STR_ARG(c->ref), STR_ARG(d->ref), STR_ARG(c->name));
	}
}

void check_filled(struct load *l, const struct xml *x, const struct map_part *p)
{
	size_t npairs = 0;
	size_t room = 0;

	for (size_t i = 0; p->def && i < p->def->nparts; i++) {
		const struct def_part *d = &p->def->parts[i];

		check_components(l, x, p, d);
		if (d->mandatory && d->used && !is_filled(p, d->position, 0) &&
			!pairs_for(p, d->position))
			load_fault(l, x,
				STR_FMT " is mandatory (" STR_FMT "), and the map never fills it",
				STR_ARG(d->ref), STR_ARG(d->name));
	}
	for (const struct map_pair *m = p->pairs; m; m = m->next)
		npairs++;
	for (uint8_t i = 0; i < p->npair_at; i++)
		room += !is_filled(p, p->pair_at[i], 0) &&
			!is_filled(p, (uint16_t)(p->pair_at[i] + 1), 0);
	if (npairs > room && p->def)
		load_fault(l, x, STR_FMT " has room for %zu pairs, the map has %zu",
			STR_ARG(p->tag), room, npairs);
}

/* --- values --- */

static const char *type_name(enum def_type t)
{
	static const char *const names[] = {
		[DEF_A] = "a text",
		[DEF_AN] = "a text",
		[DEF_ID] = "a code",
		[DEF_N] = "a number",
		[DEF_R] = "a number",
		[DEF_DT] = "a date",
		[DEF_TM] = "a time",
		[DEF_B] = "bytes",
	};

	return names[t];
}

/* Digits count in numbers; sign and mark do not. */
static size_t length(const struct def_element *def, struct str s)
{
	size_t n = 0;

	if (def->type != DEF_N && def->type != DEF_R)
		return utf8_count(s);
	for (size_t i = 0; i < s.n; i++)
		n += str_is_digit(s.p[i]);
	return n;
}

/* HHMM, HHMMSS and what may follow. */
static bool is_time(struct str s)
{
	static const int most[] = {23, 59, 59, 99};

	for (size_t i = 0; i + 1 < s.n && i / 2 < sizeof(most) / sizeof(most[0]); i += 2)
		if ((s.p[i] - '0') * 10 + s.p[i + 1] - '0' > most[i / 2])
			return false;
	return true;
}

/* Digits are written as they are; any other date takes the form of the element by itself. False
 * when it is none; *by_itself when its length does not count. */
static bool is_when(const struct def_element *def, struct str s, bool *by_itself)
{
	struct date d;

	*by_itself = !str_is_digits(s);
	if (*by_itself)
		return date_parse(s, &d);
	if (def->type == DEF_TM)
		return is_time(s);
	return s.n == 8 ? date_parse(s, &d) : s.n != 6 || date_parse_as(s, STR("YYMMDD"), &d);
}

static void check_literal(struct load *l, const struct xml *x, struct str attr,
	const struct def_element *def, struct str ref, struct str s, const struct expr *e)
{
	struct dec d;
	size_t n = length(def, s);
	bool by_itself = false;

	if (!s.n)
		return;
	if ((def->type == DEF_DT || def->type == DEF_TM) && !is_when(def, s, &by_itself)) {
		load_fault_at(l, x, attr, e->at, STR_FMT " is %s, '" STR_FMT "' is none",
			STR_ARG(ref), type_name(def->type), STR_ARG(s));
		return;
	}
	if ((def->type == DEF_N || def->type == DEF_R) && !dec_parse(s, '.', &d)) {
		load_fault_at(l, x, attr, e->at, STR_FMT " is a number, '" STR_FMT "' is none",
			STR_ARG(ref), STR_ARG(s));
		return;
	}
	if (def->codes && !defs_code_ok(def->codes, s)) {
		bool raw = e->op == EXPR_NUMBER && defs_code_ok(def->codes, e->text);

		if (def->codes->open)
			load_warn_at(l, x, attr, e->at,
				"'" STR_FMT "' is not among the codes of " STR_FMT, STR_ARG(s),
				STR_ARG(ref));
		else
			load_fault_at(l, x, attr, e->at,
				"'" STR_FMT "' is not a code of " STR_FMT " (element " STR_FMT
				")%s" STR_FMT "%s",
				STR_ARG(s), STR_ARG(ref), STR_ARG(def->id),
				raw ? "; did you mean '" : "", STR_ARG(raw ? e->text : STR("")),
				raw ? "'? Put it in quotes" : "");
		return;
	}
	if (by_itself || (n >= def->min && n <= def->max))
		return;
	if (def->min == def->max)
		load_fault_at(l, x, attr, e->at,
			STR_FMT " is %s of %u characters, '" STR_FMT "' has %zu", STR_ARG(ref),
			type_name(def->type), def->max, STR_ARG(s), n);
	else
		load_fault_at(l, x, attr, e->at,
			STR_FMT " is %s of %u to %u characters, '" STR_FMT "' has %zu",
			STR_ARG(ref), type_name(def->type), def->min, def->max, STR_ARG(s), n);
}

static bool bare_name(const struct expr *e)
{
	return e->op == EXPR_PATH && !e->root && !e->nargs && e->nsteps == 1 &&
		e->steps[0].axis == STEP_CHILD && e->steps[0].name && !e->steps[0].npreds;
}

/* A name that is a code, too: whether the source has such a field is known later (paths.h). */
static void check_bare(struct load *l, const struct xml *x, struct str attr,
	const struct def_element *def, struct str ref, const struct expr *e)
{
	const struct str name = names_text(l->m->names, e->steps[0].name);
	struct load_code *c = NULL;

	if (!def->codes || def->codes->open || !defs_code_ok(def->codes, name))
		return;
	c = ARENA_NEW(l->scratch, struct load_code);
	*c = (struct load_code){e, x, arena_str(l->scratch, attr), ref, false, l->codes};
	l->codes = c;
}

/* Does a quotient leave the expression without being rounded? */
static bool unrounded(const struct map *m, const struct expr *e)
{
	static const char *const rounding[] = {"round", "floor", "ceiling", "format-number"};

	if (!e)
		return false;
	if (e->op == EXPR_VAR && e->var == VAR_LET)
		return unrounded(m, m->lets[e->slot].value);
	if (e->op == EXPR_DIV || (e->op == EXPR_CALL && strcmp(e->func->name, "convert-unit") == 0))
		return true;
	if (e->op == EXPR_CALL)
		for (size_t i = 0; i < sizeof(rounding) / sizeof(rounding[0]); i++)
			if (strcmp(e->func->name, rounding[i]) == 0)
				return false;
	if (e->op != EXPR_CALL && e->op != EXPR_NEG && (e->op < EXPR_ADD || e->op > EXPR_MOD))
		return false;
	for (uint32_t i = 0; i < e->nargs; i++)
		if (unrounded(m, e->args[i]))
			return true;
	return false;
}

void check_rounded(struct load *l, const struct xml *x, struct str attr, size_t at, struct str ref,
	const struct expr *e)
{
	if (e && unrounded(l->m, e))
		load_warn_at(l, x, attr, at,
			"the quotient reaches " STR_FMT " with up to 18 decimals; round it",
			STR_ARG(ref));
}

void check_value(struct load *l, const struct xml *x, struct str attr,
	const struct def_element *def, struct str ref, const struct expr *e)
{
	if (!def || !e)
		return;
	if (e->op == EXPR_TEXT)
		check_literal(l, x, attr, def, ref, e->text, e);
	else if (e->op == EXPR_NUMBER)
		check_literal(l, x, attr, def, ref, dec_text(e->num, l->scratch), e);
	else if (bare_name(e))
		check_bare(l, x, attr, def, ref, e);
	else
		check_rounded(l, x, attr, e->at, ref, e);
}
