/* What an agreement depends on: an edit of anything else leaves its hash as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "map/compiled.h"
#include "secure/hash.h"
#include "stage/bundle.h"
#include "unit/support/stage_world.h"

static const struct {
	const char *folder, *name;
	bool counts;
} files[] = {
	{"bundle/agreements", "mine.xml", true},
	{"bundle/agreements", "other.xml", false},
	{"bundle/maps", "mine.xml", true},
	{"bundle/maps", "other.xml", false},
	{"bundle/tables", "uom.csv", true},
	{"bundle", "routes.xml", false},
	/* of what is made */
	{"maps/edifact/D01B", "PRICAT.xml", true},
	{"maps/edifact/D01B", "PRICAT.EAN009.xml", true},
	{"maps/edifact/D01B", "codes.xml", true},
	{"maps/edifact/D01B", "PRODAT.xml", false},
	{"maps/edifact/D96A", "codes.xml", false},
	/* of what is read */
	{"maps/x12/004010", "832.xml", true},
	{"bundle/definitions/x12/004010", "832.xml", true},
	{"maps/x12/004010", "elements.xml", true},
	{"maps/x12/004010", "846.xml", false},
	{"maps/x12/005010", "832.xml", false},
	{"maps/csv", "list.xml", false},
	{"maps/fixed", "items.xml", true},
	{"maps/fixed", "stock.xml", true},
	{"maps/fixed", "other.xml", false},
};

static void write_file(
	struct stage_world *w, const char *folder, const char *name, const char *text)
{
	char path[100];
	struct err e;
	const int dir = env_folder(&w->v, folder, &e);

	assert_true(dir != -1);
	fsx_close(dir);

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void depends_on(void **state)
{
	static const struct def_message made = {
		.format = {"edifact", 7}, .version = {"D01B", 4}, .id = {"PRICAT", 6}};
	static const struct def_message read = {
		.format = {"x12", 3}, .version = {"004010", 6}, .id = {"832", 3}};
	static const struct def_message items = {.format = {"fixed", 5}, .id = {"items", 5}};
	static const struct def_message stock = {.format = {"fixed", 5}, .id = {"stock", 5}};
	struct map_join_def joins[] = {{.pub = {.layout = NULL}}, {.pub = {.layout = &stock}}};
	const struct map reader = {.layout = &items, .joins = joins, .njoins = 2};
	const struct bundle_part part = {
		"agreements/mine.xml", "maps/mine.xml", &made, &read, &reader};
	struct stage_world w;
	struct err e;
	char before[HASH_HEX];
	char after[HASH_HEX];

	(void)state;
	stage_world_open(&w, false);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		write_file(&w, files[i].folder, files[i].name, "1");
	w.v.map_dirs[0] = fsx_subdir(w.v.dir, "bundle", &e);
	w.v.map_dirs[2] = fsx_subdir(w.v.dir, "maps", &e);
	assert_int_equal(bundle_hash(&w.v, &part, after, &e), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		memcpy(before, after, sizeof(before));
		write_file(&w, files[i].folder, files[i].name, "2");
		assert_int_equal(bundle_hash(&w.v, &part, after, &e), 0);
		if ((strcmp(before, after) != 0) != files[i].counts)
			fail_msg("%s/%s", files[i].folder, files[i].name);
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(depends_on)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
