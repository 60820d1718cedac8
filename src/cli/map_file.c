/* A map by its path; see map_file.h. */
#include "cli/map_file.h"

#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/env_maps.h"

static int add_dir(struct map_file *m, int fd, const char *name)
{
	if (fd == -1)
		return -1;
	m->dirs[m->ndirs] = fd;
	m->dir_names[m->ndirs++] = name;
	return 0;
}

/* Tables and guides: beside the map, where the bundle of the map is, then the program's own. */
static int open_dirs(struct map_file *m, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const size_t n = slash ? (size_t)(slash - path) : 1;
	const char *own = arena_cstr(&m->arena, (struct str){slash ? path : ".", n == 0 ? 1 : n});
	const char *above = arena_printf(&m->arena, "%s/..", own).p;
	const char *definitions = arena_printf(&m->arena, "%s/definitions", above).p;
	struct err ignored;

	if (add_dir(m, fsx_dir(own, e), own) == -1)
		return -1;
	if (access(definitions, F_OK) == 0 &&
		add_dir(m, fsx_dir(definitions, e), definitions) == -1)
		return -1;
	(void)add_dir(m, fsx_dir(above, &ignored), above);
	return add_dir(m, env_maps_dir(e), "maps");
}

int map_file_open(
	struct map_file *m, const char *path, struct names *names, struct faults *f, struct err *e)
{
	struct buf text;
	struct map_env env;

	memset(m, 0, sizeof(*m));
	arena_init(&m->arena);
	if (open_dirs(m, path, e) == -1)
		return -1;
	m->defs = defs_new(m->dirs, m->dir_names, m->ndirs);
	env = (struct map_env){m->defs, names, m->dirs, m->dir_names, m->ndirs};
	buf_init(&text, LIMIT_CONFIG_FILE);
	if (fsx_read_path(path, &text, e) == -1) {
		buf_done(&text);
		return -1;
	}
	m->map = map_load(buf_view(&text), path, &env, f);
	buf_done(&text);
	return m->map ? 0 : faults_err(f, e);
}

void map_file_close(struct map_file *m)
{
	map_free(m->map);
	defs_free(m->defs);
	for (size_t i = 0; i < m->ndirs; i++)
		fsx_close(m->dirs[i]);
	arena_done(&m->arena);
}
