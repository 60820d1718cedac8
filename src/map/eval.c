/*
 * Evaluates expressions. An absent operand makes an absent result: arithmetic over missing values leaves the
 * element out instead of inventing a number.
 */
#include "map/eval.h"

#include "map/compare.h"
#include "map/expr.h"
#include "map/func.h"
#include "map/run.h"
#include "map/watch.h"

struct set {
	struct val v;
	size_t cap;
	const struct node **seen; /* the same nodes, hashed, when they are many */
	size_t slots;
};

static bool keeps(struct ev *ev, const struct expr *pred, const struct ctx *c)
{
	struct val v;
	int64_t n = 0;

	if (pred->op >= EXPR_OR && pred->op <= EXPR_GE) /* no number, which would be a position */
		return eval_truth(ev, pred, c);
	eval_value(ev, pred, c, &v);
	if (v.kind == VAL_NUMBER)
		return dec_is_int(v.u.num, &n) && n == (int64_t)c->pos;
	return val_truth(&v);
}

/* Applies the conditions of a step to the set, in place. */
static void filter(struct ev *ev, const struct step *s, const struct ctx *outer, struct set *set)
{
	for (uint32_t p = 0; p < s->npreds; p++) {
		size_t all = set->v.kind == VAL_ABSENT ? 0 : set->v.n;
		size_t kept = 0;

		for (size_t i = 0; i < all; i++) {
			const struct node *n = val_node(&set->v, i);
			struct ctx c = {n, outer->current, (uint32_t)(i + 1), (uint32_t)all};

			if (!keeps(ev, s->preds[p], &c))
				continue;
			if (all > 1)
				set->v.u.many[kept] = n;
			kept++;
		}
		if (kept == 0)
			*set = (struct set){0};
		else if (all > 1 && kept == 1)
			/* many stays as it is behind one: the first node is in both forms */
			*set = (struct set){
				.v = {.kind = VAL_NODES, .n = 1, .u.one = set->v.u.many[0]},
				.cap = 1};
		else
			set->v.n = kept;
	}
	if (set->v.kind == VAL_NODES)
		set->v.from = val_origin(val_node(&set->v, 0));
}

static void add(struct ev *ev, struct set *set, const struct node *n)
{
	if (run_spend(ev, 1))
		val_add(ev, &set->v, &set->cap, n);
}

enum { FEW = 16 }; /* nodes that are looked through as fast as hashed */

static size_t slot_of(const struct set *set, const struct node *n)
{
	const uint64_t mixed = ((uint64_t)(uintptr_t)n >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(mixed >> 32) & (set->slots - 1);

	while (set->seen[i] && set->seen[i] != n)
		i = (i + 1) & (set->slots - 1);
	return i;
}

/* Room for the nodes of the set, and as many again. */
static void hash_all(struct ev *ev, struct set *set)
{
	set->slots = 4 * FEW;
	while (set->slots < set->v.n * 4)
		set->slots *= 2;
	set->seen = arena_array(ev->a, set->slots, sizeof(*set->seen));
	for (size_t i = 0; i < set->v.n; i++)
		set->seen[slot_of(set, val_node(&set->v, i))] = val_node(&set->v, i);
}

static bool has(const struct set *set, const struct node *n)
{
	const size_t all = set->v.kind == VAL_NODES ? set->v.n : 0;

	if (set->slots > 0)
		return set->seen[slot_of(set, n)] != NULL;
	for (size_t i = 0; i < all; i++)
		if (val_node(&set->v, i) == n)
			return true;
	return false;
}

/* For sets that several ways lead into: each node is in them once. */
static void add_once(struct ev *ev, struct set *set, const struct node *n)
{
	if (!run_spend(ev, 1) || has(set, n))
		return;
	val_add(ev, &set->v, &set->cap, n);
	if (set->v.n > FEW && set->v.n * 2 > set->slots)
		hash_all(ev, set);
	else if (set->slots > 0)
		set->seen[slot_of(set, n)] = n;
}

static bool named(const struct node *n, uint32_t name)
{
	return !name || n->name == name;
}

static void descend(struct ev *ev, struct set *set, const struct node *n, uint32_t name)
{
	for (const struct node *k = n->child; k && run_spend(ev, 1); k = k->next) {
		if (named(k, name))
			add_once(ev, set, k);
		descend(ev, set, k, name);
	}
}

/* The first and those behind it that have the name. */
static void siblings(struct ev *ev, struct set *set, const struct node *first, uint32_t name,
	void (*put)(struct ev *, struct set *, const struct node *))
{
	uint64_t passed = 0;

	for (const struct node *k = first; k && run_spend(ev, passed); k = k->next) {
		for (passed = 1; k->next && !named(k, name); passed++)
			k = k->next;
		if (named(k, name))
			put(ev, set, k);
	}
}

static void move(struct ev *ev, const struct step *s, const struct node *n, struct set *set)
{
	switch ((enum step_axis)s->axis) {
	case STEP_CHILD:
		siblings(ev, set, n->child, s->name, add);
		return;
	case STEP_DESCENDANT:
		descend(ev, set, n, s->name);
		return;
	case STEP_PARENT:
		if (n->parent && named(n->parent, s->name))
			add_once(ev, set, n->parent);
		return;
	case STEP_FOLLOWING:
		siblings(ev, set, n->next, s->name, add_once);
		return;
	case STEP_SELF:
	case STEP_FILTER:
		add(ev, set, n);
		return;
	}
}

/* Conditions count within what one node gives; STEP_FILTER counts over the whole set. */
static void take_step(struct ev *ev, const struct step *s, const struct ctx *c, struct set *set)
{
	struct set next = {0};
	struct set part = {0};

	if (set->v.kind != VAL_NODES) {
		*set = next; /* a text or number has no parts */
		return;
	}
	if (s->axis == STEP_FILTER) {
		filter(ev, s, c, set);
		return;
	}
	for (size_t i = 0; i < set->v.n; i++) {
		const struct node *n = val_node(&set->v, i);

		if (!s->npreds) {
			move(ev, s, n, &next);
			continue;
		}
		part = (struct set){0};
		move(ev, s, n, &part);
		filter(ev, s, c, &part);
		for (size_t k = 0; part.v.kind == VAL_NODES && k < part.v.n; k++)
			if (s->axis == STEP_CHILD)
				add(ev, &next, val_node(&part.v, k));
			else
				add_once(ev, &next, val_node(&part.v, k));
	}
	*set = next;
}

/* Do all steps go to children, with one condition among them at most? Then each node is followed to the
 * end of the path before the next one, and nothing is kept in between. */
static bool is_straight(const struct expr *x)
{
	uint32_t conditions = 0;

	for (uint32_t i = 0; i < x->nsteps; i++) {
		if (x->steps[i].axis != STEP_CHILD)
			return false;
		conditions += x->steps[i].npreds;
	}
	return x->nsteps > 0 && conditions <= 1;
}

static uint32_t count_named(const struct node *first, uint32_t name)
{
	uint32_t n = 0;

	for (const struct node *k = first; k; k = k->next)
		n += named(k, name);
	return n;
}

/* What the steps from at on lead to, from n. */
static void walk(struct ev *ev, const struct expr *x, uint32_t at, const struct node *n,
	const struct ctx *outer, struct val *out, size_t *cap)
{
	const struct step *s = &x->steps[at];
	struct ctx c = {.current = outer->current};
	uint64_t passed = 1;

	if (s->npreds)
		c.size = count_named(n->child, s->name);
	for (const struct node *k = n->child; k; k = k->next, passed++) {
		if (!named(k, s->name))
			continue;
		if (!run_spend(ev, passed))
			return;
		passed = 0;
		c.node = k;
		c.pos++;
		if (s->npreds && !keeps(ev, s->preds[0], &c))
			continue;
		if (at + 1 < x->nsteps)
			walk(ev, x, at + 1, k, outer, out, cap);
		else
			val_add(ev, out, cap, k);
	}
	(void)run_spend(ev, passed);
}

static const struct node *top(const struct node *n)
{
	while (n && n->parent)
		n = n->parent;
	return n;
}

/* The set that a path starts from: what an expression gives, as in $price[1]. */
static void begin_set(struct ev *ev, const struct expr *x, const struct ctx *c, struct set *set)
{
	struct val v;

	eval_value(ev, x->args[0], c, &v);
	if (v.kind != VAL_NODES || v.n == 1 || x->steps[0].axis != STEP_FILTER) {
		*set = (struct set){.v = v, .cap = v.kind == VAL_NODES ? v.n : 0};
		return;
	}
	/* the set may be a cached one: conditions must not change it */
	for (size_t i = 0; i < v.n; i++)
		add(ev, set, val_node(&v, i));
}

static void path(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	const struct node *n = x->root ? top(c->node) : c->node;
	struct set set;
	size_t cap = 0;

	if (!x->nargs && n && is_straight(x)) {
		walk(ev, x, 0, n, c, out, &cap);
		return;
	}
	set = (struct set){0};
	if (x->nargs)
		begin_set(ev, x, c, &set);
	else if (n)
		add(ev, &set, n);
	for (uint32_t i = 0; i < x->nsteps && set.v.kind != VAL_ABSENT; i++)
		take_step(ev, &x->steps[i], c, &set);
	*out = set.v;
}

static void arithmetic(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	static const struct {
		bool (*run)(struct dec a, struct dec b, struct dec *out);
	} table[] = {
		[EXPR_ADD - EXPR_ADD] = {dec_add},
		[EXPR_SUB - EXPR_ADD] = {dec_sub},
		[EXPR_MUL - EXPR_ADD] = {dec_mul},
		[EXPR_DIV - EXPR_ADD] = {dec_div},
		[EXPR_MOD - EXPR_ADD] = {dec_mod},
	};
	struct val v[2] = {{0}, {0}};
	struct dec d[2];
	struct dec r;
	bool ok = true;

	for (int i = 0; i < 2; i++) {
		eval_value(ev, x->args[i], c, &v[i]);
		ok = val_number(ev, &v[i], &d[i]) && ok;
	}
	if (!ok)
		return;
	if (!table[x->op - EXPR_ADD].run(d[0], d[1], &r)) {
		bool zero = (x->op == EXPR_DIV || x->op == EXPR_MOD) && d[1].v == 0;

		run_report(ev, zero ? "VALUE-DIVISION" : "VALUE-OVERFLOW",
			v[zero].from ? v[zero].from : v[0].from, val_text(ev, &v[zero]),
			zero ? "a divisor that is not zero" : "a result of at most 38 digits");
		return;
	}
	*out = val_of_number(r);
	out->from = v[1].from ? v[1].from : v[0].from;
}

static void negative(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	struct val v = {0};
	struct dec d;

	eval_value(ev, x->args[0], c, &v);
	if (!val_number(ev, &v, &d))
		return;
	*out = val_of_number(dec_neg(d));
	out->from = v.from;
}

static size_t depth(const struct node *n)
{
	size_t d = 0;

	for (; n->parent; n = n->parent)
		d++;
	return d;
}

/* Does a stand before b in their document? Not when they are of two. */
static bool is_before(struct ev *ev, const struct node *a, const struct node *b)
{
	const size_t da = depth(a);
	const size_t db = depth(b);

	for (size_t i = da; i > db; i--)
		a = a->parent;
	for (size_t i = db; i > da; i--)
		b = b->parent;
	if (a == b)
		return da < db;
	for (; a->parent != b->parent; b = b->parent)
		a = a->parent;
	for (const struct node *k = a->next; k && run_spend(ev, 1); k = k->next)
		if (k == b)
			return true;
	return false;
}

static struct val nodes_of(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	struct val v = {0};
	struct set one = {0};

	eval_value(ev, x, c, &v);
	if (v.kind == VAL_NODES)
		return v;
	if (v.kind != VAL_ABSENT)
		add(ev, &one, val_text_node(ev, val_text(ev, &v), v.from));
	return one.v;
}

/* Both in the order of the document; what is made of no node stays behind what is written before it. */
static void both_sets(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	const struct val v[2] = {nodes_of(ev, x->args[0], c), nodes_of(ev, x->args[1], c)};
	size_t at[2] = {0, 0};
	struct set set = {0};

	while (at[0] < v[0].n || at[1] < v[1].n) {
		const struct node *a = at[0] < v[0].n ? val_node(&v[0], at[0]) : NULL;
		const struct node *b = at[1] < v[1].n ? val_node(&v[1], at[1]) : NULL;
		const struct node *oa = val_origin(a);
		const struct node *ob = val_origin(b);
		const bool second = !a || (oa && ob && is_before(ev, ob, oa));

		add_once(ev, &set, second ? b : a);
		at[second]++;
	}
	*out = set.v;
}

/* Functions go through the nodes and texts that they are given, 64 bytes a step. */
static uint64_t weight(const struct val *v)
{
	if (v->kind == VAL_TEXT)
		return v->u.text.n / 64;
	return v->kind == VAL_NODES ? v->n + val_node(v, 0)->value.n / 64 : 0;
}

static void call(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	struct val few[4];
	struct val *args = x->nargs <= 4 ? few : arena_array(ev->a, x->nargs, sizeof(*args));

	for (uint32_t i = 0; i < x->nargs; i++) {
		eval_value(ev, x->args[i], c, &args[i]);
		if (!run_spend(ev, weight(&args[i])))
			return;
	}
	x->func->run(ev, x, c, args, out);
	/* The last value that has a source is taken for the one that made the text. */
	for (uint32_t i = x->nargs; i-- > 0 && !out->from && out->kind != VAL_ABSENT;)
		out->from = args[i].from;
}

/* Is x the name of a child, and is there one such child, a text? */
static const struct node *only_text(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	const struct node *k = NULL;

	if (x->op != EXPR_PATH || x->nargs || x->root || x->nsteps != 1 || !c->node ||
		x->steps[0].axis != STEP_CHILD || x->steps[0].npreds || !x->steps[0].name)
		return NULL;
	for (const struct node *n = c->node->child; n; n = n->next) {
		if (n->name != x->steps[0].name)
			continue;
		if (k)
			return NULL;
		k = n;
	}
	return k && k->kind == NODE_TEXT && run_spend(ev, 1) ? k : NULL;
}

static bool comparison(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	const struct expr *right = x->args[1];
	const struct node *n = NULL;
	struct val a;
	struct val b;

	/* Most are of the kind PID02 = '08'. */
	if ((x->op == EXPR_EQ || x->op == EXPR_NE) && right->op == EXPR_TEXT)
		n = only_text(ev, x->args[0], c);
	if (n)
		return str_eq(n->value, right->text) == (x->op == EXPR_EQ);
	eval_value(ev, x->args[0], c, &a);
	eval_value(ev, right, c, &b);
	return compare_values(ev, (enum expr_op)x->op, &a, &b);
}

/* Of what is true or false: EXPR_OR to EXPR_GE. */
static bool truth_of(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	if (x->op == EXPR_OR)
		return eval_truth(ev, x->args[0], c) || eval_truth(ev, x->args[1], c);
	if (x->op == EXPR_AND)
		return eval_truth(ev, x->args[0], c) && eval_truth(ev, x->args[1], c);
	return comparison(ev, x, c);
}

void eval_value(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out)
{
	*out = (struct val){0};
	if (!run_spend(ev, 1))
		return;
	switch ((enum expr_op)x->op) {
	case EXPR_TEXT:
		out->kind = VAL_TEXT;
		out->u.text = x->text;
		return;
	case EXPR_NUMBER:
		*out = val_of_number(x->num);
		return;
	case EXPR_VAR:
		run_var(ev, x, out);
		return;
	case EXPR_PATH:
		path(ev, x, c, out);
		return;
	case EXPR_CALL:
		call(ev, x, c, out);
		return;
	case EXPR_OR:
	case EXPR_AND:
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
		out->kind = VAL_BOOL;
		out->u.truth = truth_of(ev, x, c);
		return;
	case EXPR_ADD:
	case EXPR_SUB:
	case EXPR_MUL:
	case EXPR_DIV:
	case EXPR_MOD:
		arithmetic(ev, x, c, out);
		return;
	case EXPR_NEG:
		negative(ev, x, c, out);
		return;
	case EXPR_UNION:
		both_sets(ev, x, c, out);
		return;
	case EXPR_WATCH:
		watch_value(ev, x, c, out);
		return;
	}
}

bool eval_truth(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	struct val v;

	if (x->op >= EXPR_OR && x->op <= EXPR_GE)
		return run_spend(ev, 1) && truth_of(ev, x, c);
	eval_value(ev, x, c, &v);
	return val_truth(&v);
}

struct str eval_text(struct ev *ev, const struct expr *x, const struct ctx *c)
{
	struct val v;

	eval_value(ev, x, c, &v);
	return val_text(ev, &v);
}
