/* Layouts of files without segments; see layout.h. */
#include "defs/layout.h"

#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"
#include "defs/defs_xml.h"
#include "defs/dict.h"

enum { NEAR_MAX = 128 };

static const struct layout_format formats[] = {
	{"csv", "column", true}, {"fixed", "column", true}, {"json", "member", false}};

struct loading {
	struct defs *d;
	const char *file;
	const char *child;
	bool fixed; /* columns have widths */
	struct faults *f;
};

const struct layout_format *layout_formats(size_t *n)
{
	*n = sizeof(formats) / sizeof(formats[0]);
	return formats;
}

const struct layout_format *layout_format(struct str name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

bool layout_is_rows(struct str format)
{
	const struct layout_format *f = layout_format(format);

	return f && f->rows;
}

bool layout_carries(const struct def_layout *y, bool fixed, uint32_t cp)
{
	const bool control = cp < 0x20 || (cp >= 0x7f && cp <= 0x9f);

	return cp != 0 && (!fixed || !control) && (!y->latin1 || cp <= 0xff);
}

const struct def_field *layout_field(const struct def_field *list, struct str name)
{
	while (list && !str_eq(list->name, name))
		list = list->next;
	return list;
}

const char *layout_near(const struct def_field *list, struct str name, struct faults *f)
{
	const char *names[NEAR_MAX];
	size_t n = 0;

	for (; list && n < NEAR_MAX; list = list->next)
		names[n++] = arena_cstr(f->arena, list->name);
	return faults_near(f, name, names, n);
}

/* ---- attributes ----------------------------------------------------------------------------- */

/* One of several words; the first is what counts without the attribute. */
static uint8_t word_of(const struct loading *l, const struct xml *x, const char *attr,
	const char *const *words, uint8_t n)
{
	struct str s = xml_attr(x, attr);

	for (uint8_t i = 0; i < n; i++)
		if (str_is(s, words[i]))
			return i;
	if (s.p)
		faults_add(l->f, l->file, x->line, x->column,
			"%s=\"" STR_FMT "\" is none of the words it may be%s", attr, STR_ARG(s),
			faults_near(l->f, s, words, n));
	return 0;
}

static char char_of(const struct loading *l, const struct xml *x, const char *attr, char otherwise)
{
	struct str s = xml_attr(x, attr);

	if (!s.p)
		return otherwise;
	if (str_is(s, "tab"))
		return '\t';
	if (s.n != 1 || (unsigned char)s.p[0] >= 0x80 || s.p[0] == '\n' || s.p[0] == '\r')
		faults_add(l->f, l->file, x->line, x->column,
			"%s=\"" STR_FMT "\" must be one character of ASCII, or tab", attr,
			STR_ARG(s));
	return s.n == 1 ? s.p[0] : otherwise;
}

static struct str text_of(
	const struct loading *l, const struct xml *x, const char *attr, const char *otherwise)
{
	struct str s = xml_attr(x, attr);

	return s.p ? arena_str(&l->d->arena, s) : str_c(otherwise);
}

/* ---- fields --------------------------------------------------------------------------------- */

static const struct def_field *fields(const struct loading *l, const struct xml *x);

/* The type of the element, which the checks of maps know. */
static enum def_type type_of(enum def_field_kind k, bool codes)
{
	if (k == FIELD_NUMBER)
		return DEF_R;
	if (k == FIELD_DATE)
		return DEF_DT;
	return codes ? DEF_ID : DEF_AN;
}

/* Its words are written as they are. */
static void check_truth(const struct loading *l, const struct xml *x, const struct def_field *c)
{
	const struct str longer = utf8_count(c->yes) > utf8_count(c->no) ? c->yes : c->no;

	if (utf8_count(longer) > c->width)
		faults_add(l->f, l->file, x->line, x->column,
			"'" STR_FMT "' needs %zu characters, the column '" STR_FMT
			"' has width=\"%u\"; give it shorter words with yes= and no=",
			STR_ARG(longer), utf8_count(longer), STR_ARG(c->name), c->width);
}

static bool bound(const struct loading *l, const struct xml *x, const char *attr, struct dec *out)
{
	const struct str s = xml_attr(x, attr);

	if (!s.p)
		return false;
	if (dec_parse(s, '.', out))
		return true;
	(void)faults_add(l->f, l->file, x->line, x->column,
		"%s=\"" STR_FMT "\" must be a number such as 0.01", attr, STR_ARG(s));
	return false;
}

static const struct def_range *range_of(
	const struct loading *l, const struct xml *x, const struct def_field *c)
{
	struct def_range r = {0};
	struct def_range *kept = NULL;

	r.has_least = bound(l, x, "minimum", &r.least);
	r.has_most = bound(l, x, "maximum", &r.most);
	r.has_step = bound(l, x, "multiple-of", &r.step);
	if (!r.has_least && !r.has_most && !r.has_step)
		return NULL;
	if (c->kind != FIELD_NUMBER)
		(void)faults_add(l->f, l->file, x->line, x->column,
			"minimum, maximum and multiple-of are of numbers: '" STR_FMT
			"' needs type=\"number\"",
			STR_ARG(c->name));
	if (r.has_least && r.has_most && dec_cmp(r.least, r.most) > 0)
		(void)faults_add(l->f, l->file, x->line, x->column,
			"minimum of '" STR_FMT "' is more than its maximum", STR_ARG(c->name));
	if (r.has_step && dec_cmp(r.step, dec_int(0)) <= 0)
		(void)faults_add(l->f, l->file, x->line, x->column,
			"multiple-of of '" STR_FMT "' must be more than 0", STR_ARG(c->name));
	kept = ARENA_NEW(&l->d->arena, struct def_range);
	*kept = r;
	return kept;
}

static void value_of(const struct loading *l, const struct xml *x, struct def_field *c)
{
	struct def_element *e = &c->element;

	c->yes = text_of(l, x, "yes", "true");
	c->no = text_of(l, x, "no", "false");
	e->id = c->name;
	e->name = text_of(l, x, "title", "");
	e->min = (uint16_t)defs_xml_number(x, "min", 0, 0, UINT16_MAX, l->file, l->f);
	e->max = defs_xml_number(x, "max", UINT32_MAX, 1, INT32_MAX, l->file, l->f);
	if (l->fixed) {
		c->width = defs_xml_number(x, "width", 0, 1, 10000, l->file, l->f);
		if (!c->width)
			(void)defs_xml_need(x, "width", l->file, l->f);
		e->max = c->width < e->max ? c->width : e->max;
	}
	c->range = range_of(l, x, c);
	c->fixed_decimals = xml_has(x, "decimals");
	e->decimals = (uint8_t)defs_xml_number(x, "decimals", 18, 0, 18, l->file, l->f);
	if (x->child && c->kind != FIELD_OBJECT) {
		struct dict_codes *list = ARENA_NEW(&l->d->arena, struct dict_codes);

		dict_load_codes(l->d, x, c->name, list, l->file, l->f);
		e->codes = &list->codes;
	}
	if (l->fixed && c->kind == FIELD_BOOL && c->width)
		check_truth(l, x, c);
	e->type = type_of((enum def_field_kind)c->kind, e->codes != NULL);
	c->picture = text_of(l, x, "picture", "CCYY-MM-DD");
}

static struct def_field *field(const struct loading *l, const struct xml *x)
{
	static const char *const kinds[] = {"text", "number", "date", "bool", "object"};
	static const char *const aligns[] = {"left", "right"};
	static const char *const attrs[] = {"name", "title", "type", "use", "min", "max",
		"decimals", "minimum", "maximum", "multiple-of", "picture", "yes", "no", "width",
		"align", "pad", "repeat", "open", NULL};
	static const char *const codes[] = {"code", "values", NULL};
	const char *const inner[] = {l->child, NULL};
	struct def_field *c = ARENA_NEW(&l->d->arena, struct def_field);

	c->name = defs_xml_need(x, "name", l->file, l->f);
	c->kind = word_of(l, x, "type", kinds, str_is(str_c(l->child), "member") ? 5 : 4);
	c->mandatory = defs_xml_mandatory(x, l->file, l->f);
	c->repeats = defs_xml_yes(x, "repeat", false, l->file, l->f);
	c->open = defs_xml_yes(x, "open", false, l->file, l->f);
	c->right = xml_has(x, "align") ? word_of(l, x, "align", aligns, 2) == 1
				       : c->kind == FIELD_NUMBER;
	c->pad = char_of(l, x, "pad", ' ');
	value_of(l, x, c);
	defs_xml_strange(x, attrs, c->kind == FIELD_OBJECT ? inner : codes, l->file, l->f);
	if (c->kind == FIELD_OBJECT)
		c->child = fields(l, x);
	return c;
}

static const struct def_field *fields(const struct loading *l, const struct xml *x)
{
	struct def_field *first = NULL;
	struct def_field **end = &first;

	for (const struct xml *k = x->child; k; k = k->next) {
		if (!defs_xml_is(k, l->child))
			continue;
		struct def_field *c = field(l, k);
		if (layout_field(first, c->name))
			faults_add(l->f, l->file, k->line, k->column,
				"the %s '" STR_FMT "' is there twice", l->child, STR_ARG(c->name));
		*end = c;
		end = &c->next;
	}
	return first;
}

/* ---- the file ------------------------------------------------------------------------------- */

static void check_marks(const struct loading *l, const struct xml *x, const struct def_layout *y)
{
	/* A decimal comma between commas is quoted. */
	if (y->delimiter == y->quote || y->quote == y->decimal)
		faults_add(l->f, l->file, x->line, x->column,
			"delimiter and decimal mark must not be the quote");
	if (y->decimal != '.' && y->decimal != ',')
		faults_add(l->f, l->file, x->line, x->column, "decimal must be . or ,");
}

/* What the file writes by itself, of which no item can be told. */
static void check_written(const struct loading *l, const struct xml *x, const struct def_layout *y,
	struct str text, const char *attr)
{
	for (size_t at = 0; at < text.n;) {
		const uint32_t cp = utf8_next(text, &at);
		if (layout_carries(y, l->fixed, cp))
			continue;
		faults_add(l->f, l->file, x->line, x->column,
			"%s=\"" STR_FMT "\" has U+%04X, which %s does not have", attr,
			STR_ARG(text), (unsigned)cp, y->latin1 ? "iso-8859-1" : "a row");
		return;
	}
}

static void check_columns(const struct loading *l, const struct xml *x, const struct def_layout *y)
{
	const struct def_field *c = y->fields;

	for (const struct xml *k = x->child; k && c; k = k->next) {
		if (!defs_xml_is(k, l->child))
			continue;
		if (y->header)
			check_written(l, k, y, c->name, "name");
		if (c->kind == FIELD_BOOL) {
			check_written(l, k, y, c->yes, "yes");
			check_written(l, k, y, c->no, "no");
		}
		c = c->next;
	}
}

static struct def_layout *layout(const struct loading *l, const struct xml *x, struct str format)
{
	static const char *const quotings[] = {"needed", "text", "all"};
	static const char *const ends[] = {"lf", "crlf"};
	static const char *const sets[] = {"utf-8", "iso-8859-1"};
	static const char *const formulas[] = {"keep", "neutralize"};
	static const char *const attrs[] = {"format", "name", "title", "delimiter", "quote",
		"quoting", "decimal", "header", "line-end", "charset", "bom", "formulas", "open",
		NULL};
	const char *const children[] = {l->child, NULL};
	struct def_layout *y = ARENA_NEW(&l->d->arena, struct def_layout);

	y->name = defs_xml_need(x, "name", l->file, l->f);
	y->title = text_of(l, x, "title", "");
	y->delimiter = char_of(l, x, "delimiter", ',');
	y->quote = char_of(l, x, "quote", '"');
	y->quoting = word_of(l, x, "quoting", quotings, 3);
	y->decimal = char_of(l, x, "decimal", '.');
	y->header = defs_xml_yes(x, "header", str_is(format, "csv"), l->file, l->f);
	y->crlf = word_of(l, x, "line-end", ends, 2) == 1;
	y->latin1 = word_of(l, x, "charset", sets, 2) == 1;
	y->bom = defs_xml_yes(x, "bom", false, l->file, l->f);
	y->formulas = word_of(l, x, "formulas", formulas, 2) == 1;
	y->open = defs_xml_yes(x, "open", false, l->file, l->f);
	check_marks(l, x, y);
	defs_xml_strange(x, attrs, children, l->file, l->f);
	y->fields = fields(l, x);
	check_columns(l, x, y);
	if (!y->fields)
		faults_add(l->f, l->file, x->line, x->column, "the layout has no <%s>", l->child);
	return y;
}

static struct def_layout *parsed(struct loading *l, const struct xml *root, struct str format)
{
	const size_t before = l->f->n;
	struct def_layout *y = NULL;

	if (!defs_xml_is(root, "layout")) {
		faults_add(l->f, l->file, root->line, root->column,
			"found <" STR_FMT ">, expected <layout xmlns=\"%s\">", STR_ARG(root->name),
			DEFS_NAMESPACE);
		return NULL;
	}
	if (!str_eq(defs_xml_need(root, "format", l->file, l->f), format))
		faults_add(l->f, l->file, root->line, root->column,
			"format is not '" STR_FMT "', as the folder says", STR_ARG(format));
	y = layout(l, root, format);
	return l->f->n == before ? y : NULL;
}

static const struct def_message *loaded(const struct defs *d, struct str format, struct str name)
{
	for (const struct dict_message *m = d->layouts; m; m = m->next)
		if (str_eq(m->message.format, format) && str_eq(m->message.id, name))
			return &m->message;
	return NULL;
}

/* 1 found; 0 no folder has it; -1 a fault was added. */
static int read_first(struct defs *d, struct str format, struct str name, struct xml **root,
	const char **file, struct faults *f)
{
	const struct str path = arena_printf(
		f->arena, STR_FMT "/" STR_FMT ".xml", STR_ARG(format), STR_ARG(name));

	for (size_t i = 0; i < d->ndirs; i++) {
		const int rc = defs_xml_load(d, i, path, root, file, f);
		if (rc)
			return rc;
	}
	return 0;
}

const struct def_message *layout_load(struct defs *d, struct str format, struct str name,
	struct faults *f, const char *at_file, uint32_t at_line, uint32_t at_column)
{
	const struct layout_format *kind = layout_format(format);
	struct loading l = {.d = d, .f = f, .child = kind ? kind->child : NULL};
	const struct def_message *old = loaded(d, format, name);
	struct dict_message *m = NULL;
	struct xml *root = NULL;
	struct def_layout *y = NULL;
	int rc = 0;

	if (old)
		return old;
	l.fixed = str_is(format, "fixed");
	if (l.child && defs_word_ok(name))
		rc = read_first(d, format, name, &root, &l.file, f);
	if (rc == 0)
		faults_add(f, at_file, at_line, at_column,
			"there is no definition '" STR_FMT "': no file " STR_FMT "/" STR_FMT
			".xml in the folders of definitions",
			STR_ARG(name), STR_ARG(format), STR_ARG(name));
	y = rc == 1 ? parsed(&l, root, format) : NULL;
	if (!y)
		return NULL;
	m = ARENA_NEW(&d->arena, struct dict_message);
	m->message = (struct def_message){.format = arena_str(&d->arena, format),
		.version = STR(""),
		.id = arena_str(&d->arena, name),
		.name = y->title,
		.group = STR(""),
		.guide = STR(""),
		.layout = y,
		.defs = d};
	m->next = d->layouts;
	d->layouts = m;
	return &m->message;
}
