/*
 * The template. Loops that would write nothing vanish, a loop that would write without its trigger
 * segment is a finding.
 */
#include "map/template.h"

#include <stdlib.h>

#include "map/compare.h"
#include "map/group.h"

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

struct str template_code(struct ev *ev, const char *name)
{
	const struct str format = ev->run->m->target->format;
	char *upper = arena_cstr(ev->a, format);

	for (size_t i = 0; i < format.n; i++)
		upper[i] = str_upper(upper[i]);
	return arena_printf(ev->a, "%s-%s", upper, name);
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
			struct finding f = {.code = template_code(
						    ev, n->loop ? "LOOP-REPEAT" : "SEGMENT-REPEAT"),
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
		template_segment_make(ev, p, c, out);
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
