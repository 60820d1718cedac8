/*
 * The definitions in use: found in folders, loaded once, kept until defs_free. Dictionaries are
 * kept by format and version, messages by id and guide.
 */
#include "defs/defs.h"

#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "defs/defs_xml.h"
#include "defs/dict.h"
#include "defs/guide.h"
#include "defs/message.h"

struct defs *defs_new(const int *dirs, const char *const *names, size_t n)
{
	struct defs *d = mem_alloc(sizeof(*d));

	BUG_IF(n > DEFS_DIRS_MAX);
	arena_init(&d->arena);
	for (size_t i = 0; i < n; i++) {
		d->dirs[i] = dirs[i];
		d->names[i] = arena_cstr(&d->arena, str_c(names[i]));
	}
	d->ndirs = n;
	return d;
}

void defs_free(struct defs *d)
{
	if (!d)
		return;
	for (struct dict *t = d->dicts; t; t = t->next) {
		table_done(&t->codes);
		table_done(&t->elements);
		table_done(&t->composites);
		table_done(&t->segments);
	}
	arena_done(&d->arena);
	mem_free(d);
}

/* ---- formats -------------------------------------------------------------------------------- */

static const char *const x12_envelopes[] = {"004010", NULL};
static const char *const edifact_envelopes[] = {"syntax-3", "syntax-4", NULL};

static const struct def_format formats[] = {
	{.name = "edifact",
		.header = "UNH",
		.trailer = "UNT",
		.message = "message",
		.notes = "PRECLOF",
		.service = "syntax-4",
		.envelopes = edifact_envelopes},
	{.name = "x12",
		.header = "ST",
		.trailer = "SE",
		.message = "transaction set",
		.notes = "PRECL",
		.groups = true,
		.envelopes = x12_envelopes},
};

const struct def_format *defs_formats(size_t *n)
{
	*n = sizeof(formats) / sizeof(formats[0]);
	return formats;
}

const struct def_format *defs_format(struct str name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

/* ---- names and folders ---------------------------------------------------------------------- */

/* Format, version and message become names of folders and files. */
bool defs_word_ok(struct str s)
{
	if (!s.n || s.n > DEFS_WORD_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_alpha(s.p[i]) && !str_is_digit(s.p[i]) && s.p[i] != '-' &&
			s.p[i] != '_')
			return false;
	return true;
}

/* A guide is a path below a folder: names joined by '/', none of them beginning with '.'. */
static bool path_ok(struct str s)
{
	struct str part;

	if (!s.n || s.n > 1024)
		return false;
	while (str_split(&s, '/', &part))
		if (!part.n || part.p[0] == '.' || memchr(part.p, '\0', part.n))
			return false;
	return true;
}

bool defs_is_message_file(const char *name, struct str *id)
{
	static const char *const others[] = {
		"codes.xml", "elements.xml", "segments.xml", "envelope.xml"};
	struct str s = str_c(name);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(s, others[i]))
			return false;
	if (!str_ends(s, STR(".xml")))
		return false;
	*id = str_sub(s, 0, s.n - 4);
	return defs_word_ok(*id);
}

static int by_version_and_id(const void *a, const void *b)
{
	const struct def_listed *x = a, *y = b;
	const int c = str_cmp(x->version, y->version);

	return c ? c : str_cmp(x->id, y->id);
}

struct finder {
	const struct defs *d;
	struct arena *arena;
	struct def_listed *all;
	size_t n;
	size_t cap;
};

static int find_in_version(struct finder *f, int at, const char *version, struct err *e)
{
	struct fsx_list files = {0};
	struct str id;
	int fd = fsx_subdir(at, version, e);

	if (fd == -1)
		return -1;
	int rc = fsx_list(fd, &files, e);
	for (size_t i = 0; rc == 0 && i < files.n; i++) {
		if (!defs_is_message_file(files.names[i], &id))
			continue;
		mem_grow(&f->all, &f->cap, f->n + 1, sizeof(*f->all));
		f->all[f->n++] = (struct def_listed){
			arena_str(f->arena, str_c(version)), arena_str(f->arena, id)};
	}
	fsx_list_done(&files);
	fsx_close(fd);
	return rc;
}

/* A folder that has nothing of this format is fine: each folder may have only some. */
static int find_in_dir(struct finder *f, size_t dir, const char *format, struct err *e)
{
	struct fsx_list versions = {0};
	struct stat st;
	int rc = fsx_stat(f->d->dirs[dir], format, &st, e);

	if (rc != 1 || !S_ISDIR(st.st_mode))
		return rc == -1 ? -1 : 0;
	int fd = fsx_subdir(f->d->dirs[dir], format, e);
	if (fd == -1)
		return -1;
	rc = fsx_list(fd, &versions, e);
	for (size_t i = 0; rc == 0 && i < versions.n; i++) {
		int kind = fsx_stat(fd, versions.names[i], &st, e);
		if (kind == -1)
			rc = -1;
		else if (kind == 1 && S_ISDIR(st.st_mode) && defs_word_ok(str_c(versions.names[i])))
			rc = find_in_version(f, fd, versions.names[i], e);
	}
	fsx_list_done(&versions);
	fsx_close(fd);
	return rc;
}

/* All message files of a format, sorted. */
static int find_all(struct finder *f, struct str format, struct err *e)
{
	const char *name = arena_cstr(f->arena, format);

	for (size_t i = 0; i < f->d->ndirs; i++)
		if (find_in_dir(f, i, name, e) == -1)
			return -1;
	if (f->n)
		qsort(f->all, f->n, sizeof(*f->all), by_version_and_id);
	return 0;
}

int defs_list(const struct defs *d, struct str format, struct arena *a, struct def_listed **all,
	size_t *n, struct err *e)
{
	struct finder f = {.d = d, .arena = a};
	const int rc = find_all(&f, format, e);

	if (rc == 0) {
		*n = 0;
		*all = arena_array(a, f.n + 1, sizeof(**all));
	}
	for (size_t i = 0; rc == 0 && i < f.n; i++) /* two folders may have the same */
		if (i == 0 || by_version_and_id(&f.all[i - 1], &f.all[i]) != 0)
			(*all)[(*n)++] = f.all[i];
	mem_free(f.all);
	return rc;
}

/* The nearest version, or message of that version, for a fault. */
static const char *nearest(
	struct defs *d, struct str format, struct str version, struct str wanted, struct faults *f)
{
	struct finder all = {.d = d, .arena = f->arena};
	struct err e = {0};
	const char *text = "";

	if (find_all(&all, format, &e) == 0 && all.n) {
		const char **names = arena_array(f->arena, all.n, sizeof(*names));
		size_t n = 0;
		for (size_t i = 0; i < all.n; i++)
			if (!version.n)
				names[n++] = arena_cstr(f->arena, all.all[i].version);
			else if (str_eq(all.all[i].version, version))
				names[n++] = arena_cstr(f->arena, all.all[i].id);
		text = faults_near(f, wanted, names, n);
	}
	mem_free(all.all);
	return text;
}

static const char *folders(const struct defs *d, struct faults *f)
{
	struct str s = str_c(d->ndirs ? d->names[0] : "(no folders)");

	for (size_t i = 1; i < d->ndirs; i++)
		s = arena_printf(f->arena, STR_FMT ", %s", STR_ARG(s), d->names[i]);
	return arena_cstr(f->arena, s);
}

/* ---- loading -------------------------------------------------------------------------------- */

/* Reads the first of the folders that has it: 1, 0 none has it, -1 a fault was added. */
static int read_first(
	struct defs *d, struct str path, struct xml **root, const char **file, struct faults *f)
{
	for (size_t i = 0; i < d->ndirs; i++) {
		int rc = defs_xml_load(d, i, path, root, file, f);
		if (rc)
			return rc;
	}
	return 0;
}

struct asked {
	struct str format, version, message, guide;
	const char *file;
	uint32_t line;
	uint32_t column;
};

/* *there: it has a file, be it faulty. What is asked for may be foreign bytes. */
static struct dict_message *load_base(
	struct defs *d, struct dict *dict, const struct asked *q, bool *there, struct faults *f)
{
	struct str path = arena_printf(f->arena, STR_FMT "/" STR_FMT "/" STR_FMT ".xml",
		STR_ARG(q->format), STR_ARG(q->version), STR_ARG(q->message));
	struct xml *root;
	const char *file;
	struct str id;

	int rc = defs_word_ok(q->message) && defs_is_message_file(strrchr(path.p, '/') + 1, &id)
		? read_first(d, path, &root, &file, f)
		: 0;
	*there = rc != 0;
	if (rc == 0)
		faults_add(f, q->file, q->line, q->column,
			STR_FMT " " STR_FMT " has no message '" STR_FMT "' in %s%s",
			STR_ARG(q->format), STR_ARG(q->version), STR_ARG(q->message), folders(d, f),
			nearest(d, q->format, q->version, q->message, f));
	return rc == 1 ? message_load(d, dict, root, file, arena_str(&d->arena, q->message), f)
		       : NULL;
}

static struct dict_message *load_guide(
	struct defs *d, const struct dict_message *base, const struct asked *q, struct faults *f)
{
	struct xml *root;
	const char *file;

	if (!path_ok(q->guide)) {
		faults_add(f, q->file, q->line, q->column,
			"guide '" STR_FMT "' must be a path below the definitions, such as "
			"guides/acme-832.xml",
			STR_ARG(q->guide));
		return NULL;
	}
	int rc = read_first(d, q->guide, &root, &file, f);
	if (rc == 0)
		faults_add(f, q->file, q->line, q->column, "guide '" STR_FMT "' is not in %s",
			STR_ARG(q->guide), folders(d, f));
	return rc == 1 ? guide_apply(d, base, root, file, f) : NULL;
}

static struct dict_message *told_before(const struct asked *q, struct faults *f)
{
	faults_add(f, q->file, q->line, q->column,
		STR_FMT " " STR_FMT " " STR_FMT "%s" STR_FMT " has faults, told above",
		STR_ARG(q->format), STR_ARG(q->version), STR_ARG(q->message),
		q->guide.n ? " with guide " : "", STR_ARG(q->guide));
	return NULL;
}

static struct dict_message *message_of(
	struct defs *d, struct dict *dict, const struct asked *q, struct faults *f);

/* "edifact/D96A/PRICAT.EAN009.xml" */
static struct str association_path(
	const struct dict *dict, struct str message, struct str code, struct arena *a)
{
	return arena_printf(a, STR_FMT "/" STR_FMT "/" STR_FMT "." STR_FMT ".xml",
		STR_ARG(dict->format), STR_ARG(dict->version), STR_ARG(message), STR_ARG(code));
}

/* The code in the name of a guide beside a message; "" when it is another file. */
static struct str association_of(struct str name, struct str message)
{
	struct str code = {NULL, 0};

	if (str_starts(name, message) && str_ends(name, STR(".xml")) && name.n > message.n + 5 &&
		name.p[message.n] == '.')
		code = str_sub(name, message.n + 1, name.n - message.n - 5);
	return defs_word_ok(code) ? code : STR("");
}

/* The guides beside a message are there with it: a process that may open nothing meets their codes. Which of
 * them has faults is told when it is asked for. */
static void load_associations(
	struct defs *d, size_t dir, struct dict *dict, struct asked q, struct arena *a)
{
	const char *folder = arena_printf(
		a, STR_FMT "/" STR_FMT, STR_ARG(dict->format), STR_ARG(dict->version))
				     .p;
	struct fsx_list files = {0};
	struct err e = {0};
	struct faults f;
	const int fd = fsx_subdir(d->dirs[dir], folder, &e);

	if (fd == -1)
		return;
	if (fsx_list(fd, &files, &e) == -1)
		files.n = 0;
	for (size_t i = 0; i < files.n; i++) {
		const struct str code = association_of(str_c(files.names[i]), q.message);
		if (code.n == 0)
			continue;
		faults_init(&f, a);
		q.guide = association_path(dict, q.message, code, a);
		(void)message_of(d, dict, &q, &f);
	}
	fsx_list_done(&files);
	fsx_close(fd);
}

static struct dict_message *message_of(
	struct defs *d, struct dict *dict, const struct asked *q, struct faults *f)
{
	struct dict_message *m;
	bool there = true;

	for (m = d->messages; m; m = m->next)
		if (m->dict == dict && str_eq(m->message.id, q->message) &&
			str_eq(m->guide, q->guide))
			return m->message.root ? m : told_before(q, f);
	if (q->guide.n) {
		struct asked base = *q;
		base.guide = STR("");
		const struct dict_message *b = message_of(d, dict, &base, f);
		m = b ? load_guide(d, b, q, f) : NULL;
	} else {
		m = load_base(d, dict, q, &there, f);
	}
	if (!m && !there)
		return NULL;
	if (!m) { /* read once is enough: each set of a file may ask for it */
		m = ARENA_NEW(&d->arena, struct dict_message);
		m->message.id = arena_str(&d->arena, q->message);
	}
	m->dict = dict;
	m->guide = arena_str(&d->arena, q->guide);
	m->next = d->messages;
	d->messages = m;
	for (size_t i = 0; i < d->ndirs && m->message.root && !q->guide.n; i++)
		load_associations(d, i, dict, *q, f->arena);
	return m->message.root ? m : NULL;
}

static bool known_version(const struct asked *q, struct defs *d, struct faults *f)
{
	if (!defs_format(q->format)) {
		faults_add(f, q->file, q->line, q->column,
			"there are no definitions of format '" STR_FMT "', only of x12 and edifact",
			STR_ARG(q->format));
		return false;
	}
	if (defs_word_ok(q->version))
		return true;
	faults_add(f, q->file, q->line, q->column,
		"format '" STR_FMT "' version '" STR_FMT "' is not defined%s", STR_ARG(q->format),
		STR_ARG(q->version), nearest(d, q->format, STR(""), q->version, f));
	return false;
}

/* The faults of a dictionary are told when it is loaded; after that, that it has some. */
static bool sound(const struct dict *t, const struct asked *q, size_t before, struct faults *f)
{
	if (f->n == before && t && t->faults)
		faults_add(f, q->file, q->line, q->column,
			"the definitions of " STR_FMT " " STR_FMT " have %zu faults, told above",
			STR_ARG(t->format), STR_ARG(t->version), t->faults);
	return f->n == before;
}

const struct def_message *defs_message(struct defs *d, struct str format, struct str version,
	struct str message, struct str guide, struct faults *f, const char *at_file,
	uint32_t at_line, uint32_t at_column)
{
	struct asked q = {format, version, message, guide, at_file, at_line, at_column};
	size_t before = f->n;

	if (!known_version(&q, d, f))
		return NULL;
	struct dict *dict = dict_get(d, format, version, f);
	if (!sound(dict, &q, before, f))
		return NULL;
	if (!dict || !dict->found) {
		faults_add(f, at_file, at_line, at_column,
			STR_FMT " version '" STR_FMT "' is not defined in %s%s", STR_ARG(format),
			STR_ARG(version), folders(d, f), nearest(d, format, STR(""), version, f));
		return NULL;
	}
	for (const char *const *v = defs_format(format)->envelopes; *v; v++)
		if (!sound(dict_get(d, format, str_c(*v), f), &q, before, f))
			return NULL;
	const struct dict_message *m = message_of(d, dict, &q, f);
	return m ? &m->message : NULL;
}

struct str defs_association(
	const struct defs *d, const struct def_message *message, struct str code)
{
	for (const struct dict_message *m = d->messages; m; m = m->next)
		if (str_eq(m->dict->format, message->format) &&
			str_eq(m->dict->version, message->version) &&
			str_eq(m->message.id, message->id) &&
			str_eq(association_of(str_from(m->guide,
						      m->dict->format.n + m->dict->version.n + 2),
				       message->id),
				code) &&
			code.n > 0)
			return m->guide;
	return STR("");
}

static const struct dict *sound_dict(
	struct defs *d, struct str format, struct str version, struct faults *f)
{
	if (!defs_format(format) || !defs_word_ok(version))
		return NULL;
	const struct dict *dict = dict_get(d, format, version, f);
	return dict && !dict->faults ? dict : NULL;
}

const struct def_segment *defs_segment(
	struct defs *d, struct str format, struct str version, struct str tag, struct faults *f)
{
	const struct dict *dict = sound_dict(d, format, version, f);
	const struct dict_segment *s = dict ? table_get(&dict->segments, tag) : NULL;
	return s ? &s->segment : NULL;
}

const struct def_element *defs_element(
	struct defs *d, struct str format, struct str version, struct str id, struct faults *f)
{
	const struct dict *dict = sound_dict(d, format, version, f);
	const struct dict_element *x = dict ? table_get(&dict->elements, id) : NULL;
	return x ? &x->element : NULL;
}

/* ---- looking things up ---------------------------------------------------------------------- */

/* The position of the first part with that number, of an element or a composite; 0 none. */
static uint16_t numbered(const struct def_part *parts, size_t n, struct str number)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(parts[i].element ? parts[i].element->id : parts[i].composite, number))
			return parts[i].position;
	return 0;
}

/* What stands behind "PIA/": "C212.7140", "C212", "4347". */
static bool ref_by_number(
	const struct def_segment *s, struct str rest, uint16_t *element, uint16_t *component)
{
	const bool dot = str_chr(rest, '.') != SIZE_MAX;
	struct str first;
	uint16_t c = 1;

	if (!str_split(&rest, '.', &first))
		return false;
	const uint16_t e = numbered(s->parts, s->nparts, first);
	if (e && dot)
		c = numbered(s->parts[e - 1].parts, s->parts[e - 1].nparts, rest);
	if (!e || !c)
		return false;
	*element = e;
	*component = c;
	return true;
}

bool defs_ref_component(struct str ref)
{
	return str_chr(ref, '-') != SIZE_MAX || str_chr(ref, '.') != SIZE_MAX;
}

bool defs_ref(const struct def_segment *s, struct str ref, uint16_t *element, uint16_t *component)
{
	struct str rest = str_from(ref, s->tag.n);
	struct str digits;
	int64_t e, c = 1;

	if (!str_starts(ref, s->tag))
		return false;
	if (rest.n && rest.p[0] == '/')
		return ref_by_number(s, str_from(rest, 1), element, component);
	if (!str_split(&rest, '-', &digits))
		return false;
	bool dash = ref.n > s->tag.n + digits.n;
	if (digits.n != 2 || !str_is_digits(digits) || !str_to_i64(digits, &e) || e < 1 ||
		(uint64_t)e > s->nparts)
		return false;
	const struct def_part *p = &s->parts[e - 1];
	if (dash &&
		(!str_is_digits(rest) || rest.n > 2 || rest.p[0] == '0' || !str_to_i64(rest, &c)))
		return false;
	if ((uint64_t)c > (p->nparts ? p->nparts : 1))
		return false;
	*element = (uint16_t)e;
	*component = (uint16_t)c;
	return true;
}

bool defs_code_ok(const struct def_codes *c, struct str value)
{
	size_t low = 0, high = c ? c->n : 0;

	if (!c)
		return true;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(c->codes[mid].value, value);
		if (!order)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
