/* What may be one name in a folder. How names are opened, test_fsx.c tells. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

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

/* A device is opened, looked at and let go. */
static void devices_are_no_files(void **state)
{
	struct beneath b;
	struct err e;
	const int dev = open("/dev", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(beneath_open_file(dev, "null", O_RDONLY, 0, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, "open null: this is a device, not a regular file"));
	assert_int_equal(beneath_split(dev, "null/..", &b, &e), -1);
	assert_non_null(strstr(e.text, "null/.. cannot be the name of a file here"));
	assert_int_equal(close(dev), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_names),
		cmocka_unit_test(devices_are_no_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
