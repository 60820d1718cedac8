/* A lock between processes: one holder, who is named, and who may die. */
#include <errno.h>
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
#include "unit/support/calls.h"

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

static void lock_is_no_link_no_fifo_no_folder(void **state)
{
	const struct box *b = *state;
	int fd = -1;
	struct err e;

	box_put(b->dir, "target", "precious");
	assert_int_equal(symlinkat("target", b->dir, "l1"), 0);
	assert_int_equal(mkfifoat(b->dir, "l2", 0600), 0);
	assert_int_equal(lock_take(b->dir, "l1", STR("x"), &fd, &e), -1);
	assert_int_equal(lock_take(b->dir, "l2", STR("x"), &fd, &e), -1);
	assert_int_equal(mkdirat(b->dir, "l3", 0700), 0);
	assert_int_equal(lock_take(b->dir, "l3", STR("x"), &fd, &e), -1);
	assert_string_equal(e.text, "open l3: this is a folder, not a regular file");
	assert_int_equal(lock_take(b->dir, "../l3", STR("x"), &fd, &e), -1);
	box_holds(b->dir, "target", "precious");
}

static int take(void *about, struct err *e)
{
	int fd = -1;
	const int rc = lock_take(*(const int *)about, "run.lock", STR("me"), &fd, e);

	fsx_close(fd);
	return rc;
}

static int wait_for_file(void *about, struct err *e)
{
	return lock_file(*(const int *)about, 20) ? 0 : err_set(e, ERR_BUSY, "not locked");
}

/* None of these is a lock. */
static void calls_that_fail(void **state)
{
	static const struct {
		struct calls_fault fault;
		enum err_code code;
		const char *says;
	} rows[] = {
		{{SYS_flock, EIO, CALLS_ANY, 0}, ERR_IO, "lock run.lock: Input/output error"},
		{{SYS_ftruncate, EROFS, CALLS_ANY, 0}, ERR_IO, "write run.lock: Read-only"},
		{{SYS_write, ENOSPC, CALLS_ANY, 0}, ERR_FULL, "write: No space left"},
		{{SYS_newfstatat, EACCES, CALLS_ANY, 0}, ERR_IO, "look at run.lock: Permission"},
		{{SYS_newfstatat, ENOENT, 3, AT_SYMLINK_NOFOLLOW}, ERR_BUSY,
			"run.lock is being replaced all the time"},
		{{SYS_newfstatat, EIO, 3, AT_SYMLINK_NOFOLLOW}, ERR_IO,
			"look at run.lock: Input/output error"},
	};
	const struct box *b = *state;
	int dir = b->dir;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		calls_fails(&rows[i].fault, take, &dir, rows[i].code, rows[i].says);
	calls_fails(&rows[0].fault, wait_for_file, &dir, ERR_BUSY, "not locked");
}

/* Who says nothing of itself is another process; what it says is shown without control characters. */
static void a_holder_without_a_name(void **state)
{
	const struct box *b = *state;
	struct err e;
	int fd = -1;
	int other = -1;

	assert_int_equal(lock_take(b->dir, "run.lock", STR(""), &fd, &e), 0);
	assert_int_equal(lock_take(b->dir, "run.lock", STR("me"), &other, &e), -1);
	assert_non_null(strstr(e.text, "run.lock is held by another process"));
	fsx_close(fd);
	assert_int_equal(lock_take(b->dir, "run.lock", STR("pid\x7f 7"), &fd, &e), 0);
	assert_int_equal(lock_take(b->dir, "run.lock", STR("me"), &other, &e), -1);
	assert_non_null(strstr(e.text, "run.lock is held by pid  7"));
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(lock),
		IN_BOX(lock_just_taken),
		IN_BOX(locks_an_open_file),
		IN_BOX(lock_is_no_link_no_fifo_no_folder),
		IN_BOX(calls_that_fail),
		IN_BOX(a_holder_without_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
