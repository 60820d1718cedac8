/* The field an expression is made from; see origin.h. */
#include "map/origin.h"

static struct str variable(const struct map *m, const struct expr *x, struct arena *a)
{
	switch ((enum var_kind)x->var) {
	case VAR_LET:
		return m->lets[x->slot].origin;
	case VAR_JOIN:
		return arena_printf(a, "$" STR_FMT, STR_ARG(m->joins[x->slot].pub.name));
	case VAR_AS:
		return arena_printf(a, "$" STR_FMT, STR_ARG(m->as[x->slot].name));
	case VAR_PROFILE:
		return arena_printf(a, "$" STR_FMT, STR_ARG(m->vars[x->slot].name));
	default:
		return (struct str){NULL, 0};
	}
}

/* What a step adds to the path. Conditions are left out: they only choose. */
static struct str step(const struct map *m, const struct step *s, struct arena *a, struct str path)
{
	struct str name = s->name ? names_text(m->names, s->name) : STR("*");

	if (s->axis == STEP_PARENT)
		name = STR("..");
	else if (s->axis == STEP_SELF || s->axis == STEP_FILTER)
		return path;
	return arena_printf(
		a, STR_FMT "%s" STR_FMT, STR_ARG(path), path.n ? "/" : "", STR_ARG(name));
}

static struct str path(const struct map *m, const struct expr *x, struct arena *a)
{
	struct str p = x->nargs ? origin_text(m, x->args[0], a) : (struct str){NULL, 0};

	for (uint32_t i = 0; i < x->nsteps; i++)
		p = step(m, &x->steps[i], a, p);
	return p;
}

struct str origin_text(const struct map *m, const struct expr *x, struct arena *a)
{
	struct str found = {NULL, 0};

	if (!x)
		return found;
	if (x->op == EXPR_VAR)
		return variable(m, x, a);
	if (x->op == EXPR_PATH)
		return path(m, x, a);
	for (uint32_t i = 0; i < x->nargs && !found.n; i++)
		found = origin_text(m, x->args[i], a);
	return found;
}
