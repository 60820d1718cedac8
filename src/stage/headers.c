/* Columns that maps read, in the headers of current/; see headers.h. */
#include "stage/headers.h"

#include "base/fsx.h"
#include "stage/inputs.h"

/* The newest file of a source that is in use; -1 when there is none. */
static int open_current(
	const struct env *v, const struct config_source *s, struct arena *a, const char **name)
{
	const char *folder = arena_printf(a, "current/" STR_FMT, STR_ARG(s->name)).p;
	struct fsx_list list = {0};
	struct err e;
	const int dir = fsx_subdir(v->dir, folder, &e);
	int fd = -1;

	if (dir != -1 && fsx_list(dir, &list, &e) == 0 && list.n > 0) {
		const char *last = list.names[list.n - 1]; /* in-000004.csv: sorted by number */
		*name = arena_printf(a, "%s/%s", folder, last).p;
		fd = fsx_open(dir, last, &e);
	}
	fsx_list_done(&list);
	fsx_close(dir);
	return fd;
}

/* A map that reads columns which the source does not have, as far as it is there. The next one may
 * have them, so a run starts. */
static void check_header(struct env *v, const struct map *m, int of, const struct config_source *s,
	struct faults *all)
{
	const char *name = "";
	const int fd = s && str_is(s->format, "csv") ? open_current(v, s, all->arena, &name) : -1;
	struct reader_spec spec;
	struct reader *r = NULL;
	struct faults f;
	struct err e;

	if (fd == -1)
		return;
	faults_init(&f, all->arena);
	inputs_reader_spec(s, str_c(name), &spec);
	r = reader_open(fd, &spec, &v->names, &e);
	if (r)
		map_columns(m, of, r, &f);
	for (const struct fault *x = f.first; x; x = x->next)
		faults_warn(all, x->file, x->line, x->column, "%s", x->text);
	reader_close(r);
	fsx_close(fd);
}

void headers_check(struct env *v, struct faults *f)
{
	for (size_t i = 0; i < v->nroutes; i++) {
		const struct env_route *r = &v->routes[i];
		size_t n = 0;
		const struct map_join *joins = r->map ? map_joins(r->map, &n) : NULL;

		if (r->map)
			check_header(v, r->map, MAP_ITEMS, r->source, f);
		for (size_t k = 0; k < n; k++)
			check_header(v, r->map, (int)k,
				config_source_find(v->config, joins[k].source), f);
	}
}
