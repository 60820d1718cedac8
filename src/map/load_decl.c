/* Loads what stands beside the message: source, join, let, select, key, require, target. */
#include "map/load.h"

#include "base/mem.h"
#include "defs/layout.h"
#include "format/path.h"
#include "map/masked.h"
#include "map/origin.h"
#include "map/schema.h"

enum { FORMATS_MAX = 8 };

typedef void loader(struct load *l, const struct xml *x);

/* Names of formats, as a fault lists them. */
struct format_names {
	const char *list[FORMATS_MAX];
	size_t n;
};

static void add_format(struct format_names *f, const char *name)
{
	BUG_IF(f->n == FORMATS_MAX);
	f->list[f->n++] = name;
}

/* Those of interchanges. */
static void add_messages(struct format_names *f)
{
	size_t n = 0;
	const struct def_format *all = defs_formats(&n);

	for (size_t i = 0; i < n; i++)
		add_format(f, all[i].name);
}

/* "a, b and c; did you mean 'b'?" */
static struct str formats_text(const struct load *l, const struct format_names *f, struct str meant)
{
	struct str text = str_c(f->list[0]);

	for (size_t i = 1; i < f->n; i++)
		text = arena_printf(l->scratch, STR_FMT "%s%s", STR_ARG(text),
			i + 1 < f->n ? ", " : " and ", f->list[i]);
	return arena_printf(
		l->scratch, STR_FMT "%s", STR_ARG(text), faults_near(l->f, meant, f->list, f->n));
}

static void check_format(struct load *l, const struct xml *x, struct str format)
{
	struct format_names names = {.n = 0};
	size_t n = 0;
	const char *const *readers = reader_formats(&n);

	if (!format.n || reader_find(format))
		return;
	for (size_t i = 0; i < n; i++)
		add_format(&names, readers[i]);
	add_messages(&names);
	load_fault_at(l, x, STR("format"), 0,
		"sources of format '" STR_FMT "' cannot be read; there are " STR_FMT,
		STR_ARG(format), STR_ARG(formats_text(l, &names, format)));
}

static void check_prefixes(
	struct load *l, const struct xml *x, const char *attr, const struct path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		const struct str step = path->steps[i];
		const size_t colon = str_chr(step, ':');

		if (colon != SIZE_MAX && !l->scope.prefix(l, str_sub(step, 0, colon)))
			load_fault_at(l, x, str_c(attr), 0,
				"%s: the map declares no namespace '" STR_FMT "' (xmlns:" STR_FMT
				"=...)",
				attr, STR_ARG(str_sub(step, 0, colon)),
				STR_ARG(str_sub(step, 0, colon)));
	}
}

/* Where the items stand inside a document of this format: the value of item= or row=. */
static struct str item_path(
	struct load *l, const struct xml *x, const char *attr, struct str format)
{
	const struct str text = arena_str(&l->m->arena, xml_attr(x, attr));
	struct path path;
	struct err e;

	if (layout_is_rows(format) && text.n && !str_is(text, "row"))
		load_fault_at(l, x, str_c(attr), 0, "items of " STR_FMT " are its rows: %s=\"row\"",
			STR_ARG(format), attr);
	else if (path_parse(&path, text, &e) == -1)
		load_fault_at(l, x, str_c(attr), 0, "%s: %s", attr, e.text);
	else if (str_is(format, "xml"))
		check_prefixes(l, x, attr, &path);
	return layout_is_rows(format) || str_is(text, "content-item") ? STR("") : text;
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

/* An interchange: the message that is read, and in attr the loop of it that is an item or a row. */
static const struct def_message *message_source(
	struct load *l, const struct xml *x, struct str format, const char *attr, struct str *loop)
{
	const struct str version = load_need(l, x, "version");
	const struct str message = load_need(l, x, "message");
	const struct str guide = xml_attr(x, "guide");
	const struct def_message *found = NULL;

	*loop = load_need(l, x, attr);
	l->m->defs = l->env->defs;
	if (!version.n || !message.n)
		return NULL;
	found = defs_message(l->env->defs, format, version, message, guide.n ? guide : STR(""),
		l->f, l->file, x->line, x->column);
	if (found && loop->n && !find_loop(found->root, *loop))
		load_fault_at(l, x, str_c(attr), 0,
			"message " STR_FMT " has no loop '" STR_FMT "'; loops are named as in its "
			"definition, LIN-loop or SG36",
			STR_ARG(message), STR_ARG(*loop));
	if (!l->m->edifact && str_is(format, "edifact"))
		l->m->edifact = found;
	return found;
}

/* The columns of a source of fixed widths, which stand in no header. */
static const struct def_message *source_layout(
	struct load *l, const struct xml *x, struct str format)
{
	struct str definition;

	if (!str_is(format, "fixed"))
		return NULL;
	definition = load_need(l, x, "definition");
	return definition.n ? layout_load(l->env->defs, format, arena_str(l->scratch, definition),
				      l->f, l->file, x->line, x->column)
			    : NULL;
}

static void source(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"format", "item", "type", "definition"};
	static const char *const known_edi[] = {"format", "version", "message", "item", "guide"};

	l->m->format = load_need(l, x, "format");
	if (defs_format(l->m->format)) {
		l->m->source = message_source(l, x, l->m->format, "item", &l->m->item_path);
		load_unused(l, x, known_edi, 5);
		return;
	}
	l->m->item_type = arena_str(&l->m->arena, xml_attr(x, "type"));
	check_format(l, x, l->m->format);
	l->m->layout = source_layout(l, x, l->m->format);
	l->m->item_path = item_path(l, x, "item", l->m->format);
	schema_expect(l, x, l->m->item_type, false);
	load_unused(l, x, known, 4);
}

/* What a map makes without a definition is what it writes. */
static const struct def_message *free_form(
	struct load *l, struct str format, const struct def_doctype *type)
{
	struct def_message *m = ARENA_NEW(&l->m->arena, struct def_message);

	m->format = format;
	m->version = m->group = m->guide = m->id = m->name = STR("");
	m->doctype = type;
	return m;
}

/* An XML file; there are no definitions of them. */
static void xml_target(struct load *l, const struct xml *x, struct str format)
{
	static const char *const known[] = {
		"format", "definition", "doctype-system", "doctype-public"};
	const struct def_doctype *type = load_xml_doctype(l, x);
	const struct str definition = xml_attr(x, "definition");

	l->m->trees = true;
	load_unused(l, x, known, 4);
	if (definition.n)
		load_fault_at(l, x, STR("definition"), 0,
			"there are no definitions of XML files; what is made is what the map writes");
	else
		l->m->target = free_form(l, format, type);
}

/* A file that may have a layout, and must where it is of rows. */
static void layout_target(struct load *l, const struct xml *x, struct str format)
{
	static const char *const known[] = {"format", "definition", "type"};
	const struct str definition = layout_is_rows(format) ? load_need(l, x, "definition")
							     : xml_attr(x, "definition");

	l->m->trees = true;
	if (!layout_is_rows(format))
		l->target_type = xml_attr(x, "type");
	load_unused(l, x, known, layout_is_rows(format) ? 2 : 3);
	if (definition.n > 0)
		schema_expect(l, x, l->target_type, true);
	else if (l->target_type.n > 0)
		load_fault_at(l, x, STR("type"), 0,
			"the body of a content item is checked by its type where the target has "
			"definition=\"ampliance-content-item\"");
	if (definition.n)
		l->m->target = layout_load(l->env->defs, format, arena_str(l->scratch, definition),
			l->f, l->file, x->line, x->column);
	else if (!layout_is_rows(format))
		l->m->target = free_form(l, format, NULL);
}

static void message_target(struct load *l, const struct xml *x, struct str format)
{
	static const char *const known[] = {"format", "version", "message", "guide"};
	const struct str version = load_need(l, x, "version");
	const struct str message = load_need(l, x, "message");
	const struct str guide = xml_attr(x, "guide");

	load_unused(l, x, known, 4);
	if (format.n && version.n && message.n)
		l->m->target = defs_message(l->env->defs, format, version, message,
			guide.n ? guide : STR(""), l->f, l->file, x->line, x->column);
}

static void target(struct load *l, const struct xml *x)
{
	const struct str format = load_need(l, x, "format");
	struct format_names names = {.n = 0};
	size_t n = 0;
	const struct layout_format *layouts = layout_formats(&n);

	if (str_is(format, "xml"))
		xml_target(l, x, format);
	else if (layout_format(format))
		layout_target(l, x, format);
	else if (!format.n || defs_format(format))
		message_target(l, x, format);
	else {
		add_messages(&names);
		for (size_t i = 0; i < n; i++)
			add_format(&names, layouts[i].name);
		add_format(&names, "xml");
		load_fault_at(l, x, STR("format"), 0,
			"there are no targets of format '" STR_FMT "', but " STR_FMT,
			STR_ARG(format), STR_ARG(formats_text(l, &names, format)));
	}
}

static bool taken(struct load *l, const struct xml *x, struct str name)
{
	struct map *m = l->m;
	bool there = false;

	for (size_t i = 0; i < m->njoins; i++)
		there = there || str_eq(m->joins[i].pub.name, name);
	for (size_t i = 0; i < m->nlets; i++)
		there = there || (m->lets[i].visible && str_eq(m->lets[i].name, name));
	if (there)
		load_fault_at(l, x, STR("name"), 0, "the name '" STR_FMT "' is taken already",
			STR_ARG(name));
	return there;
}

/* What a row of the reference is. */
static void join_row(struct load *l, const struct xml *x, struct map_join *j)
{
	if (defs_format(j->format)) {
		j->message = message_source(l, x, j->format, "row", &j->row);
		return;
	}
	check_format(l, x, j->format);
	j->layout = source_layout(l, x, j->format);
	j->row = item_path(l, x, "row", j->format);
}

static void join(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"name", "source", "format", "key", "on", "rows",
		"required", "orphans", "row", "definition"};
	static const char *const known_edi[] = {"name", "source", "format", "key", "on", "rows",
		"required", "orphans", "row", "version", "message", "guide"};
	struct map_join_def j = {.column = x->column};
	struct str rows = xml_attr(x, "rows");
	struct str orphans = xml_attr(x, "orphans");

	j.pub.name = load_need(l, x, "name");
	j.pub.source = load_need(l, x, "source");
	j.pub.format = load_need(l, x, "format");
	j.pub.line = x->line;
	j.pub.many = str_is(rows, "many");
	j.pub.required = load_yes(l, x, "required", false);
	j.pub.report_orphans = str_is(orphans, "report");
	if (rows.p && !j.pub.many && !str_is(rows, "one"))
		load_fault_at(l, x, STR("rows"), 0, "rows is one or many, not '" STR_FMT "'",
			STR_ARG(rows));
	if (orphans.p && !j.pub.report_orphans && !str_is(orphans, "ignore"))
		load_fault_at(l, x, STR("orphans"), 0,
			"orphans is report or ignore, not '" STR_FMT "'", STR_ARG(orphans));
	join_row(l, x, &j.pub);
	load_need(l, x, "key");
	load_need(l, x, "on");
	load_name(l, x, "name", j.pub.name);
	taken(l, x, j.pub.name);
	if (load_list(l, x, "key", false, &j.key) && load_list(l, x, "on", false, &j.on) &&
		j.key.n != j.on.n)
		load_fault_at(l, x, STR("on"), 0,
			"key has %zu parts and on has %zu; they are compared one by one", j.key.n,
			j.on.n);
	if (defs_format(j.pub.format))
		load_unused(l, x, known_edi, 12);
	else
		load_unused(l, x, known, 10);
	mem_grow(&l->m->joins, &l->joins_cap, l->m->njoins + 1, sizeof(j));
	l->m->joins[l->m->njoins++] = j;
}

/* --- values --- */

static uint32_t add_let(struct load *l, const struct xml *x, struct str name)
{
	struct map_let let = {.name = name, .line = x->line};

	load_need(l, x, "value");
	let.value = load_expr(l, x, "value");
	let.masked = masked_is(l->m, let.value);
	let.origin = origin_text(l->m, let.value, &l->m->arena);
	let.visible = true;
	mem_grow(&l->m->lets, &l->lets_cap, l->m->nlets + 1, sizeof(let));
	l->m->lets[l->m->nlets] = let;
	return (uint32_t)l->m->nlets++;
}

void load_decl_let(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"name", "value"};
	struct str name = load_need(l, x, "name");

	load_name(l, x, "name", name);
	add_let(l, x, name);
	load_unused(l, x, known, 2);
}

static void let(struct load *l, const struct xml *x)
{
	taken(l, x, xml_attr(x, "name"));
	load_decl_let(l, x);
}

static void keep(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"name", "value"};
	struct str name = load_need(l, x, "name");
	struct map *m = l->m;
	uint32_t slot = add_let(l, x, arena_printf(&m->arena, "kept/" STR_FMT, STR_ARG(name)));

	load_name(l, x, "name", name);
	load_unused(l, x, known, 2);
	mem_grow(&m->keeps, &l->keeps_cap, m->nkeeps + 1, sizeof(*m->keeps));
	mem_grow(&m->keep_slots, &l->slots_cap, m->nkeeps + 1, sizeof(*m->keep_slots));
	m->keeps[m->nkeeps] = (struct map_named){.name = name, .line = x->line};
	m->keep_slots[m->nkeeps++] = slot;
}

static void select_items(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"if"};

	load_need(l, x, "if");
	l->m->select = load_expr(l, x, "if");
	l->m->select_line = x->line;
	load_unused(l, x, known, 1);
}

static void withdraw(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"if"};

	load_need(l, x, "if");
	l->m->withdraw = load_expr(l, x, "if");
	l->m->withdraw_line = x->line;
	load_unused(l, x, known, 1);
}

static void key(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"value", "unique"};

	l->m->key_text = load_need(l, x, "value");
	load_list(l, x, "value", false, &l->m->key);
	l->m->key_unique = load_yes(l, x, "unique", false);
	l->m->key_line = x->line;
	load_unused(l, x, known, 2);
}

static bool code_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !str_is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && str_chr(s, '-') != SIZE_MAX;
}

static void require(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"test", "field", "code", "stop"};
	struct map_require q = {.line = x->line};
	struct str stop = xml_attr(x, "stop");

	load_need(l, x, "test");
	q.test = load_expr(l, x, "test");
	q.field = load_expr(l, x, "field");
	q.field_text = arena_str(&l->m->arena, xml_attr(x, "field"));
	q.code = load_need(l, x, "code");
	q.rule = arena_str(&l->m->arena, str_trim(x->text));
	q.stop_message = str_is(stop, "message");
	q.stop_item = !stop.p || str_is(stop, "item");
	load_unused(l, x, known, 4);
	if (stop.p && !q.stop_item && !q.stop_message && !str_is(stop, "none"))
		load_fault_at(l, x, STR("stop"), 0,
			"stop is item, message or none, not '" STR_FMT "'", STR_ARG(stop));
	if (q.code.n && !code_ok(q.code))
		load_fault_at(l, x, STR("code"), 0,
			"a code is AREA-NAME in capitals, not '" STR_FMT "'", STR_ARG(q.code));
	if (!q.rule.n)
		load_fault(l, x,
			"<require> needs the rule in plain words as its text: people will read it");
	mem_grow(&l->m->requires, &l->requires_cap, l->m->nrequires + 1, sizeof(q));
	l->m->requires[l->m->nrequires++] = q;
}

static void nothing(struct load *l, const struct xml *x)
{
	(void)l;
	(void)x;
}

/* turn: what is named must be there before what names it. */
static const struct {
	const char *name;
	loader *load;
	uint8_t turn;
	bool once;
	bool must;
} elements[] = {
	{"source", source, 0, true, true},
	{"target", target, 0, true, true},
	{"table", load_table_add, 0, false, false},
	{"join", join, 1, false, false},
	{"let", let, 1, false, false},
	{"keep", keep, 1, false, false},
	{"select", select_items, 2, true, false},
	{"withdraw", withdraw, 2, true, false},
	{"key", key, 2, true, true},
	{"require", require, 2, false, false},
	{"message", nothing, 2, true, false},
	{"item", nothing, 2, true, false},
};

enum { ELEMENTS = sizeof(elements) / sizeof(elements[0]) };

static void unknown(struct load *l, const struct xml *x)
{
	const char *names[ELEMENTS];
	const char *near = NULL;

	for (size_t i = 0; i < ELEMENTS; i++)
		names[i] = elements[i].name;
	near = str_suggest(x->name, names, ELEMENTS);
	load_fault(l, x, "a map has no element <" STR_FMT ">%s%s%s", STR_ARG(x->name),
		near ? "; did you mean <" : "", near ? near : "", near ? ">?" : "");
}

static void count(struct load *l, const struct xml *root, size_t i)
{
	size_t n = 0;

	for (const struct xml *x = root->child; x; x = x->next) {
		if (!load_is_ours(x) || !str_is(x->name, elements[i].name))
			continue;
		if (++n == 2 && elements[i].once)
			load_fault(l, x, "<%s> is there twice; a map has one", elements[i].name);
	}
	if (!n && elements[i].must)
		load_fault(l, root, "<%s> is missing in the map", elements[i].name);
}

static const struct xml *child(const struct xml *root, const char *name)
{
	const struct xml *x = root->child;

	while (x && !(load_is_ours(x) && str_is(x->name, name)))
		x = x->next;
	return x;
}

/* Messages hold items; where there are no messages, <item> may stand alone. */
static void check_body(struct load *l, const struct xml *root)
{
	const struct xml *message = child(root, "message");
	const struct xml *item = child(root, "item");
	const struct xml *made = child(root, "target");

	if (!message && !item)
		load_fault(l, root, "<message> is missing in the map");
	else if (item && message)
		load_fault(l, item, "<item> stands inside <message>");
	else if (item && made && xml_has(made, "message"))
		load_fault(l, item, "<item> stands inside <message>: the target has messages");
}

static size_t find(const struct xml *x)
{
	size_t i = 0;

	while (i < ELEMENTS && !(load_is_ours(x) && str_is(x->name, elements[i].name)))
		i++;
	return i;
}

void load_decl_all(struct load *l, const struct xml *root)
{
	for (size_t i = 0; i < ELEMENTS; i++)
		count(l, root, i);
	check_body(l, root);
	for (uint8_t turn = 0; turn < 3; turn++) {
		for (const struct xml *x = root->child; x; x = x->next) {
			size_t i = find(x);

			if (i < ELEMENTS && elements[i].turn == turn)
				elements[i].load(l, x);
			else if (i == ELEMENTS && turn == 0)
				unknown(l, x);
		}
	}
}
