/*
 * Paths against what is known of the sources; see paths.h. Every expression is walked once with what '.' is in
 * it: the item, a row of a join, a name in the item, or something else, of which nothing is known.
 */
#include "map/paths.h"

#include "base/mem.h"
#include "map/shape.h"

enum { OTHER = -2 };

/* What '.' is, or a value: rows or items of a source, as far as something is known of them. */
struct where {
	int of; /* number of a join, MAP_ITEMS, OTHER */
	struct shape *shape;
};

struct walk {
	struct load *l;
	struct map *m;
	size_t cap;
	const struct load_text *text; /* of the expression */
	struct where item, *lets, *as, *rows;
	struct shape *message;
};

static const struct where nowhere = {OTHER, NULL};

static bool has_columns(const struct map *m, int of)
{
	const struct str format = of == MAP_ITEMS ? m->format
		: of >= 0			  ? m->joins[of].pub.format
						  : STR("");

	return layout_is_rows(format);
}

/* Where a name of a path stands in the map. */
static void place(const struct walk *w, const struct expr *x, struct str name, uint32_t *line,
	uint32_t *column)
{
	const struct load_text *t = w->text;
	const size_t at = t ? str_find(t->text, name, x->at) : SIZE_MAX;

	*line = *column = 0;
	if (t)
		load_place(
			w->l, t->x, t->attr, t->from + (at == SIZE_MAX ? x->at : at), line, column);
}

static void use(struct walk *w, const struct expr *x, int of, uint32_t name)
{
	struct map *m = w->m;
	struct map_column c = {.of = of, .name = name};

	if (!name || !has_columns(m, of))
		return;
	for (size_t i = 0; i < m->ncolumns; i++)
		if (m->columns[i].of == of && m->columns[i].name == name)
			return;
	place(w, x, names_text(m->names, name), &c.line, &c.column);
	mem_grow(&m->columns, &w->cap, m->ncolumns + 1, sizeof(*m->columns));
	m->columns[m->ncolumns++] = c;
}

static struct load_code *code_of(const struct walk *w, const struct expr *x)
{
	struct load_code *c = w->l->codes;

	while (c && c->e != x)
		c = c->next;
	return c;
}

/* The child of that name of what is known; a name that nobody told of is a fault. */
static struct shape *below(struct walk *w, const struct expr *x, struct shape *s, uint32_t id)
{
	const struct str name = names_text(w->m->names, id);
	struct shape *k = id ? shape_below(w->l, s, id) : NULL;
	struct load_code *code = NULL;
	struct str at = STR("");
	uint32_t line = 0;
	uint32_t column = 0;

	if (!id || s->any)
		return k;
	code = code_of(w, x);
	if (code && k)
		code->known = true;
	if (code || k)
		return k;
	place(w, x, name, &line, &column);
	for (const struct shape *up = s; up; up = up->parent)
		if (names_text(w->m->names, up->name).n > 0)
			at = arena_printf(w->l->scratch, STR_FMT "%s" STR_FMT,
				STR_ARG(names_text(w->m->names, up->name)), at.n ? "/" : "",
				STR_ARG(at));
	(void)faults_add(w->l->f, w->l->file, line, column,
		"the source has no '" STR_FMT "' in " STR_FMT "%s", STR_ARG(name),
		STR_ARG(at.n ? at : STR("its items")), shape_near(w->l, s, name));
	return NULL;
}

static struct where expr(struct walk *w, const struct expr *x, struct where at);

static struct shape *top(struct shape *s)
{
	while (s && s->parent)
		s = s->parent;
	return s;
}

static struct where step(
	struct walk *w, const struct expr *x, const struct step *s, struct where at)
{
	switch ((enum step_axis)s->axis) {
	case STEP_SELF:
	case STEP_FILTER:
		return at;
	case STEP_CHILD:
		use(w, x, at.of, s->name);
		return (struct where){OTHER, at.shape ? below(w, x, at.shape, s->name) : NULL};
	case STEP_FOLLOWING:
		return (struct where){OTHER,
			at.shape && at.shape->parent ? below(w, x, at.shape->parent, s->name)
						     : NULL};
	case STEP_PARENT:
		return (struct where){OTHER, at.shape ? at.shape->parent : NULL};
	default:
		return nowhere;
	}
}

static struct where path(struct walk *w, const struct expr *x, struct where at)
{
	if (x->nargs)
		at = expr(w, x->args[0], at);
	else if (x->root)
		at = (struct where){OTHER, top(at.shape)};
	for (uint32_t i = 0; i < x->nsteps; i++) {
		at = step(w, x, &x->steps[i], at);
		for (uint32_t k = 0; k < x->steps[i].npreds; k++)
			(void)expr(w, x->steps[i].preds[k], at);
	}
	return at;
}

static struct where variable(const struct walk *w, const struct expr *x)
{
	switch ((enum var_kind)x->var) {
	case VAR_JOIN:
		return w->rows[x->slot];
	case VAR_MESSAGE:
		return (struct where){OTHER, w->message};
	case VAR_LET:
		return w->lets[x->slot];
	case VAR_AS:
		return w->as[x->slot];
	default:
		return nowhere;
	}
}

/* What the nodes are that x gives when '.' is at. */
static struct where expr(struct walk *w, const struct expr *x, struct where at)
{
	if (!x)
		return nowhere;
	if (x->op == EXPR_VAR)
		return variable(w, x);
	if (x->op == EXPR_PATH)
		return path(w, x, at);
	for (uint32_t i = 0; i < x->nargs; i++)
		(void)expr(w, x->args[i], at);
	return nowhere;
}

/* A whole expression. */
static struct where whole(struct walk *w, const struct expr *x, struct where at)
{
	const struct load_text *t = w->text ? w->text : w->l->texts;

	/* They come nearly as they were loaded. */
	while (t && t->e != x)
		t = t->next;
	for (t = t ? t : w->l->texts; t && t->e != x;)
		t = t->next;
	w->text = t;
	return expr(w, x, at);
}

static void list(struct walk *w, const struct expr_list *l, struct where at)
{
	for (size_t i = 0; i < l->n; i++)
		(void)whole(w, l->x[i], at);
}

static void let(struct walk *w, size_t slot, struct where at)
{
	w->lets[slot] = whole(w, w->m->lets[slot].value, at);
}

static void values(struct walk *w, const struct map_part *p, struct where at)
{
	for (size_t i = 0; i < p->nvalues; i++) {
		const struct map_value *v = &p->values[i];
		const struct where inner = v->each ? whole(w, v->each, at) : at;

		(void)whole(w, v->cond, inner);
		(void)whole(w, v->value, inner);
	}
	for (size_t i = 0; p->make && i < p->make->n; i++)
		(void)whole(w, p->make->pieces[i], at);
	for (const struct map_pair *m = p->pairs; m; m = m->next) {
		(void)whole(w, m->cond, at);
		(void)whole(w, m->q, at);
		(void)whole(w, m->v, at);
	}
	for (const struct map_total *t = p->totals; t; t = t->next)
		(void)whole(w, t->add, at);
}

static bool is_of(const struct map_part *p, uint32_t slot)
{
	return p && slot >= p->let_first && slot - p->let_first < p->let_n;
}

/* The lets of an inner loop are among those of the outer one. */
static bool is_inner(const struct map_part *parts, uint32_t slot)
{
	for (const struct map_part *k = parts; k; k = k->next)
		if (is_of(k, slot))
			return true;
	return false;
}

static void part(struct walk *w, const struct map_part *p, struct where at)
{
	for (; p; p = p->next) {
		struct where inner = p->item || p->group ? w->item : at;

		if (p->each)
			inner = whole(w, p->each, inner);
		list(w, &p->sort, inner);
		if (p->as != MAP_NO_SLOT)
			w->as[p->as] = inner;
		for (uint32_t i = 0; i < p->let_n; i++)
			if (!is_inner(p->child, p->let_first + i))
				let(w, p->let_first + i, inner);
		(void)whole(w, p->cond, inner);
		values(w, p, inner);
		part(w, p->child, inner);
	}
}

static void declarations(struct walk *w)
{
	struct map *m = w->m;

	for (size_t i = 0; i < m->njoins; i++) {
		list(w, &m->joins[i].key, w->rows[i]);
		list(w, &m->joins[i].on, w->item);
	}
	for (size_t i = 0; i < m->nlets; i++)
		if (!m->lets[i].local)
			let(w, i, w->item);
	(void)whole(w, m->select, w->item);
	(void)whole(w, m->withdraw, w->item);
	list(w, &m->key, w->item);
	for (size_t i = 0; i < m->nrequires; i++) {
		(void)whole(w, m->requires[i].test, w->item);
		(void)whole(w, m->requires[i].field, w->item);
	}
}

/* What is declared in a group, beside what is written before and behind its items. */
static void group(struct walk *w, const struct map_level *v, const struct map_part *inside)
{
	const struct map_part *p = v->part;

	for (uint32_t i = p->let_first; i < p->let_first + p->let_n; i++)
		if (!is_inner(v->head, i) && !is_inner(v->foot, i) && !is_of(inside, i))
			let(w, i, w->item);
	values(w, p, w->item);
}

/* There is an item where items make what is around them. */
static void messages(struct walk *w)
{
	struct map *m = w->m;

	for (size_t i = 0; i < m->nlevels; i++) {
		const struct map_level *v = &m->levels[i];
		const struct where at = v->by.n > 0 ? w->item : nowhere;

		list(w, &v->by, w->item);
		if (v->part && !m->trees)
			group(w, v, i + 1 < m->nlevels ? m->levels[i + 1].part : m->item);
		part(w, v->head, at);
		part(w, v->foot, at);
	}
	if (m->trees)
		part(w, m->levels[0].around, nowhere);
	else
		part(w, m->item, w->item);
}

static void tell_codes(struct load *l)
{
	for (const struct load_code *c = l->codes; c; c = c->next) {
		const struct str name = names_text(l->m->names, c->e->steps[0].name);
		if (!c->known)
			load_fault_at(l, c->x, c->attr, c->e->at,
				STR_FMT " would be the field '" STR_FMT
					"' of the source, but is a code of " STR_FMT
					"; did you mean `'" STR_FMT "'`? (./" STR_FMT
					" for the field)",
				STR_ARG(name), STR_ARG(name), STR_ARG(c->ref), STR_ARG(name),
				STR_ARG(name));
	}
}

void paths_check(struct load *l, const struct xml *root)
{
	struct map *m = l->m;
	struct walk w = {.l = l, .m = m, .item = {MAP_ITEMS, NULL}};

	for (const struct xml *x = root->child; x; x = x->next)
		if (load_is_ours(x) && str_is(x->name, "source"))
			l->at = x;
	w.item.shape = shape_item(l);
	w.message = shape_message(l);
	w.lets = mem_array(m->nlets + 1, sizeof(*w.lets));
	w.as = mem_array(m->nas + 1, sizeof(*w.as));
	w.rows = mem_array(m->njoins + 1, sizeof(*w.rows));
	for (size_t i = 0; i < m->njoins; i++)
		w.rows[i] = (struct where){(int)i, shape_row(l, i)};
	for (size_t i = 0; i < m->nlets; i++)
		w.lets[i] = nowhere;
	for (size_t i = 0; i < m->nas; i++)
		w.as[i] = nowhere;
	declarations(&w);
	messages(&w);
	tell_codes(l);
	mem_free(w.lets);
	mem_free(w.as);
	mem_free(w.rows);
}
