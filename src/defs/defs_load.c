/*
 * Reads dictionaries and messages from XML (maps/x12/README.md describes the form). Everything
 * lives in the arena of struct defs; texts are views into the XML trees there.
 */
#include "defs/defs_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "defs/defs_check.h"

/* ---- files ---------------------------------------------------------------------------------- */

/* xml_parse puts "FILE:LINE:COL: " before its text: a fault wants the three apart. */
static int add_xml_fault(const char *file, const struct err *e, struct faults *f)
{
	struct str rest = str_from(str_c(e->text), strlen(file));
	struct str line, column;
	int64_t l = 0, c = 0;

	if (!str_starts(str_c(e->text), str_c(file)) || !str_starts(rest, STR(":")))
		return faults_add(f, file, 0, 0, "%s", e->text);
	rest = str_from(rest, 1);
	struct str text = rest;
	if (str_split(&text, ':', &line) && str_to_i64(line, &l) &&
		str_split(&text, ':', &column) && str_to_i64(column, &c))
		return faults_add(
			f, file, (uint32_t)l, (uint32_t)c, STR_FMT, STR_ARG(str_trim(text)));
	return faults_add(f, file, 0, 0, STR_FMT, STR_ARG(str_trim(rest)));
}

int defs_load_file(struct defs *d, size_t dir, struct str path, struct xml **root,
	const char **file, struct faults *f)
{
	struct err e = {0};
	struct buf b;
	const char *name = arena_cstr(&d->arena, path);
	const char *full = arena_printf(&d->arena, "%s/%s", d->names[dir], name).p;
	int fd = fsx_open(d->dirs[dir], name, &e);
	int rc = -1;

	if (fd == -1)
		return e.code == ERR_ABSENT ? 0 : faults_add(f, full, 0, 0, "%s", e.text);
	buf_init(&b, LIMIT_CONFIG_FILE);
	if (fsx_read(fd, &b, &e) == -1) {
		faults_add(f, full, 0, 0, "%s", e.text);
		goto out;
	}
	if (xml_parse(arena_str(&d->arena, buf_view(&b)), full, &d->arena, root, &e) == -1) {
		add_xml_fault(full, &e, f);
		goto out;
	}
	*file = full;
	rc = 1;
out:
	buf_done(&b);
	fsx_close(fd);
	return rc;
}

/* ---- attributes ----------------------------------------------------------------------------- */

const char *defs_load_nearest(const struct table *t, struct str s, struct faults *f)
{
	const char **names = arena_array(f->arena, t->n + 1, sizeof(*names));
	size_t n = 0, i = 0;
	struct str key;
	void *value;

	while (n < t->n && table_each(t, &i, &key, &value))
		names[n++] = arena_cstr(f->arena, key);
	const char *near = str_suggest(s, names, n);
	return near ? arena_printf(f->arena, "; did you mean '%s'?", near).p : "";
}

struct str defs_load_need(const struct xml *x, const char *attr, const char *file, struct faults *f)
{
	struct str s = xml_attr(x, attr);

	if (!s.n)
		faults_add(f, file, x->line, x->column,
			"<" STR_FMT "> must have the attribute '%s'", STR_ARG(x->name), attr);
	return s;
}

uint32_t defs_load_number(const struct xml *x, const char *attr, uint32_t fallback, uint32_t low,
	uint32_t high, const char *file, struct faults *f)
{
	struct str s = xml_attr(x, attr);
	int64_t v;

	if (!s.p)
		return fallback;
	if (str_to_i64(s, &v) && v >= low && v <= high)
		return (uint32_t)v;
	faults_add(f, file, x->line, x->column,
		"%s=\"" STR_FMT "\" must be a number from %lu to %lu", attr, STR_ARG(s),
		(unsigned long)low, (unsigned long)high);
	return fallback;
}

bool defs_load_yes(
	const struct xml *x, const char *attr, bool fallback, const char *file, struct faults *f)
{
	struct str s = xml_attr(x, attr);

	if (!s.p)
		return fallback;
	if (!str_is(s, "yes") && !str_is(s, "no"))
		faults_add(f, file, x->line, x->column, "%s=\"" STR_FMT "\" must be yes or no",
			attr, STR_ARG(s));
	return str_is(s, "yes");
}

uint32_t defs_load_max(const struct xml *x, uint32_t fallback, const char *file, struct faults *f)
{
	struct str s = xml_attr(x, "max");
	int64_t v;

	if (!s.p)
		return fallback;
	if (str_is(s, "any"))
		return 0;
	if (str_to_i64(s, &v) && v >= 1 && v <= INT32_MAX)
		return (uint32_t)v;
	faults_add(f, file, x->line, x->column,
		"max=\"" STR_FMT "\" must be a number from 1, or any", STR_ARG(s));
	return fallback;
}

static const char *suggestion(struct str s, const char *const *names, struct faults *f)
{
	size_t n = 0;

	while (names[n])
		n++;
	const char *near = str_suggest(s, names, n);
	return near ? arena_printf(f->arena, "; did you mean '%s'?", near).p : "";
}

static bool among(struct str s, const char *const *names)
{
	for (; *names; names++)
		if (str_is(s, *names))
			return true;
	return false;
}

void defs_load_strange(const struct xml *x, const char *const *attrs, const char *const *children,
	const char *file, struct faults *f)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		if (!a->ns.n && among(a->name, attrs))
			continue;
		faults_add(f, file, x->line, x->column,
			"<" STR_FMT "> has no attribute '" STR_FMT "'%s", STR_ARG(x->name),
			STR_ARG(a->name), suggestion(a->name, attrs, f));
	}
	for (const struct xml *c = x->child; c; c = c->next) {
		if (str_is(c->ns, DEFS_NAMESPACE) && among(c->name, children))
			continue;
		if (!str_is(c->ns, DEFS_NAMESPACE))
			faults_add(f, file, c->line, c->column,
				"<" STR_FMT "> is not in the namespace %s", STR_ARG(c->name),
				DEFS_NAMESPACE);
		else
			faults_add(f, file, c->line, c->column,
				"<" STR_FMT "> is not known inside <" STR_FMT ">%s",
				STR_ARG(c->name), STR_ARG(x->name),
				suggestion(c->name, children, f));
	}
}

/* The child elements that loaders may look at. */
static bool is(const struct xml *x, const char *name)
{
	return str_is(x->name, name) && str_is(x->ns, DEFS_NAMESPACE);
}

static bool check_root(const struct xml *root, const char *name, const struct dict *dict,
	const char *file, struct faults *f)
{
	size_t before = f->n;

	if (!is(root, name)) {
		faults_add(f, file, root->line, root->column,
			"found <" STR_FMT ">, expected <%s xmlns=\"%s\">", STR_ARG(root->name),
			name, DEFS_NAMESPACE);
		return false;
	}
	struct str format = defs_load_need(root, "format", file, f);
	struct str version = defs_load_need(root, "version", file, f);
	if (format.n && !str_eq(format, dict->format))
		faults_add(f, file, root->line, root->column,
			"format is '" STR_FMT "', the folder says '" STR_FMT "'", STR_ARG(format),
			STR_ARG(dict->format));
	if (version.n && !str_eq(version, dict->version))
		faults_add(f, file, root->line, root->column,
			"version is '" STR_FMT "', the folder says '" STR_FMT "'", STR_ARG(version),
			STR_ARG(dict->version));
	return f->n == before;
}

/* ---- code lists ----------------------------------------------------------------------------- */

size_t defs_load_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xC0) != 0x80)
			n++;
	return n;
}

bool defs_load_word(struct str *rest, struct str *word)
{
	size_t from = 0, to;

	while (from < rest->n && str_is_blank(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !str_is_blank(rest->p[to]);)
		to++;
	*word = str_sub(*rest, from, to - from);
	*rest = str_from(*rest, to);
	return word->n > 0;
}

static int by_value(const void *a, const void *b)
{
	return str_cmp(((const struct def_code *)a)->value, ((const struct def_code *)b)->value);
}

void defs_load_sort(struct def_code *codes, size_t n, const struct def_place *at, struct str id,
	struct faults *f)
{
	if (n > 1)
		qsort(codes, n, sizeof(*codes), by_value);
	for (size_t i = 1; i < n; i++)
		if (str_eq(codes[i - 1].value, codes[i].value))
			faults_add(f, at->file, at->line, at->column,
				"list '" STR_FMT "' has the value '" STR_FMT "' more than once",
				STR_ARG(id), STR_ARG(codes[i].value));
}

static size_t count_codes(const struct xml *x)
{
	size_t n = 0;

	for (const struct xml *c = x->child; c; c = c->next) {
		struct str rest = c->text, word;
		if (is(c, "code"))
			n++;
		while (is(c, "values") && defs_load_word(&rest, &word))
			n++;
	}
	return n;
}

/* <code value= name=/> and <values>A B C</values> below x. */
static void load_codes(struct defs *d, const struct xml *x, struct str id, struct dict_codes *to,
	const char *file, struct faults *f)
{
	static const char *const code_attrs[] = {"value", "name", NULL};
	static const char *const none[] = {NULL};
	struct def_code *codes = arena_array(&d->arena, count_codes(x) + 1, sizeof(*codes));
	size_t n = 0;

	for (const struct xml *c = x->child; c; c = c->next) {
		struct str rest = c->text, word;
		if (is(c, "code")) {
			codes[n++] = (struct def_code){
				defs_load_need(c, "value", file, f), xml_attr(c, "name")};
			defs_load_strange(c, code_attrs, none, file, f);
		} else if (is(c, "values")) {
			while (defs_load_word(&rest, &word))
				codes[n++] = (struct def_code){.value = word};
			defs_load_strange(c, none, none, file, f);
		}
	}
	to->at = (struct def_place){file, x->line, x->column};
	to->codes = (struct def_codes){
		.id = id, .codes = codes, .n = n, .open = defs_load_yes(x, "open", false, file, f)};
	if (!n)
		faults_add(f, file, x->line, x->column, "list '" STR_FMT "' has no values",
			STR_ARG(id));
	defs_load_sort(codes, n, &to->at, id, f);
}

/* True when the key is new. A second definition in the same file is a fault; one in a later
 * folder is passed over, for the earlier folder counts. */
static bool add(struct table *t, struct str key, void *value, const struct def_place *there,
	const struct xml *x, const char *what, const char *file, struct faults *f)
{
	if (table_add(t, key, value))
		return true;
	if (there && there->file == file)
		faults_add(f, file, x->line, x->column,
			"%s '" STR_FMT "' is defined in line %lu already", what, STR_ARG(key),
			(unsigned long)there->line);
	return false;
}

static void load_code_file(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct faults *f)
{
	static const char *const root_attrs[] = {"format", "version", NULL};
	static const char *const root_children[] = {"list", NULL};
	static const char *const attrs[] = {"id", "name", "open", NULL};
	static const char *const children[] = {"code", "values", NULL};

	if (!check_root(root, "codes", dict, file, f))
		return;
	defs_load_strange(root, root_attrs, root_children, file, f);
	for (const struct xml *x = root->child; x; x = x->next) {
		if (!is(x, "list"))
			continue;
		struct str id = defs_load_need(x, "id", file, f);
		struct dict_codes *list = ARENA_NEW(&d->arena, struct dict_codes);
		const struct dict_codes *old = table_get(&dict->codes, id);
		defs_load_strange(x, attrs, children, file, f);
		load_codes(d, x, id, list, file, f);
		if (id.n)
			add(&dict->codes, id, list, old ? &old->at : NULL, x, "list", file, f);
	}
}

/* ---- elements ------------------------------------------------------------------------------- */

static bool type_of(struct str s, enum def_type *type, uint8_t *decimals)
{
	static const struct {
		const char *name;
		enum def_type type;
	} types[] = {
		{"AN", DEF_AN},
		{"ID", DEF_ID},
		{"R", DEF_R},
		{"DT", DEF_DT},
		{"TM", DEF_TM},
		{"B", DEF_B},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(s, types[i].name)) {
			*type = types[i].type;
			return true;
		}
	if (s.n != 2 || s.p[0] != 'N' || !str_is_digit(s.p[1]))
		return false;
	*type = DEF_N;
	*decimals = (uint8_t)(s.p[1] - '0');
	return true;
}

static const struct def_codes *codes_of(struct defs *d, const struct dict *dict,
	const struct xml *x, struct str id, const char *file, struct faults *f)
{
	struct str name = xml_attr(x, "codes");

	if (x->child) {
		struct dict_codes *list = ARENA_NEW(&d->arena, struct dict_codes);
		if (name.p)
			faults_add(f, file, x->line, x->column,
				"element '" STR_FMT
				"' has both codes= and a list of its own; keep one",
				STR_ARG(id));
		load_codes(d, x, id, list, file, f);
		return &list->codes;
	}
	if (!name.p)
		return NULL;
	const struct dict_codes *list = table_get(&dict->codes, name);
	if (list)
		return &list->codes;
	faults_add(f, file, x->line, x->column,
		"element '" STR_FMT "' uses the code list '" STR_FMT "', which is not defined%s",
		STR_ARG(id), STR_ARG(name), defs_load_nearest(&dict->codes, name, f));
	return NULL;
}

static void load_element(
	struct defs *d, struct dict *dict, const struct xml *x, const char *file, struct faults *f)
{
	static const char *const attrs[] = {
		"id", "name", "type", "min", "max", "codes", "open", NULL};
	static const char *const children[] = {"code", "values", NULL};
	size_t before = f->n;
	struct dict_element *e = ARENA_NEW(&d->arena, struct dict_element);
	struct str type = defs_load_need(x, "type", file, f);

	e->at = (struct def_place){file, x->line, x->column};
	e->element.id = defs_load_need(x, "id", file, f);
	e->element.name = defs_load_need(x, "name", file, f);
	if (type.n && !type_of(type, &e->element.type, &e->element.decimals))
		faults_add(f, file, x->line, x->column,
			"type '" STR_FMT "' must be AN, ID, N0 to N9, R, DT, TM or B",
			STR_ARG(type));
	e->element.min = (uint16_t)defs_load_number(x, "min", 1, 0, UINT16_MAX, file, f);
	defs_load_need(x, "max", file, f);
	e->element.max = defs_load_number(x, "max", UINT16_MAX, 1, INT32_MAX, file, f);
	e->element.codes = codes_of(d, dict, x, e->element.id, file, f);
	defs_load_strange(x, attrs, children, file, f);
	const struct dict_element *old = table_get(&dict->elements, e->element.id);
	if (e->element.id.n)
		add(&dict->elements, e->element.id, e, old ? &old->at : NULL, x, "element", file,
			f);
	if (f->n == before)
		defs_check_element(e, f);
}

static void load_element_file(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct faults *f)
{
	static const char *const attrs[] = {"format", "version", NULL};
	static const char *const children[] = {"element", NULL};

	if (!check_root(root, "elements", dict, file, f))
		return;
	defs_load_strange(root, attrs, children, file, f);
	for (const struct xml *x = root->child; x; x = x->next)
		if (is(x, "element"))
			load_element(d, dict, x, file, f);
}

/* ---- composites and segments ---------------------------------------------------------------- */

static bool mandatory(const struct xml *x, const char *file, struct faults *f)
{
	struct str use = xml_attr(x, "use");

	if (use.p && !str_is(use, "M") && !str_is(use, "O"))
		faults_add(f, file, x->line, x->column,
			"use=\"" STR_FMT "\" must be M (mandatory) or O (optional)", STR_ARG(use));
	return str_is(use, "M");
}

/* The components of a composite as they are at one position: with designators of their own. */
static const struct def_part *components(
	struct defs *d, const struct dict_composite *c, struct str ref)
{
	struct def_part *parts = arena_array(&d->arena, c->nparts + 1, sizeof(*parts));

	for (size_t i = 0; i < c->nparts; i++) {
		parts[i] = c->parts[i];
		parts[i].ref = arena_printf(
			&d->arena, STR_FMT "-%u", STR_ARG(ref), (unsigned)i + 1);
	}
	return parts;
}

static void fill_part(struct defs *d, const struct dict *dict, const struct xml *x,
	struct def_part *p, const char *file, struct faults *f)
{
	struct str element = xml_attr(x, "element");
	struct str composite = xml_attr(x, "composite");

	if (!element.p == !composite.p) {
		faults_add(f, file, x->line, x->column,
			"position " STR_FMT " must have either element= or composite=",
			STR_ARG(p->ref));
		return;
	}
	if (element.p) {
		const struct dict_element *e = table_get(&dict->elements, element);
		p->element = e ? &e->element : NULL;
		if (!e)
			faults_add(f, file, x->line, x->column,
				STR_FMT " is element '" STR_FMT "', which is not defined%s",
				STR_ARG(p->ref), STR_ARG(element),
				defs_load_nearest(&dict->elements, element, f));
		else if (!p->name.n)
			p->name = e->element.name;
		return;
	}
	const struct dict_composite *c = table_get(&dict->composites, composite);
	if (!c) {
		faults_add(f, file, x->line, x->column,
			STR_FMT " is composite '" STR_FMT "', which is not defined%s",
			STR_ARG(p->ref), STR_ARG(composite),
			defs_load_nearest(&dict->composites, composite, f));
		return;
	}
	p->composite = c->id;
	p->parts = components(d, c, p->ref);
	p->nparts = c->nparts;
	if (!p->name.n)
		p->name = c->name;
}

/* Positions below x. pattern is how designators are built from tag and number. */
static struct def_part *load_parts(struct defs *d, const struct dict *dict, const struct xml *x,
	struct str tag, bool composite, size_t *n, const char *file, struct faults *f)
{
	static const char *const attrs[] = {
		"ref", "element", "composite", "use", "repeat", "name", NULL};
	static const char *const in_composite[] = {"ref", "element", "use", "name", NULL};
	static const char *const none[] = {NULL};
	size_t count = 0;

	for (const struct xml *c = x->child; c; c = c->next)
		count += is(c, "part");
	struct def_part *parts = arena_array(&d->arena, count + 1, sizeof(*parts));
	if (count > DEFS_PARTS_MAX) {
		faults_add(f, file, x->line, x->column,
			"'" STR_FMT "' has %zu positions; %d is the most", STR_ARG(tag), count,
			DEFS_PARTS_MAX);
		return parts;
	}
	for (const struct xml *c = x->child; c; c = c->next) {
		if (!is(c, "part"))
			continue;
		struct def_part *p = &parts[(*n)++];
		p->position = (uint16_t)*n;
		p->ref = arena_printf(&d->arena, composite ? STR_FMT "-%u" : STR_FMT "%02u",
			STR_ARG(tag), (unsigned)p->position);
		struct str ref = defs_load_need(c, "ref", file, f);
		if (ref.n && !str_eq(ref, p->ref))
			faults_add(f, file, c->line, c->column,
				"found ref '" STR_FMT "' at position %u, expected '" STR_FMT "'",
				STR_ARG(ref), (unsigned)p->position, STR_ARG(p->ref));
		p->mandatory = mandatory(c, file, f);
		p->used = true;
		p->repeat = (uint16_t)defs_load_number(c, "repeat", 1, 1, UINT16_MAX, file, f);
		p->name = xml_attr(c, "name");
		fill_part(d, dict, c, p, file, f);
		defs_load_strange(c, composite ? in_composite : attrs, none, file, f);
	}
	if (!*n)
		faults_add(f, file, x->line, x->column, "'" STR_FMT "' has no positions",
			STR_ARG(tag));
	return parts;
}

static void load_composite(
	struct defs *d, struct dict *dict, const struct xml *x, const char *file, struct faults *f)
{
	static const char *const attrs[] = {"id", "name", NULL};
	static const char *const children[] = {"part", NULL};
	struct dict_composite *c = ARENA_NEW(&d->arena, struct dict_composite);

	c->at = (struct def_place){file, x->line, x->column};
	c->id = defs_load_need(x, "id", file, f);
	c->name = defs_load_need(x, "name", file, f);
	defs_load_strange(x, attrs, children, file, f);
	c->parts = load_parts(d, dict, x, c->id, true, &c->nparts, file, f);
	const struct dict_composite *old = table_get(&dict->composites, c->id);
	if (c->id.n)
		add(&dict->composites, c->id, c, old ? &old->at : NULL, x, "composite", file, f);
}

/* "P0405 C0607" into notes; what a note may say is checked later. */
static const struct def_note *load_notes(
	struct defs *d, const struct xml *x, size_t *n, const char *file, struct faults *f)
{
	struct str rest = xml_attr(x, "notes"), word;
	size_t count = 0;

	for (struct str r = rest; defs_load_word(&r, &word);)
		count++;
	struct def_note *notes = arena_array(&d->arena, count + 1, sizeof(*notes));
	while (defs_load_word(&rest, &word)) {
		struct def_note *note = &notes[*n];
		size_t positions = (word.n - 1) / 2;
		if (!memchr("PRECL", word.p[0], 5) || word.n % 2 == 0 ||
			!str_is_digits(str_from(word, 1)) || positions < 2 ||
			positions > DEFS_NOTE_MAX) {
			faults_add(f, file, x->line, x->column,
				"note '" STR_FMT "' must be one of P R E C L and then "
				"2 to %d positions of two digits, as in P0405",
				STR_ARG(word), DEFS_NOTE_MAX);
			continue;
		}
		note->kind = word.p[0];
		note->n = (uint8_t)positions;
		for (size_t i = 0; i < positions; i++)
			note->at[i] = (uint16_t)((word.p[1 + 2 * i] - '0') * 10 +
				(word.p[2 + 2 * i] - '0'));
		(*n)++;
	}
	return notes;
}

static bool tag_ok(struct str s)
{
	if (s.n < 2 || s.n > 3)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !(i && str_is_digit(s.p[i])))
			return false;
	return true;
}

static void load_segment(
	struct defs *d, struct dict *dict, const struct xml *x, const char *file, struct faults *f)
{
	static const char *const attrs[] = {"tag", "name", "notes", NULL};
	static const char *const children[] = {"part", NULL};
	struct dict_segment *s = ARENA_NEW(&d->arena, struct dict_segment);
	size_t before = f->n;

	s->at = (struct def_place){file, x->line, x->column};
	s->segment.tag = defs_load_need(x, "tag", file, f);
	s->segment.name = defs_load_need(x, "name", file, f);
	defs_load_strange(x, attrs, children, file, f);
	if (s->segment.tag.n && !tag_ok(s->segment.tag))
		faults_add(f, file, x->line, x->column,
			"tag '" STR_FMT
			"' must be 2 or 3 capital letters and digits, first a letter",
			STR_ARG(s->segment.tag));
	s->segment.parts = load_parts(
		d, dict, x, s->segment.tag, false, &s->segment.nparts, file, f);
	s->segment.notes = load_notes(d, x, &s->segment.nnotes, file, f);
	const struct dict_segment *old = table_get(&dict->segments, s->segment.tag);
	if (s->segment.tag.n)
		add(&dict->segments, s->segment.tag, s, old ? &old->at : NULL, x, "segment", file,
			f);
	if (f->n == before)
		defs_check_notes(s, f);
}

static void load_composites(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct faults *f)
{
	for (const struct xml *x = root->child; x; x = x->next)
		if (is(x, "composite"))
			load_composite(d, dict, x, file, f);
}

static void load_segments(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct faults *f)
{
	for (const struct xml *x = root->child; x; x = x->next)
		if (is(x, "segment"))
			load_segment(d, dict, x, file, f);
}

static bool check_segments(
	struct dict *dict, const struct xml *root, const char *file, struct faults *f)
{
	static const char *const attrs[] = {"format", "version", NULL};
	static const char *const children[] = {"composite", "segment", NULL};

	if (!check_root(root, "segments", dict, file, f))
		return false;
	defs_load_strange(root, attrs, children, file, f);
	return true;
}

/* What is done with the files of one name; composites of all files come before segments. */
static const struct step {
	const char *name;
	bool (*check)(
		struct dict *dict, const struct xml *root, const char *file, struct faults *f);
	void (*load)(struct defs *d, struct dict *dict, const struct xml *root, const char *file,
		struct faults *f);
} steps[] = {
	{"codes", NULL, load_code_file},
	{"elements", NULL, load_element_file},
	{"segments", check_segments, load_composites},
	{"envelope", check_segments, load_composites},
	{"segments", NULL, load_segments},
	{"envelope", NULL, load_segments},
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

struct source {
	struct xml *root; /* NULL: not there, or not what it should be */
	const char *file;
};

static void load_sources(struct defs *d, struct dict *dict, struct source (*sources)[DEFS_DIRS_MAX],
	struct faults *f)
{
	for (size_t k = 0; k < STEPS; k++) {
		struct source *of = sources[k < 4 ? k : k - 2];
		for (size_t i = 0; i < d->ndirs; i++) {
			if (of[i].root && steps[k].check &&
				!steps[k].check(dict, of[i].root, of[i].file, f))
				of[i].root = NULL;
			if (of[i].root)
				steps[k].load(d, dict, of[i].root, of[i].file, f);
		}
	}
}

void defs_load_dict(struct defs *d, struct dict *dict, struct faults *f)
{
	struct source sources[4][DEFS_DIRS_MAX] = {{{NULL, NULL}}};
	size_t before = f->n;

	for (size_t k = 0; k < 4; k++) {
		struct str path = arena_printf(&d->arena, STR_FMT "/" STR_FMT "/%s.xml",
			STR_ARG(dict->format), STR_ARG(dict->version), steps[k].name);
		for (size_t i = 0; i < d->ndirs; i++) {
			int rc = defs_load_file(
				d, i, path, &sources[k][i].root, &sources[k][i].file, f);
			dict->found = dict->found || rc != 0;
			if (rc != 1)
				sources[k][i].root = NULL;
		}
	}
	load_sources(d, dict, sources, f);
	dict->faults = f->n - before;
}

void defs_load_root(struct defs *d, struct dict *dict, const struct xml *root, const char *file,
	struct faults *f)
{
	size_t before = f->n;

	if (str_is(root->name, "codes"))
		load_code_file(d, dict, root, file, f);
	else if (str_is(root->name, "elements"))
		load_element_file(d, dict, root, file, f);
	else if (check_segments(dict, root, file, f)) {
		load_composites(d, dict, root, file, f);
		load_segments(d, dict, root, file, f);
	}
	dict->found = true;
	dict->faults += f->n - before;
}

/* ---- messages ------------------------------------------------------------------------------- */

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
		if (is(c, "segment") || is(c, "loop"))
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

	node->mandatory = mandatory(x, b->file, b->f);
	node->max = defs_load_max(x, 1, b->file, b->f);
	if (first.p && !str_is(first, "first"))
		faults_add(b->f, b->file, x->line, x->column,
			"ambiguous=\"" STR_FMT "\" can only be first", STR_ARG(first));
	b->accepted[node->index] = str_is(first, "first");
}

static void load_node_segment(struct builder *b, const struct xml *x, struct def_node *node)
{
	static const char *const attrs[] = {"tag", "use", "max", "ambiguous", NULL};
	static const char *const none[] = {NULL};
	const struct dict_segment *s;

	fill_node(b, x, node);
	node->name = defs_load_need(x, "tag", b->file, b->f);
	s = table_get(&b->dict->segments, node->name);
	node->segment = s ? &s->segment : NULL;
	if (node->name.n && !s)
		faults_add(b->f, b->file, x->line, x->column,
			"segment '" STR_FMT "' is not defined%s", STR_ARG(node->name),
			defs_load_nearest(&b->dict->segments, node->name, b->f));
	defs_load_strange(x, attrs, none, b->file, b->f);
}

static void load_children(struct builder *b, const struct xml *x, struct def_node *parent);

static void load_node_loop(struct builder *b, const struct xml *x, struct def_node *node)
{
	static const char *const attrs[] = {"name", "use", "max", "ambiguous", NULL};
	static const char *const children[] = {"segment", "loop", NULL};

	node->loop = true;
	fill_node(b, x, node);
	node->name = xml_attr(x, "name");
	defs_load_strange(x, attrs, children, b->file, b->f);
	load_children(b, x, node);
	if (!node->child || node->child->loop) {
		faults_add(b->f, b->file, x->line, x->column,
			"a loop must begin with the segment that starts it");
		return;
	}
	node->segment = node->child->segment;
	if (!node->name.p)
		node->name = arena_printf(
			&b->d->arena, STR_FMT "-loop", STR_ARG(node->child->name));
}

static void load_children(struct builder *b, const struct xml *x, struct def_node *parent)
{
	const struct def_node **link = &parent->child;

	for (const struct xml *c = x->child; c; c = c->next) {
		if (!is(c, "segment") && !is(c, "loop"))
			continue;
		struct def_node *node = new_node(b, c, parent);
		if (is(c, "loop"))
			load_node_loop(b, c, node);
		else
			load_node_segment(b, c, node);
		*link = node;
		link = &node->next;
	}
}

static void check_id(const struct xml *root, struct str id, const char *file, struct faults *f)
{
	struct str s = defs_load_need(root, "id", file, f);

	if (s.n && !str_eq(s, id))
		faults_add(f, file, root->line, root->column,
			"id is '" STR_FMT "', the file name says '" STR_FMT "'", STR_ARG(s),
			STR_ARG(id));
}

struct dict_message *defs_load_message(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct str id, struct faults *f)
{
	static const char *const attrs[] = {"format", "version", "id", "name", "group", NULL};
	static const char *const children[] = {"segment", "loop", NULL};
	size_t before = f->n;

	if (!check_root(root, "message", dict, file, f))
		return NULL;
	defs_load_strange(root, attrs, children, file, f);
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
		.name = defs_load_need(root, "name", file, f),
		.group = defs_load_need(root, "group", file, f),
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
