/*
 * Reads dictionaries; see dict.h. Everything lives in the arena of struct defs; texts are views
 * into the XML trees there.
 */
#include "defs/dict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "defs/defs_check.h"
#include "defs/defs_xml.h"

static int by_value(const void *a, const void *b)
{
	return str_cmp(((const struct def_code *)a)->value, ((const struct def_code *)b)->value);
}

void dict_sort_codes(struct def_code *codes, size_t n, const struct def_place *at, struct str id,
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
		if (defs_xml_is(c, "code"))
			n++;
		while (defs_xml_is(c, "values") && str_word(&rest, &word))
			n++;
	}
	return n;
}

/* <code value= name=/> and <values>A B C</values> below x. */
void dict_load_codes(struct defs *d, const struct xml *x, struct str id, struct dict_codes *to,
	const char *file, struct faults *f)
{
	static const char *const code_attrs[] = {"value", "name", NULL};
	static const char *const none[] = {NULL};
	struct def_code *codes = arena_array(&d->arena, count_codes(x) + 1, sizeof(*codes));
	size_t n = 0;

	for (const struct xml *c = x->child; c; c = c->next) {
		struct str rest = c->text, word;
		if (defs_xml_is(c, "code")) {
			codes[n++] = (struct def_code){
				defs_xml_need(c, "value", file, f), xml_attr(c, "name")};
			defs_xml_strange(c, code_attrs, none, file, f);
		} else if (defs_xml_is(c, "values")) {
			while (str_word(&rest, &word))
				codes[n++] = (struct def_code){.value = word};
			defs_xml_strange(c, none, none, file, f);
		}
	}
	to->at = (struct def_place){file, x->line, x->column};
	to->codes = (struct def_codes){
		.id = id, .codes = codes, .n = n, .open = defs_xml_yes(x, "open", false, file, f)};
	if (!n)
		faults_add(f, file, x->line, x->column, "list '" STR_FMT "' has no values",
			STR_ARG(id));
	dict_sort_codes(codes, n, &to->at, id, f);
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

	if (!defs_xml_root(root, "codes", dict, file, f))
		return;
	defs_xml_strange(root, root_attrs, root_children, file, f);
	for (const struct xml *x = root->child; x; x = x->next) {
		if (!defs_xml_is(x, "list"))
			continue;
		struct str id = defs_xml_need(x, "id", file, f);
		struct dict_codes *list = ARENA_NEW(&d->arena, struct dict_codes);
		const struct dict_codes *old = table_get(&dict->codes, id);
		defs_xml_strange(x, attrs, children, file, f);
		dict_load_codes(d, x, id, list, file, f);
		if (id.n)
			add(&dict->codes, id, list, old ? &old->at : NULL, x, "list", file, f);
	}
}

static bool type_of(struct str s, enum def_type *type, uint8_t *decimals)
{
	static const struct {
		const char *name;
		enum def_type type;
	} types[] = {
		{"A", DEF_A},
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
		dict_load_codes(d, x, id, list, file, f);
		return &list->codes;
	}
	if (!name.p)
		return NULL;
	const struct dict_codes *list = table_get(&dict->codes, name);
	if (list)
		return &list->codes;
	faults_add(f, file, x->line, x->column,
		"element '" STR_FMT "' uses the code list '" STR_FMT "', which is not defined%s",
		STR_ARG(id), STR_ARG(name), faults_near_key(f, name, &dict->codes));
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
	struct str type = defs_xml_need(x, "type", file, f);

	e->at = (struct def_place){file, x->line, x->column};
	e->element.id = defs_xml_need(x, "id", file, f);
	e->element.name = defs_xml_need(x, "name", file, f);
	if (type.n && !type_of(type, &e->element.type, &e->element.decimals))
		faults_add(f, file, x->line, x->column,
			"type '" STR_FMT "' must be A, AN, ID, N0 to N9, R, DT, TM or B",
			STR_ARG(type));
	e->element.min = (uint16_t)defs_xml_number(x, "min", 1, 0, UINT16_MAX, file, f);
	defs_xml_need(x, "max", file, f);
	e->element.max = defs_xml_number(x, "max", UINT16_MAX, 1, INT32_MAX, file, f);
	e->element.codes = codes_of(d, dict, x, e->element.id, file, f);
	defs_xml_strange(x, attrs, children, file, f);
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

	if (!defs_xml_root(root, "elements", dict, file, f))
		return;
	defs_xml_strange(root, attrs, children, file, f);
	for (const struct xml *x = root->child; x; x = x->next)
		if (defs_xml_is(x, "element"))
			load_element(d, dict, x, file, f);
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
				faults_near_key(f, element, &dict->elements));
		else if (!p->name.n)
			p->name = e->element.name;
		return;
	}
	const struct dict_composite *c = table_get(&dict->composites, composite);
	if (!c) {
		faults_add(f, file, x->line, x->column,
			STR_FMT " is composite '" STR_FMT "', which is not defined%s",
			STR_ARG(p->ref), STR_ARG(composite),
			faults_near_key(f, composite, &dict->composites));
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
		count += defs_xml_is(c, "part");
	struct def_part *parts = arena_array(&d->arena, count + 1, sizeof(*parts));
	if (count > DEFS_PARTS_MAX) {
		faults_add(f, file, x->line, x->column,
			"'" STR_FMT "' has %zu positions; %d is the most", STR_ARG(tag), count,
			DEFS_PARTS_MAX);
		return parts;
	}
	for (const struct xml *c = x->child; c; c = c->next) {
		if (!defs_xml_is(c, "part"))
			continue;
		struct def_part *p = &parts[(*n)++];
		p->position = (uint16_t)*n;
		p->ref = arena_printf(&d->arena, composite ? STR_FMT "-%u" : STR_FMT "%02u",
			STR_ARG(tag), (unsigned)p->position);
		struct str ref = defs_xml_need(c, "ref", file, f);
		if (ref.n && !str_eq(ref, p->ref))
			faults_add(f, file, c->line, c->column,
				"found ref '" STR_FMT "' at position %u, expected '" STR_FMT "'",
				STR_ARG(ref), (unsigned)p->position, STR_ARG(p->ref));
		p->mandatory = defs_xml_mandatory(c, file, f);
		p->used = true;
		p->repeat = (uint16_t)defs_xml_number(c, "repeat", 1, 1, UINT16_MAX, file, f);
		p->name = xml_attr(c, "name");
		fill_part(d, dict, c, p, file, f);
		defs_xml_strange(c, composite ? in_composite : attrs, none, file, f);
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
	c->id = defs_xml_need(x, "id", file, f);
	c->name = defs_xml_need(x, "name", file, f);
	defs_xml_strange(x, attrs, children, file, f);
	c->parts = load_parts(d, dict, x, c->id, true, &c->nparts, file, f);
	const struct dict_composite *old = table_get(&dict->composites, c->id);
	if (c->id.n)
		add(&dict->composites, c->id, c, old ? &old->at : NULL, x, "composite", file, f);
}

/* "P0405 C0607" into notes; what a note may say is checked later. */
static const struct def_note *load_notes(struct defs *d, const struct dict *dict,
	const struct xml *x, size_t *n, const char *file, struct faults *f)
{
	const char *kinds = defs_format(dict->format)->notes;
	struct str rest = xml_attr(x, "notes"), word;
	size_t count = 0;

	for (struct str r = rest; str_word(&r, &word);)
		count++;
	struct def_note *notes = arena_array(&d->arena, count + 1, sizeof(*notes));
	while (str_word(&rest, &word)) {
		struct def_note *note = &notes[*n];
		size_t positions = (word.n - 1) / 2;
		if (!memchr(kinds, word.p[0], strlen(kinds)) || word.n % 2 == 0 ||
			!str_is_digits(str_from(word, 1)) || positions < 2 ||
			positions > DEFS_NOTE_MAX) {
			faults_add(f, file, x->line, x->column,
				"note '" STR_FMT "' must be one of the letters %s and then "
				"2 to %d positions of two digits, as in P0405",
				STR_ARG(word), kinds, DEFS_NOTE_MAX);
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
	s->segment.tag = defs_xml_need(x, "tag", file, f);
	s->segment.name = defs_xml_need(x, "name", file, f);
	defs_xml_strange(x, attrs, children, file, f);
	if (s->segment.tag.n && !tag_ok(s->segment.tag))
		faults_add(f, file, x->line, x->column,
			"tag '" STR_FMT
			"' must be 2 or 3 capital letters and digits, first a letter",
			STR_ARG(s->segment.tag));
	s->segment.parts = load_parts(
		d, dict, x, s->segment.tag, false, &s->segment.nparts, file, f);
	s->segment.notes = load_notes(d, dict, x, &s->segment.nnotes, file, f);
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
		if (defs_xml_is(x, "composite"))
			load_composite(d, dict, x, file, f);
}

static void load_segments(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct faults *f)
{
	for (const struct xml *x = root->child; x; x = x->next)
		if (defs_xml_is(x, "segment"))
			load_segment(d, dict, x, file, f);
}

static bool check_segments(
	struct dict *dict, const struct xml *root, const char *file, struct faults *f)
{
	static const char *const attrs[] = {"format", "version", NULL};
	static const char *const children[] = {"composite", "segment", NULL};

	if (!defs_xml_root(root, "segments", dict, file, f))
		return false;
	defs_xml_strange(root, attrs, children, file, f);
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

void dict_load(struct defs *d, struct dict *dict, struct faults *f)
{
	struct source sources[4][DEFS_DIRS_MAX] = {{{NULL, NULL}}};
	size_t before = f->n;

	for (size_t k = 0; k < 4; k++) {
		struct str path = arena_printf(&d->arena, STR_FMT "/" STR_FMT "/%s.xml",
			STR_ARG(dict->format), STR_ARG(dict->version), steps[k].name);
		for (size_t i = 0; i < d->ndirs; i++) {
			int rc = defs_xml_load(
				d, i, path, &sources[k][i].root, &sources[k][i].file, f);
			dict->found = dict->found || rc != 0;
			if (rc != 1)
				sources[k][i].root = NULL;
		}
	}
	load_sources(d, dict, sources, f);
	dict->faults = f->n - before;
}

/* Does any folder have this version? What is in no folder leaves no trace but the last one's name: a
 * partner's file may name any number of versions. 1, 0, -1 a fault was added. */
static int is_there(struct defs *d, struct str format, struct str version, struct faults *f)
{
	char path[sizeof(d->absent)];
	struct stat st;
	struct err e;

	(void)snprintf(path, sizeof(path), STR_FMT "/" STR_FMT, STR_ARG(format), STR_ARG(version));
	if (strcmp(path, d->absent) == 0)
		return 0;
	for (size_t i = 0; i < d->ndirs; i++) {
		const int rc = fsx_stat(d->dirs[i], path, &st, &e);
		if (rc == -1)
			return faults_add(f, d->names[i], 0, 0, "%s", e.text);
		if (rc == 1)
			return 1;
	}
	memcpy(d->absent, path, sizeof(path));
	return 0;
}

struct dict *dict_get(struct defs *d, struct str format, struct str version, struct faults *f)
{
	struct dict *t;

	for (t = d->dicts; t; t = t->next)
		if (str_eq(t->format, format) && str_eq(t->version, version))
			return t;
	if (is_there(d, format, version, f) != 1)
		return NULL;
	t = ARENA_NEW(&d->arena, struct dict);
	t->format = arena_str(&d->arena, format);
	t->version = arena_str(&d->arena, version);
	table_init(&t->codes);
	table_init(&t->elements);
	table_init(&t->composites);
	table_init(&t->segments);
	t->next = d->dicts;
	d->dicts = t;
	dict_load(d, t, f);
	return t;
}
