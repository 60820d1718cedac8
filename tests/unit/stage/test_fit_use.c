/* What belongs to other users is one finding, with the command for all of it. */
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
#include "stage/fit_use.h"

static void strangers(void **state)
{
	static const char *const all[] = {"env", "env/partners", "env/bundle", "env/bundle/maps",
		"env/outbox", "env/outbox/acme", "env/work"};
	struct arena a;
	struct faults f;
	struct err e;
	int dir = -1;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(mkdir(all[i], 0750), 0);
	arena_init(&a);
	faults_init(&f, &a);
	dir = fsx_dir("env", &e);
	assert_null(fit_rights(dir, "env", &f));
	assert_int_equal(fit_use_ledger(dir, "env", false, &e), 0); /* none is no matter of this */
	if (chown("env/bundle", 12345, 12345) == 0) { /* root only, who may use everything */
		assert_int_equal(chown("env/bundle/maps", 12345, 12345), 0);
		assert_int_equal(chown("env/partners", 12346, 12345), 0);
		assert_int_equal(chown("env/work", 12345, 12345), 0);
		assert_string_equal(fit_rights(dir, "env", &f), "WRONG-USER");
		assert_int_equal(f.n, 1);
		assert_int_equal(f.warnings, 1);
		assert_string_equal(f.first->text,
			"WRONG-USER: it belongs to user #12345, expected root, whose the environment "
			"is: chown -R root env/work");
		assert_string_equal(f.last->text,
			"WRONG-USER: it and 2 more (bundle, bundle/maps) belong to user #12346 and "
			"others, expected root, whose the environment is: chown -R root env/partners "
			"env/bundle");
	}
	fsx_close(dir);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
