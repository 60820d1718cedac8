/* The columns that a map reads against a header; see columns.h. */
#include "map/columns.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "defs/layout.h"

enum { NEAR_MAX = 128 };

static bool has(const struct reader *r, uint32_t name)
{
	for (size_t i = 0; reader_column(r, i); i++)
		if (reader_column(r, i) == name)
			return true;
	return false;
}

static const char *near(
	const struct map *m, const struct reader *r, struct str name, struct arena *a)
{
	const char *names[NEAR_MAX];
	size_t n = 0;

	for (; n < NEAR_MAX && reader_column(r, n); n++)
		names[n] = arena_cstr(a, names_text(m->names, reader_column(r, n)));
	return str_suggest(name, names, n);
}

void columns_fixed_faults(const struct map *m, struct faults *f)
{
	for (size_t i = 0; i < m->ncolumns; i++) {
		const struct map_column *c = &m->columns[i];
		const struct def_message *y = c->of == MAP_ITEMS ? m->layout
								 : m->joins[c->of].pub.layout;
		const struct str name = names_text(m->names, c->name);

		if (y && !layout_field(y->layout->fields, name))
			(void)faults_add(f, m->file, c->line, c->column,
				"the definition " STR_FMT " has no column '" STR_FMT "'%s",
				STR_ARG(y->id), STR_ARG(name),
				layout_near(y->layout->fields, name, f));
	}
}

void columns_faults(const struct map *m, int of, const struct reader *r, struct faults *f)
{
	for (size_t i = 0; reader_column(r, 0) && i < m->ncolumns; i++) {
		const struct map_column *c = &m->columns[i];
		const struct str name = names_text(m->names, c->name);
		const char *meant = NULL;

		if (c->of != of || has(r, c->name))
			continue;
		meant = near(m, r, name, f->arena);
		(void)faults_add(f, m->file, c->line, c->column,
			STR_FMT " has no column '" STR_FMT "'%s%s%s", STR_ARG(r->spec.file),
			STR_ARG(name), meant ? "; did you mean '" : "", meant ? meant : "",
			meant ? "'?" : "");
	}
}

int columns_check(const struct map *m, int of, const struct reader *r, struct err *e)
{
	struct arena a;
	struct faults f;
	int rc = 0;

	arena_init(&a);
	faults_init(&f, &a);
	columns_faults(m, of, r, &f);
	if (f.n > 0) {
		rc = faults_err(&f, e);
		e->code = ERR_INPUT;
	}
	arena_done(&a);
	return rc;
}
