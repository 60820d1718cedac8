/* Watched maps; see watch.h. */
#include "map/watch.h"

#include "map/compiled.h"
#include "map/func.h"
#include "map/run.h"

/* A field of items: what stands on the same path counts together. */
struct field {
	uint32_t name;
	bool leaf;
	uint64_t seen, read;
	struct field *parent, *child, *last, *next;
};

struct watch_fields {
	struct map *m;
	struct field root;
	struct field *joins; /* columns of each that were read */
	bool walked;	     /* an item was; the last one came from here: */
	uint64_t file, locator;
};

/* ---- while the map is loaded ---------------------------------------------------------------- */

static void add(struct map *m, struct watch *w)
{
	if (m->watch_last)
		m->watch_last->next = w;
	else
		m->watch_first = w;
	m->watch_last = w;
}

void watch_note(struct map *m, const struct watch *w)
{
	struct watch *copy = ARENA_NEW(&m->arena, struct watch);

	*copy = *w;
	copy->element = arena_str(&m->arena, w->element);
	add(m, copy);
}

/* ---- watching ------------------------------------------------------------------------------- */

static void inside(struct map *m, struct watch *of, struct expr *x);

/* The expression becomes one that counts and hands on to what it was. Whoever points to it need not know. */
static void turn(struct map *m, struct expr *x, struct watch *w)
{
	struct expr *was = ARENA_NEW(&m->arena, struct expr);
	struct expr **args = arena_array(&m->arena, 1, sizeof(*args));

	*was = *x;
	args[0] = was;
	w->x = x;
	w->fields = m->watch_fields;
	*x = (struct expr){.op = EXPR_WATCH, .at = was->at, .args = args, .nargs = 1, .watch = w};
}

/* told: a part that is counted; else only what it reads is of interest. */
static void below(struct map *m, struct watch *of, struct expr *x, bool told, bool whole)
{
	struct watch *w = NULL;
	const bool path = x->op == EXPR_PATH;

	inside(m, of, x);
	if (!told && !path)
		return;
	w = ARENA_NEW(&m->arena, struct watch);
	*w = *of;
	w->next = NULL;
	w->at = x->at;
	w->part = true;
	w->whole = whole;
	turn(m, x, w);
	if (told) { /* right behind what it is a part of */
		w->next = of->next;
		of->next = w;
		if (m->watch_last == of)
			m->watch_last = w;
	}
}

/* Functions that look below the node they are given. */
static bool looks_below(const struct expr *x)
{
	const struct func_family *f = &func_ampliance_family;

	return x->op == EXPR_CALL &&
		((x->func >= f->rows && x->func < f->rows + f->n) || str_is(x->text, "pair"));
}

static void inside(struct map *m, struct watch *of, struct expr *x)
{
	const bool choice = x->op == EXPR_AND || x->op == EXPR_OR;

	for (uint32_t i = 0; i < x->nargs; i++)
		below(m, of, x->args[i], choice && i > 0, looks_below(x));
	for (uint32_t i = 0; i < x->nsteps; i++)
		for (uint32_t k = 0; k < x->steps[i].npreds; k++)
			below(m, of, x->steps[i].preds[k], true, false);
}

void watch_start(struct map *m)
{
	struct watch *next = NULL;

	m->watch_fields = ARENA_NEW(&m->arena, struct watch_fields);
	m->watch_fields->m = m;
	m->watch_fields->joins = arena_array(&m->arena, m->njoins + 1, sizeof(struct field));
	for (struct watch *w = m->watch_first; w; w = next) {
		next = w->next;
		inside(m, w, w->x);
		turn(m, w->x, w);
	}
}

const struct watch *watch_first(const struct map *m)
{
	return m->watch_first;
}

bool watch_reads(const struct map *m, int join, uint32_t column)
{
	for (size_t i = 0; i < m->ncolumns; i++)
		if (m->columns[i].of == join && m->columns[i].name == column)
			return true;
	for (const struct field *x = m->watch_fields->joins[join].child; x; x = x->next)
		if (x->name == column)
			return true;
	return false;
}

/* ---- fields --------------------------------------------------------------------------------- */

static struct field *field_below(struct watch_fields *f, struct field *parent, uint32_t name)
{
	struct field *x = parent->child;

	while (x && x->name != name)
		x = x->next;
	if (x)
		return x;
	x = ARENA_NEW(&f->m->arena, struct field);
	*x = (struct field){.name = name, .parent = parent};
	if (parent->last)
		parent->last->next = x;
	else
		parent->child = x;
	parent->last = x;
	return x;
}

static void walk(struct watch_fields *f, struct field *at, const struct node *n)
{
	for (const struct node *k = n->child; k; k = k->next) {
		struct field *x = field_below(f, at, k->name);
		x->seen++;
		x->leaf = x->leaf || k->kind != NODE_OBJECT;
		walk(f, x, k);
	}
}

/* The field of a node; NULL when it is no part of the item. */
static struct field *field_of(struct watch_fields *f, const struct node *n, const struct node *root)
{
	struct field *up = NULL;

	if (n == root)
		return &f->root;
	if (!n || !n->parent)
		return NULL;
	up = field_of(f, n->parent, root);
	return up ? field_below(f, up, n->name) : NULL;
}

static void read_below(struct field *x)
{
	x->read++;
	for (struct field *k = x->child; k; k = k->next)
		read_below(k);
}

/* A value of a joined row: its column was read. */
static void mark_column(struct ev *ev, struct watch_fields *f, const struct node *n)
{
	const struct run_tree *t = ev->run->trees;
	const struct node *top = n;
	size_t i = 0;

	if (!n || !n->parent)
		return;
	for (; top->parent; top = top->parent)
		n = top;
	while (t && t->root != top)
		t = t->next;
	while (t && i < f->m->njoins && ev->run->in->joins[i] != t->reader)
		i++;
	if (t && i < f->m->njoins)
		(void)field_below(f, &f->joins[i], n->name);
}

static void mark(struct ev *ev, const struct watch *w, const struct val *v)
{
	for (size_t i = 0; v->kind == VAL_NODES && i < v->n; i++) {
		const struct node *n = val_origin(val_node(v, i));
		struct field *x = field_of(w->fields, n, ev->run->root.node);
		if (x && w->whole)
			read_below(x);
		else if (x)
			x->read++;
		else
			mark_column(ev, w->fields, n);
	}
}

/* Each item is walked once, however often it is looked at: first for its key, and again when it is made anew. */
static void walk_item(struct watch_fields *f, const struct item *it)
{
	const uint64_t file = str_hash(it->file);

	if (f->walked && f->file == file && f->locator == it->locator)
		return;
	f->walked = true;
	f->file = file;
	f->locator = it->locator;
	walk(f, &f->root, it->root);
}

void watch_value(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	struct watch *w = x->watch;
	const struct node *root = ev->run->item ? ev->run->root.node : NULL;

	if (root)
		walk_item(w->fields, ev->run->item);
	w->runs++;
	eval_value(ev, x->args[0], c, out);
	w->gave += val_truth(out);
	if (root)
		mark(ev, w, out);
}

/* What a run reads without an expression. */
static bool read_anyway(const struct map *m, struct str path)
{
	return (m->item_type.n > 0 && str_is(path, "body/_meta/schema")) ||
		(m->uses_workflow && str_is(path, "workflow/state")) ||
		(m->uses_links && str_is(path, "id"));
}

struct telling {
	const struct map *m;
	void (*each)(void *ctx, struct str path, uint64_t seen, uint64_t read);
	void *ctx;
	struct arena arena;
};

static void tell(struct telling *t, const struct field *x, struct str above)
{
	for (const struct field *k = x->child; k; k = k->next) {
		const struct str name = names_text(t->m->names, k->name);
		const struct str path = above.n ? arena_printf(&t->arena, STR_FMT "/" STR_FMT,
							  STR_ARG(above), STR_ARG(name))
						: name;
		if (k->leaf)
			t->each(t->ctx, path, k->seen, k->read + read_anyway(t->m, path));
		tell(t, k, path);
	}
}

void watch_each_field(const struct map *m,
	void (*each)(void *ctx, struct str path, uint64_t seen, uint64_t read), void *ctx)
{
	struct telling t = {m, each, ctx, {NULL, NULL, NULL, 0}};

	if (!m->watch_fields)
		return;
	arena_init(&t.arena);
	tell(&t, &m->watch_fields->root, STR(""));
	arena_done(&t.arena);
}
