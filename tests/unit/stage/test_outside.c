/* Partners' folders must not lie in the environment, by whatever way they are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/outside.h"

static void table(void **state)
{
	static const struct {
		const char *path, *put, *get; /* below the test's folder */
		size_t faults;
	} rows[] = {
		{"", "acme/in", "acme/out", 0}, {"/acme", "in", "out", 0},
		{"/acme", "not/there", "", 0}, {"/env", "", "", 1}, {"/env", "inbox", "outbox", 2},
		{"", "env/inbox", "acme/out", 1}, {"/link", "inbox", "", 1},
		{"", "acme/in", "acme/back/outbox", 1}, {"", "envy", "", 0},
		{NULL, "", "", 0}, /* an SFTP endpoint */
	};
	struct err e;
	char here[LIMIT_PATH];
	int dir = -1;
	int env = -1;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	dir = fsx_dir(".", &e);
	assert_int_equal(fsx_mkdirs(dir, "env/inbox", 0750, &e), 0);
	assert_int_equal(fsx_mkdirs(dir, "env/outbox", 0750, &e), 0);
	assert_int_equal(fsx_mkdirs(dir, "acme/in", 0750, &e), 0);
	assert_int_equal(fsx_mkdirs(dir, "acme/out", 0750, &e), 0);
	assert_int_equal(fsx_mkdirs(dir, "envy", 0750, &e), 0);
	assert_int_equal(symlink("env", "link"), 0);
	assert_int_equal(symlink("../env", "acme/back"), 0);
	env = fsx_subdir(dir, "env", &e);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_endpoint ep = {
			.name = STR("main"), .put = str_c(rows[i].put), .get = str_c(rows[i].get)};
		struct config_partner p = {.endpoints = &ep};
		struct config c = {.partners = &p};
		struct arena a;
		struct faults f;
		arena_init(&a);
		faults_init(&f, &a);
		ep.path = rows[i].path ? arena_printf(&a, "%s%s", here, rows[i].path) : STR("");
		outside_check(env, &c, &f);
		if (f.n != rows[i].faults)
			fail_msg("row %zu: %zu faults", i, f.n);
		arena_done(&a);
	}
	fsx_close(env);
	fsx_close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(table)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
