/* Loads <group> and group-by=: what the items of a group, or of a message, have in common. */
#include "map/load.h"

static void add_level(
	struct load *l, const struct xml *x, const char *attr, const struct map_part *p, size_t at)
{
	struct map_level *v = &l->m->levels[at];

	v->part = p;
	v->line = x->line;
	v->by_text = arena_str(&l->m->arena, xml_attr(x, attr));
	load_list(l, x, attr, false, &v->by);
}

void load_group_begin(struct load *l, const struct xml *x, struct map_part *p)
{
	static const char *const known[] = {"by"};

	l->groups++;
	(void)load_need(l, x, "by");
	if (l->m->nlevels < MAP_LEVELS)
		add_level(l, x, "by", p, l->m->nlevels++);
	else
		load_fault(l, x, "a map has at most %d groups", MAP_LEVELS - 1);
	load_unused(l, x, known, 1);
}

void load_group_end(struct load *l)
{
	l->groups--;
}

void load_group_messages(struct load *l, const struct xml *x)
{
	if (xml_has(x, "group-by"))
		add_level(l, x, "group-by", NULL, 0);
}
