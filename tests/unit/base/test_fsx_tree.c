/* Folders removed: all that is in them, and nothing that links lead to. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx_tree.h"
#include "base/fsx.h"
#include "unit/support/box.h"
#include "unit/support/calls.h"

static size_t count(int dir, const char *name)
{
	struct fsx_list l;
	struct err e;
	const int fd = fsx_subdir(dir, name, &e);

	assert_true(fd >= 0);
	assert_int_equal(fsx_list(fd, &l, &e), 0);
	const size_t n = l.n;
	fsx_list_done(&l);
	fsx_close(fd);
	return n;
}

/* Neither the tree nor what leads to it may be reached by a link or from above. */
static void stays_beneath(void **state)
{
	const struct box *b = *state;
	struct err e;

	box_put(b->dir, "secret", "s");
	assert_int_equal(fsx_mkdir(b->dir, "box", 0700, &e), 0);
	assert_int_equal(fsx_mkdir(b->dir, "other", 0700, &e), 0);
	const int box = fsx_subdir(b->dir, "box", &e);
	const int other = fsx_subdir(b->dir, "other", &e);
	box_put(other, "a", "1");
	assert_int_equal(symlinkat("../other", box, FSX_TMP), 0);
	assert_int_equal(fsx_tree_clean(box, 0, &e), -1);
	assert_int_equal(fsx_tree_remove(box, "../secret", &e), -1);
	assert_int_equal(fsx_tree_remove(box, "no/such", &e), 0);
	box_holds(other, "a", "1");
	box_holds(b->dir, "secret", "s");
	fsx_close(other);
	fsx_close(box);
}

static void spares_what_links_lead_to(void **state)
{
	const struct box *b = *state;
	struct stat st;
	struct err e;

	assert_int_equal(fsx_mkdirs(b->dir, "keep/in", 0700, &e), 0);
	assert_int_equal(fsx_mkdirs(b->dir, "t/1/2/3", 0700, &e), 0);
	const int keep = fsx_subdir(b->dir, "keep", &e);
	const int deep = fsx_subdir(b->dir, "t/1/2/3", &e);
	box_put(keep, "in.txt", "keep me");
	box_put(deep, "x", "y");
	assert_int_equal(symlinkat("../../../../keep", deep, "link"), 0);
	assert_int_equal(symlinkat("../keep", b->dir, "t/link"), 0);
	assert_int_equal(mkfifoat(deep, "fifo", 0600), 0);
	fsx_close(deep);
	assert_int_equal(fsx_tree_remove(b->dir, "t", &e), 0);
	assert_int_equal(fsx_stat(b->dir, "t", &st, &e), 0);
	box_holds(keep, "in.txt", "keep me");
	assert_int_equal(fsx_stat(keep, "in", &st, &e), 1);
	assert_int_equal(fsx_tree_remove(b->dir, "t", &e), 0);
	fsx_close(keep);
}

/* A process that leaves a temporary and waits until it is ended. */
static pid_t writer(int dir)
{
	int pipes[2];
	char byte = 0;
	pid_t pid = 0;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct fsx_tmp t;
		struct err e;
		if (fsx_tmp_open(dir, &t, &e) == 0)
			(void)!write(pipes[1], "x", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	return pid;
}

static void cleans_what_is_left(void **state)
{
	const struct box *b = *state;
	struct fsx_tmp t;
	struct err e;
	int tmp = -1;
	pid_t pid = 0;

	assert_int_equal(fsx_tree_clean(b->dir, 0, &e), 0); /* no .tmp yet */
	box_put(b->dir, "a", "1");
	assert_int_equal(fsx_tmp_open(b->dir, &t, &e), 0);
	fsx_close(t.fd); /* as a crash leaves it, of a process of our number */
	tmp = fsx_subdir(b->dir, FSX_TMP, &e);
	box_put(tmp, "of-nobody", "1");
	box_put(tmp, "999999999999-", "1");
	pid = writer(b->dir);
	assert_int_equal(count(b->dir, FSX_TMP), 5); /* with the .tmp of box_put */
	assert_int_equal(fsx_tree_clean(b->dir, 0, &e), 0);
	assert_int_equal(count(b->dir, FSX_TMP), 1); /* the other's */
	assert_int_equal(fsx_tree_clean(b->dir, INT64_MAX, &e), 0);
	assert_int_equal(count(b->dir, FSX_TMP), 0); /* but for one of long ago */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = writer(b->dir);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(fsx_tree_clean(b->dir, 0, &e), 0);
	assert_int_equal(count(b->dir, FSX_TMP), 0);
	box_holds(b->dir, "a", "1");
	fsx_close(tmp);
}

static int remove_tree(void *about, struct err *e)
{
	return fsx_tree_remove(*(const int *)about, "t", e);
}

static int clean(void *about, struct err *e)
{
	return fsx_tree_clean(*(const int *)about, 0, e);
}

/* What cannot be removed is named, and stays. */
static void calls_that_fail(void **state)
{
	static const struct {
		int (*make)(void *about, struct err *e);
		struct calls_fault fault;
		const char *says;
	} rows[] = {
		{remove_tree, {SYS_unlinkat, EROFS, CALLS_ANY, 0}, "remove t: Read-only"},
		{remove_tree, {SYS_unlinkat, EBUSY, 2, AT_REMOVEDIR}, "remove folder 3: Device"},
		{remove_tree, {SYS_openat2, EMFILE, CALLS_ANY, 0}, "open t: Too many open files"},
		{remove_tree, {SYS_getdents64, EIO, CALLS_ANY, 0}, "list a folder: Input/output"},
		{clean, {SYS_openat2, EMFILE, CALLS_ANY, 0}, "open .tmp: Too many open files"},
		{clean, {SYS_getdents64, EIO, CALLS_ANY, 0}, "list a folder: Input/output"},
		{clean, {SYS_unlinkat, EROFS, CALLS_ANY, 0}, "remove 0-x: Read-only"},
	};
	const struct box *b = *state;
	int dir = b->dir;
	struct stat st;
	struct err e;

	assert_int_equal(fsx_mkdirs(b->dir, "t/1/2/3", 0700, &e), 0);
	assert_int_equal(fsx_mkdir(b->dir, FSX_TMP, 0700, &e), 0);
	assert_int_equal(mkdirat(b->dir, FSX_TMP "/0-x", 0700), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		calls_fails(&rows[i].fault, rows[i].make, &dir, ERR_IO, rows[i].says);
	assert_int_equal(fsx_stat(b->dir, "t/1/2/3", &st, &e), 1);
	assert_int_equal(fsx_stat(b->dir, FSX_TMP "/0-x", &st, &e), 1);
	/* Somebody else removes it at the same time. */
	struct calls_try t = {.make = remove_tree, .about = &dir};
	calls_try(&(struct calls_fault){SYS_unlinkat, ENOENT, 2, AT_REMOVEDIR}, &t);
	assert_int_equal(t.rc, 0);
}

/* A tree that never ends is given up before the stack is. */
static void a_tree_without_end(void **state)
{
	const struct box *b = *state;
	struct err e;
	int dir = dup(b->dir);

	for (int i = 0; i < 140; i++) {
		assert_int_equal(fsx_mkdir(dir, "t", 0700, &e), 0);
		const int next = fsx_subdir(dir, "t", &e);
		fsx_close(dir);
		dir = next;
	}
	fsx_close(dir);
	assert_int_equal(fsx_tree_remove(b->dir, "t", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "more than 128 folders in one another"));
	const int low = openat(b->dir, "t/t/t/t/t/t/t/t/t/t/t/t/t/t/t/t/t/t/t/t", O_RDONLY);
	assert_int_equal(fsx_tree_remove(low, "t", &e), 0); /* what the box removes is less deep */
	fsx_close(low);
}

/* Who made a temporary is told by its name, whose it may be: of the first process, or of none. */
static void makers_are_told_by_name(void **state)
{
	static const char *const gone[] = {"0-x", "99999999999-x", "-x", "x-1", "12"};
	const struct box *b = *state;
	char name[40];
	struct err e;
	int tmp = -1;

	assert_int_equal(fsx_mkdir(b->dir, FSX_TMP, 0700, &e), 0);
	tmp = fsx_subdir(b->dir, FSX_TMP, &e);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_int_equal(mkdirat(tmp, gone[i], 0700), 0);
	(void)snprintf(name, sizeof(name), "%ld-ours", (long)getpid());
	assert_int_equal(mkdirat(tmp, name, 0700), 0);
	(void)snprintf(name, sizeof(name), "%ld-parents", (long)getppid());
	assert_int_equal(mkdirat(tmp, name, 0700), 0);
	struct calls_try t = {.make = clean, .about = &(int){b->dir}};
	/* A process of another user is one that lives. */
	calls_try(&(struct calls_fault){SYS_kill, EPERM, CALLS_ANY, 0}, &t);
	assert_int_equal(t.rc, 0);
	assert_int_equal(count(b->dir, FSX_TMP), 1);
	/* One that cannot be looked at goes. */
	calls_try(&(struct calls_fault){SYS_newfstatat, EIO, 3, AT_SYMLINK_NOFOLLOW}, &t);
	assert_int_equal(t.rc, 0);
	assert_int_equal(count(b->dir, FSX_TMP), 0);
	fsx_close(tmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(stays_beneath),
		IN_BOX(spares_what_links_lead_to),
		IN_BOX(cleans_what_is_left),
		IN_BOX(calls_that_fail),
		IN_BOX(a_tree_without_end),
		IN_BOX(makers_are_told_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
