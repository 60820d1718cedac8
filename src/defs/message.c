/* The structure of a message; see message.h. */
#include "defs/message.h"

#include "defs/defs_check.h"
#include "defs/defs_xml.h"

struct builder {
	struct defs *d;
	const struct dict *dict;
	const char *file;
	struct faults *f;
	struct def_node *nodes;
	struct def_place *places;
	bool *accepted;
	size_t n;
};

static size_t count_nodes(const struct xml *x)
{
	size_t n = 0;

	for (const struct xml *c = x->child; c; c = c->next)
		if (defs_xml_is(c, "segment") || defs_xml_is(c, "loop"))
			n += 1 + count_nodes(c);
	return n;
}

static struct def_node *new_node(
	struct builder *b, const struct xml *x, const struct def_node *parent)
{
	size_t i = b->n++;
	struct def_node *node = &b->nodes[i];

	b->places[i] = (struct def_place){b->file, x->line, x->column};
	node->index = (uint16_t)i;
	node->used = true;
	node->parent = parent;
	node->depth = parent ? (uint16_t)(parent->depth + 1) : 0;
	return node;
}

static void fill_node(struct builder *b, const struct xml *x, struct def_node *node)
{
	struct str first = xml_attr(x, "ambiguous");

	node->mandatory = defs_xml_mandatory(x, b->file, b->f);
	node->max = defs_xml_max(x, 1, b->file, b->f);
	if (first.p && !str_is(first, "first"))
		faults_add(b->f, b->file, x->line, x->column,
			"ambiguous=\"" STR_FMT "\" can only be first", STR_ARG(first));
	b->accepted[node->index] = str_is(first, "first");
}

/* In the dictionary of the version, or among the segments that all versions share. */
static const struct dict_segment *find_segment(struct builder *b, struct str tag)
{
	const char *service = defs_format(b->dict->format)->service;
	const struct dict_segment *s = table_get(&b->dict->segments, tag);

	if (s || !service || str_is(b->dict->version, service))
		return s;
	const struct dict *shared = dict_get(b->d, b->dict->format, str_c(service), b->f);
	return shared ? table_get(&shared->segments, tag) : NULL;
}

static void load_node_segment(struct builder *b, const struct xml *x, struct def_node *node)
{
	static const char *const attrs[] = {"tag", "use", "max", "ambiguous", "counts", NULL};
	static const char *const none[] = {NULL};
	const struct dict_segment *s;

	fill_node(b, x, node);
	node->name = defs_xml_need(x, "tag", b->file, b->f);
	node->counts = xml_attr(x, "counts");
	if (node->counts.n && !table_get(&b->dict->segments, node->counts))
		faults_add(b->f, b->file, x->line, x->column,
			"counts: segment '" STR_FMT "' is not defined%s", STR_ARG(node->counts),
			faults_near_key(b->f, node->counts, &b->dict->segments));
	s = find_segment(b, node->name);
	node->segment = s ? &s->segment : NULL;
	if (node->name.n && !s)
		faults_add(b->f, b->file, x->line, x->column,
			"segment '" STR_FMT "' is not defined%s", STR_ARG(node->name),
			faults_near_key(b->f, node->name, &b->dict->segments));
	defs_xml_strange(x, attrs, none, b->file, b->f);
}

static void load_children(struct builder *b, const struct xml *x, struct def_node *parent);

/* instead="SG1": the loop of that name, in front of this one. */
static void load_instead(struct builder *b, const struct xml *x, struct def_node *node)
{
	const struct str name = xml_attr(x, "instead");
	const struct def_node *n = node->parent->child;

	if (!name.p)
		return;
	while (n && !(n->loop && str_eq(n->name, name)))
		n = n->next;
	node->instead = n;
	if (!n)
		faults_add(b->f, b->file, x->line, x->column,
			"instead: there is no loop '" STR_FMT "' in front of this one",
			STR_ARG(name));
}

static void load_node_loop(struct builder *b, const struct xml *x, struct def_node *node)
{
	static const char *const attrs[] = {"name", "use", "max", "ambiguous", "instead", NULL};
	static const char *const children[] = {"segment", "loop", NULL};

	node->loop = true;
	fill_node(b, x, node);
	node->name = xml_attr(x, "name");
	defs_xml_strange(x, attrs, children, b->file, b->f);
	load_children(b, x, node);
	if (!node->child || node->child->loop) {
		faults_add(b->f, b->file, x->line, x->column,
			"a loop must begin with the segment that starts it");
		return;
	}
	node->segment = node->child->segment;
	load_instead(b, x, node);
	if (!node->name.p)
		node->name = arena_printf(
			&b->d->arena, STR_FMT "-loop", STR_ARG(node->child->name));
}

static void load_children(struct builder *b, const struct xml *x, struct def_node *parent)
{
	const struct def_node **link = &parent->child;

	for (const struct xml *c = x->child; c; c = c->next) {
		if (!defs_xml_is(c, "segment") && !defs_xml_is(c, "loop"))
			continue;
		struct def_node *node = new_node(b, c, parent);
		if (defs_xml_is(c, "loop"))
			load_node_loop(b, c, node);
		else
			load_node_segment(b, c, node);
		*link = node;
		link = &node->next;
	}
}

static void check_id(const struct xml *root, struct str id, const char *file, struct faults *f)
{
	struct str s = defs_xml_need(root, "id", file, f);

	if (s.n && !str_eq(s, id))
		faults_add(f, file, root->line, root->column,
			"id is '" STR_FMT "', the file name says '" STR_FMT "'", STR_ARG(s),
			STR_ARG(id));
}

struct dict_message *message_load(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct str id, struct faults *f)
{
	static const char *const attrs[] = {"group", "format", "version", "id", "name", NULL};
	static const char *const children[] = {"segment", "loop", NULL};
	const bool groups = defs_format(dict->format)->groups;
	size_t before = f->n;

	if (!defs_xml_root(root, "message", dict, file, f))
		return NULL;
	defs_xml_strange(root, groups ? attrs : attrs + 1, children, file, f);
	check_id(root, id, file, f);
	size_t n = count_nodes(root) + 1;
	if (n > DEFS_NODES_MAX) {
		faults_add(f, file, root->line, root->column,
			"%zu segments and loops; %d is the most", n, DEFS_NODES_MAX);
		return NULL;
	}
	struct dict_message *m = ARENA_NEW(&d->arena, struct dict_message);
	struct builder b = {d, dict, file, f, arena_array(&d->arena, n, sizeof(struct def_node)),
		arena_array(&d->arena, n, sizeof(struct def_place)),
		arena_array(&d->arena, n, sizeof(bool)), 0};
	struct def_node *top = new_node(&b, root, NULL);
	top->loop = true;
	top->mandatory = true;
	top->max = 1;
	top->name = id;
	m->message = (struct def_message){.format = dict->format,
		.version = dict->version,
		.id = id,
		.name = defs_xml_need(root, "name", file, f),
		.group = groups ? defs_xml_need(root, "group", file, f) : STR(""),
		.guide = STR(""),
		.root = top,
		.nodes = n,
		.defs = d};
	m->places = b.places;
	load_children(&b, root, top);
	top->segment = top->child ? top->child->segment : NULL;
	if (f->n == before)
		defs_check_message(m, b.accepted, f);
	return f->n == before ? m : NULL;
}
