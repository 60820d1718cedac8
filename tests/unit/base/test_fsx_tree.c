/* Folders removed: all that is in them, and nothing that links lead to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx_tree.h"
#include "base/fsx.h"
#include "unit/support/box.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(stays_beneath),
		IN_BOX(spares_what_links_lead_to),
		IN_BOX(cleans_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
