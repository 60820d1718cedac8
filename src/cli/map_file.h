/* A map by its path, with the folders in which it finds definitions, guides and tables. */
#ifndef CLI_MAP_FILE_H
#define CLI_MAP_FILE_H

#include "map/map.h"
#include "model/faults.h"

enum { MAP_FILE_DIRS = 4 };

struct map_file {
	struct arena arena;
	int dirs[MAP_FILE_DIRS];
	const char *dir_names[MAP_FILE_DIRS];
	size_t ndirs;
	struct defs *defs;
	struct map *map;
};

/* -1: the map cannot be read, or is wrong: all faults in f, *e sums them up. names is shared with the
 * readers. map_file_close accepts a half-open one. */
int map_file_open(struct map_file *m, const char *path, struct names *names, struct faults *f,
	struct err *e) ATTR_CHECK;
void map_file_close(struct map_file *m);

#endif
