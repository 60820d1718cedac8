/* Any bytes as a map: a compiled map, or faults with places. Nothing else. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "map/map.h"
#include "model/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int dirs[1];
static const char *const dir_names[1] = {"maps"};
static struct defs *defs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	xml_start();
	dirs[0] = fsx_dir(TEST_TOP "/maps", &e);
	if (dirs[0] == -1)
		abort();
	defs = defs_new(dirs, dir_names, 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct names names;
	struct faults f;
	struct map_env env = {defs, &names, dirs, dir_names, 1};
	struct map *m = NULL;

	if (size > LIMIT_SEGMENT)
		return 0;
	arena_init(&a);
	names_init(&names);
	faults_init(&f, &a);
	m = map_load((struct str){(const char *)data, size}, "map.xml", &env, &f);
	if ((m == NULL) != (f.n > 0))
		abort();
	map_free(m);
	names_done(&names);
	arena_done(&a);
	return 0;
}
