/* A lock between processes: one holder, who is named, and who may die. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/clock.h"
#include "base/fsx.h"
#include "unit/support/box.h"

/* Another process has the lock; it dies; then it is ours. */
static void lock(void **state)
{
	const struct box *b = *state;
	int ready[2];
	int fd = -1;
	char c = 0;
	struct err e;

	assert_int_equal(pipe(ready), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int ours = -1;
		const bool ok = lock_take(b->dir, "run.lock", STR("pid 42,\x1b run 7\n"), &ours,
					&e) == 0;
		(void)!write(ready[1], ok ? "y" : "n", 1);
		(void)sleep(60);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	assert_int_equal(lock_take(b->dir, "run.lock", STR("me"), &fd, &e), -1);
	assert_int_equal(e.code, ERR_BUSY);
	assert_non_null(strstr(e.text, "pid 42,  run 7"));
	assert_int_equal(fd, -1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(lock_take(b->dir, "run.lock", STR("me"), &fd, &e), 0);
	box_holds(b->dir, "run.lock", "me");
	fsx_close(fd);
	assert_int_equal(lock_take(b->dir, "run.lock", STR("x"), &fd, &e), 0);
	box_holds(b->dir, "run.lock", "x"); /* the longer note of before is gone */
	fsx_close(fd);
	assert_int_equal(close(ready[0]), 0);
	assert_int_equal(close(ready[1]), 0);
}

/* Whoever comes in the moment between lock and note names the holder all the same, and never the
 * one before. */
static void lock_just_taken(void **state)
{
	static const char *const before[] = {"", "pid 41, the run of yesterday"};
	const struct box *b = *state;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		int ready[2];
		int fd = -1;
		char c = 0;
		struct err e;

		assert_int_equal(lock_take(b->dir, "run.lock", str_c(before[i]), &fd, &e), 0);
		fsx_close(fd);
		assert_int_equal(pipe(ready), 0);
		const pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			const int ours = openat(b->dir, "run.lock", O_RDWR);
			(void)flock(ours, LOCK_EX);
			(void)!write(ready[1], "y", 1);
			clock_sleep_ms(20);
			(void)!ftruncate(ours, 0);
			clock_sleep_ms(200);
			(void)!pwrite(ours, "pid 42", 6, 0);
			(void)sleep(60);
			_exit(0);
		}
		assert_int_equal(read(ready[0], &c, 1), 1);
		assert_int_equal(lock_take(b->dir, "run.lock", STR("me"), &fd, &e), -1);
		assert_int_equal(e.code, ERR_BUSY);
		assert_non_null(strstr(e.text, "held by pid 42"));
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(close(ready[0]), 0);
		assert_int_equal(close(ready[1]), 0);
	}
}

/* An open file is waited for, as long as was said. */
static void locks_an_open_file(void **state)
{
	const struct box *b = *state;
	int ready[2];
	char c = 0;

	assert_int_equal(pipe(ready), 0);
	const int fd = openat(b->dir, "log", O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const int own = openat(b->dir, "log", O_RDWR);
		(void)!write(ready[1], lock_file(own, 1000) ? "y" : "n", 1);
		clock_sleep_ms(500);
		lock_file_end(own);
		(void)sleep(60);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	assert_false(lock_file(fd, 50));
	assert_true(lock_file(fd, 20000));
	lock_file_end(fd);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	fsx_close(fd);
	assert_int_equal(close(ready[0]), 0);
	assert_int_equal(close(ready[1]), 0);
}

static void lock_is_no_link_and_no_fifo(void **state)
{
	const struct box *b = *state;
	int fd = -1;
	struct err e;

	box_put(b->dir, "target", "precious");
	assert_int_equal(symlinkat("target", b->dir, "l1"), 0);
	assert_int_equal(mkfifoat(b->dir, "l2", 0600), 0);
	assert_int_equal(lock_take(b->dir, "l1", STR("x"), &fd, &e), -1);
	assert_int_equal(lock_take(b->dir, "l2", STR("x"), &fd, &e), -1);
	assert_int_equal(lock_take(b->dir, "../l3", STR("x"), &fd, &e), -1);
	box_holds(b->dir, "target", "precious");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(lock),
		IN_BOX(lock_just_taken),
		IN_BOX(locks_an_open_file),
		IN_BOX(lock_is_no_link_and_no_fifo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
