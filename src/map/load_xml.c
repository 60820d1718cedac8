/*
 * Loads the elements of an XML target: literal elements of other namespaces, m:each, m:if, m:sort and
 * m:as among their attributes, {expressions} in attributes and text. The root declares all namespaces,
 * so that the writer need not know of them.
 */
#include "map/load.h"

#include <string.h>

#include "base/mem.h"
#include "map/check.h"

enum { PIECES_MAX = 100 };

struct load_space {
	struct str prefix, ns;
	const struct load_space *next;
};

/* --- namespaces --- */

static void space(struct load *l, const struct xml *x, struct str prefix, struct str ns)
{
	struct load_space *s = NULL;

	if (str_is(prefix, "xml"))
		return;
	for (const struct load_space *k = l->spaces; k; k = k->next) {
		if (!str_eq(k->prefix, prefix))
			continue;
		if (!str_eq(k->ns, ns) && prefix.n > 0)
			load_fault(l, x,
				"the prefix '" STR_FMT "' is of two namespaces, '" STR_FMT
				"' and '" STR_FMT "'; take one prefix for each in the whole map",
				STR_ARG(prefix), STR_ARG(k->ns), STR_ARG(ns));
		else if (!str_eq(k->ns, ns))
			load_fault(l, x,
				"elements without a prefix are of the namespaces '" STR_FMT
				"' and '" STR_FMT
				"' ('' is none); give those of one of them a prefix",
				STR_ARG(k->ns), STR_ARG(ns));
		return;
	}
	s = ARENA_NEW(&l->m->arena, struct load_space);
	s->prefix = arena_str(&l->m->arena, prefix);
	s->ns = arena_str(&l->m->arena, ns);
	s->next = l->spaces;
	l->spaces = s;
}

static struct expr *literal(struct load *l, struct str text)
{
	struct expr *e = ARENA_NEW(&l->m->arena, struct expr);

	e->op = EXPR_TEXT;
	e->text = text;
	return e;
}

/* A part that is one value; *make is filled in by the caller. */
static struct map_part *value_part(struct load *l, enum made_kind kind, struct str name,
	uint32_t line, uint32_t column, struct map_make **make)
{
	struct map_part *p = ARENA_NEW(&l->m->arena, struct map_part);
	struct map_make *m = ARENA_NEW(&l->m->arena, struct map_make);

	m->kind = (uint8_t)kind;
	m->name = name;
	p->make = *make = m;
	p->as = MAP_NO_SLOT;
	p->line = line;
	p->column = column;
	return p;
}

void load_xml_spaces(struct load *l, struct map_part *root)
{
	for (const struct load_space *s = l->spaces; s; s = s->next) {
		struct map_part *p = NULL;
		struct map_make *m = NULL;
		struct expr **one = NULL;

		if (!s->ns.n)
			continue;
		p = value_part(l, MADE_ATTRIBUTE,
			s->prefix.n
				? arena_printf(&l->m->arena, "xmlns:" STR_FMT, STR_ARG(s->prefix))
				: STR("xmlns"),
			root->line, root->column, &m);
		one = arena_array(&l->m->arena, 1, sizeof(*one));
		one[0] = literal(l, s->ns);
		load_tree_value(l, m, one, 1);
		p->next = root->child;
		root->child = p;
	}
}

/* --- the document type --- */

/* Production 13 of XML 1.0: what a public identifier may be made of. */
static bool is_public_id(struct str s)
{
	static const char signs[] = " -'()+,./:=?;!*#@$_%";

	for (size_t i = 0; i < s.n; i++)
		if (!str_is_alpha(s.p[i]) && !str_is_digit(s.p[i]) &&
			str_chr(str_c(signs), s.p[i]) == SIZE_MAX)
			return false;
	return true;
}

const struct def_doctype *load_xml_doctype(struct load *l, const struct xml *x)
{
	struct def_doctype *d = ARENA_NEW(&l->m->arena, struct def_doctype);

	d->public_id = arena_str(&l->m->arena, xml_attr(x, "doctype-public"));
	d->system_id = arena_str(&l->m->arena, xml_attr(x, "doctype-system"));
	if (!xml_has(x, "doctype-system") && !xml_has(x, "doctype-public"))
		return NULL;
	if (!d->system_id.n)
		load_fault(l, x,
			"a document type needs doctype-system, the address of its DTD; "
			"doctype-public alone is not enough in XML");
	else if (str_chr(d->system_id, '"') != SIZE_MAX)
		load_fault_at(l, x, STR("doctype-system"), 0,
			"doctype-system has a \" in it, between which it is written");
	if (!is_public_id(d->public_id))
		load_fault_at(l, x, STR("doctype-public"), 0,
			"doctype-public may have letters and digits of ASCII, blanks and "
			"-'()+,./:=?;!*#@$_%% only");
	return d;
}

/* --- texts with {expressions} --- */

/* Where the next { or } stands that is not doubled. */
static size_t brace(struct str s, size_t at, char *which)
{
	while (at < s.n && s.p[at] != '{' && s.p[at] != '}')
		at++;
	*which = at < s.n ? s.p[at] : '\0';
	return at;
}

/* The end of an expression: the first } outside of quotes. */
static size_t expression_end(struct str s, size_t at)
{
	char quote = '\0';

	for (; at < s.n; at++) {
		if (quote) {
			quote = s.p[at] == quote ? '\0' : quote;
			continue;
		}
		if (s.p[at] == '}')
			return at;
		if (s.p[at] == '\'' || s.p[at] == '"')
			quote = s.p[at];
	}
	return SIZE_MAX;
}

/* A text that is cut into texts and expressions. */
struct cutting {
	struct load *l;
	const struct xml *x;
	struct str attr; /* name as written, or "text()" with its number where it has one */
	struct expr *pieces[PIECES_MAX];
	size_t n;
	struct buf plain;
};

static bool is_text(const struct cutting *t)
{
	return str_starts(t->attr, STR("text()"));
}

static void fault(struct cutting *t, size_t at, const char *what)
{
	if (is_text(t))
		load_fault_at(t->l, t->x, t->attr, at, "the text of <" STR_FMT ">: %s",
			STR_ARG(t->x->name), what);
	else
		load_fault_at(t->l, t->x, t->attr, at, STR_FMT ": %s", STR_ARG(t->attr), what);
}

static void add(struct cutting *t, struct expr *e)
{
	if (!e)
		return;
	if (t->n == PIECES_MAX)
		fault(t, 0, "it has more than 100 parts");
	else
		t->pieces[t->n++] = e;
}

static void end_plain(struct cutting *t)
{
	if (t->plain.n > 0)
		add(t, literal(t->l, arena_str(&t->l->m->arena, buf_view(&t->plain))));
	buf_clear(&t->plain);
}

static void expression(struct cutting *t, struct str text, size_t at)
{
	struct expr_fault f;
	struct expr *e = NULL;

	t->l->at = t->x;
	t->l->attr = t->attr;
	text = arena_str(&t->l->m->arena, text);
	e = expr_parse(text, &t->l->scope, &t->l->m->arena, &f);
	if (e) {
		check_rounded(
			t->l, t->x, t->attr, at + e->at, is_text(t) ? t->x->name : t->attr, e);
		load_parsed(t->l, t->x, t->attr, at, text, e);
	} else {
		fault(t, at + f.at, f.text);
	}
	add(t, e);
}

/* "{{" and "}}" are braces that mean themselves. */
static void cut(struct cutting *t, struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		char which = '\0';
		const size_t next = brace(s, at, &which);
		size_t end = 0;

		buf_str(&t->plain, str_sub(s, at, next - at));
		if (!which)
			break;
		if (next + 1 < s.n && s.p[next + 1] == which) {
			buf_ch(&t->plain, which);
			at = next + 2;
			continue;
		}
		end = which == '{' ? expression_end(s, next + 1) : SIZE_MAX;
		if (end == SIZE_MAX) {
			fault(t, next,
				which == '{' ? "the { is not closed"
					     : "a } of its own is written }}");
			return;
		}
		end_plain(t);
		expression(t, str_sub(s, next + 1, end - next - 1), next + 1);
		at = end + 1;
	}
	end_plain(t);
}

static void pieces(
	struct load *l, const struct xml *x, struct str attr, struct str text, struct map_make *m)
{
	struct cutting t = {.l = l, .x = x, .attr = attr};
	struct expr **list = NULL;

	buf_init(&t.plain, text.n + 1);
	cut(&t, text);
	buf_done(&t.plain);
	list = arena_array(&l->m->arena, t.n + 1, sizeof(struct expr *));
	for (size_t i = 0; i < t.n; i++)
		list[i] = t.pieces[i];
	load_tree_value(l, m, list, t.n);
}

/* --- elements --- */

static struct str qualified(struct load *l, struct str prefix, struct str name)
{
	return prefix.n
		? arena_printf(&l->m->arena, STR_FMT ":" STR_FMT, STR_ARG(prefix), STR_ARG(name))
		: arena_str(&l->m->arena, name);
}

static bool is_control(const struct xml_attr *a)
{
	return str_is(a->ns, "urn:gridspool:map:1");
}

/* The element as the control attributes alone describe it, so that they are read as everywhere. It stays, as expressions
 * are checked when all is loaded. */
static const struct xml *controls_of(struct load *l, const struct xml *x)
{
	struct xml *only = ARENA_NEW(l->scratch, struct xml);
	struct xml_attr **end = &only->attrs;

	*only = *x;
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		struct xml_attr *copy = NULL;

		if (!is_control(a))
			continue;
		copy = ARENA_NEW(l->scratch, struct xml_attr);
		*copy = *a;
		copy->ns = STR("");
		*end = copy;
		end = &copy->next;
	}
	*end = NULL;
	return only;
}

static struct map_part *attributes(struct load *l, const struct xml *x, const struct map_part *of)
{
	struct map_part *first = NULL;
	struct map_part **end = &first;

	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		struct map_part *p = NULL;
		struct map_make *m = NULL;

		if (is_control(a))
			continue;
		if (a->prefix.n)
			space(l, x, a->prefix, a->ns);
		p = value_part(l, MADE_ATTRIBUTE, qualified(l, a->prefix, a->name), of->line,
			of->column, &m);
		pieces(l, x, m->name, a->value, m);
		*end = p;
		end = &p->next;
	}
	return first;
}

/* One that stands behind a child is named by its number, as XPath does. */
static struct str text_name(struct load *l, const struct xml *x, struct str text, bool first)
{
	const struct xml *k = x->child;
	unsigned n = 1;

	for (; k && k->before.p != text.p; k = k->next)
		n += k->before.n > 0;
	return first ? STR("text()") : arena_printf(l->scratch, "text()[%u]", n);
}

/* Blanks in front of an element and behind one part words: one of each run stays. */
static bool is_blank_at(struct str s, size_t i)
{
	return str_trim(str_sub(s, i, 1)).n == 0;
}

struct map_part *load_xml_text(
	struct load *l, const struct xml *x, struct str text, bool first, bool last)
{
	const struct str name = text_name(l, x, text, first);
	struct map_part *p = NULL;
	struct map_make *m = NULL;

	if (!str_trim(text).n)
		return NULL;
	p = value_part(l, MADE_TEXT, qualified(l, x->prefix, x->name), x->line, x->column, &m);
	text = arena_printf(l->scratch, "%s" STR_FMT "%s",
		!first && is_blank_at(text, 0) ? " " : "", STR_ARG(str_trim(text)),
		!last && is_blank_at(text, text.n - 1) ? " " : "");
	pieces(l, x, name, text, m);
	return p;
}

static bool has_text(const struct map_part *p)
{
	while (p && !(p->make && p->make->kind == MADE_TEXT))
		p = p->next;
	return p != NULL;
}

static bool has_items(const struct map_part *p)
{
	while (p && !p->item && !p->around)
		p = p->next;
	return p != NULL;
}

static bool all_fixed(const struct map_part *p)
{
	for (; p; p = p->next)
		if (!p->make || !p->make->fixed || p->each || p->cond)
			return false;
	return true;
}

void load_xml_element(
	struct load *l, const struct xml *x, const struct load_level *v, struct map_part *p)
{
	static const char *const known[] = {"each", "if", "sort", "as"};
	struct map_make *m = ARENA_NEW(&l->m->arena, struct map_make);
	const struct xml *control = controls_of(l, x);
	const struct load_level inner = {p, MADE_ELEMENT, v->item, true, NULL};
	struct map_part **end = &p->child;

	m->kind = MADE_ELEMENT;
	m->name = qualified(l, x->prefix, x->name);
	p->make = m;
	space(l, x, x->prefix, x->ns);
	load_template_head(l, control, p);
	p->cond = load_expr(l, control, "if");
	load_unused(l, control, known, 4);
	p->child = attributes(l, x, p);
	while (*end)
		end = &(*end)->next;
	*end = load_tree_inside(l, x, &inner);
	if (has_text(*end) && has_items(*end))
		load_fault(l, x, "<" STR_FMT "> has text beside <item>; it may have elements there",
			STR_ARG(x->name));
	if (str_trim(x->text).n && !x->child)
		pieces(l, x, STR("text()"), str_trim(x->text), m);
	m->fixed = m->n > 0 ? m->fixed : all_fixed(p->child);
}
