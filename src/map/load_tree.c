/*
 * Loads what a target without segments makes: objects and arrays, rows and columns, elements. All are
 * parts of one kind (struct map_make); only names, and what may stand in what, differ.
 */
#include "map/load.h"

#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "map/check.h"
#include "map/masked.h"
#include "map/origin.h"
#include "map/schema_fields.h"

static const char *const controls[] = {"each", "if", "sort", "as"};

/* The elements that make something, and the formats that have them. */
static const struct word {
	const char *name;
	const char *formats;
	uint8_t kind;
	bool valued;
} words[] = {
	{"object", "json", MADE_OBJECT, false},
	{"array", "json", MADE_ARRAY, false},
	{"string", "json", MADE_TEXT, true},
	{"number", "json", MADE_NUMBER, true},
	{"bool", "json", MADE_BOOL, true},
	{"null", "json", MADE_NULL, false},
	{"row", "csv fixed", MADE_OBJECT, false},
	{"col", "csv fixed", MADE_TEXT, true},
};

enum { WORDS = sizeof(words) / sizeof(words[0]), NEAR_MAX = WORDS + 5 };

static bool of_format(const struct word *w, struct str format)
{
	struct str rest = str_c(w->formats);
	struct str one;

	while (str_word(&rest, &one))
		if (str_eq(one, format))
			return true;
	return false;
}

static const struct word *word_of(const struct load *l, const struct xml *x)
{
	for (size_t i = 0; load_is_ours(x) && i < WORDS; i++)
		if (str_is(x->name, words[i].name) && of_format(&words[i], l->m->target->format))
			return &words[i];
	return NULL;
}

static void unknown(struct load *l, const struct xml *x)
{
	const char *names[NEAR_MAX] = {"item", "let", "total", "loop", "group"};
	size_t n = 5;
	struct str all = STR("");

	for (size_t i = 0; i < WORDS; i++)
		if (of_format(&words[i], l->m->target->format)) {
			all = arena_printf(l->scratch, STR_FMT "%s<%s>", STR_ARG(all),
				all.n ? ", " : "", words[i].name);
			names[n++] = words[i].name;
		}
	const char *near = str_suggest(x->name, names, n);
	load_fault(l, x,
		"<" STR_FMT "> makes nothing of a target of format " STR_FMT "%s%s%s%s" STR_FMT,
		STR_ARG(x->name), STR_ARG(l->m->target->format), near ? "; did you mean <" : "",
		near ? near : "", near ? ">?" : "", near || !all.n ? "" : "; there are ",
		STR_ARG(near ? STR("") : all));
}

/* --- values --- */

static bool is_fixed(struct expr *const *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pieces[i]->op != EXPR_TEXT && pieces[i]->op != EXPR_NUMBER)
			return false;
	return true;
}

void load_tree_value(struct load *l, struct map_make *m, struct expr **pieces, size_t n)
{
	m->pieces = pieces;
	m->n = n;
	m->fixed = is_fixed(pieces, n);
	for (size_t i = 0; i < n; i++) {
		m->masked = m->masked || masked_is(l->m, pieces[i]);
		if (!m->origin.n)
			m->origin = origin_text(l->m, pieces[i], &l->m->arena);
	}
}

static void take_value(struct load *l, const struct xml *x, struct map_make *m)
{
	struct expr **one = arena_array(&l->m->arena, 1, sizeof(*one));

	load_need(l, x, "value");
	one[0] = load_expr(l, x, "value");
	if (!one[0])
		return;
	load_tree_value(l, m, one, 1);
	if (m->field && m->field->kind < FIELD_BOOL)
		check_value(l, x, STR("value"), &m->field->element, m->name, one[0]);
	else
		check_rounded(
			l, x, STR("value"), one[0]->at, m->name.n ? m->name : x->name, one[0]);
}

/* --- names, and what the definition says of them --- */

static const char *const kind_words[] = {[FIELD_TEXT] = "a text",
	[FIELD_NUMBER] = "a number",
	[FIELD_DATE] = "a date",
	[FIELD_BOOL] = "true or false",
	[FIELD_OBJECT] = "an object",
	[FIELD_ANY] = "anything"};

static bool kind_fits(const struct map_make *m)
{
	switch ((enum def_field_kind)m->field->kind) {
	case FIELD_NUMBER:
		return m->kind == MADE_NUMBER;
	case FIELD_BOOL:
		return m->kind == MADE_BOOL;
	case FIELD_OBJECT:
		return m->kind == MADE_OBJECT;
	default:
		return m->kind == MADE_TEXT;
	}
}

/* A column is what its definition says. */
static void column(struct map_make *m)
{
	m->column = true;
	if (m->field && m->field->kind == FIELD_NUMBER)
		m->kind = MADE_NUMBER;
	else if (m->field && m->field->kind == FIELD_BOOL)
		m->kind = MADE_BOOL;
}

static void check_field(
	struct load *l, const struct xml *x, const struct load_level *v, struct map_make *m)
{
	const char *what = m->column ? "column" : "member";

	if (!v->fields)
		return;
	m->field = layout_field(v->fields, m->name);
	if (!m->field && !v->open)
		load_fault_at(l, x, STR("name"), 0,
			"the definition " STR_FMT " has no %s '" STR_FMT "'%s",
			STR_ARG(l->m->target->id), what, STR_ARG(m->name),
			layout_near(v->fields, m->name, l->f));
	if (m->column)
		column(m);
	else if (m->field && m->field->kind == FIELD_ANY)
		return;
	else if (m->field && m->kind != MADE_NULL && m->field->repeats != (m->kind == MADE_ARRAY))
		load_fault(l, x, "the member '" STR_FMT "' is %s by its definition",
			STR_ARG(m->name), m->field->repeats ? "an array" : "one value, no array");
	else if (m->field && m->kind != MADE_NULL && m->kind != MADE_ARRAY && !kind_fits(m))
		load_fault(l, x, "the member '" STR_FMT "' is %s by its definition",
			STR_ARG(m->name), kind_words[m->field->kind]);
}

static struct str quoted(struct load *l, struct str name)
{
	struct buf b;
	struct str s;

	buf_init(&b, LIMIT_CONFIG_FILE);
	json_quote(&b, name);
	s = arena_str(&l->m->arena, buf_view(&b));
	buf_done(&b);
	return s;
}

static void take_name(
	struct load *l, const struct xml *x, const struct load_level *v, struct map_make *m)
{
	if (v->inside == MADE_OBJECT) {
		m->name = load_need(l, x, "name");
		m->quoted = quoted(l, m->name);
		if (xml_has(x, "each") && m->kind != MADE_ARRAY)
			load_fault(l, x,
				"a %s is there once; each would write '" STR_FMT
				"' several times%s",
				m->column ? "column" : "member", STR_ARG(m->name),
				m->column ? "" : ": put it into <array name=>");
		check_field(l, x, v, m);
	} else if (xml_has(x, "name")) {
		load_fault_at(l, x, STR("name"), 0, "only the members of an <object> have names");
		(void)xml_attr(x, "name");
	}
}

/* Of its own, or of its turns. */
static bool has_condition(const struct map_part *p)
{
	return p->cond || (p->make->kind == MADE_ARRAY && p->child && p->child->cond);
}

/* A name that is filled twice without a condition would be written twice. */
static void check_twice(struct load *l, const struct map_part *first)
{
	for (const struct map_part *p = first; p; p = p->next)
		for (const struct map_part *k = p->next; k; k = k->next)
			if (p->make && k->make && k->make->name.n && !has_condition(k) &&
				!has_condition(p) && str_eq(p->make->name, k->make->name)) {
				faults_add(l->f, l->file, k->line, k->column,
					"'" STR_FMT "' is filled twice", STR_ARG(k->make->name));
				return;
			}
}

static bool is_filled(const struct map_part *parts, struct str name)
{
	for (const struct map_part *p = parts; p; p = p->next)
		if (p->make ? str_eq(p->make->name, name) : is_filled(p->child, name))
			return true;
	return false;
}

static void check_object(struct load *l, const struct xml *x, const struct def_field *fields,
	const struct map_part *parts, bool rows)
{
	check_twice(l, parts);
	for (const struct def_field *c = fields; c; c = c->next)
		if (c->mandatory && !is_filled(parts, c->name))
			load_fault(l, x,
				"the %s '" STR_FMT "' is mandatory in the definition " STR_FMT
				", and the map never fills it",
				rows ? "column" : "member", STR_ARG(c->name),
				STR_ARG(l->m->target->id));
}

/* --- what may stand where --- */

static void check_place(
	struct load *l, const struct xml *x, const struct load_level *v, const struct word *w)
{
	const bool rows = !str_is(l->m->target->format, "json");

	if (rows && w->valued != (v->inside == MADE_OBJECT))
		load_fault(l, x,
			w->valued ? "<col> stands in <row>"
				  : "<row> stands in <item> or <message>");
	else if (!rows && v->inside == LOAD_TOP && v->item && w->kind != MADE_OBJECT)
		load_fault(l, x,
			"an item of a JSON file of lines is an <object>; put <%s> into one",
			w->name);
	else if (!rows && v->inside == LOAD_TOP && w->kind != MADE_OBJECT && w->kind != MADE_ARRAY)
		load_fault(l, x, "a JSON file is an <object> or an <array>; put <%s> into one",
			w->name);
}

/* Each of an array repeats what is inside of it: a loop of its own, with the if and the lets. */
static struct map_part *array_loop(struct load *l, const struct xml *x, const struct load_level *v)
{
	struct map_part *p = ARENA_NEW(&l->m->arena, struct map_part);
	const size_t lets = l->m->nlets;
	struct load_level turn = *v;

	load_template_head(l, x, p);
	p->cond = load_expr(l, x, "if");
	p->loop = true;
	p->tag = STR("array");
	turn.owner = p;
	p->child = load_tree_inside(l, x, &turn);
	load_template_lets(l, p, lets);
	load_template_tail(l, p);
	return p;
}

/* The body of a content item has the members that the schema of its type says. */
static void take_body(struct load *l, const struct load_level *v, struct map_make *m)
{
	const struct def_layout *y = l->m->target->layout;

	if (l->target_type.n > 0 && m->field && m->kind == MADE_OBJECT && y &&
		v->fields == y->fields && str_is(m->name, "body"))
		m->field = schema_fields_body(l, m->field, l->target_type);
}

static void take_made(struct load *l, const struct xml *x, const struct load_level *v,
	const struct word *w, struct map_part *p)
{
	static const char *const known[] = {"name", "each", "if", "sort", "as", "value"};
	struct map_make *m = ARENA_NEW(&l->m->arena, struct map_make);
	struct load_level inner = {p, w->kind, v->item, true, NULL};

	m->kind = w->kind;
	m->column = str_is(str_c(w->name), "col");
	m->record = v->inside == LOAD_TOP || v->inside == MADE_ARRAY;
	m->record = m->record && v->item && w->kind == MADE_OBJECT && v->owner && v->owner->item;
	p->make = m;
	check_place(l, x, v, w);
	take_name(l, x, v, m);
	if (w->valued)
		take_value(l, x, m);
	take_body(l, v, m);
	if (w->kind == MADE_NULL)
		m->fixed = true;
	if (str_is(str_c(w->name), "row") || (w->kind == MADE_OBJECT && m->record)) {
		const struct def_layout *y = l->m->target->layout;
		inner.fields = y ? y->fields : NULL;
		inner.open = !y || y->open;
	} else if (w->kind == MADE_OBJECT && m->field) {
		inner.fields = m->field->child;
		inner.open = m->field->open;
	} else if (w->kind == MADE_OBJECT && v->inside == MADE_ARRAY) {
		inner.fields = v->fields;
		inner.open = v->open;
	} else if (w->kind == MADE_ARRAY && m->field) {
		inner.fields = m->field->child;
		inner.open = m->field->open;
	}
	if (w->kind == MADE_ARRAY && xml_has(x, "each"))
		p->child = array_loop(l, x, &inner);
	else if (!w->valued && w->kind != MADE_NULL)
		p->child = load_tree_inside(l, x, &inner);
	else if (x->child)
		load_fault(l, x->child, "<%s> has nothing inside", w->name);
	if (w->kind == MADE_OBJECT)
		check_object(l, x, inner.fields, p->child, str_is(str_c(w->name), "row"));
	load_unused(l, x, known, sizeof(known) / sizeof(known[0]) - !w->valued);
}

static bool has_item(const struct map_part *p)
{
	for (; p; p = p->next)
		if (p->item || p->around)
			return true;
	return false;
}

/* <item>, <group> and <loop>: parts that make nothing by themselves. */
static void frame(
	struct load *l, const struct xml *x, const struct load_level *v, struct map_part *p)
{
	static const char *const known_item[] = {"if"};
	struct load_level inner = *v;

	p->loop = true;
	p->item = str_is(x->name, "item");
	p->group = str_is(x->name, "group");
	p->tag = arena_str(&l->m->arena, x->name);
	inner.owner = p;
	inner.item = v->item || p->item;
	if (p->group)
		load_group_begin(l, x, p);
	else
		load_unused(l, x, p->item ? known_item : controls, p->item ? 1 : 4);
	if ((p->item || p->group) && v->item)
		load_fault(l, x, "<" STR_FMT "> stands in <item>; a map has one item",
			STR_ARG(p->tag));
	else if ((p->item || p->group) && v->inside == MADE_OBJECT)
		load_fault(l, x, "<" STR_FMT "> stands in an <array>, or directly in <message>",
			STR_ARG(p->tag));
	p->child = load_tree_inside(l, x, &inner);
	if (!p->child && p->item)
		load_fault(l, x, "<item> makes nothing");
	else if (p->group && !has_item(p->child))
		load_fault(l, x, "<item> is missing in <group>");
	if (p->group)
		load_group_end(l);
}

static struct map_part *part(struct load *l, const struct xml *x, const struct load_level *v)
{
	const struct word *w = word_of(l, x);
	const bool is_group = load_is_ours(x) && str_is(x->name, "group");
	const bool is_frame = is_group ||
		(load_is_ours(x) && (str_is(x->name, "item") || str_is(x->name, "loop")));
	const bool is_xml = !load_is_ours(x) && str_is(l->m->target->format, "xml");
	const size_t lets = l->m->nlets;
	struct map_part *p = NULL;

	if (load_is_ours(x) && str_is(x->name, "let"))
		load_decl_let(l, x);
	else if (load_is_ours(x) && str_is(x->name, "total"))
		load_template_total(l, x, v->owner);
	else if (!w && !is_frame && !is_xml)
		unknown(l, x);
	else
		p = ARENA_NEW(&l->m->arena, struct map_part);
	if (!p)
		return NULL;
	load_template_place(x, p);
	if (is_xml) {
		load_xml_element(l, x, v, p);
	} else {
		const bool turns = w && w->kind == MADE_ARRAY && xml_has(x, "each");
		if (w ? !turns : str_is(x->name, "loop"))
			load_template_head(l, x, p);
		if (!turns && !is_group) /* else it is asked in each */
			p->cond = load_expr(l, x, "if");
		if (w)
			take_made(l, x, v, w, p);
		else
			frame(l, x, v, p);
	}
	p->around = has_item(p->child);
	if (p->around && !p->group && (p->each || p->cond || !p->make))
		load_fault(l, x, "what is around <item> is written once, without each and if");
	load_template_lets(l, p, lets);
	load_template_tail(l, p);
	return p;
}

/* Text between the elements of an XML target; anywhere else nobody would write it. */
static struct map_part *text_part(struct load *l, const struct xml *x, const struct load_level *v,
	struct str text, bool first, bool last)
{
	if (!str_trim(text).n || !str_is(l->m->target->format, "xml"))
		return NULL;
	if (v->inside != MADE_ELEMENT || load_is_ours(x)) {
		load_fault(l, x, "<" STR_FMT "> has text of its own; texts stand in elements",
			STR_ARG(x->name));
		return NULL;
	}
	return load_xml_text(l, x, text, first, last);
}

struct map_part *load_tree_inside(struct load *l, const struct xml *x, const struct load_level *v)
{
	struct map_part *all = NULL;
	struct map_part **end = &all;

	for (const struct xml *k = x->child; k; k = k->next) {
		*end = text_part(l, x, v, k->before, k == x->child, false);
		while (*end)
			end = &(*end)->next;
		*end = part(l, k, v);
		if (*end)
			end = &(*end)->next;
	}
	*end = text_part(l, x, v, x->after, false, true);
	return all;
}

/* --- the whole --- */

/* The item, taken from its list: what runs for it is not followed by what is behind it. On the way to
 * it each group begins a level. */
static void find_item(struct load *l, struct map_part *parts, size_t level)
{
	for (struct map_part *p = parts; p; p = p->next) {
		if (p->item && l->m->item) {
			faults_add(l->f, l->file, p->line, p->column,
				"<item> is there twice; a map has one");
		} else if (p->item) {
			l->m->item = ARENA_NEW(&l->m->arena, struct map_part);
			*l->m->item = *p;
			l->m->item->next = NULL;
		}
		if (p->group && level + 1 < l->m->nlevels)
			l->m->levels[++level].around = p->child;
		if (p->around)
			find_item(l, p->child, level);
	}
}

/* Limits are for formats in which a file has several messages. */
static void limits(struct load *l, const struct xml *x)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		load_fault_at(l, x, a->name, 0,
			"a file of format " STR_FMT
			" has no messages that it could be parted into; leave out " STR_FMT,
			STR_ARG(l->m->target->format), STR_ARG(a->name));
}

static size_t count(const struct map_part *p)
{
	size_t n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}

/* What the file as a whole must be. */
static void check_whole(struct load *l, const struct xml *x, const struct map_part *all)
{
	const bool xml = str_is(l->m->target->format, "xml");
	const bool json = str_is(l->m->target->format, "json");

	if (!l->m->item)
		load_fault(l, x, "<item> is missing in <" STR_FMT ">", STR_ARG(x->name));
	else if (xml && (count(all) != 1 || !all->around || all->group))
		load_fault(l, x, "an XML file is one element, with <item> somewhere inside");
	else if (json && !all->item && (count(all) != 1 || !all->around))
		load_fault(l, x,
			"a JSON file is <item> alone, an object a line, or one <object> or <array> with <item> inside");
	else if (json && all->item && count(all) != 1)
		load_fault(l, x,
			"a JSON file of lines has its items only; put what is around them into one <object>");
}

void load_tree_message(struct load *l, const struct xml *x)
{
	const struct load_level top = {NULL, LOAD_TOP, false, true, NULL};
	struct map_part *all = NULL;

	if (l->m->item || !l->m->target)
		return;
	if (str_is(x->name, "item")) {
		all = part(l, x, &top);
	} else {
		limits(l, x);
		all = load_tree_inside(l, x, &top);
	}
	l->m->levels[0].around = all;
	find_item(l, all, 0);
	check_whole(l, x, all);
	if (str_is(l->m->target->format, "xml") && all)
		load_xml_spaces(l, all);
}
