/* Definitions by name; see formats.h. */
#include "cli/formats.h"

#include <string.h>

#include "base/fsx.h"
#include "stage/env_maps.h"

enum { NAMES_MAX = 1000, PARTS_MAX = 5 };

/* ---- the folders ---------------------------------------------------------------------------- */

static int add_dir(struct formats *f, int fd)
{
	if (fd != -1)
		f->dirs[f->ndirs++] = fd;
	return fd == -1 ? -1 : 0;
}

/* As a run of the environment looks for them: env_maps_open. */
static int open_bundle(struct formats *f, const char *env, struct err *e)
{
	const int dir = fsx_dir(env, e);
	int rc = -1;

	if (dir == -1)
		return -1;
	rc = add_dir(f, fsx_subdir(dir, "bundle/definitions", e));
	if (rc == -1 && e->code == ERR_ABSENT)
		rc = 0;
	if (rc == 0)
		rc = add_dir(f, fsx_subdir(dir, "bundle", e));
	fsx_close(dir);
	return rc;
}

static int list_format(struct formats *f, const char *format, struct err *e)
{
	struct def_listed *list = NULL;
	struct formats_message *more = NULL;
	size_t n = 0;

	if (defs_list(f->defs, str_c(format), &f->arena, &list, &n, e) == -1)
		return -1;
	more = arena_array(&f->arena, f->n + n + 1, sizeof(*more));
	for (size_t i = 0; i < f->n; i++)
		more[i] = f->all[i];
	for (size_t i = 0; i < n; i++)
		more[f->n + i] = (struct formats_message){
			str_c(format), list[i].version, list[i].id, NULL};
	f->all = more;
	f->n += n;
	return 0;
}

int formats_open(struct formats *f, const char *env, struct err *e)
{
	static const char *const names[] = {"bundle/definitions", "bundle", "maps"};
	const struct def_format *list = NULL;
	size_t n = 0;

	memset(f, 0, sizeof(*f));
	arena_init(&f->arena);
	faults_init(&f->faults, &f->arena);
	if (env && open_bundle(f, env, e) == -1)
		return -1;
	if (add_dir(f, env_maps_dir(e)) == -1)
		return -1;
	f->defs = defs_new(f->dirs, names + 3 - f->ndirs, f->ndirs);
	list = defs_formats(&n);
	for (size_t i = 0; i < n; i++)
		if (list_format(f, list[i].name, e) == -1)
			return -1;
	return 0;
}

void formats_close(struct formats *f)
{
	defs_free(f->defs);
	for (size_t i = 0; i < f->ndirs; i++)
		fsx_close(f->dirs[i]);
	arena_done(&f->arena);
}

int formats_load(struct formats *f, struct formats_message *m, struct str guide, struct err *e)
{
	m->def = defs_message(
		f->defs, m->format, m->version, m->id, guide, &f->faults, "--guide", 0, 0);
	return m->def ? 0 : faults_err(&f->faults, e);
}

static void gather(const struct def_node *n, const struct def_segment **seen, size_t *nseen)
{
	for (; n; n = n->next) {
		size_t i = 0;
		while (i < *nseen && seen[i] != n->segment)
			i++;
		if (!n->loop && i == *nseen)
			seen[(*nseen)++] = n->segment;
		gather(n->child, seen, nseen);
	}
}

const struct def_segment **formats_segments(const struct def_message *m, struct arena *a, size_t *n)
{
	const struct def_segment **seen = arena_array(a, m->nodes, sizeof(*seen));

	*n = 0;
	gather(m->root->child, seen, n);
	return seen;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* A name in its parts; what was not said is empty. */
struct asked {
	const char *name;
	struct str format, version;
	struct str first, second; /* message and segment, or a segment or element */
};

static bool has_version(const struct formats *f, struct str version)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->all[i].version, version))
			return true;
	return false;
}

static bool has_message(const struct formats *f, struct str id)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->all[i].id, id))
			return true;
	return false;
}

static int cut(const struct formats *f, const char *name, struct asked *q, struct err *e)
{
	struct str parts[PARTS_MAX] = {{NULL, 0}};
	struct str rest = str_c(name);
	size_t n = 0;
	size_t i = 0;

	while (n < PARTS_MAX && str_split(&rest, '/', &parts[n]))
		n++;
	*q = (struct asked){.name = name};
	if (i < n && defs_format(parts[i]))
		q->format = parts[i++];
	if (i < n && has_version(f, parts[i]))
		q->version = parts[i++];
	if (i < n)
		q->first = parts[i++];
	if (i < n)
		q->second = parts[i++];
	if (i < n || q->first.n == 0)
		return err_set(e, ERR_USAGE,
			"'%s' is no name of a definition; write [FORMAT/][VERSION/]MESSAGE[/SEGMENT], "
			"as x12/004010/832, or a segment or element instead of MESSAGE",
			name);
	return 0;
}

static bool fits(const struct asked *q, const struct formats_message *m)
{
	return (q->format.n == 0 || str_eq(q->format, m->format)) &&
		(q->version.n == 0 || str_eq(q->version, m->version));
}

static int several(const struct asked *q, struct str first, struct str second, struct err *e)
{
	const struct str rest = str_from(str_c(q->name), (size_t)(q->first.p - q->name));

	return err_set(e, ERR_USAGE,
		"'%s' is defined more than once, in " STR_FMT " and " STR_FMT "; write " STR_FMT
		"/" STR_FMT,
		q->name, STR_ARG(first), STR_ARG(second), STR_ARG(first), STR_ARG(rest));
}

/* "x12/004010" */
static struct str folder(struct formats *f, const struct formats_message *m)
{
	return arena_printf(
		&f->arena, STR_FMT "/" STR_FMT, STR_ARG(m->format), STR_ARG(m->version));
}

static int unknown(
	const struct asked *q, const char *what, const char *const *names, size_t n, struct err *e)
{
	const struct str wanted = q->second.n ? q->second : q->first;
	const char *near = str_suggest(wanted, names, n);

	return err_set(e, ERR_USAGE,
		"there is no %s '" STR_FMT "'%s%s%s; gridspool format list has all messages", what,
		STR_ARG(wanted), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
}

static size_t segments_of(struct formats *f, const struct def_node *n, const char **names, size_t k)
{
	for (; n; n = n->next) {
		if (!n->loop && k < NAMES_MAX)
			names[k++] = arena_cstr(&f->arena, n->name);
		k = segments_of(f, n->child, names, k);
	}
	return k;
}

static const struct def_segment *segment_in(const struct def_node *n, struct str tag)
{
	for (; n; n = n->next) {
		const struct def_segment *inner = segment_in(n->child, tag);
		if (!n->loop && str_eq(n->name, tag))
			return n->segment;
		if (inner)
			return inner;
	}
	return NULL;
}

static int find_message(struct formats *f, const struct asked *q, struct str guide,
	struct formats_found *out, struct err *e)
{
	struct formats_message *m = NULL;
	const char **names = NULL;

	for (size_t i = 0; i < f->n; i++) {
		if (!fits(q, &f->all[i]) || !str_eq(f->all[i].id, q->first))
			continue;
		if (m)
			return several(q, folder(f, m), folder(f, &f->all[i]), e);
		m = &f->all[i];
	}
	if (!m)
		return 0;
	if (formats_load(f, m, guide, e) == -1)
		return -1;
	*out = (struct formats_found){
		.message = m->def, .format = m->format, .version = m->version};
	if (q->second.n == 0)
		return 1;
	out->segment = segment_in(m->def->root->child, q->second);
	if (out->segment)
		return 1;
	names = arena_array(&f->arena, NAMES_MAX, sizeof(*names));
	return unknown(q, "segment", names, segments_of(f, m->def->root->child, names, 0), e);
}

/* A segment or an element of a version, whatever messages use it. */
static int find_part(
	struct formats *f, const struct asked *q, struct formats_found *out, struct err *e)
{
	const struct formats_message *m = NULL;

	for (size_t i = 0; i < f->n; i++) {
		const struct formats_message *x = &f->all[i];
		const struct def_segment *s = NULL;
		const struct def_element *d = NULL;
		if (!fits(q, x) || (i > 0 && str_eq(x[-1].version, x->version)))
			continue;
		s = defs_segment(f->defs, x->format, x->version, q->first, &f->faults);
		d = defs_element(f->defs, x->format, x->version, q->first, &f->faults);
		if (!s && !d)
			continue;
		if (m)
			return several(q, folder(f, m), folder(f, x), e);
		m = x;
		*out = (struct formats_found){.segment = s,
			.element = s ? NULL : d,
			.format = x->format,
			.version = x->version};
	}
	return m ? 1 : f->faults.n ? faults_err(&f->faults, e) : 0;
}

/* What could have been meant: messages and, of the versions that were named, segments. */
static int not_there(struct formats *f, const struct asked *q, struct err *e)
{
	const char **names = arena_array(&f->arena, NAMES_MAX, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < f->n && n < NAMES_MAX; i++)
		if (fits(q, &f->all[i]))
			names[n++] = arena_cstr(&f->arena, f->all[i].id);
	for (size_t i = 0; i < f->n; i++)
		if (fits(q, &f->all[i]) && formats_load(f, &f->all[i], STR(""), e) == 0)
			n = segments_of(f, f->all[i].def->root->child, names, n);
	return unknown(q, "message, segment or element", names, n, e);
}

int formats_find(struct formats *f, const char *name, struct str guide, struct formats_found *out,
	struct err *e)
{
	struct asked q;
	int rc = cut(f, name, &q, e);

	if (rc == -1)
		return -1;
	if (q.second.n > 0 && !has_message(f, q.first)) {
		q.second = STR("");
		return not_there(f, &q, e);
	}
	rc = find_message(f, &q, guide, out, e);
	if (rc == 0)
		rc = find_part(f, &q, out, e);
	if (rc == 0)
		rc = not_there(f, &q, e);
	return rc == -1 ? -1 : 0;
}
