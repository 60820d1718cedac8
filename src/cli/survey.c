/* What paths a file has; see survey.h. */
#include "cli/survey.h"

#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/dec.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/columns.h"
#include "map/lex.h"

enum { SLOTS = 1 << 16, DATE_MIN = 8, YEAR_FIRST = 1900, YEAR_LAST = 2100 };

static const char *const type_names[SURVEY_TYPES] = {[SURVEY_OBJECT] = "object",
	[SURVEY_TEXT] = "text",
	[SURVEY_DATE] = "date",
	[SURVEY_NUMBER] = "number",
	[SURVEY_COMMA] = "decimal comma",
	[SURVEY_BOOL] = "bool",
	[SURVEY_NULL] = "null"};

void survey_init(struct survey *s, struct names *names)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
	s->names = names;
	s->slots = mem_array(SLOTS, sizeof(struct survey_path *));
}

void survey_done(struct survey *s)
{
	mem_free(s->slots);
	arena_done(&s->arena);
}

void survey_item(struct survey *s)
{
	s->items++;
}

static size_t slot_of(const struct survey_path *parent, uint32_t name)
{
	const uint64_t key = (uint64_t)(uintptr_t)parent * UINT64_C(0x9e3779b97f4a7c15) +
		name * UINT64_C(0xff51afd7ed558ccd);

	return (size_t)((key ^ (key >> 29)) % SLOTS);
}

static struct survey_path *child_of(struct survey *s, struct survey_path *parent, uint32_t name)
{
	size_t at = slot_of(parent, name);
	struct survey_path *p = NULL;

	for (; s->slots[at]; at = (at + 1) % SLOTS)
		if (s->slots[at]->parent == parent && s->slots[at]->name == name)
			return s->slots[at];
	if (s->npaths >= SURVEY_PATHS)
		return NULL;
	p = ARENA_NEW(&s->arena, struct survey_path);
	p->name = name;
	p->parent = parent;
	if (parent->last_child)
		parent->last_child->next = p;
	else
		parent->child = p;
	parent->last_child = p;
	s->slots[at] = p;
	s->npaths++;
	return p;
}

static void count(struct survey *s, struct survey_path *p, enum survey_type type)
{
	p->count[type]++;
	p->total++;
	if (p->last != s->items || p->items == 0) {
		p->items++;
		p->last = s->items;
	}
}

static void sample(struct survey *s, struct survey_path *p, struct str value)
{
	struct str kept;
	struct str *made = NULL;

	value = str_trim(value);
	kept = utf8_left(str_sub(value, 0, 4 * SURVEY_SAMPLE), SURVEY_SAMPLE);
	if (p->nsamples == SURVEY_SAMPLES || value.n == 0)
		return;
	for (uint32_t i = 0; i < p->nsamples; i++)
		if (str_starts(p->samples[i], kept))
			return;
	made = &p->samples[p->nsamples++];
	*made = kept.n < value.n ? arena_printf(&s->arena, STR_FMT "...", STR_ARG(kept))
				 : arena_str(&s->arena, kept);
}

static bool looks_like_date(struct str v)
{
	struct date d;

	return v.n >= DATE_MIN && date_parse(v, &d) && d.year >= YEAR_FIRST && d.year <= YEAR_LAST;
}

static enum survey_type type_of(const struct survey *s, struct str v)
{
	struct dec number;

	if (looks_like_date(v))
		return SURVEY_DATE;
	if (!s->plain)
		return SURVEY_TEXT;
	if (dec_parse(v, '.', &number))
		return SURVEY_NUMBER;
	return dec_parse(v, ',', &number) ? SURVEY_COMMA : SURVEY_TEXT;
}

static enum survey_type node_type(const struct survey *s, const struct node *n)
{
	switch ((enum node_kind)n->kind) {
	case NODE_OBJECT:
		return SURVEY_OBJECT;
	case NODE_NUMBER:
		return SURVEY_NUMBER;
	case NODE_BOOL:
		return SURVEY_BOOL;
	case NODE_NULL:
		return SURVEY_NULL;
	case NODE_TEXT:
		break;
	}
	return type_of(s, n->value);
}

/* Readers allow no more than LIMIT_NESTING levels, so this ends. */
static void walk(struct survey *s, struct survey_path *at, const struct node *n)
{
	for (; n; n = n->next) {
		struct survey_path *p = child_of(s, at, n->name);
		if (!p) {
			s->missed++;
			continue;
		}
		count(s, p, node_type(s, n));
		if (n->kind == NODE_OBJECT)
			walk(s, p, n->child);
		else if (n->kind != NODE_NULL)
			sample(s, p, n->value);
	}
}

void survey_tree(struct survey *s, const struct node *root)
{
	walk(s, &s->root, root->child);
}

struct survey_path *survey_at(
	struct survey *s, struct survey_path *parent, struct str name, struct str label)
{
	struct survey_path *p = child_of(s, parent ? parent : &s->root, names_id(s->names, name));

	if (!p)
		s->missed++;
	else if (p->label.n == 0 && label.n > 0)
		p->label = arena_str(&s->arena, label);
	return p;
}

void survey_seen(struct survey *s, struct survey_path *p)
{
	if (p)
		count(s, p, SURVEY_OBJECT);
}

void survey_value(struct survey *s, struct survey_path *p, struct str value)
{
	if (!p)
		return;
	count(s, p, type_of(s, value));
	sample(s, p, value);
}

/* --- what is printed --- */

/* "text", "number", "text 3, null 1" */
static void types(const struct survey_path *p, struct buf *out)
{
	size_t kinds = 0;
	bool first = true;

	for (int i = 0; i < SURVEY_TYPES; i++)
		kinds += p->count[i] > 0;
	for (int i = 0; i < SURVEY_TYPES; i++) {
		if (p->count[i] == 0)
			continue;
		buf_printf(out, "%s%s", first ? "" : ", ", type_names[i]);
		if (kinds > 1)
			buf_printf(out, " %" PRIu64, p->count[i]);
		first = false;
	}
}

/* As a map writes it: field('net weight') where the name is none of XML. */
static void name_of(const struct survey *s, struct str name, struct buf *out)
{
	const char quote = str_chr(name, '\'') == SIZE_MAX ? '\'' : '"';
	const bool attribute = str_starts(name, STR("@"));

	if (s->tags || lex_name_ok(str_from(name, attribute)))
		buf_str(out, name);
	else
		buf_printf(out, "field(%c" STR_FMT "%c)", quote, STR_ARG(name), quote);
}

static void path_of(const struct survey *s, const struct survey_path *p, struct buf *out)
{
	if (p->parent && p->parent != &s->root) {
		path_of(s, p->parent, out);
		buf_ch(out, '/');
	}
	name_of(s, names_text(s->names, p->name), out);
}

/* In the order in which they were first seen, children behind their parent. */
static const struct survey_path *following(const struct survey *s, const struct survey_path *p)
{
	if (p->child)
		return p->child;
	while (p != &s->root && !p->next)
		p = p->parent;
	return p == &s->root ? NULL : p->next;
}

static struct str samples_of(const struct survey_path *p, struct buf *b)
{
	buf_clear(b);
	for (uint32_t i = 0; i < p->nsamples; i++) {
		if (i > 0)
			buf_c(b, " | ");
		buf_str(b, p->samples[i]);
	}
	return buf_view(b);
}

static void row(const struct survey *s, const struct survey_path *p, struct columns *c,
	struct buf *b, bool labels)
{
	struct str cells[6];
	size_t n = 0;

	buf_clear(b);
	path_of(s, p, b);
	cells[n++] = arena_str(c->arena, buf_view(b));
	buf_clear(b);
	types(p, b);
	cells[n++] = arena_str(c->arena, buf_view(b));
	cells[n++] = arena_printf(c->arena, "%" PRIu64, p->items);
	cells[n++] = arena_printf(c->arena, "%" PRIu64, p->total);
	if (labels)
		cells[n++] = p->label;
	cells[n++] = samples_of(p, b);
	columns_add(c, cells);
}

void survey_text(const struct survey *s, struct buf *out)
{
	static const struct str titles[] = {STR_INIT("PATH"), STR_INIT("TYPE"), STR_INIT("ITEMS"),
		STR_INIT("COUNT"), STR_INIT("VALUES")};
	static const struct str with_names[] = {STR_INIT("PATH"), STR_INIT("TYPE"),
		STR_INIT("ITEMS"), STR_INIT("COUNT"), STR_INIT("NAME"), STR_INIT("VALUES")};
	struct columns c;
	struct arena a;
	struct buf b;
	bool labels = false;

	for (const struct survey_path *p = s->root.child; p; p = following(s, p))
		labels = labels || p->label.n > 0;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	columns_init(&c, &a, labels ? 6 : 5);
	c.right[2] = c.right[3] = true;
	columns_add(&c, labels ? with_names : titles);
	for (const struct survey_path *p = s->root.child; p; p = following(s, p))
		row(s, p, &c, &b, labels);
	columns_print(&c, out);
	if (s->missed > 0)
		buf_printf(out,
			"more than %d different paths: %" PRIu64
			" values are not shown; keys seem to hold data\n",
			SURVEY_PATHS, s->missed);
	buf_done(&b);
	arena_done(&a);
}

void survey_json(const struct survey *s, struct json *j)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	json_name(j, "paths");
	json_array(j);
	for (const struct survey_path *p = s->root.child; p; p = following(s, p)) {
		json_object(j);
		buf_clear(&b);
		path_of(s, p, &b);
		json_member(j, "path", buf_view(&b));
		json_member_opt(j, "name", p->label);
		json_member_int(j, "items", (int64_t)p->items);
		json_member_int(j, "count", (int64_t)p->total);
		json_name(j, "types");
		json_object(j);
		for (int i = 0; i < SURVEY_TYPES; i++)
			if (p->count[i] > 0)
				json_member_int(j, type_names[i], (int64_t)p->count[i]);
		json_end(j, '}');
		json_name(j, "values");
		json_array(j);
		for (uint32_t i = 0; i < p->nsamples; i++)
			json_str(j, p->samples[i]);
		json_end(j, ']');
		json_end(j, '}');
	}
	json_end(j, ']');
	json_member_int(j, "missed", (int64_t)s->missed);
	buf_done(&b);
}
