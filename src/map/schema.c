/* Schemas of content types; see schema.h. */
#include "map/schema.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "format/json_simd.h"

#define FOLDER "content-type-schema"

/* REFS_MAX: a schema that refers to itself ends here. IDS_MAX: of those that may be the one that is meant. */
enum { REFS_MAX = 32, IDS_MAX = 512 };

/* Ids of schemas that exports have. */
struct ids {
	const char *list[IDS_MAX];
	size_t n;
	bool exported; /* there is an export, be it an empty one */
};

/* A schema that was read. */
struct load_schema {
	struct str id;
	const struct node *root;
	struct load_schema *next;
};

/* One of the schemas that a name has, and the document that it stands in. */
struct schema_part {
	const struct node *schema;
	const struct load_schema *in;
	const struct schema_part *next;
};

/* --- files --- */

struct str schema_member(const struct load *l, const struct node *n, const char *name)
{
	const struct node *k = node_child(n, names_find(l->m->names, str_c(name)));

	return k ? k->value : (struct str){NULL, 0};
}

/* A JSON document of a folder; NULL with a fault. */
static const struct node *read_json(struct load *l, int dir, struct str name)
{
	struct json_simd *parser = json_simd_new(l->m->names);
	struct node *root = NULL;
	struct json_fault fault = {0};
	struct buf text;
	struct err e;
	const int fd = fsx_open(dir, arena_cstr(l->scratch, name), &e);

	buf_init(&text, LIMIT_CONFIG_FILE);
	if (fd == -1 || fsx_read(fd, &text, &e) == -1) {
		load_fault_at(
			l, l->at, STR("type"), 0, FOLDER "/" STR_FMT ": %s", STR_ARG(name), e.text);
	} else {
		char *copy = arena_raw(l->scratch, text.n + JSON_SIMD_PAD);
		memcpy(copy, text.p, text.n);
		memset(copy + text.n, 0, JSON_SIMD_PAD);
		if (!json_simd_parse(
			    parser, (struct str){copy, text.n}, 0, l->scratch, &root, &fault))
			load_fault_at(l, l->at, STR("type"), 0,
				FOLDER "/" STR_FMT ": %s; export it again", STR_ARG(name),
				fault.rule ? fault.rule : "is no JSON");
	}
	buf_done(&text);
	fsx_close(fd);
	json_simd_free(parser);
	return root;
}

static struct load_schema *read_body(struct load *l, int dir, struct str id, struct str body)
{
	struct load_schema *s = NULL;
	const struct node *root = NULL;

	if (str_starts(body, STR("./")))
		body = str_from(body, 2);
	root = read_json(l, dir, body);
	if (!root)
		return NULL;
	s = ARENA_NEW(l->scratch, struct load_schema);
	*s = (struct load_schema){arena_str(l->scratch, id), root, l->schemas};
	l->schemas = s;
	return s;
}

/* The schema of this id in one export; the ids that it has until then go to met. */
static const struct load_schema *find_in(struct load *l, int dir, struct str id, struct ids *met)
{
	struct fsx_list list = {0};
	const struct load_schema *found = NULL;
	struct err e;

	if (fsx_list(dir, &list, &e) == -1)
		load_fault_at(l, l->at, STR("type"), 0, FOLDER ": %s", e.text);
	for (size_t i = 0; i < list.n && !found; i++) {
		const struct str name = str_c(list.names[i]);
		const struct node *n = str_ends(name, STR(".json")) ? read_json(l, dir, name)
								    : NULL;
		const struct str its = n ? schema_member(l, n, "schemaId") : STR("");
		if (its.n > 0 && met->n < IDS_MAX)
			met->list[met->n++] = arena_cstr(l->scratch, its);
		if (its.n > 0 && str_eq(its, id))
			found = read_body(l, dir, id, schema_member(l, n, "body"));
	}
	fsx_list_done(&list);
	return found;
}

static const struct load_schema *find(struct load *l, struct str id, struct ids *met)
{
	const struct load_schema *s = l->schemas;

	while (s && !str_eq(s->id, id))
		s = s->next;
	for (size_t i = 0; i < l->env->ndirs && !s; i++) {
		struct err e;
		const int dir = fsx_subdir(l->env->dirs[i], FOLDER, &e);
		met->exported = met->exported || dir != -1;
		if (dir != -1)
			s = find_in(l, dir, id, met);
		fsx_close(dir);
	}
	return s;
}

const struct load_schema *schema_find(struct load *l, struct str id)
{
	struct ids met = {.n = 0};

	return find(l, id, &met);
}

void schema_expect(struct load *l, const struct xml *x, struct str id, bool always)
{
	const size_t faults = l->f->n;
	struct ids met = {.n = 0};

	l->at = x;
	if (id.n == 0 || find(l, id, &met) || l->f->n > faults || !(always || met.exported))
		return;
	load_warn_at(l, x, STR("type"), 0,
		"CONTENT-TYPE-UNKNOWN: no " FOLDER "/ in %s has the schema '" STR_FMT
		"', so nothing is checked against it%s; put that folder of an export there, or "
		"correct the type",
		load_table_folders(l), STR_ARG(id), faults_near(l->f, id, met.list, met.n));
}

/* --- what a schema says --- */

static void note(
	struct load *l, struct shape *s, const struct node *schema, const struct load_schema *in)
{
	struct schema_part *p = ARENA_NEW(l->scratch, struct schema_part);

	*p = (struct schema_part){schema, in, s->schema};
	s->schema = p;
}

/* The types that every hub has. */
static bool core(struct load *l, struct shape *s, struct str name)
{
	static const struct {
		const char *name;
		const char *members;
	} types[] = {{"content", ""}, {"localized-value", "values/locale values/value"},
		{"localized-string", "values/locale values/value"},
		{"content-link", "id contentType"}, {"content-reference", "id contentType"},
		{"image-link", "id name endpoint defaultHost mediaType"},
		{"video-link", "id name endpoint defaultHost mediaType"}};
	size_t i = 0;
	struct str rest;
	struct str path;

	while (i < sizeof(types) / sizeof(types[0]) && !str_is(name, types[i].name))
		i++;
	if (i == sizeof(types) / sizeof(types[0]))
		return false;
	rest = str_c(types[i].members);
	while (str_word(&rest, &path)) {
		struct shape *at = s;
		struct str one;
		for (; str_split(&path, '/', &one); at->expanded = at != s)
			at = shape_add(l, at, one);
		at->any = str_is(one, "value"); /* of whatever type the schema says */
	}
	return true;
}

const struct node *schema_root(const struct load_schema *s)
{
	return s->root;
}

const struct node *schema_refer(struct load *l, struct str ref, const struct load_schema **in)
{
	const size_t hash = str_chr(ref, '#');
	struct str path = hash == SIZE_MAX ? STR("") : str_from(ref, hash + 1);
	const struct node *n = NULL;
	struct str step;

	if (hash > 0 && ref.n > 0)
		*in = schema_find(l, str_sub(ref, 0, hash));
	n = *in ? (*in)->root : NULL;
	while (n && str_split(&path, '/', &step))
		if (step.n > 0)
			n = node_child(n, names_find(l->m->names, step));
	return n;
}

struct gathering {
	struct load *l;
	struct shape *s;
	bool known; /* the schema says what it is */
	unsigned refs;
};

static void gather(struct gathering *g, const struct node *schema, const struct load_schema *in);

/* "URI#/definitions/NAME", "#/definitions/NAME", "URI". */
static void refer(struct gathering *g, struct str ref, const struct load_schema *in)
{
	const size_t hash = str_chr(ref, '#');
	const struct str uri = str_sub(ref, 0, hash);
	struct str path = hash == SIZE_MAX ? STR("") : str_from(ref, hash + 1);
	const struct node *n = NULL;
	struct str step = STR("");

	if (str_is(uri, SCHEMA_CORE)) {
		while (str_split(&path, '/', &step))
			;
		if (core(g->l, g->s, step))
			g->known = true;
		else
			g->s->any = true;
		return;
	}
	n = schema_refer(g->l, ref, &in);
	if (n && ++g->refs <= REFS_MAX)
		gather(g, n, in);
	else
		g->s->any = true; /* nobody knows what is there */
}

static void properties(struct gathering *g, const struct node *list, const struct load_schema *in)
{
	for (const struct node *k = list->child; k; k = k->next)
		note(g->l, shape_add(g->l, g->s, names_text(g->l->m->names, k->name)), k, in);
	g->known = true;
}

/* Elements of an array have its name; those of an array in an array are called item. */
static void items(struct gathering *g, const struct node *schema, const struct load_schema *in)
{
	if (str_is(schema_member(g->l, schema, "type"), "array")) {
		note(g->l, shape_add(g->l, g->s, STR("item")), schema, in);
		g->known = true;
	} else {
		gather(g, schema, in);
	}
}

static bool is_scalar(struct str type)
{
	return str_is(type, "string") || str_is(type, "number") || str_is(type, "integer") ||
		str_is(type, "boolean");
}

static void gather(struct gathering *g, const struct node *schema, const struct load_schema *in)
{
	static const char *const all[] = {"allOf", "anyOf", "oneOf", "then", "else"};

	for (const struct node *k = schema->child; k; k = k->next) {
		const struct str name = names_text(g->l->m->names, k->name);
		if (str_is(name, "$ref"))
			refer(g, k->value, in);
		else if (str_is(name, "properties"))
			properties(g, k, in);
		else if (str_is(name, "items"))
			items(g, k, in);
		else if (str_is(name, "patternProperties") ||
			(str_is(name, "additionalProperties") && k->kind == NODE_OBJECT))
			g->s->any = true;
		else if (str_is(name, "type"))
			g->known = g->known || is_scalar(k->value);
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			if (str_is(name, all[i]))
				gather(g, k, in);
	}
}

void schema_expand(struct load *l, struct shape *s)
{
	struct gathering g = {.l = l, .s = s};

	for (const struct schema_part *p = s->schema; p; p = p->next)
		gather(&g, p->schema, p->in);
	s->any = s->any || !g.known; /* it says nothing */
	if (s->child)
		shape_add(l, s, STR("_meta"))->any = true;
}

struct shape *schema_item(struct load *l)
{
	const struct load_schema *schema = l->m->item_type.n > 0 ? schema_find(l, l->m->item_type)
								 : NULL;
	struct shape *s = NULL;

	if (!schema)
		return NULL;
	s = shape_add(l, NULL, STR(""));
	s->any = s->expanded = true; /* label, status and so on stand beside the body */
	note(l, shape_add(l, s, STR("body")), schema->root, schema);
	return s;
}
