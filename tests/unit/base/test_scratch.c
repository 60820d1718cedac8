/* Bytes that come back as they were put, and what is told when they do not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/scratch.h"

static void gives_back(void **state)
{
	struct err e;
	struct scratch s = {fsx_scratch(&e), 0};
	char got[4];

	(void)state;
	assert_int_equal(scratch_put(&s, "abc", 3, &e), 0);
	assert_int_equal(scratch_put(&s, "defg", 4, &e), 0);
	assert_int_equal(s.size, 7);
	assert_int_equal(scratch_get(&s, got, 4, 2, &e), 0);
	assert_memory_equal(got, "cdef", 4);
	assert_int_equal(scratch_get(&s, got, 4, 4, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_string_equal(e.reason, SCRATCH_DAMAGED);
	fsx_close(s.fd);
	assert_int_equal(scratch_get(&s, got, 1, 0, &e), -1);
	assert_string_equal(e.reason, SCRATCH_DAMAGED);
	assert_int_equal(scratch_put(&s, "a", 1, &e), -1);
	assert_string_equal(e.reason, "");
	assert_int_equal(s.size, 7);
}

static void full(void **state)
{
	struct err e;
	struct scratch s = {open("/dev/full", O_WRONLY | O_CLOEXEC), 0};

	(void)state;
	assert_int_equal(scratch_put(&s, "abc", 3, &e), -1);
	assert_int_equal(e.code, ERR_FULL);
	assert_string_equal(e.reason, SCRATCH_FULL);
	assert_int_equal(s.size, 0);
	fsx_close(s.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
