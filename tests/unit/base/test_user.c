/* Names of users: of this machine, and of numbers that nobody has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/user.h"

static void names(void **state)
{
	char name[40] = "as it was";
	char cut[3];

	(void)state;
	assert_false(user_name(3999999999u, name, sizeof(name)));
	assert_string_equal(name, "as it was");
	assert_true(user_name(0, name, sizeof(name)));
	assert_string_equal(name, "root");
	assert_true(user_name(0, cut, sizeof(cut)));
	assert_string_equal(cut, "ro");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
