/* A small world for tests of maps: definitions, names, inputs from a folder, a run, its output as text. */
#ifndef UNIT_SUPPORT_MAP_WORLD_H
#define UNIT_SUPPORT_MAP_WORLD_H

#include "base/buf.h"
#include "map/map.h"

enum { WORLD_JOINS = 4, WORLD_VARS = 16 };

struct map_world {
	struct arena arena;
	struct names names;
	struct faults faults;
	struct diag diag;
	struct defs *defs;
	int dirs[2]; /* the test's own folder, maps of the project */
	const char *dir_names[2];
	struct map_env env;
	struct map *map;
	struct map_run *run;
	struct map_input input;
	struct reader *source; /* the items */
	struct reader *links;
	struct reader *joins[WORLD_JOINS];
	int fds[2 + 2 * WORLD_JOINS]; /* joins may be opened twice */
	size_t nfds;
	struct map_var vars[WORLD_VARS];
	struct map_var workflow[WORLD_VARS];
	uint32_t items;
	size_t verdicts[5];
};

/* folder may be NULL: only the project's maps. */
void map_world_start(struct map_world *w, const char *folder);
void map_world_done(struct map_world *w);
/* Loads; the world's faults say what is wrong. */
struct map *map_world_load(struct map_world *w, const char *text);
void map_world_var(struct map_world *w, const char *name, const char *value);
void map_world_workflow(struct map_world *w, const char *id, const char *label);
/* Opens the readers (specs: items, then one a join) and makes the run. Fails the test on errors. */
void map_world_open(struct map_world *w, const char *items, struct reader_spec spec,
	const char *const *joins, const struct reader_spec *join_specs);
/* Everything in one message: segments as lines, then findings as "! CODE item field found". */
void map_world_run(struct map_world *w, struct buf *out);
void map_world_segments(struct buf *out, const struct segment *s);
void map_world_findings(struct buf *out, const struct diag *d);
/* The faults as "line:column: text" lines. */
void map_world_faults(struct buf *out, const struct faults *f);
/* The whole of a file, in the arena; a view with p == NULL when it is not there. */
struct str map_world_file(struct map_world *w, const char *path);

#endif
