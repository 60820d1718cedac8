/* JSON counted; what is JSON and what is none is in stage/test_target_json.c. */
#include "format/json_count.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "unit/support/calls.h"
#include "unit/support/format_support.h"

enum { BLOCK = 64 << 10 };

static int count(void *about, struct err *e)
{
	struct json_counts c;

	return json_count_file(*(const int *)about, &c, e);
}

/* A disk that fails inside of a value is no output that is wrong. */
static void cannot_be_read(void **state)
{
	static const char *const starts[] = {"[\"", "[", "{\""};
	static const char *const fills[] = {"x", "1", "\\n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct calls_fault fault = {SYS_pread64, EIO, 3, BLOCK};
		struct buf in;
		int fd = -1;
		buf_init(&in, 4 * BLOCK);
		buf_c(&in, starts[i]);
		while (in.n < 2 * BLOCK)
			buf_c(&in, fills[i]);
		fd = format_support_file(buf_view(&in));
		calls_fails(&fault, count, &fd, ERR_IO, "Input/output error");
		fsx_close(fd);
		buf_done(&in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cannot_be_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
