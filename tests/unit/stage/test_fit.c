/* Whose a folder is, which rights stop a run, and what a file system makes of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/fit.h"

static void rights(void **state)
{
	static const struct {
		const char *name;
		unsigned mode, top;
		int faults, warnings;
	} rows[] = {
		{"outbox", 0750, 0751, 0, 0},
		{"outbox", 0752, 0750, 1, 0},
		{"outbox", 0755, 0751, 1, 0},
		{"outbox", 0755, 0750, 0, 1}, /* nobody gets so far */
		{"outbox", 0770, 0751, 0, 1},
		{"ledger.db", 0604, 0711, 1, 0},
		{"keys", 0700, 0755, 0, 0},
		{"keys", 0710, 0750, 1, 0},
		{"environment.xml", 0644, 0755, 0, 0},
		{"environment.xml", 0664, 0750, 1, 0},
		{"bundle/maps/a.xml", 0620, 0750, 1, 0},
		{"partners", 0770, 0750, 1, 0},
		{"inbox", 02750, 0751, 0, 0},
		{"inbox", 0750, 0751, 0, 1},
		{"inbox/erp", 02770, 0751, 0, 0},
		{"inbox/erp", 02772, 0751, 1, 0},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct faults f;
		struct stat st;
		struct stat top;
		memset(&st, 0, sizeof(st));
		st.st_uid = geteuid();
		top = st;
		st.st_mode = rows[i].mode;
		top.st_mode = rows[i].top;
		faults_init(&f, &a);
		fit_mode("env", rows[i].name, &st, &top, &f);
		if ((int)f.n != rows[i].faults || (int)f.warnings != rows[i].warnings)
			fail_msg("row %zu, %s %o: %d faults, %d warnings", i, rows[i].name,
				rows[i].mode, (int)f.n, (int)f.warnings);
	}
	arena_done(&a);
}

static void owner_and_names(void **state)
{
	struct err e;
	int dir = -1;

	(void)state;
	assert_int_equal(mkdir("env", 0750), 0);
	dir = fsx_dir("env", &e);
	assert_int_equal(fit_owner(dir, "env", &e), 0);
	assert_int_equal(fit_names(dir, "env", &e), 0);
	assert_int_equal(mkdir("env/keys", 0700), 0);
	assert_int_equal(mkdir("env/KEYS", 0700), 0);
	assert_int_equal(fit_names(dir, "env", &e), 0); /* two folders */
	assert_int_equal(rmdir("env/KEYS"), 0);
	assert_int_equal(rmdir("env/keys"), 0);
	assert_int_equal(fsx_put(dir, "keys", STR(""), &e), 0);
	assert_int_equal(link("env/keys", "env/KEYS"), 0); /* one thing under both names */
	assert_int_equal(fit_names(dir, "env", &e), -1);
	assert_string_equal(e.reason, "FOLDED-NAMES");
	if (chown("env", 12345, 12345) == 0) { /* root only */
		assert_int_equal(fit_owner(dir, "env", &e), -1);
		assert_string_equal(e.reason, "WRONG-USER");
		assert_non_null(strstr(e.text, "sudo -u '#12345'"));
	}
	fsx_close(dir);
}

static void room(void **state)
{
	struct err e;
	const int dir = fsx_dir(".", &e);

	(void)state;
	assert_int_equal(fit_disk(dir, "env", 0, &e), 0);
	assert_int_equal(fit_disk(dir, "env", UINT64_MAX, &e), -1);
	assert_string_equal(e.reason, "DISK-LOW");
	assert_non_null(strstr(e.text, "17592186044415 MB: a run takes nothing in"));
	assert_int_equal(fit_disk(-1, "env", 1, &e), -1);
	assert_string_equal(e.reason, "");
	fsx_close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights),
		cmocka_unit_test(owner_and_names),
		cmocka_unit_test(room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
