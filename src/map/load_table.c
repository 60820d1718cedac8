/* Loads <table>: two columns of a CSV file, looked up in both directions. */
#include "map/load.h"

#include "base/fsx.h"
#include "base/mem.h"

enum { NEAR_MAX = 64 };

const char *load_table_folders(struct load *l)
{
	struct str all = STR("");

	for (size_t i = 0; i < l->env->ndirs; i++)
		all = arena_printf(l->scratch, STR_FMT "%s%s", STR_ARG(all), i ? ", " : "",
			l->env->dir_names[i]);
	return all.n ? all.p : "any folder: none is to be searched";
}

int load_table_open(struct load *l, struct str file, struct err *e)
{
	for (size_t i = 0; i < l->env->ndirs; i++) {
		const int fd = fsx_open(l->env->dirs[i], arena_cstr(l->scratch, file), e);

		if (fd != -1 || e->code != ERR_ABSENT)
			return fd;
	}
	return err_set(e, ERR_ABSENT, "there is no such file in %s", load_table_folders(l));
}

static struct str *boxed(struct load *l, struct str s)
{
	struct str *box = ARENA_NEW(&l->m->arena, struct str);

	*box = arena_str(&l->m->arena, s);
	return box;
}

static void table_row(
	struct load *l, const struct xml *x, struct map_table *t, const struct item *it)
{
	const struct node *k = node_child(it->root, names_id(l->m->names, t->key_column));
	const struct node *v = node_child(it->root, names_id(l->m->names, t->value_column));
	struct str *key = NULL;
	struct str *value = NULL;

	if (!k || !v || !k->value.n || !v->value.n)
		return;
	key = boxed(l, k->value);
	value = boxed(l, v->value);
	if (!table_add(&t->forward, *key, value))
		load_fault(l, x,
			"table " STR_FMT ": '" STR_FMT "' is there twice, again in line %u",
			STR_ARG(t->name), STR_ARG(*key), it->line);
	/* Several keys may have one value; the first is what the way back gives. */
	(void)table_add(&t->back, *value, key);
}

/* Every cell of the row is there, also the empty ones, so the first row shows the header. */
static void table_column(struct load *l, const struct xml *x, const char *attr, struct str column,
	const struct node *row, struct str file)
{
	const char *names[NEAR_MAX];
	size_t n = 0;
	const char *near = NULL;

	if (node_child(row, names_id(l->m->names, column)))
		return;
	for (const struct node *k = row->child; k && n < NEAR_MAX; k = k->next)
		names[n++] = arena_cstr(l->scratch, names_text(l->m->names, k->name));
	near = str_suggest(column, names, n);
	load_fault_at(l, x, str_c(attr), 0, "table " STR_FMT " has no column '" STR_FMT "'%s%s%s",
		STR_ARG(file), STR_ARG(column), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
}

static void read_table(
	struct load *l, const struct xml *x, struct map_table *t, int fd, struct str file)
{
	struct reader_spec spec = {.format = STR("csv"), .file = file, .keep_empty = true};
	const size_t before = l->f->n;
	struct err e;
	struct reader *r = reader_open(fd, &spec, l->m->names, &e);
	struct diag d;
	struct item it;
	int rc = r ? 0 : -1;

	diag_init(&d, l->scratch);
	for (bool first = true; r && (rc = reader_next(r, &it, &d, &e)) == 1;) {
		if (!it.root)
			continue;
		if (first) {
			table_column(l, x, "key", t->key_column, it.root, file);
			table_column(l, x, "value", t->value_column, it.root, file);
		}
		first = false;
		table_row(l, x, t, &it);
	}
	if (rc == -1)
		load_fault_at(l, x, STR("file"), 0, "table " STR_FMT ": %s", STR_ARG(file), e.text);
	for (const struct finding *f = d.first; f; f = f->next)
		load_fault_at(l, x, STR("file"), 0, "table " STR_FMT ", line %u: " STR_FMT,
			STR_ARG(file), f->line, STR_ARG(f->rule));
	if (rc == 0 && l->f->n == before && !t->forward.n)
		load_fault_at(l, x, STR("file"), 0,
			"table " STR_FMT " has no row with values in '" STR_FMT "' and '" STR_FMT
			"'",
			STR_ARG(file), STR_ARG(t->key_column), STR_ARG(t->value_column));
	reader_close(r);
}

void load_table_add(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"name", "file", "key", "value", "default"};
	struct map_table t = {.name = load_need(l, x, "name")};
	struct str file = load_need(l, x, "file");
	struct str fallback = xml_attr(x, "default");
	struct err e;
	int fd = -1;

	t.key_column = load_need(l, x, "key");
	t.value_column = load_need(l, x, "value");
	t.has_fallback = fallback.p != NULL;
	t.fallback = arena_str(&l->m->arena, fallback);
	load_unused(l, x, known, 5);
	table_init(&t.forward);
	table_init(&t.back);
	if (file.n && t.key_column.n && t.value_column.n &&
		(fd = load_table_open(l, file, &e)) == -1)
		load_fault_at(l, x, STR("file"), 0, "table " STR_FMT ": %s", STR_ARG(file), e.text);
	if (fd != -1)
		read_table(l, x, &t, fd, file);
	fsx_close(fd);
	mem_grow(&l->m->tables, &l->tables_cap, l->m->ntables + 1, sizeof(t));
	l->m->tables[l->m->ntables++] = t;
}
