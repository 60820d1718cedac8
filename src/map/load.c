/*
 * Loads a map: XML to the compiled form, with every fault named at its line and column. This file
 * has the way through the document, expressions and their scope; the elements are in load_decl.c,
 * load_template.c, load_tree.c and load_xml.c.
 */
#include "map/load.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "map/columns.h"
#include "map/lex.h"
#include "map/paths.h"
#include "map/regex.h"
#include "map/watch.h"

bool load_is_ours(const struct xml *x)
{
	return str_is(x->ns, "urn:gridspool:map:1");
}

/* --- places --- */

struct walk {
	struct str s;
	size_t at;
	uint32_t line;
	uint32_t column;
};

static void forward(struct walk *w, size_t to)
{
	for (; w->at < to && w->at < w->s.n; w->at++) {
		w->column++;
		if (w->s.p[w->at] == '\n') {
			w->line++;
			w->column = 1;
		}
	}
}

static void goto_element(struct walk *w, const struct xml *x)
{
	while (w->at < w->s.n && w->line < x->line)
		forward(w, w->at + 1);
	while (w->at < w->s.n && w->line == x->line && w->column < x->column)
		forward(w, w->at + 1);
}

static char here(const struct walk *w)
{
	return w->at < w->s.n ? w->s.p[w->at] : '\0';
}

/* At '<': moves behind the opening quote of the attribute. False when the tag has none. */
static bool goto_attr(struct walk *w, struct str attr)
{
	while (here(w) && here(w) != '>') {
		size_t start = 0;
		char quote = 0;

		while (here(w) && here(w) != '>' && !str_is_blank(here(w)))
			forward(w, w->at + 1);
		while (str_is_blank(here(w)))
			forward(w, w->at + 1);
		start = w->at;
		if (!here(w) || here(w) == '>' || here(w) == '/')
			return false;
		while (here(w) && here(w) != '=' && !str_is_blank(here(w)))
			forward(w, w->at + 1);
		bool found = str_eq(str_sub(w->s, start, w->at - start), attr);
		while (here(w) && here(w) != '"' && here(w) != '\'')
			forward(w, w->at + 1);
		quote = here(w);
		forward(w, w->at + 1);
		if (found)
			return true;
		while (here(w) && here(w) != quote)
			forward(w, w->at + 1);
		forward(w, w->at + 1);
	}
	return false;
}

/* At the end of a start tag: to the text of the element, which "text()" stands for. */
static bool goto_text(struct walk *w, struct str attr)
{
	if (!str_is(attr, "text()") || here(w) != '>')
		return false;
	do
		forward(w, w->at + 1);
	while (str_is_blank(here(w)) || here(w) == '\n' || here(w) == '\r');
	return true;
}

/* Over so many bytes of the decoded value; a reference counts as one character. */
static void goto_inside(struct walk *w, size_t into)
{
	for (; into > 0 && here(w); into--) {
		size_t end = w->at + 1;

		if (here(w) == '&') {
			size_t semi = str_find(w->s, STR(";"), w->at);

			end = semi == SIZE_MAX ? end : semi + 1;
		}
		forward(w, end);
	}
}

/* Places are mostly asked for in the order of the file: the next one is behind the last. */
static struct walk walk_to(struct load *l, const struct xml *x)
{
	const bool behind = x->line > l->at_line ||
		(x->line == l->at_line && x->column >= l->at_column);
	struct walk w = {l->bytes, 0, 1, 1};

	if (behind && l->at_line > 0)
		w = (struct walk){l->bytes, l->at_byte, l->at_line, l->at_column};
	goto_element(&w, x);
	l->at_byte = w.at;
	l->at_line = w.line;
	l->at_column = w.column;
	return w;
}

void load_place(struct load *l, const struct xml *x, struct str attr, size_t into, uint32_t *line,
	uint32_t *column)
{
	struct walk w = walk_to(l, x);

	*line = x->line;
	*column = x->column;
	if (here(&w) != '<' || (!goto_attr(&w, attr) && !goto_text(&w, attr)))
		return;
	goto_inside(&w, into);
	*line = w.line;
	*column = w.column;
}

void load_fault(struct load *l, const struct xml *x, const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	faults_add(l->f, l->file, x->line, x->column, "%s", text);
}

void load_fault_at(
	struct load *l, const struct xml *x, struct str attr, size_t into, const char *fmt, ...)
{
	uint32_t line = 0;
	uint32_t column = 0;
	char text[500];
	va_list ap;

	load_place(l, x, attr, into, &line, &column);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	faults_add(l->f, l->file, line, column, "%s", text);
}

void load_warn_at(
	struct load *l, const struct xml *x, struct str attr, size_t into, const char *fmt, ...)
{
	uint32_t line = 0;
	uint32_t column = 0;
	char text[500];
	va_list ap;

	load_place(l, x, attr, into, &line, &column);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	faults_warn(l->f, l->file, line, column, "%s", text);
}

/* --- attributes --- */

void load_parsed(struct load *l, const struct xml *x, struct str attr, size_t from, struct str text,
	struct expr *e)
{
	const struct watch w = {.element = x->name,
		.attr = arena_str(&l->m->arena, attr),
		.text = text,
		.line = x->line,
		.x = e};
	struct load_text *t = ARENA_NEW(l->scratch, struct load_text);

	*t = (struct load_text){e, x, w.attr, text, from, NULL};
	if (l->last_text)
		l->last_text->next = t;
	else
		l->texts = t;
	l->last_text = t;
	/* The field of a rule is computed only where the rule is broken, which may well never be. */
	if (!str_is(x->name, "require") || !str_is(w.attr, "field"))
		watch_note(l->m, &w);
}

struct expr *load_expr(struct load *l, const struct xml *x, const char *attr)
{
	struct str text = xml_attr(x, attr);
	struct expr_fault f;
	struct expr *e = NULL;

	if (!text.p)
		return NULL;
	l->at = x;
	l->attr = str_c(attr);
	text = arena_str(&l->m->arena, text);
	e = expr_parse(text, &l->scope, &l->m->arena, &f);
	if (!e)
		load_fault_at(l, x, str_c(attr), f.at, "%s: %s", attr, f.text);
	else
		load_parsed(l, x, str_c(attr), 0, text, e);
	return e;
}

bool load_list(
	struct load *l, const struct xml *x, const char *attr, bool order, struct expr_list *out)
{
	struct str text = xml_attr(x, attr);
	struct expr_fault f;

	if (!text.p)
		return false;
	l->at = x;
	l->attr = str_c(attr);
	text = arena_str(&l->m->arena, text);
	if (expr_parse_list(text, &l->scope, order, out, &l->m->arena, &f)) {
		for (size_t i = 0; i < out->n; i++)
			load_parsed(l, x, str_c(attr), 0, text, out->x[i]);
		return true;
	}
	load_fault_at(l, x, str_c(attr), f.at, "%s: %s", attr, f.text);
	return false;
}

struct str load_need(struct load *l, const struct xml *x, const char *attr)
{
	struct str s = xml_attr(x, attr);

	if (!s.n)
		load_fault(l, x, "<" STR_FMT "> needs %s=", STR_ARG(x->name), attr);
	return arena_str(&l->m->arena, s);
}

bool load_yes(struct load *l, const struct xml *x, const char *attr, bool otherwise)
{
	struct str s = xml_attr(x, attr);

	if (!s.p)
		return otherwise;
	if (!str_is(s, "yes") && !str_is(s, "no"))
		load_fault_at(l, x, str_c(attr), 0, "%s is yes or no, not '" STR_FMT "'", attr,
			STR_ARG(s));
	return str_is(s, "yes");
}

void load_unused(struct load *l, const struct xml *x, const char *const *names, size_t n)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		const char *near = NULL;

		if (a->used || str_starts(a->name, STR("xml:")))
			continue;
		near = str_suggest(a->name, names, n);
		load_fault_at(l, x, a->name, 0,
			"<" STR_FMT "> has no attribute '" STR_FMT "'%s%s%s", STR_ARG(x->name),
			STR_ARG(a->name), near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
	}
}

/* Names that $ cannot be written with, and those that mean something else there. */
void load_name(struct load *l, const struct xml *x, const char *attr, struct str name)
{
	static const char *const ours[] = {
		"run", "environment", "partner", "agreement", "message", "kept", "action"};

	if (name.n && !lex_name_ok(name))
		load_fault_at(l, x, str_c(attr), 0,
			"'" STR_FMT
			"' cannot be written as $NAME; take a letter, then letters, digits, _ and -",
			STR_ARG(name));
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_is(name, ours[i]))
			load_fault_at(l, x, str_c(attr), 0,
				"$%s is a variable of its own; take another name", ours[i]);
}

uint32_t load_named(struct map_named **list, size_t *n, size_t *cap, struct str name, uint32_t line)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*list)[i].name, name))
			return (uint32_t)i;
	mem_grow(list, cap, *n + 1, sizeof(**list));
	(*list)[*n] = (struct map_named){.name = name, .line = line};
	return (uint32_t)(*n)++;
}

/* --- names in expressions --- */

enum { NEAR_MAX = 64 };

static const char *near_variable(struct load *l, struct str name)
{
	const char *names[NEAR_MAX] = {"run/date", "run/time", "run/id", "action", "run",
		"environment", "partner", "agreement"};
	size_t n = 8;
	struct map *m = l->m;

	for (size_t i = 0; i < m->njoins && n < NEAR_MAX; i++)
		names[n++] = arena_cstr(l->scratch, m->joins[i].pub.name);
	for (size_t i = 0; i < m->nlets && n < NEAR_MAX; i++)
		if (m->lets[i].visible)
			names[n++] = arena_cstr(l->scratch, m->lets[i].name);
	for (size_t i = 0; i < m->nas && n < NEAR_MAX; i++)
		if (m->as[i].line)
			names[n++] = arena_cstr(l->scratch, m->as[i].name);
	return str_suggest(name, names, n);
}

static bool own_variable(struct load *l, struct str name, struct expr *x)
{
	struct map *m = l->m;

	for (size_t i = m->nlets; i-- > 0;) {
		if (m->lets[i].visible && str_eq(m->lets[i].name, name)) {
			x->var = VAR_LET;
			x->slot = (uint32_t)i;
			return true;
		}
	}
	for (size_t i = 0; i < m->njoins; i++) {
		if (str_eq(m->joins[i].pub.name, name)) {
			m->joins[i].used = true;
			x->var = VAR_JOIN;
			x->slot = (uint32_t)i;
			return true;
		}
	}
	for (size_t i = m->nas; i-- > 0;) {
		if (m->as[i].line && str_eq(m->as[i].name, name)) {
			x->var = VAR_AS;
			x->slot = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static bool scope_var(void *ctx, struct str name, struct expr *x, struct expr_fault *f)
{
	struct load *l = ctx;
	static const struct {
		const char *name;
		enum var_kind kind;
	} fixed[] = {{"run/date", VAR_RUN_DATE}, {"run/time", VAR_RUN_TIME}, {"run/id", VAR_RUN_ID},
		{"action", VAR_ACTION}};
	const char *near = NULL;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (str_is(name, fixed[i].name)) {
			x->var = (uint8_t)fixed[i].kind;
			l->m->uses_action = l->m->uses_action || fixed[i].kind == VAR_ACTION;
			return true;
		}
	}
	if (str_is(name, "message") && l->m->source) {
		x->var = VAR_MESSAGE;
		return true;
	}
	if (own_variable(l, name, x))
		return true;
	if (str_starts(name, STR("environment/")) || str_starts(name, STR("partner/")) ||
		str_starts(name, STR("agreement/"))) {
		x->var = VAR_PROFILE;
		x->slot = load_named(&l->m->vars, &l->m->nvars, &l->vars_cap, name, l->at->line);
		return true;
	}
	f->at = x->at;
	if (str_is(name, "message")) {
		snprintf(f->text, sizeof(f->text),
			"$message is there only in maps that read messages");
		return false;
	}
	near = near_variable(l, name);
	snprintf(f->text, sizeof(f->text), "there is no $" STR_FMT " above this line%s%s%s",
		STR_ARG(name), near ? "; did you mean $" : "", near ? near : "", near ? "?" : "");
	return false;
}

static bool scope_prefix(void *ctx, struct str prefix)
{
	const struct load *l = ctx;

	for (size_t i = 0; i < l->m->nspaces; i++)
		if (str_eq(l->m->spaces[i].prefix, prefix))
			return true;
	return str_is(prefix, "xml");
}

/* "C212.7140" */
static bool is_component_number(struct str s)
{
	for (size_t i = 1; i < s.n; i++)
		if (i == 4 ? s.p[i] != '.' : !str_is_digit(s.p[i]))
			return false;
	return s.n == 9 && (s.p[0] == 'C' || s.p[0] == 'S');
}

static bool scope_part(void *ctx, struct str segment, struct str *name)
{
	struct load *l = ctx;
	const struct def_segment *s = NULL;
	struct str ref;
	uint16_t element = 0;
	uint16_t component = 0;

	if (!l->m->edifact || !is_component_number(*name))
		return true;
	if (segment.n)
		s = defs_segment(l->m->defs, STR("edifact"), l->m->edifact->version, segment, l->f);
	ref = arena_printf(l->scratch, STR_FMT "/" STR_FMT, STR_ARG(segment), STR_ARG(*name));
	if (!s || !defs_ref(s, ref, &element, &component))
		return false;
	*name = arena_printf(l->scratch, STR_FMT "%02u-%u", STR_ARG(segment), element, component);
	return true;
}

/* --- the map --- */

/* Namespaces that <map> declares under a prefix. */
static void spaces(struct load *l, const struct xml *root)
{
	size_t n = 0;

	for (const struct xml_space *s = root->spaces; s; s = s->next)
		n++;
	l->m->spaces = arena_array(&l->m->arena, n + 1, sizeof(*l->m->spaces));
	for (const struct xml_space *s = root->spaces; s; s = s->next)
		if (s->prefix.n > 0)
			l->m->spaces[l->m->nspaces++] = (struct reader_space){
				arena_str(&l->m->arena, s->prefix),
				arena_str(&l->m->arena, s->uri)};
}

static void intern(struct map *m)
{
	const struct {
		uint32_t *id;
		const char *name;
	} list[] = {
		{&m->name_body, "body"},
		{&m->name_meta, "_meta"},
		{&m->name_schema, "schema"},
		{&m->name_id, "id"},
		{&m->name_workflow, "workflow"},
		{&m->name_state, "state"},
		{&m->name_values, "values"},
		{&m->name_locale, "locale"},
		{&m->name_value, "value"},
		{&m->name_name, "name"},
		{&m->name_endpoint, "endpoint"},
		{&m->name_host, "defaultHost"},
		{&m->name_media, "mediaType"},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		*list[i].id = names_id(m->names, str_c(list[i].name));
}

static void publish_joins(struct load *l)
{
	struct map *m = l->m;

	m->join_list = arena_array(&m->arena, m->njoins ? m->njoins : 1, sizeof(*m->join_list));
	for (size_t i = 0; i < m->njoins; i++) {
		m->join_list[i] = m->joins[i].pub;
		if (!m->joins[i].used && !m->joins[i].pub.required &&
			!m->joins[i].pub.report_orphans)
			faults_warn(l->f, l->file, m->joins[i].pub.line, m->joins[i].column,
				"the join '" STR_FMT "' is never used",
				STR_ARG(m->joins[i].pub.name));
	}
}

/* A total that is read but never added up still has the line of its reader. */
static void check_totals(struct load *l)
{
	for (size_t i = 0; i < l->m->ntotals; i++)
		if (l->m->totals[i].line)
			faults_add(l->f, l->file, l->m->totals[i].line, l->m->totals[i].column,
				"total('" STR_FMT "'): there is no <total name=\"" STR_FMT
				"\"> in the item",
				STR_ARG(l->m->totals[i].name), STR_ARG(l->m->totals[i].name));
}

/* Who is told of a withdrawn item must be able to tell it from one that is for sale. */
static void check_withdraw(struct load *l)
{
	const struct map *m = l->m;

	if (m->withdraw && !map_tells_deletes(m))
		faults_warn(l->f, l->file, m->withdraw_line, 1,
			"<withdraw>: %s; such an item is not sent, and partners keep what they accepted "
			"last",
			m->uses_action
				? "of items that stand in groups, deletes are not told yet"
				: "nothing says $action, so a delete would look like an add");
}

static void whole(struct load *l, const struct xml *root)
{
	static const char *const known[] = {"name"};

	spaces(l, root);
	(void)load_need(l, root, "name"); /* for people; nothing is called by it */
	load_unused(l, root, known, 1);
	load_decl_all(l, root);
	for (const struct xml *x = root->child; x; x = x->next)
		if (load_is_ours(x) && l->m->trees &&
			(str_is(x->name, "message") || str_is(x->name, "item")))
			load_tree_message(l, x);
		else if (load_is_ours(x) && str_is(x->name, "message"))
			load_template_message(l, x);
	if (l->m->item) {
		l->m->item_if = l->m->item->cond;
		l->m->item->cond = NULL;
	}
	check_totals(l);
	check_withdraw(l);
	publish_joins(l);
	paths_check(l, root);
	columns_fixed_faults(l->m, l->f);
}

struct map *load_map(
	struct str bytes, const char *file, const struct map_env *env, struct faults *f)
{
	struct map *m = mem_alloc(sizeof(*m));
	struct arena scratch;
	struct load l = {
		.m = m, .env = env, .f = f, .file = file, .bytes = bytes, .scratch = &scratch};
	struct xml *root = NULL;
	struct err e;
	size_t before = f->n;

	arena_init(&m->arena);
	arena_init(&scratch);
	m->names = env->names;
	m->nlevels = 1;
	m->file = arena_cstr(&m->arena, str_c(file));
	intern(m);
	l.scope = (struct expr_scope){
		env->names, scope_var, load_call_check, scope_prefix, scope_part, &l, &m->unnamed};
	if (xml_parse(bytes, file, &scratch, &root, &e) == -1)
		(void)faults_add_placed(f, file, e.text);
	else if (!load_is_ours(root) || !str_is(root->name, "map"))
		load_fault(&l, root,
			"a map begins with <map xmlns=\"urn:gridspool:map:1\">, found <" STR_FMT
			" xmlns=\"" STR_FMT "\">",
			STR_ARG(root->name), STR_ARG(root->ns));
	else
		whole(&l, root);
	arena_done(&scratch);
	if (f->n == before)
		return m;
	load_free(m);
	return NULL;
}

void load_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->npatterns; i++)
		regex_free(m->patterns[i]);
	for (size_t i = 0; i < m->ntables; i++) {
		table_done(&m->tables[i].forward);
		table_done(&m->tables[i].back);
	}
	table_done(&m->units);
	mem_free(m->zones);
	mem_free(m->patterns);
	mem_free(m->tables);
	mem_free(m->columns);
	mem_free(m->joins);
	mem_free(m->lets);
	mem_free(m->vars);
	mem_free(m->totals);
	mem_free(m->counters);
	mem_free(m->as);
	mem_free(m->requires);
	mem_free(m->keeps);
	mem_free(m->keep_slots);
	arena_done(&m->arena);
	mem_free(m);
}
