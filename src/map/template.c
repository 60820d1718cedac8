/*
 * The template. Segments whose elements are all empty are left out, loops that would write nothing
 * vanish, a loop that would write without its trigger segment is a finding.
 */
#include "map/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "map/compare.h"
#include "map/group.h"

struct values {
	struct value *v;
	size_t n;
	size_t cap;
	uint64_t told; /* as in struct gaps */
};

static void body(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out);

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

struct sort_row {
	const struct node *node;
	struct val *keys;
	size_t place;
	const struct expr_list *list;
	struct ev *ev;
};

static int by_keys(const void *pa, const void *pb)
{
	const struct sort_row *a = pa;
	const struct sort_row *b = pb;

	for (size_t i = 0; i < a->list->n; i++) {
		int c = compare_order(a->ev, &a->keys[i], &b->keys[i]);

		if (c)
			return a->list->descending[i] ? -c : c;
	}
	return a->place < b->place ? -1 : 1;
}

static void sort_turns(struct ev *ev, const struct expr_list *list, struct turns *t)
{
	struct sort_row *rows = arena_array(ev->a, t->n, sizeof(*rows));

	for (size_t i = 0; i < t->n; i++) {
		struct ctx c = {t->at[i], t->at[i], (uint32_t)i + 1, (uint32_t)t->n};

		rows[i] = (struct sort_row){
			t->at[i], arena_array(ev->a, list->n, sizeof(struct val)), i, list, ev};
		for (size_t k = 0; k < list->n; k++)
			eval_value(ev, list->x[k], &c, &rows[i].keys[k]);
	}
	qsort(rows, t->n, sizeof(*rows), by_keys);
	for (size_t i = 0; i < t->n; i++)
		t->at[i] = rows[i].node;
}

struct turns template_turns(
	struct ev *ev, const struct expr *each, const struct expr_list *sort, const struct ctx *c)
{
	struct val v = {0};
	struct turns t = {NULL, 0};

	eval_value(ev, each, c, &v);
	if (v.kind == VAL_ABSENT)
		return t;
	t.n = v.kind == VAL_NODES ? v.n : 1;
	t.at = arena_array(ev->a, t.n, sizeof(*t.at));
	for (size_t i = 0; i < t.n; i++)
		t.at[i] = v.kind == VAL_NODES ? val_node(&v, i)
					      : val_text_node(ev, val_text(ev, &v), v.from);
	if (sort && sort->n && t.n > 1)
		sort_turns(ev, sort, &t);
	return t;
}

/* "X12-LOOP-REPEAT", "EDIFACT-LOOP-REPEAT": the finding of that name of the target's standard. */
static struct str code_of(struct ev *ev, const char *name)
{
	const struct str format = ev->run->m->target->format;
	char *upper = arena_cstr(ev->a, format);

	for (size_t i = 0; i < format.n; i++)
		upper[i] = str_upper(upper[i]);
	return arena_printf(ev->a, "%s-%s", upper, name);
}

static void put_each(struct ev *ev, const struct map_part *p, const struct map_value *m,
	const struct ctx *c, struct values *list)
{
	const struct def_part *d = p->def ? defs_part(p->def, m->element) : NULL;
	struct turns t = template_turns(ev, m->each, NULL, c);

	if (d && t.n > d->repeat) {
		run_report(ev, code_of(ev, "ELEMENT-REPEAT").p, t.at[0],
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

static void segment(
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

/* One finding a part whose segments or turns are more than the definition allows in one place. */
static void count_max(struct ev *ev, const struct map_part *parts, const struct template_out *out)
{
	for (const struct map_part *p = parts; p; p = p->next) {
		const struct def_node *n = p->node;
		uint32_t have = 0;

		if (!n || !n->max || !p->each)
			continue;
		for (const struct segment *s = out->first; s; s = s->next)
			have += s->node == (n->loop ? n->child : n);
		if (have > n->max) {
			struct finding f = {
				.code = code_of(ev, n->loop ? "LOOP-REPEAT" : "SEGMENT-REPEAT"),
				.segment = p->tag};

			ev->line = p->line;
			f.found = arena_printf(ev->a, "%u", have);
			f.expected = arena_printf(
				ev->a, "at most %u " STR_FMT, n->max, STR_ARG(n->name));
			run_finding(ev, &f, NULL);
		}
	}
}

void template_totals(struct ev *ev, const struct map_part *p, const struct ctx *c)
{
	for (const struct map_total *t = p->totals; t; t = t->next) {
		struct val v = {0};
		struct dec d;

		ev->line = t->line;
		ev->what = STR("total");
		eval_value(ev, t->add, c, &v);
		if (val_number(ev, &v, &d) && !group_add(ev->run, t->slot, d))
			run_report(ev, "VALUE-OVERFLOW", v.from, val_text(ev, &v),
				"a sum of at most 38 digits");
	}
}

/* The first field that the segment a loop begins with is made from. */
static struct str trigger_field(struct ev *ev, const struct map_part *loop, const struct ctx *c)
{
	const struct map_part *p = loop->child;
	struct str path = {NULL, 0};
	size_t i = 0;

	while (p && p->node != loop->node->child)
		p = p->next;
	while (p && i < p->ngaps && !p->gaps[i].field.n)
		i++;
	if (!p || i == p->ngaps)
		return path;
	if (c->node && !str_starts(p->gaps[i].field, STR("$")))
		path = node_path(val_origin(c->node), ev->run->names, ev->a);
	return path.n
		? arena_printf(ev->a, STR_FMT "/" STR_FMT, STR_ARG(path), STR_ARG(p->gaps[i].field))
		: p->gaps[i].field;
}

/* What a loop of the definition writes begins with its first segment. */
static void check_trigger(struct ev *ev, const struct map_part *p, const struct ctx *c,
	const struct template_out *inner)
{
	struct finding f = {.code = STR("LOOP-TRIGGER-MISSING")};

	if (!p->node || !p->node->loop || (inner->first && inner->first->node == p->node->child))
		return;
	f.segment = p->node->child->name;
	f.field = trigger_field(ev, p, c);
	ev->line = p->line;
	f.found = inner->first ? inner->first->tag : STR("");
	f.expected = arena_printf(ev->a, STR_FMT " first, which begins the " STR_FMT,
		STR_ARG(p->node->child->name), STR_ARG(p->node->name));
	run_finding(ev, &f, c->node);
}

void template_append(struct template_out *out, const struct template_out *inner)
{
	if (!inner->n)
		return;
	if (out->last)
		out->last->next = inner->first;
	else
		out->first = inner->first;
	out->last = inner->last;
	out->n += inner->n;
}

static void loop(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out)
{
	struct template_out inner = {NULL, NULL, 0};

	template_run(ev, p->child, c, &inner);
	if (!inner.n)
		return;
	check_trigger(ev, p, c, &inner);
	count_max(ev, p->child, &inner);
	template_totals(ev, p, c);
	template_append(out, &inner);
}

void template_head(
	struct ev *ev, const struct map_level *level, const struct ctx *c, struct template_out *out)
{
	struct template_out inner = {NULL, NULL, 0};

	template_run(ev, level->head, c, &inner);
	if (level->part)
		check_trigger(ev, level->part, c, &inner);
	count_max(ev, level->head, &inner);
	template_append(out, &inner);
}

static void body(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out)
{
	if (p->let_n)
		run_lets(ev->run, p->let_first, p->let_n, c);
	ev->line = p->line;
	ev->what = p->tag;
	if (p->cond && !eval_truth(ev, p->cond, c))
		return;
	if (p->loop)
		loop(ev, p, c, out);
	else
		segment(ev, p, c, out);
}

static void repeated(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out)
{
	struct turns t;

	ev->line = p->line;
	ev->what = p->tag;
	t = template_turns(ev, p->each, &p->sort, c);
	for (size_t i = 0; i < t.n; i++) {
		struct ctx turn = {t.at[i], t.at[i], (uint32_t)i + 1, (uint32_t)t.n};

		if (p->as != MAP_NO_SLOT)
			ev->run->as[p->as] = t.at[i];
		body(ev, p, &turn, out);
	}
}

void template_run(
	struct ev *ev, const struct map_part *parts, const struct ctx *c, struct template_out *out)
{
	for (const struct map_part *p = parts; p; p = p->next) {
		if (p->each)
			repeated(ev, p, c, out);
		else
			body(ev, p, c, out);
	}
}
