/*
 * The columns that a map reads; see columns.h. Every expression is walked once with what '.' is in
 * it: the item, a row of a join, or something else, of which nothing is known.
 */
#include "map/columns.h"

#include "base/arena.h"
#include "defs/layout.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { OTHER = -2, NEAR_MAX = 128 };

struct walk {
	struct map *m;
	size_t cap;
	uint32_t line;
	int *lets; /* what the value of each let is */
	int *as;
};

static bool has_columns(const struct map *m, int of)
{
	const struct str format = of == MAP_ITEMS ? m->format
		: of >= 0			  ? m->joins[of].pub.format
						  : STR("");

	return str_is(format, "csv") || str_is(format, "fixed");
}

static void use(struct walk *w, int of, uint32_t name)
{
	struct map *m = w->m;

	if (!name || !has_columns(m, of))
		return;
	for (size_t i = 0; i < m->ncolumns; i++)
		if (m->columns[i].of == of && m->columns[i].name == name)
			return;
	mem_grow(&m->columns, &w->cap, m->ncolumns + 1, sizeof(*m->columns));
	m->columns[m->ncolumns++] = (struct map_column){of, name, w->line};
}

static int expr(struct walk *w, const struct expr *x, int at);

static int path(struct walk *w, const struct expr *x, int at)
{
	if (x->nargs)
		at = expr(w, x->args[0], at);
	else if (x->root)
		at = OTHER; /* the top of whatever '.' is in */
	for (uint32_t i = 0; i < x->nsteps; i++) {
		const struct step *s = &x->steps[i];

		if (s->axis == STEP_CHILD)
			use(w, at, s->name);
		if (s->axis != STEP_SELF && s->axis != STEP_FILTER)
			at = OTHER;
		for (uint32_t k = 0; k < s->npreds; k++)
			(void)expr(w, s->preds[k], at);
	}
	return at;
}

static int variable(const struct walk *w, const struct expr *x)
{
	switch ((enum var_kind)x->var) {
	case VAR_JOIN:
		return (int)x->slot;
	case VAR_LET:
		return w->lets[x->slot];
	case VAR_AS:
		return w->as[x->slot];
	default:
		return OTHER;
	}
}

/* What the nodes are that x gives when '.' is at. */
static int expr(struct walk *w, const struct expr *x, int at)
{
	if (!x)
		return OTHER;
	if (x->op == EXPR_VAR)
		return variable(w, x);
	if (x->op == EXPR_PATH)
		return path(w, x, at);
	for (uint32_t i = 0; i < x->nargs; i++)
		(void)expr(w, x->args[i], at);
	return OTHER;
}

static void list(struct walk *w, const struct expr_list *l, int at)
{
	for (size_t i = 0; i < l->n; i++)
		(void)expr(w, l->x[i], at);
}

static void let(struct walk *w, size_t slot, int at)
{
	w->line = w->m->lets[slot].line;
	w->lets[slot] = expr(w, w->m->lets[slot].value, at);
}

static void values(struct walk *w, const struct map_part *p, int at)
{
	for (size_t i = 0; i < p->nvalues; i++) {
		const struct map_value *v = &p->values[i];
		const int inner = v->each ? expr(w, v->each, at) : at;

		w->line = v->line;
		(void)expr(w, v->cond, inner);
		(void)expr(w, v->value, inner);
	}
	for (size_t i = 0; p->make && i < p->make->n; i++)
		(void)expr(w, p->make->pieces[i], at);
	for (const struct map_pair *m = p->pairs; m; m = m->next) {
		w->line = m->line;
		(void)expr(w, m->cond, at);
		(void)expr(w, m->q, at);
		(void)expr(w, m->v, at);
	}
	for (const struct map_total *t = p->totals; t; t = t->next) {
		w->line = t->line;
		(void)expr(w, t->add, at);
	}
}

/* The lets of an inner loop are among those of the outer one. */
static bool is_inner(const struct map_part *p, uint32_t slot)
{
	for (const struct map_part *k = p->child; k; k = k->next)
		if (slot >= k->let_first && slot - k->let_first < k->let_n)
			return true;
	return false;
}

static void part(struct walk *w, const struct map_part *p, int at)
{
	for (; p; p = p->next) {
		int inner = at;

		w->line = p->line;
		if (p->each)
			inner = expr(w, p->each, at);
		list(w, &p->sort, inner);
		if (p->as != MAP_NO_SLOT)
			w->as[p->as] = inner;
		for (uint32_t i = 0; i < p->let_n; i++)
			if (!is_inner(p, p->let_first + i))
				let(w, p->let_first + i, inner);
		w->line = p->line;
		(void)expr(w, p->cond, inner);
		values(w, p, inner);
		part(w, p->child, inner);
	}
}

static void declarations(struct walk *w)
{
	struct map *m = w->m;

	for (size_t i = 0; i < m->njoins; i++) {
		w->line = m->joins[i].pub.line;
		list(w, &m->joins[i].key, (int)i);
		list(w, &m->joins[i].on, MAP_ITEMS);
	}
	for (size_t i = 0; i < m->nlets; i++)
		if (!m->lets[i].local)
			let(w, i, MAP_ITEMS);
	w->line = m->select_line;
	(void)expr(w, m->select, MAP_ITEMS);
	w->line = m->withdraw_line;
	(void)expr(w, m->withdraw, MAP_ITEMS);
	w->line = m->key_line;
	list(w, &m->key, MAP_ITEMS);
	for (size_t i = 0; i < m->nrequires; i++) {
		w->line = m->requires[i].line;
		(void)expr(w, m->requires[i].test, MAP_ITEMS);
	}
}

void columns_find(struct map *m)
{
	struct walk w = {.m = m};

	w.lets = mem_array(m->nlets + 1, sizeof(*w.lets));
	w.as = mem_array(m->nas + 1, sizeof(*w.as));
	for (size_t i = 0; i < m->nlets; i++)
		w.lets[i] = OTHER;
	for (size_t i = 0; i < m->nas; i++)
		w.as[i] = OTHER;
	declarations(&w);
	part(&w, m->item, MAP_ITEMS);
	mem_free(w.lets);
	mem_free(w.as);
}

static bool has(const struct reader *r, uint32_t name)
{
	for (size_t i = 0; reader_column(r, i); i++)
		if (reader_column(r, i) == name)
			return true;
	return false;
}

static const char *near(
	const struct map *m, const struct reader *r, struct str name, struct arena *a)
{
	const char *names[NEAR_MAX];
	size_t n = 0;

	for (; n < NEAR_MAX && reader_column(r, n); n++)
		names[n] = arena_cstr(a, names_text(m->names, reader_column(r, n)));
	return str_suggest(name, names, n);
}

void columns_fixed_faults(const struct map *m, struct faults *f)
{
	for (size_t i = 0; i < m->ncolumns; i++) {
		const struct map_column *c = &m->columns[i];
		const struct def_layout *y = c->of == MAP_ITEMS ? m->layout
								: m->joins[c->of].pub.layout;
		const struct str name = names_text(m->names, c->name);

		if (y && !layout_field(y->fields, name))
			(void)faults_add(f, m->file, c->line, 0,
				"the definition " STR_FMT " has no column '" STR_FMT "'%s",
				STR_ARG(y->name), STR_ARG(name), layout_near(y->fields, name, f));
	}
}

void columns_faults(const struct map *m, int of, const struct reader *r, struct faults *f)
{
	for (size_t i = 0; reader_column(r, 0) && i < m->ncolumns; i++) {
		const struct map_column *c = &m->columns[i];
		const struct str name = names_text(m->names, c->name);
		const char *meant = NULL;

		if (c->of != of || has(r, c->name))
			continue;
		meant = near(m, r, name, f->arena);
		(void)faults_add(f, m->file, c->line, 0,
			STR_FMT " has no column '" STR_FMT "'%s%s%s", STR_ARG(r->spec.file),
			STR_ARG(name), meant ? "; did you mean '" : "", meant ? meant : "",
			meant ? "'?" : "");
	}
}

int columns_check(const struct map *m, int of, const struct reader *r, struct err *e)
{
	struct arena a;
	struct faults f;
	int rc = 0;

	arena_init(&a);
	faults_init(&f, &a);
	columns_faults(m, of, r, &f);
	if (f.n > 0) {
		rc = faults_err(&f, e);
		e->code = ERR_INPUT;
	}
	arena_done(&a);
	return rc;
}
