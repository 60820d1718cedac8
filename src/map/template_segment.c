/* Values of a segment. One whose elements are all empty is left out. */
#include "map/template.h"

#include <string.h>

#include "base/mem.h"

struct values {
	struct value *v;
	size_t n;
	size_t cap;
	uint64_t told; /* as in struct gaps */
};

/* The value as the element's type wants it. False when there is nothing to write. */
static bool as_date(
	struct ev *ev, const struct val *v, const struct def_element *def, struct str *out)
{
	struct str s = val_text(ev, v);
	struct str picture = STR("CCYYMMDD");
	struct date d;
	char text[DATE_TEXT];

	if (v->kind != VAL_DATE && (str_is_digits(s) || !s.n)) {
		*out = s;
		return s.n > 0;
	}
	if (!val_date(ev, v, &d))
		return false;
	if (def->type == DEF_TM)
		picture = def->max >= 6 ? STR("HHMISS") : STR("HHMM");
	else if (def->max < 8)
		picture = STR("YYMMDD");
	*out = arena_str(ev->a, date_format(&d, picture, text, sizeof(text)));
	return true;
}

/* N2 and the like have implied decimals: 12.5 is 1250. */
static struct str implied(struct ev *ev, struct dec d, unsigned decimals)
{
	struct str s = dec_fixed(d, decimals, ev->a);
	char *p = arena_raw(ev->a, s.n + 1);
	size_t n = 0;
	size_t zeros = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && s.p[i] != '-')
			p[n++] = s.p[i];
	while (zeros + 1 < n && p[zeros] == '0')
		zeros++;
	if (d.v < 0 && zeros > 0)
		p[--zeros] = '-';
	else if (d.v < 0)
		return arena_printf(ev->a, "-" STR_FMT, (int)n, p);
	return (struct str){p + zeros, n - zeros};
}

static bool as_number(
	struct ev *ev, const struct val *v, const struct def_element *def, struct str *out)
{
	struct str s;
	struct dec d;

	if (val_empty(ev, v) || !val_number(ev, v, &d))
		return false;
	s = val_text(ev, v);
	if (def->type == DEF_N && def->decimals)
		*out = implied(ev, d, def->decimals);
	else if (v->kind == VAL_NUMBER || v->kind == VAL_BOOL || str_chr(s, 'e') != SIZE_MAX ||
		str_chr(s, 'E') != SIZE_MAX || s.p[0] == '+')
		*out = dec_text(d, ev->a);
	else
		*out = s;
	return true;
}

static struct str without_end_blanks(struct str s)
{
	while (s.n && str_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool as_text(
	struct ev *ev, const struct val *v, const struct def_element *def, struct str *out)
{
	if (def && (def->type == DEF_DT || def->type == DEF_TM))
		return as_date(ev, v, def, out);
	if (def && (def->type == DEF_N || def->type == DEF_R))
		return as_number(ev, v, def, out);
	*out = without_end_blanks(val_text(ev, v));
	return out->n > 0;
}

/* Is the value a text that stands in the map, for an element of any text? */
static bool is_constant(const struct map_value *m)
{
	const struct def_element *e = m->def;

	return m->value->op == EXPR_TEXT && !m->cond &&
		(!e || e->type == DEF_AN || e->type == DEF_ID || e->type == DEF_A);
}

static void more_values(struct ev *ev, struct values *list)
{
	const size_t cap = list->cap ? list->cap * 2 : 16;
	struct value *more = arena_raw(ev->a, mem_mul(cap, sizeof(*more)));

	if (list->n > 0)
		memcpy(more, list->v, list->n * sizeof(*more));
	list->v = more;
	list->cap = cap;
}

/* A place for one value more, behind the others; all of it is to be set. */
static struct value *add_value(struct ev *ev, struct values *list)
{
	if (list->n == list->cap)
		more_values(ev, list);
	return &list->v[list->n++];
}

/* The element stays empty. Only an item is set aside for what was told of it: in a header nothing
 * is left unsaid. */
static void leave(struct ev *ev, struct values *list, uint16_t element)
{
	if (ev->told && ev->run->item && element <= 64)
		list->told |= (uint64_t)1 << (element - 1);
}

/* Where the paths of a segment's gaps start. */
static struct gaps *gaps_of(struct ev *ev, const struct map_part *p, const struct ctx *c)
{
	const struct node *root = ev->run->root.node;
	const struct node *top = val_origin(c->node);
	struct gaps *g = ARENA_NEW(ev->a, struct gaps);

	g->list = p->gaps;
	g->n = p->ngaps;
	g->at = top;
	g->names = ev->run->names;
	if (!top || !ev->run->item)
		return g;
	if (top == root) {
		g->place = (struct place){root->place.offset, ev->run->item->line, 1};
		return g;
	}
	g->place = top->place;
	while (top->parent)
		top = top->parent;
	for (const struct run_tree *t = ev->run->trees; top != root && t; t = t->next)
		if (t->root == top) {
			g->file = t->file;
			g->place = (struct place){0, 0, 0};
		}
	return g;
}

static void put(struct ev *ev, const struct map_value *m, const struct ctx *c, uint16_t repetition,
	struct values *list)
{
	struct val v = {0};
	struct str text = {NULL, 0};

	ev->line = m->line;
	ev->what = m->ref;
	ev->element = m->element;
	ev->component = m->composite ? m->component : 0;
	ev->repetition = repetition;
	ev->told = false;
	if (is_constant(m))
		text = without_end_blanks(m->value->text);
	else if (!m->cond || eval_truth(ev, m->cond, c))
		eval_value(ev, m->value, c, &v);
	if (text.n > 0 || as_text(ev, &v, m->def, &text))
		*add_value(ev, list) = (struct value){
			m->element, repetition, m->component, text, v.from, m->line, m->masked};
	else
		leave(ev, list, m->element);
}

static void put_each(struct ev *ev, const struct map_part *p, const struct map_value *m,
	const struct ctx *c, struct values *list)
{
	const struct def_part *d = p->def ? defs_part(p->def, m->element) : NULL;
	struct turns t = template_turns(ev, m->each, NULL, c);

	if (d && t.n > d->repeat) {
		run_report(ev, template_code(ev, "ELEMENT-REPEAT").p, t.at[0],
			arena_printf(ev->a, "%zu", t.n),
			arena_printf(ev->a, "at most %u", d->repeat).p);
		return;
	}
	for (size_t i = 0; i < t.n; i++) {
		struct ctx turn = {t.at[i], t.at[i], (uint32_t)i + 1, (uint32_t)t.n};

		put(ev, m, &turn, (uint16_t)(i + 1), list);
	}
}

static bool filled(const struct values *list, unsigned element)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].element == element)
			return true;
	return false;
}

static const struct def_element *element_def(const struct map_part *p, uint16_t element)
{
	const struct def_part *d = p->def ? defs_part(p->def, element) : NULL;

	return d ? d->element : NULL;
}

/* The next pair that is free; 0 when all are taken. */
static uint16_t free_pair(const struct map_part *p, const struct values *list)
{
	for (uint8_t i = 0; i < p->npair_at; i++)
		if (!filled(list, p->pair_at[i]) && !filled(list, p->pair_at[i] + 1u))
			return p->pair_at[i];
	return 0;
}

static void put_pair(struct ev *ev, const struct map_part *p, const struct map_pair *m,
	const struct ctx *c, struct values *list)
{
	const uint16_t at = free_pair(p, list);
	const uint16_t behind = (uint16_t)(at + 1);
	struct val q = {0};
	struct val v = {0};
	struct str qt = {NULL, 0};
	struct str vt = {NULL, 0};

	ev->line = m->line;
	ev->what = p->tag;
	ev->element = at;
	ev->component = 0;
	ev->repetition = 1;
	if (at == 0 || (m->cond && !eval_truth(ev, m->cond, c)))
		return;
	ev->told = false;
	eval_value(ev, m->q, c, &q);
	ev->element = behind;
	eval_value(ev, m->v, c, &v);
	const bool valued = as_text(ev, &v, element_def(p, behind), &vt);
	ev->element = at;
	if (!as_text(ev, &q, element_def(p, at), &qt) || !valued) {
		leave(ev, list, at);
		leave(ev, list, behind);
		return;
	}
	*add_value(ev, list) = (struct value){at, 1, 1, qt, q.from, m->line, m->q_masked};
	*add_value(ev, list) = (struct value){behind, 1, 1, vt, v.from, m->line, m->v_masked};
}

static int by_place(const struct value *a, const struct value *b)
{
	if (a->element != b->element)
		return a->element < b->element ? -1 : 1;
	if (a->repetition != b->repetition)
		return a->repetition < b->repetition ? -1 : 1;
	return a->component < b->component ? -1 : a->component > b->component;
}

/* Values come nearly in order: insertion is the quickest. */
static void order(struct values *list)
{
	for (size_t i = 1; i < list->n; i++) {
		struct value v;
		size_t k = i;

		if (by_place(&list->v[i - 1], &list->v[i]) <= 0)
			continue;
		v = list->v[i];
		for (; k > 0 && by_place(&v, &list->v[k - 1]) < 0; k--)
			list->v[k] = list->v[k - 1];
		list->v[k] = v;
	}
}

void template_segment_make(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out)
{
	struct values list = {NULL, 0, 0, 0};
	struct gaps *gaps = NULL;
	struct segment *s = NULL;

	ev->segment = p->tag;
	for (size_t i = 0; i < p->nvalues; i++) {
		if (p->values[i].each)
			put_each(ev, p, &p->values[i], c, &list);
		else
			put(ev, &p->values[i], c, 1, &list);
	}
	for (const struct map_pair *m = p->pairs; m; m = m->next)
		put_pair(ev, p, m, c, &list);
	ev->segment = (struct str){NULL, 0};
	ev->element = ev->component = ev->repetition = 0;
	if (!list.n)
		return;
	order(&list);
	if (p->ngaps) {
		gaps = gaps_of(ev, p, c);
		gaps->told = list.told;
	}
	s = ARENA_NEW(ev->a, struct segment);
	*s = (struct segment){.tag = p->tag,
		.def = p->def,
		.node = p->node,
		.values = list.v,
		.n = list.n,
		.gaps = gaps,
		.map_line = p->line};
	if (out->last)
		out->last->next = s;
	else
		out->first = s;
	out->last = s;
	out->n++;
}
