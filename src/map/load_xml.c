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

static struct map_part *attribute_part(struct load *l, const struct map_part *of, struct str name)
{
	struct map_part *p = ARENA_NEW(&l->m->arena, struct map_part);
	struct map_make *m = ARENA_NEW(&l->m->arena, struct map_make);

	m->kind = MADE_ATTRIBUTE;
	m->name = name;
	p->make = m;
	p->as = MAP_NO_SLOT;
	p->line = of->line;
	p->column = of->column;
	return p;
}

void load_xml_spaces(struct load *l, struct map_part *root)
{
	for (const struct load_space *s = l->spaces; s; s = s->next) {
		struct map_part *p = NULL;
		struct expr **one = NULL;

		if (!s->ns.n)
			continue;
		p = attribute_part(l, root,
			s->prefix.n
				? arena_printf(&l->m->arena, "xmlns:" STR_FMT, STR_ARG(s->prefix))
				: STR("xmlns"));
		one = arena_array(&l->m->arena, 1, sizeof(*one));
		one[0] = literal(l, s->ns);
		struct map_make *m = ARENA_NEW(&l->m->arena, struct map_make);
		*m = *p->make;
		load_tree_value(l, m, one, 1);
		p->make = m;
		p->next = root->child;
		root->child = p;
	}
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

struct texts {
	struct load *l;
	const struct xml *x;
	struct str attr; /* name as written, or "" for the text of the element */
	struct expr *pieces[PIECES_MAX];
	size_t n;
	struct buf plain;
};

static void fault(struct texts *t, size_t at, const char *what)
{
	if (t->attr.n)
		load_fault_at(t->l, t->x, t->attr, at, STR_FMT ": %s", STR_ARG(t->attr), what);
	else
		load_fault_at(t->l, t->x, STR("text()"), at, "the text of <" STR_FMT ">: %s",
			STR_ARG(t->x->name), what);
}

static void add(struct texts *t, struct expr *e)
{
	if (!e)
		return;
	if (t->n == PIECES_MAX)
		fault(t, 0, "it has more than 100 parts");
	else
		t->pieces[t->n++] = e;
}

static void end_plain(struct texts *t)
{
	if (t->plain.n > 0)
		add(t, literal(t->l, arena_str(&t->l->m->arena, buf_view(&t->plain))));
	buf_clear(&t->plain);
}

static void expression(struct texts *t, struct str text, size_t at)
{
	struct expr_fault f;
	struct expr *e = NULL;

	t->l->at = t->x;
	t->l->attr = t->attr;
	text = arena_str(&t->l->m->arena, text);
	e = expr_parse(text, &t->l->scope, &t->l->m->arena, &f);
	if (e) {
		const struct str attr = t->attr.n ? t->attr : STR("text()");
		check_rounded(t->l, t->x, attr, at + e->at, t->attr.n ? attr : t->x->name, e);
		load_parsed(t->l, t->x, attr, at, text, e);
	} else {
		fault(t, at + f.at, f.text);
	}
	add(t, e);
}

/* "{{" and "}}" are braces that mean themselves. */
static void cut(struct texts *t, struct str s)
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
	struct texts t = {.l = l, .x = x, .attr = attr};
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

/* The element as the control attributes alone describe it, so that they are read as everywhere. */
static struct xml controls_of(struct load *l, const struct xml *x)
{
	struct xml only = *x;
	struct xml_attr **end = &only.attrs;

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
		p = attribute_part(l, of, qualified(l, a->prefix, a->name));
		m = ARENA_NEW(&l->m->arena, struct map_make);
		*m = *p->make;
		pieces(l, x, m->name, a->value, m);
		p->make = m;
		*end = p;
		end = &p->next;
	}
	return first;
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
	const struct xml control = controls_of(l, x);
	const struct load_level inner = {p, MADE_ELEMENT, v->item, true, NULL};
	struct map_part **end = &p->child;

	m->kind = MADE_ELEMENT;
	m->name = qualified(l, x->prefix, x->name);
	p->make = m;
	space(l, x, x->prefix, x->ns);
	load_template_head(l, &control, p);
	p->cond = load_expr(l, &control, "if");
	load_unused(l, &control, known, 4);
	p->child = attributes(l, x, p);
	while (*end)
		end = &(*end)->next;
	*end = load_tree_inside(l, x, &inner);
	if (str_trim(x->text).n && x->child)
		load_fault(l, x,
			"<" STR_FMT "> has text beside elements; it may have one of the two",
			STR_ARG(x->name));
	else if (str_trim(x->text).n)
		pieces(l, x, STR(""), str_trim(x->text), m);
	m->fixed = m->n > 0 ? m->fixed : all_fixed(p->child);
}
