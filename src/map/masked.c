/* Values that differ by design; see masked.h. */
#include "map/masked.h"

static bool volatile_call(struct str name)
{
	static const char *const names[] = {"item-number", "item-count", "counter", "total"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

bool masked_is(const struct map *m, const struct expr *x)
{
	if (!x)
		return false;
	if (x->op == EXPR_VAR) {
		if (x->var == VAR_LET)
			return m->lets[x->slot].masked;
		return x->var == VAR_RUN_DATE || x->var == VAR_RUN_TIME || x->var == VAR_RUN_ID;
	}
	if (x->op == EXPR_CALL && volatile_call(x->text))
		return true;
	for (uint32_t i = 0; i < x->nargs; i++) {
		if (masked_is(m, x->args[i]))
			return true;
	}
	return false;
}
