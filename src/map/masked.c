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

static bool in_parts(const struct map_part *p, struct str tag, uint16_t element, uint16_t component)
{
	for (; p; p = p->next) {
		for (size_t i = 0; i < p->nvalues && str_eq(p->tag, tag); i++) {
			const struct map_value *v = &p->values[i];
			if (v->masked && v->element == element &&
				(!v->composite || v->component == component))
				return true;
		}
		if (in_parts(p->child, tag, element, component))
			return true;
	}
	return false;
}

bool masked_element(const struct map *m, struct str tag, uint16_t element, uint16_t component)
{
	for (size_t i = 0; i < m->nlevels; i++) {
		if (in_parts(m->levels[i].head, tag, element, component) ||
			in_parts(m->levels[i].foot, tag, element, component))
			return true;
	}
	return in_parts(m->item, tag, element, component);
}

/* What is left of the path behind a name: p is NULL when the path does not begin with it. */
static struct str behind(struct str path, const struct map_make *m)
{
	const struct str none = {NULL, 0};

	if (m->name.n == 0)
		return path;
	if (m->kind == MADE_ATTRIBUTE) {
		if (!str_starts(path, STR("@")))
			return none;
		path = str_from(path, 1);
	}
	if (!str_starts(path, m->name))
		return none;
	path = str_from(path, m->name.n);
	if (str_starts(path, STR("[")))
		path = str_from(path, str_chr(path, ']') + 1);
	if (path.n > 0 && path.p[0] != '/')
		return none;
	return str_from(path, path.n > 0);
}

/* Text beside elements is a value of the element that it stands in. */
static bool ends_at(struct str path, struct str rest, const struct map_make *m)
{
	return rest.p ? rest.n == 0 : path.n == 0 && m->kind == MADE_TEXT;
}

static bool in_made(const struct map_part *p, struct str path)
{
	for (; p; p = p->next) {
		const struct str rest = p->make ? behind(path, p->make) : path;

		if (p->make && p->make->masked && ends_at(path, rest, p->make))
			return true;
		if (rest.p && in_made(p->child, rest))
			return true;
	}
	return false;
}

/* Of parts that make records: the path begins inside of these. */
static bool in_records(const struct map_part *p, struct str path)
{
	for (; p; p = p->next) {
		if (!p->make ? in_records(p->child, path)
			     : (p->make->masked && path.n == 0) || in_made(p->child, path))
			return true;
	}
	return false;
}

bool masked_made(const struct map *m, struct str path)
{
	return m->item && in_records(m->item->child, path);
}
