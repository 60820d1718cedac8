/* Is a file whole? What the reading worker may say of it, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stage/whole.h"

/* The answer of a worker that says one thing and is gone. */
static int taken(const struct frame *f, struct err *e)
{
	const struct clock fixed = clock_fixed(1);
	const struct proc_patience w = {.clock = &fixed, .quiet_ms = 1000};
	struct env *v = mem_alloc(sizeof(*v));
	struct proc p = {.fd = -1};
	int fd[2];
	int rc = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	assert_int_equal(frame_send(fd[0], f, e), 0);
	assert_int_equal(close(fd[0]), 0);
	p.fd = fd[1];
	err_clear(e);
	rc = whole_take(v, &p, &w, e);
	if (p.fd != -1)
		assert_int_equal(close(p.fd), 0);
	mem_free(v);
	return rc;
}

/* It knows the file, and nothing of our disk and ledger: no word of it stops the run. */
static void only_the_file_is_judged(void **state)
{
	struct frame *f = mem_alloc(sizeof(*f));

	(void)state;
	for (int code = -1; code <= ERR_CODES; code++) {
		const bool of_the_file = code == ERR_INPUT || code == ERR_LIMIT;
		struct err e;
		frame_start(f, FRAME_FAIL);
		frame_int(f, code);
		frame_str(f, STR("CONVERTER-HUNG"));
		frame_str(f, STR("line 3 is cut off"));
		if (taken(f, &e) != (of_the_file ? -1 : 1))
			fail_msg("code %d", code);
		assert_string_equal(e.text, "line 3 is cut off");
		assert_string_equal(e.reason, of_the_file ? "" : "CONVERTER-CRASH");
		assert_true(!of_the_file || (int)e.code == code);
	}
	mem_free(f);
}

static void what_is_no_answer(void **state)
{
	struct frame *f = mem_alloc(sizeof(*f));
	struct err e;

	(void)state;
	frame_start(f, FRAME_DONE);
	assert_int_equal(taken(f, &e), 0);
	frame_int(f, 1);
	assert_int_equal(taken(f, &e), 1);
	assert_string_equal(e.reason, "CONVERTER-CRASH");
	frame_start(f, FRAME_NUMBER);
	assert_int_equal(taken(f, &e), 1);
	assert_string_equal(e.reason, "CONVERTER-CRASH");
	frame_start(f, FRAME_PROGRESS); /* and then nothing more */
	assert_int_equal(taken(f, &e), 1);
	assert_string_equal(e.reason, "CONVERTER-CRASH");
	mem_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_file_is_judged),
		cmocka_unit_test(what_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
