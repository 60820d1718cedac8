/* The table of units; see units.h. */
#include "map/units.h"

#include <stdio.h>

#include "base/fsx.h"
#include "map/load.h"

#define UNITS_FILE "tables/units.csv"

enum { NEAR_MAX = 200 };

static struct str cell(const struct map *m, const struct node *row, const char *column)
{
	const struct node *n = node_child(row, names_id(m->names, str_c(column)));

	return n ? n->value : STR("");
}

/* One row; false when it is none. */
static bool add_row(struct load *l, const struct node *row)
{
	struct map *m = l->m;
	struct unit *u = ARENA_NEW(&m->arena, struct unit);
	const struct str codes[] = {cell(m, row, "rec20"), cell(m, row, "x12")};

	u->kind = arena_str(&m->arena, cell(m, row, "kind"));
	if (u->kind.n == 0 || !dec_parse(cell(m, row, "factor"), '.', &u->factor) ||
		u->factor.v <= 0)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (codes[i].n > 0 && !table_add(&m->units, arena_str(&m->arena, codes[i]), u))
			return false;
	return true;
}

static bool read_rows(struct load *l, int fd, struct expr_fault *f)
{
	const struct reader_spec spec = {.format = STR("csv"), .file = STR(UNITS_FILE)};
	struct reader *r = NULL;
	struct diag d;
	struct item it;
	struct err e;
	bool good = true;
	int rc = -1;

	diag_init(&d, l->scratch);
	r = reader_open(fd, &spec, l->m->names, &e);
	while (r && good && (rc = reader_next(r, &it, &d, &e)) == 1) {
		good = it.root && add_row(l, it.root);
		if (!good)
			snprintf(f->text, sizeof(f->text),
				UNITS_FILE
				":%u: expected a code in rec20 or x12 that is not above, a kind "
				"and a factor greater than 0",
				it.line);
	}
	if (rc == -1)
		snprintf(f->text, sizeof(f->text), UNITS_FILE ": %.180s", e.text);
	reader_close(r);
	return good && rc == 0;
}

bool units_load(struct load *l, struct expr_fault *f)
{
	struct err e;
	bool good = false;
	int fd = -1;

	if (l->m->units.n > 0)
		return true;
	fd = load_table_open(l, STR(UNITS_FILE), &e);
	if (fd == -1)
		snprintf(f->text, sizeof(f->text), UNITS_FILE ": %.180s", e.text);
	else
		good = read_rows(l, fd, f);
	fsx_close(fd);
	return good;
}

const struct unit *units_find(const struct map *m, struct str code)
{
	return table_get(&m->units, code);
}

bool units_check(const struct load *l, const struct expr *code, struct expr_fault *f)
{
	const char *names[NEAR_MAX];
	const char *near = NULL;
	struct str key;
	void *value = NULL;
	size_t n = 0;

	if (code->op != EXPR_TEXT || units_find(l->m, code->text))
		return true;
	for (size_t i = 0; n < NEAR_MAX && table_each(&l->m->units, &i, &key, &value);)
		names[n++] = arena_cstr(l->scratch, key);
	near = str_suggest(code->text, names, n);
	f->at = code->at;
	snprintf(f->text, sizeof(f->text), "'" STR_FMT "' is no unit of " UNITS_FILE "%s%s%s",
		STR_ARG(code->text), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return false;
}
