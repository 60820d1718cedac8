/* Files of definitions and their attributes; see defs_xml.h. */
#include "defs/defs_xml.h"

#include <string.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "defs/dict.h"

int defs_xml_load(struct defs *d, size_t dir, struct str path, struct xml **root, const char **file,
	struct faults *f)
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
		faults_add_placed(f, full, e.text);
		goto out;
	}
	*file = full;
	rc = 1;
out:
	buf_done(&b);
	fsx_close(fd);
	return rc;
}

struct str defs_xml_need(const struct xml *x, const char *attr, const char *file, struct faults *f)
{
	struct str s = xml_attr(x, attr);

	if (!s.n)
		faults_add(f, file, x->line, x->column,
			"<" STR_FMT "> must have the attribute '%s'", STR_ARG(x->name), attr);
	return s;
}

uint32_t defs_xml_number(const struct xml *x, const char *attr, uint32_t fallback, uint32_t low,
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

bool defs_xml_yes(
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

uint32_t defs_xml_max(const struct xml *x, uint32_t fallback, const char *file, struct faults *f)
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

bool defs_xml_mandatory(const struct xml *x, const char *file, struct faults *f)
{
	struct str use = xml_attr(x, "use");

	if (use.p && !str_is(use, "M") && !str_is(use, "O") && !str_is(use, "C"))
		faults_add(f, file, x->line, x->column,
			"use=\"" STR_FMT
			"\" must be M (mandatory), O (optional) or C (conditional)",
			STR_ARG(use));
	return str_is(use, "M");
}

static const char *suggestion(struct str s, const char *const *names, struct faults *f)
{
	size_t n = 0;

	while (names[n])
		n++;
	return faults_near(f, s, names, n);
}

static bool among(struct str s, const char *const *names)
{
	for (; *names; names++)
		if (str_is(s, *names))
			return true;
	return false;
}

void defs_xml_strange(const struct xml *x, const char *const *attrs, const char *const *children,
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

bool defs_xml_is(const struct xml *x, const char *name)
{
	return str_is(x->name, name) && str_is(x->ns, DEFS_NAMESPACE);
}

bool defs_xml_root(const struct xml *root, const char *name, const struct dict *dict,
	const char *file, struct faults *f)
{
	size_t before = f->n;

	if (!defs_xml_is(root, name)) {
		faults_add(f, file, root->line, root->column,
			"found <" STR_FMT ">, expected <%s xmlns=\"%s\">", STR_ARG(root->name),
			name, DEFS_NAMESPACE);
		return false;
	}
	struct str format = defs_xml_need(root, "format", file, f);
	struct str version = defs_xml_need(root, "version", file, f);
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
