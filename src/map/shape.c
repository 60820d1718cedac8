/* What is known of a source's tree; see shape.h. */
#include "map/shape.h"

#include "map/schema.h"

enum { NEAR_MAX = 128 };

struct shape *shape_add(struct load *l, struct shape *parent, struct str name)
{
	const uint32_t id = names_id(l->m->names, name);
	struct shape *s = parent ? parent->child : NULL;

	while (s && s->name != id)
		s = s->next;
	if (s)
		return s;
	s = ARENA_NEW(l->scratch, struct shape);
	s->name = id;
	s->parent = parent;
	if (parent && parent->last)
		parent->last->next = s;
	else if (parent)
		parent->child = s;
	if (parent)
		parent->last = s;
	return s;
}

/* --- messages --- */

static struct shape *of_loop(struct load *l, const struct def_node *loop)
{
	struct shape *s = shape_add(l, NULL, loop->name);

	s->loop = loop;
	return s;
}

static void expand_loop(struct load *l, struct shape *s)
{
	for (const struct def_node *n = s->loop->child; n; n = n->next) {
		struct shape *k = shape_add(l, s, n->name);
		k->loop = n->loop ? n : NULL;
		k->segment = n->segment;
	}
}

static void expand_segment(struct load *l, struct shape *s)
{
	for (size_t i = 0; s->segment && i < s->segment->nparts; i++) {
		const struct def_part *p = &s->segment->parts[i];
		for (size_t k = 0; k < p->nparts; k++) {
			(void)shape_add(l, s, p->parts[k].ref);
			if (p->composite.n > 0 && p->parts[k].element) /* EDIFACT: C212.7140 */
				(void)shape_add(l, s,
					arena_printf(l->scratch, STR_FMT "." STR_FMT,
						STR_ARG(p->composite),
						STR_ARG(p->parts[k].element->id)));
		}
		if (p->nparts == 0)
			(void)shape_add(l, s, p->ref);
	}
}

static const struct def_node *find_loop(const struct def_node *n, struct str name)
{
	for (; n; n = n->next) {
		const struct def_node *inner = NULL;
		if (n->loop && str_eq(n->name, name))
			return n;
		inner = find_loop(n->child, name);
		if (inner)
			return inner;
	}
	return NULL;
}

struct shape *shape_message(struct load *l)
{
	return l->m->source ? of_loop(l, l->m->source->root) : NULL;
}

static struct shape *of_named(struct load *l, const struct def_message *m, struct str name)
{
	const struct def_node *loop = find_loop(m->root, name);

	return loop ? of_loop(l, loop) : NULL;
}

struct shape *shape_item(struct load *l)
{
	return l->m->source ? of_named(l, l->m->source, l->m->item_path) : schema_item(l);
}

struct shape *shape_row(struct load *l, size_t join)
{
	const struct map_join *j = &l->m->joins[join].pub;

	return j->message ? of_named(l, j->message, j->row) : NULL;
}

/* --- what is below --- */

struct shape *shape_below(struct load *l, struct shape *s, uint32_t name)
{
	struct shape *k = NULL;

	if (!s->expanded) {
		s->expanded = true;
		if (s->loop)
			expand_loop(l, s);
		else if (s->segment)
			expand_segment(l, s);
		else if (s->schema)
			schema_expand(l, s);
	}
	for (k = s->child; k && k->name != name;)
		k = k->next;
	return k;
}

const char *shape_near(struct load *l, const struct shape *s, struct str name)
{
	const char *names[NEAR_MAX];
	size_t n = 0;

	for (const struct shape *k = s->child; k && n < NEAR_MAX; k = k->next)
		names[n++] = arena_cstr(l->scratch, names_text(l->m->names, k->name));
	return faults_near(l->f, name, names, n);
}
