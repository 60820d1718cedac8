/* What is other in a bundle than in that of the run before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/bundle.h"
#include "stage/bundle_diff.h"
#include "unit/support/stage_world.h"

static void keep(struct stage_world *w)
{
	struct err e;

	assert_int_equal(bundle_hash(&w->v, NULL, w->v.bundle, &e), 0);
	assert_int_equal(bundle_keep(&w->v, &e), 0);
}

static void run_was(struct stage_world *w, const char *bundle, int n)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql),
		"INSERT INTO run(id, started, bundle, pid) VALUES('r%d', %d, '%s', 1)", n, n,
		bundle);
	stage_world_sql(w, sql);
}

static int64_t told(struct stage_world *w, const char *detail)
{
	char sql[600];

	(void)snprintf(sql, sizeof(sql),
		"SELECT COUNT(*) FROM event WHERE what = 'bundle-changed' AND detail = '%s'",
		detail);
	return stage_world_count(w, sql);
}

static void differs(void **state)
{
	static const char all[] = "SELECT COUNT(*) FROM event WHERE what = 'bundle-changed'";
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	w.v.config->usage = USAGE_PRODUCTION;
	stage_world_put(&w, "bundle/tables", "a.csv", "1");
	stage_world_put(&w, "bundle/tables", "b.csv", "1");
	w.v.map_dirs[0] = fsx_subdir(w.v.dir, "bundle", &e);
	w.v.map_dirs[2] = env_folder(&w.v, "maps", &e);
	keep(&w);
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0); /* no run before */
	run_was(&w, w.v.bundle, 1);
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0); /* the same */
	assert_int_equal(stage_world_count(&w, all), 0);
	const int dir = fsx_subdir(w.v.dir, "bundle/tables", &e);
	assert_int_equal(fsx_replace(dir, "a.csv", STR("2"), &e), 0);
	assert_int_equal(fsx_remove(dir, "b.csv", &e), 0);
	assert_int_equal(fsx_put(dir, "c.csv", STR("1"), &e), 0);
	keep(&w);
	w.v.config->usage = USAGE_TEST;
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0);
	assert_int_equal(stage_world_count(&w, all), 0);
	w.v.config->usage = USAGE_PRODUCTION;
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0);
	assert_int_equal(told(&w,
				 "changed bundle/tables/a.csv, new bundle/tables/c.csv, "
				 "removed bundle/tables/b.csv"),
		1);
	run_was(&w, "0000", 2); /* no longer kept */
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0);
	assert_int_equal(told(&w, "that version is no longer kept"), 1);
	run_was(&w, w.v.bundle, 3);
	for (int i = 0; i < 7; i++) {
		char name[20];
		(void)snprintf(name, sizeof(name), "n%d.csv", i);
		assert_int_equal(fsx_put(dir, name, STR("1"), &e), 0);
	}
	keep(&w);
	assert_int_equal(bundle_diff_tell(&w.v, &e), 0);
	assert_int_equal(told(&w,
				 "new bundle/tables/n0.csv, new bundle/tables/n1.csv, new "
				 "bundle/tables/n2.csv, new bundle/tables/n3.csv, new "
				 "bundle/tables/n4.csv and 2 more"),
		1);
	fsx_close(dir);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
