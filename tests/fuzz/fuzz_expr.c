/* Any bytes as an expression: a fault inside the text, or a value on a small tree. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "map/expr.h"
#include "map/func.h"
#include "map/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_var(void *ctx, struct str name, struct expr *x, struct expr_fault *f)
{
	(void)ctx;
	(void)f;
	x->var = name.n % 2 ? VAR_RUN_DATE : VAR_ACTION;
	return true;
}

static bool plain_call(void *ctx, struct expr *x, struct expr_fault *f)
{
	(void)ctx;
	f->at = x->at;
	return x->func->needs == FUNC_PLAIN;
}

static struct node *tree(struct names *names, struct arena *a)
{
	struct node *root = node_new(a, NULL, names_id(names, STR("root")), NODE_OBJECT);

	for (int i = 0; i < 3; i++) {
		struct node *b = node_new(a, root, names_id(names, STR("a")), NODE_OBJECT);

		node_new(a, b, names_id(names, STR("n")), NODE_NUMBER)->value = STR("1.5");
		node_new(a, b, names_id(names, STR("t")), NODE_TEXT)->value = STR(
			"2026-11-23 Größe");
	}
	return root;
}

static void evaluate(const struct expr *x, struct names *names, struct arena *a)
{
	struct map m = {.names = names};
	struct map_input in = {
		.names = names, .action = STR("add"), .run_date = {2026, 11, 23, 0, 0, 0, true}};
	struct diag d;
	struct map_run r = {.m = &m, .in = &in, .names = names, .d = &d};
	struct ev ev = {.run = &r, .a = a};
	struct val v = {0};

	diag_init(&d, a);
	r.root = (struct ctx){tree(names, a), NULL, 1, 1};
	r.root.current = r.root.node;
	eval_value(&ev, x, &r.root, &v);
	if (val_text(&ev, &v).n > 0 && v.kind == VAL_ABSENT)
		abort();
}

static bool any_prefix(void *ctx, struct str prefix)
{
	(void)ctx;
	return prefix.n > 1;
}

static bool any_part(void *ctx, struct str segment, struct str *name)
{
	(void)ctx;
	return segment.n + name->n < 12;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct names names;
	bool unnamed = false;
	struct expr_scope scope = {
		&names, any_var, plain_call, any_prefix, any_part, NULL, &unnamed};
	struct expr_fault f;
	struct expr *x = NULL;
	struct str text = {(const char *)data, size};

	if (size > 400)
		return 0;
	arena_init(&a);
	names_init(&names);
	x = expr_parse(text, &scope, &a, &f);
	if (x)
		evaluate(x, &names, &a);
	else if (f.at > size)
		abort();
	names_done(&names);
	arena_done(&a);
	return 0;
}
