/* What may be one name in a folder. How names are opened, test_fsx.c tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/beneath.h"

static void foreign_names(void **state)
{
	const struct {
		struct str name;
		bool ok;
	} rows[] = {
		{STR("a"), true},
		{STR("..."), true},
		{STR(".hidden"), true},
		{STR("a b\n"), true},
		{STR(""), false},
		{STR("."), false},
		{STR(".."), false},
		{STR("a/b"), false},
		{STR("a\0b"), false},
	};
	char long_name[257];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(beneath_name_ok(rows[i].name), rows[i].ok);
	memset(long_name, 'n', sizeof(long_name));
	assert_true(beneath_name_ok((struct str){long_name, 255}));
	assert_false(beneath_name_ok((struct str){long_name, 256}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
