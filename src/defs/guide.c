/*
 * Applies a guide: copies the tree of a message and narrows the copy, segment by segment. A
 * segment of the dictionary is copied when a guide first says something about one of its positions.
 */
#include "defs/guide.h"

#include <string.h>

#include "base/utf8.h"
#include "defs/defs_xml.h"

struct guide {
	struct defs *d;
	const struct dict_message *base;
	const char *file;
	struct faults *f;
	struct def_node *nodes;	 /* the copy */
	struct def_part **parts; /* of each node: positions that may be changed, or NULL */
	uint32_t *lines;	 /* where a node was spoken of, or 0 */
};

static void copy_nodes(struct guide *g)
{
	const struct def_node *from = g->base->message.root;
	size_t n = g->base->message.nodes;

	g->nodes = arena_array(&g->d->arena, n, sizeof(*g->nodes));
	g->parts = arena_array(&g->d->arena, n, sizeof(*g->parts));
	g->lines = arena_array(&g->d->arena, n, sizeof(*g->lines));
	memcpy(g->nodes, from, n * sizeof(*g->nodes));
	for (size_t i = 0; i < n; i++) {
		struct def_node *x = &g->nodes[i];
		x->parent = x->parent ? &g->nodes[x->parent->index] : NULL;
		x->child = x->child ? &g->nodes[x->child->index] : NULL;
		x->next = x->next ? &g->nodes[x->next->index] : NULL;
		x->instead = x->instead ? &g->nodes[x->instead->index] : NULL;
	}
}

/* The positions of a node's segment, as a copy of its own. */
static struct def_part *own_parts(struct guide *g, struct def_node *node)
{
	const struct def_segment *s = node->segment;
	struct def_part **parts = &g->parts[node->index];

	if (*parts)
		return *parts;
	struct dict_segment *copy = ARENA_NEW(&g->d->arena, struct dict_segment);
	*parts = arena_array(&g->d->arena, s->nparts, sizeof(**parts));
	memcpy(*parts, s->parts, s->nparts * sizeof(**parts));
	copy->segment = *s;
	copy->segment.parts = *parts;
	copy->at = g->base->places[node->index];
	node->segment = &copy->segment;
	if (node->parent && node->parent->child == node)
		g->nodes[node->parent->index].segment = node->segment;
	return *parts;
}

static int fault(struct guide *g, const struct xml *x, struct str what, const char *text)
{
	return faults_add(g->f, g->file, x->line, x->column, STR_FMT " %s", STR_ARG(what), text);
}

/* The line of the guide that findings name. */
static struct str place_of(const struct guide *g, const struct xml *x)
{
	return arena_printf(&g->d->arena, "%s:%u", g->file, (unsigned)x->line);
}

/* use= of a node or position. */
static void narrow_use(
	struct guide *g, const struct xml *x, struct str what, bool *mandatory, bool *used)
{
	struct str use = xml_attr(x, "use");

	if (!use.p)
		return;
	if (str_is(use, "required")) {
		*mandatory = true;
	} else if (str_is(use, "forbidden")) {
		if (*mandatory)
			fault(g, x, what,
				"is mandatory in the message, so a guide cannot forbid it");
		*used = false;
	} else if (str_is(use, "optional")) {
		if (*mandatory)
			fault(g, x, what, "is mandatory in the message; a guide can only narrow");
	} else {
		faults_add(g->f, g->file, x->line, x->column,
			"use=\"" STR_FMT "\" must be required, optional or forbidden",
			STR_ARG(use));
	}
}

/* ---- values --------------------------------------------------------------------------------- */

static void narrow_lengths(
	struct guide *g, const struct xml *x, struct str what, struct def_element *e)
{
	uint32_t min = defs_xml_number(x, "min", e->min, 0, UINT16_MAX, g->file, g->f);
	uint32_t max = defs_xml_number(x, "max", e->max, 1, INT32_MAX, g->file, g->f);

	if (min < e->min || max > e->max)
		faults_add(g->f, g->file, x->line, x->column,
			STR_FMT " takes %u to %lu characters in the message; a guide "
				"can only narrow, found %lu to %lu",
			STR_ARG(what), (unsigned)e->min, (unsigned long)e->max, (unsigned long)min,
			(unsigned long)max);
	else if (min > max)
		faults_add(g->f, g->file, x->line, x->column,
			STR_FMT ": min %lu is more than max %lu", STR_ARG(what), (unsigned long)min,
			(unsigned long)max);
	else {
		e->min = (uint16_t)min;
		e->max = max;
	}
}

static void check_value(struct guide *g, const struct xml *x, struct str what,
	const struct def_element *e, struct str value)
{
	size_t n = utf8_count(value);

	if (e->codes && !e->codes->open && !defs_code_ok(e->codes, value))
		faults_add(g->f, g->file, x->line, x->column,
			STR_FMT ": '" STR_FMT "' is not in the code list of element " STR_FMT
				"; a guide can only narrow",
			STR_ARG(what), STR_ARG(value), STR_ARG(e->id));
	else if (n < e->min || n > e->max)
		faults_add(g->f, g->file, x->line, x->column,
			STR_FMT ": '" STR_FMT "' has %zu characters, %u to %lu fit", STR_ARG(what),
			STR_ARG(value), n, (unsigned)e->min, (unsigned long)e->max);
}

/* The name that the base list has for a value, or "". */
static struct str name_of(const struct def_codes *c, struct str value)
{
	for (size_t i = 0; c && i < c->n; i++)
		if (str_eq(c->codes[i].value, value))
			return c->codes[i].name;
	return STR("");
}

/* codes="A B" or value="one value, blanks and all". */
static void narrow_codes(
	struct guide *g, const struct xml *x, struct str what, struct def_element *e)
{
	struct str value = xml_attr(x, "value");
	struct str rest = xml_attr(x, "codes"), word;
	struct def_place at = {g->file, x->line, x->column};
	size_t n = 0;

	if (!value.p && !rest.p)
		return;
	if (value.p && rest.p) {
		fault(g, x, what, "has both value= and codes=; keep one");
		return;
	}
	for (struct str r = rest; str_word(&r, &word);)
		n++;
	struct def_code *codes = arena_array(&g->d->arena, n + 1, sizeof(*codes));
	n = 0;
	if (value.n)
		codes[n++] = (struct def_code){value, name_of(e->codes, value)};
	while (!value.p && str_word(&rest, &word))
		codes[n++] = (struct def_code){word, name_of(e->codes, word)};
	if (!n)
		fault(g, x, what, "has no values; use=\"forbidden\" says that it must be empty");
	for (size_t i = 0; i < n; i++)
		check_value(g, x, what, e, codes[i].value);
	dict_sort_codes(codes, n, &at, what, g->f);
	struct def_codes *list = ARENA_NEW(&g->d->arena, struct def_codes);
	*list = (struct def_codes){.id = what, .codes = codes, .n = n};
	e->codes = list;
}

static void narrow_value(struct guide *g, const struct xml *x, struct def_part *p)
{
	struct def_element *e = ARENA_NEW(&g->d->arena, struct def_element);

	*e = *p->element;
	narrow_lengths(g, x, p->ref, e);
	narrow_codes(g, x, p->ref, e);
	p->element = e;
}

/* ---- positions ------------------------------------------------------------------------------ */

static bool says_value(const struct xml *x)
{
	return xml_has(x, "min") || xml_has(x, "max") || xml_has(x, "codes") || xml_has(x, "value");
}

static void narrow_part(struct guide *g, const struct xml *x, struct def_part *p)
{
	p->narrowed = place_of(g, x);
	narrow_use(g, x, p->ref, &p->mandatory, &p->used);
	if (!says_value(x))
		return;
	if (!p->used)
		fault(g, x, p->ref, "is forbidden, so it has no values");
	else if (!p->element)
		fault(g, x, p->ref, "is a composite; speak of its components, as in CTP05-1");
	else
		narrow_value(g, x, p);
}

static void narrow_element(struct guide *g, const struct xml *x, struct def_node *node)
{
	static const char *const attrs[] = {"ref", "use", "min", "max", "codes", "value", NULL};
	static const char *const none[] = {NULL};
	struct str ref = defs_xml_need(x, "ref", g->file, g->f);
	uint16_t element, component;

	defs_xml_strange(x, attrs, none, g->file, g->f);
	if (!ref.n)
		return;
	if (!defs_ref(node->segment, ref, &element, &component)) {
		faults_add(g->f, g->file, x->line, x->column,
			"segment " STR_FMT " has no position '" STR_FMT
			"'; its positions are " STR_FMT "01 to " STR_FMT "%02zu",
			STR_ARG(node->name), STR_ARG(ref), STR_ARG(node->name), STR_ARG(node->name),
			node->segment->nparts);
		return;
	}
	struct def_part *p = &own_parts(g, node)[element - 1];
	if (!p->nparts || !defs_ref_component(ref)) {
		narrow_part(g, x, p);
		return;
	}
	struct def_part *components = arena_array(&g->d->arena, p->nparts, sizeof(*components));
	memcpy(components, p->parts, p->nparts * sizeof(*components));
	narrow_part(g, x, &components[component - 1]);
	p->parts = components;
}

/* ---- segments and loops --------------------------------------------------------------------- */

static const char *suggest_child(struct guide *g, const struct def_node *parent, struct str name)
{
	const char **names = arena_array(g->f->arena, g->base->message.nodes, sizeof(*names));
	size_t n = 0;

	for (const struct def_node *c = parent->child; c; c = c->next)
		names[n++] = arena_cstr(g->f->arena, c->name);
	return faults_near(g->f, name, names, n);
}

static struct def_node *find(struct guide *g, const struct xml *x, struct str path)
{
	const struct def_node *at = &g->nodes[0];
	struct str rest = path, name;

	while (str_split(&rest, '/', &name)) {
		const struct def_node *c = at->child;
		while (c && !str_eq(c->name, name))
			c = c->next;
		if (!c) {
			faults_add(g->f, g->file, x->line, x->column,
				"path '" STR_FMT "': " STR_FMT " has no '" STR_FMT "'%s",
				STR_ARG(path), STR_ARG(at->name), STR_ARG(name),
				suggest_child(g, at, name));
			return NULL;
		}
		at = c;
	}
	if (at->loop != str_is(x->name, "loop")) {
		faults_add(g->f, g->file, x->line, x->column, "'" STR_FMT "' is a %s, not a %s",
			STR_ARG(path), at->loop ? "loop" : "segment",
			at->loop ? "segment" : "loop");
		return NULL;
	}
	return &g->nodes[at->index];
}

static void narrow_node(struct guide *g, const struct xml *x)
{
	static const char *const attrs[] = {"path", "use", "max", NULL};
	static const char *const elements[] = {"element", NULL};
	static const char *const none[] = {NULL};
	struct str path = defs_xml_need(x, "path", g->file, g->f);
	struct def_node *node = path.n ? find(g, x, path) : NULL;

	defs_xml_strange(x, attrs, str_is(x->name, "loop") ? none : elements, g->file, g->f);
	if (!node)
		return;
	if (g->lines[node->index]) {
		faults_add(g->f, g->file, x->line, x->column,
			"'" STR_FMT "' was narrowed in line %lu already", STR_ARG(path),
			(unsigned long)g->lines[node->index]);
		return;
	}
	g->lines[node->index] = x->line;
	node->narrowed = place_of(g, x);
	narrow_use(g, x, path, &node->mandatory, &node->used);
	uint32_t max = defs_xml_max(x, node->max, g->file, g->f);
	if (node->max && (!max || max > node->max))
		faults_add(g->f, g->file, x->line, x->column,
			STR_FMT " comes at most %lu times in the message; a guide can "
				"only narrow",
			STR_ARG(path), (unsigned long)node->max);
	node->max = max;
	for (const struct xml *c = x->child; c; c = c->next)
		if (!node->loop && str_is(c->name, "element") && str_eq(c->ns, x->ns))
			narrow_element(g, c, node);
}

static void check_root(struct guide *g, const struct xml *root)
{
	static const char *const attrs[] = {"name", "format", "version", "base", NULL};
	static const char *const children[] = {"segment", "loop", NULL};
	const struct def_message *m = &g->base->message;
	const struct {
		const char *attr;
		struct str want;
	} wants[] = {
		{"format", m->format},
		{"version", m->version},
		{"base", m->id},
	};

	defs_xml_strange(root, attrs, children, g->file, g->f);
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		struct str found = defs_xml_need(root, wants[i].attr, g->file, g->f);
		if (found.n && !str_eq(found, wants[i].want))
			faults_add(g->f, g->file, root->line, root->column,
				"this guide has %s=\"" STR_FMT "\", but it is used for '" STR_FMT
				"'",
				wants[i].attr, STR_ARG(found), STR_ARG(wants[i].want));
	}
}

struct dict_message *guide_apply(struct defs *d, const struct dict_message *base,
	const struct xml *root, const char *file, struct faults *f)
{
	struct guide g = {.d = d, .base = base, .file = file, .f = f};
	size_t before = f->n;

	if (!str_is(root->name, "guide") || !str_is(root->ns, DEFS_NAMESPACE)) {
		faults_add(f, file, root->line, root->column,
			"found <" STR_FMT ">, expected <guide xmlns=\"%s\">", STR_ARG(root->name),
			DEFS_NAMESPACE);
		return NULL;
	}
	struct str name = defs_xml_need(root, "name", file, f);
	check_root(&g, root);
	if (f->n != before)
		return NULL;
	copy_nodes(&g);
	for (const struct xml *x = root->child; x; x = x->next)
		if ((str_is(x->name, "segment") || str_is(x->name, "loop")) &&
			str_eq(x->ns, root->ns))
			narrow_node(&g, x);
	if (f->n != before)
		return NULL;
	struct dict_message *m = ARENA_NEW(&d->arena, struct dict_message);
	m->message = base->message;
	m->message.root = g.nodes;
	m->message.guide = name;
	m->places = base->places;
	return m;
}
