/*
 * The schema of a content type as the definition of what a map makes: members with type, length and the range of
 * numbers, so that the checks of definitions hold for it. Lists of values are left to Ampliance.
 */
#include "map/schema_fields.h"

#include "map/schema.h"

enum { DEPTH = 16, REFS = 16 };

struct making {
	struct load *l;
	unsigned depth;
};

static const struct node *child(const struct making *k, const struct node *n, const char *name)
{
	return node_child(n, names_find(k->l->m->names, str_c(name)));
}

static struct str text(const struct making *k, const struct node *n, const char *name)
{
	return schema_member(k->l, n, name);
}

/* A type that every hub has. */
static bool is_core(struct str ref)
{
	return str_starts(ref, STR(SCHEMA_CORE "#"));
}

/* What stands behind its $refs; NULL when nobody knows. */
static const struct node *plain(
	const struct making *k, const struct node *n, const struct load_schema **in)
{
	for (unsigned i = 0; n && text(k, n, "$ref").n > 0; i++) {
		const struct str ref = text(k, n, "$ref");
		n = i < REFS && !is_core(ref) ? schema_refer(k->l, ref, in) : NULL;
	}
	return n;
}

/* --- numbers --- */

/* Draft 4 says with true or false whether the bound itself is out, the later ones have a bound of its own. */
static bool bound(const struct making *k, const struct node *n, const char *name,
	const char *exclusive, struct dec *out, bool *itself_out)
{
	struct dec other;
	const bool there = dec_parse(text(k, n, name), '.', out);

	*itself_out = there && str_is(text(k, n, exclusive), "true");
	if (!dec_parse(text(k, n, exclusive), '.', &other))
		return there;
	*itself_out = true;
	*out = other;
	return true;
}

static const struct def_range *range_of(const struct making *k, const struct node *n)
{
	struct def_range *r = ARENA_NEW(&k->l->m->arena, struct def_range);

	r->has_least = bound(k, n, "minimum", "exclusiveMinimum", &r->least, &r->above);
	r->has_most = bound(k, n, "maximum", "exclusiveMaximum", &r->most, &r->below);
	r->has_step = dec_parse(text(k, n, "multipleOf"), '.', &r->step) &&
		dec_cmp(r->step, dec_int(0)) > 0;
	return r->has_least || r->has_most || r->has_step ? r : NULL;
}

/* --- members --- */

static struct def_field *members(
	struct making *k, const struct node *n, const struct load_schema *in, bool *open);

static bool kind_of(struct str type, uint8_t *kind)
{
	static const struct {
		const char *type;
		enum def_field_kind kind;
	} kinds[] = {{"string", FIELD_TEXT}, {"number", FIELD_NUMBER}, {"integer", FIELD_NUMBER},
		{"boolean", FIELD_BOOL}, {"object", FIELD_OBJECT}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(type, kinds[i].type)) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

static uint32_t length(
	const struct making *k, const struct node *n, const char *name, uint32_t none)
{
	int64_t v = 0;

	return str_to_i64(text(k, n, name), &v) && v >= 0 && v <= UINT16_MAX ? (uint32_t)v : none;
}

/* The only type that is no null, or "". */
static struct str type_of(const struct making *k, const struct node *n)
{
	const uint32_t types = names_find(k->l->m->names, STR("type"));
	struct str type = STR("");

	for (const struct node *t = n->child; t; t = t->next) {
		if (t->name != types || str_is(t->value, "null"))
			continue;
		if (type.n > 0)
			return STR("");
		type = t->value;
	}
	return type;
}

/* What is said of one value; false when it is not said plainly. */
static bool value_of(
	struct making *k, const struct node *n, const struct load_schema *in, struct def_field *f)
{
	struct def_element *e = &f->element;
	const struct str type = type_of(k, n);

	if (!kind_of(type, &f->kind))
		return false;
	e->id = f->name;
	e->name = STR("");
	e->max = f->kind == FIELD_TEXT ? length(k, n, "maxLength", UINT32_MAX) : UINT32_MAX;
	e->min = f->kind == FIELD_TEXT ? (uint16_t)length(k, n, "minLength", 0) : 0;
	e->decimals = str_is(type, "integer") ? 0 : 18;
	e->type = f->kind == FIELD_NUMBER ? DEF_R : DEF_AN;
	f->yes = STR("true");
	f->no = STR("false");
	if (f->kind == FIELD_NUMBER)
		f->range = range_of(k, n);
	if (f->kind == FIELD_OBJECT)
		f->child = members(k, n, in, &f->open);
	return true;
}

/* A member; what is not said plainly may be anything. */
static struct def_field *member(
	struct making *k, const struct node *n, const struct load_schema *in)
{
	struct def_field *f = ARENA_NEW(&k->l->m->arena, struct def_field);

	f->name = arena_str(&k->l->m->arena, names_text(k->l->m->names, n->name));
	n = plain(k, n, &in);
	if (n && str_is(type_of(k, n), "array")) {
		f->repeats = true;
		n = child(k, n, "items");
		n = n && n->kind == NODE_OBJECT ? plain(k, n, &in) : NULL;
	}
	if (!n || !value_of(k, n, in, f)) {
		f->kind = FIELD_ANY;
		f->element.max = UINT32_MAX;
	}
	return f;
}

static bool is_required(const struct making *k, const struct node *n, struct str name)
{
	const uint32_t required = names_find(k->l->m->names, STR("required"));

	for (const struct node *r = n->child; r; r = r->next)
		if (r->name == required && str_eq(r->value, name))
			return true;
	return false;
}

static struct def_field *without(struct def_field *list, struct str name)
{
	struct def_field **at = &list;

	while (*at && !str_eq((*at)->name, name))
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
	return list;
}

/* What several parts of a schema say of one member may narrow it; the last one counts. */
static struct def_field *add_members(struct making *k, struct def_field *list, const struct node *n,
	const struct load_schema *in, bool *open)
{
	const struct node *properties = child(k, n, "properties");
	const struct node *more = child(k, n, "additionalProperties");

	*open = *open || child(k, n, "anyOf") || child(k, n, "oneOf") ||
		child(k, n, "patternProperties") || child(k, n, "if") ||
		(more && !str_is(more->value, "false"));
	for (const struct node *p = properties ? properties->child : NULL; p; p = p->next) {
		struct def_field *f = member(k, p, in);
		f->mandatory = is_required(k, n, f->name);
		list = without(list, f->name);
		f->next = list;
		list = f;
	}
	return list;
}

static struct def_field *members(
	struct making *k, const struct node *n, const struct load_schema *in, bool *open)
{
	const uint32_t all = names_find(k->l->m->names, STR("allOf"));
	struct def_field *list = NULL;

	*open = k->depth == DEPTH;
	if (*open)
		return NULL;
	k->depth++;
	for (const struct node *p = n->child; p; p = p->next) {
		const struct load_schema *where = in;
		const struct node *part = p->name == all ? plain(k, p, &where) : NULL;
		if (part)
			list = add_members(k, list, part, where, open);
		else if (p->name == all)
			*open = *open || !is_core(text(k, p, "$ref"));
	}
	list = add_members(k, list, n, in, open);
	k->depth--;
	return list;
}

const struct def_field *schema_fields_body(
	struct load *l, const struct def_field *body, struct str id)
{
	const struct load_schema *schema = schema_find(l, id);
	struct making k = {.l = l};
	struct def_field *f = NULL;
	struct def_field *first = NULL;
	struct def_field **end = &first;

	if (!schema)
		return body;
	for (const struct def_field *c = body->child; c; c = c->next) {
		*end = ARENA_NEW(&l->m->arena, struct def_field);
		**end = *c;
		(*end)->next = NULL;
		end = &(*end)->next;
	}
	f = ARENA_NEW(&l->m->arena, struct def_field);
	*f = *body;
	*end = members(&k, schema_root(schema), schema, &f->open);
	f->child = first;
	return f;
}
