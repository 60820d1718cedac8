/* Files: what is refused, what survives, and that nothing appears half or over another. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "unit/support/box.h"
#include "unit/support/calls.h"

static size_t count(int dir)
{
	struct fsx_list l;
	struct err e;

	assert_int_equal(fsx_list(dir, &l, &e), 0);
	const size_t n = l.n;
	fsx_list_done(&l);
	return n;
}

static size_t left_in_tmp(int dir)
{
	struct err e;
	const int tmp = fsx_subdir(dir, ".tmp", &e);

	assert_true(tmp >= 0);
	const size_t n = count(tmp);
	fsx_close(tmp);
	return n;
}

static void names_that_escape(void **state)
{
	const struct box *b = *state;
	const char *const names[] = {"../secret", "in/../../secret", "/etc/passwd", "link",
		"up/secret", "in/up2/secret", "/proc/self/root/etc/passwd"};
	struct err e;
	struct stat st;

	box_put(b->dir, "secret", "s");
	assert_int_equal(fsx_mkdir(b->dir, "box", 0700, &e), 0);
	const int box = fsx_subdir(b->dir, "box", &e);
	assert_int_equal(fsx_mkdir(box, "in", 0700, &e), 0);
	assert_int_equal(symlinkat("../secret", box, "link"), 0);
	assert_int_equal(symlinkat("..", box, "up"), 0);
	assert_int_equal(symlinkat("../..", box, "in/up2"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err_clear(&e);
		assert_int_equal(fsx_open(box, names[i], &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
	/* Nor by any call that names a file in a folder beneath. */
	assert_int_equal(fsx_stat(box, "up/secret", &st, &e), -1);
	assert_int_equal(fsx_stat(box, "../secret", &st, &e), -1);
	assert_int_equal(fsx_remove(box, "up/secret", &e), -1);
	assert_int_equal(fsx_remove(box, "../secret", &e), -1);
	assert_int_equal(fsx_mkdir(box, "../new", 0700, &e), -1);
	assert_int_equal(fsx_mkdirs(box, "up/new", 0700, &e), -1);
	assert_int_equal(fsx_put(box, "../new", STR("x"), &e), -1);
	assert_int_equal(fsx_put(box, "..", STR("x"), &e), -1);
	assert_int_equal(fsx_move(box, "../secret", box, "mine", &e), -1);
	assert_int_equal(fsx_move(box, "in", box, "../mine", &e), -1);
	assert_int_equal(fsx_mkdir(box, "link", 0700, &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_int_equal(fsx_subdir(box, "..", &e), -1);
	assert_int_equal(fsx_subdir(box, "up", &e), -1);
	/* A link is seen as what it is, and inside the folder is not followed either. */
	assert_int_equal(fsx_stat(box, "link", &st, &e), 1);
	assert_true(S_ISLNK(st.st_mode));
	box_put(box, "real", "r");
	assert_int_equal(symlinkat("real", box, "inner"), 0);
	assert_int_equal(fsx_open(box, "inner", &e), -1);
	assert_non_null(strstr(e.text, "symbolic link"));
	box_holds(b->dir, "secret", "s");
	fsx_close(box);
}

static void tmp_may_not_be_a_link(void **state)
{
	const struct box *b = *state;
	struct err e;

	assert_int_equal(fsx_mkdir(b->dir, "box", 0700, &e), 0);
	assert_int_equal(fsx_mkdir(b->dir, "other", 0700, &e), 0);
	const int box = fsx_subdir(b->dir, "box", &e);
	assert_int_equal(symlinkat("../other", box, ".tmp"), 0);
	assert_int_equal(fsx_put(box, "a", STR("x"), &e), -1);
	fsx_close(box);
}

/* A FIFO, a socket, a device or a folder in place of a file is refused, and at once. */
static void only_regular_files(void **state)
{
	const struct box *b = *state;
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct err e;

	assert_int_equal(mkfifoat(b->dir, "fifo", 0600), 0);
	assert_int_equal(mkdirat(b->dir, "folder", 0700), 0);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/sock", b->path);
	const int s = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(s, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	(void)alarm(20);
	const char *const names[] = {"fifo", "folder", "sock"};
	const char *const kinds[] = {"FIFO", "folder", "socket"};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(fsx_open(b->dir, names[i], &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		assert_non_null(strstr(e.text, kinds[i]));
	}
	(void)alarm(0);
	assert_int_equal(close(s), 0);
	assert_int_equal(fsx_open(b->dir, "nothing", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	box_put(b->dir, "file", "x");
	const int fd = fsx_open(b->dir, "file", &e);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	fsx_close(fd);
}

static void publish_never_overwrites(void **state)
{
	const struct box *b = *state;
	struct fsx_tmp t;
	struct err e;

	assert_int_equal(fsx_tmp_open(b->dir, &t, &e), 0);
	assert_int_equal(fsx_write_all(t.fd, "one", 3, &e), 0);
	struct stat st;
	assert_int_equal(fsx_stat(b->dir, "a", &st, &e), 0);
	assert_int_equal(left_in_tmp(b->dir), 1);
	assert_int_equal(fsx_publish(&t, "a", &e), 0);
	box_holds(b->dir, "a", "one");
	assert_int_equal(left_in_tmp(b->dir), 0);
	fsx_tmp_drop(&t); /* published: nothing happens */
	box_holds(b->dir, "a", "one");

	assert_int_equal(fsx_put(b->dir, "a", STR("two"), &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	box_holds(b->dir, "a", "one");
	assert_int_equal(left_in_tmp(b->dir), 0);
	assert_int_equal(fsx_replace(b->dir, "a", STR("three"), &e), 0);
	box_holds(b->dir, "a", "three");
	assert_int_equal(fsx_replace(b->dir, "b", STR("new"), &e), 0);
	box_holds(b->dir, "b", "new");
}

static void dropped_leaves_nothing(void **state)
{
	const struct box *b = *state;
	struct fsx_tmp t;
	struct fsx_tmp zeroed = {.fd = -1};
	struct err e;

	assert_int_equal(fsx_tmp_open(b->dir, &t, &e), 0);
	fsx_tmp_drop(&t);
	fsx_tmp_drop(&t);
	fsx_tmp_drop(&zeroed);
	assert_int_equal(left_in_tmp(b->dir), 0);
	assert_int_equal(count(b->dir), 1);
}

static void pending(struct fsx_pending *p, int dir, const char *name, const char *text)
{
	struct err e;

	assert_int_equal(fsx_tmp_open(dir, &p->tmp, &e), 0);
	assert_int_equal(fsx_write_all(p->tmp.fd, text, strlen(text), &e), 0);
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
}

static void publish_many(void **state)
{
	const struct box *b = *state;
	struct fsx_pending files[40];
	char name[32];
	struct err e;
	int dirs[2];

	assert_int_equal(fsx_mkdir(b->dir, "x", 0700, &e), 0);
	assert_int_equal(fsx_mkdir(b->dir, "y", 0700, &e), 0);
	dirs[0] = fsx_subdir(b->dir, "x", &e);
	dirs[1] = fsx_subdir(b->dir, "y", &e);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		pending(&files[i], dirs[i % 2], name, name);
	}
	assert_int_equal(count(dirs[0]), 1); /* .tmp only: nothing is visible before */
	assert_int_equal(fsx_publish_many(files, 40, &e), 0);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		box_holds(dirs[i % 2], name, name);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(count(dirs[i]), 21);
		assert_int_equal(left_in_tmp(dirs[i]), 0);
		fsx_close(dirs[i]);
	}
	assert_int_equal(fsx_publish_many(files, 0, &e), 0);
}

/* The third name is taken: the first two stay, whole; the rest is gone, temporaries too. */
static void publish_many_stops(void **state)
{
	const struct box *b = *state;
	const char *const names[] = {"a", "b", "taken", "d", "e"};
	struct fsx_pending files[5];
	struct stat st;
	struct err e;

	box_put(b->dir, "taken", "old");
	for (size_t i = 0; i < 5; i++)
		pending(&files[i], b->dir, names[i], "new");
	assert_int_equal(fsx_publish_many(files, 5, &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	box_holds(b->dir, "a", "new");
	box_holds(b->dir, "b", "new");
	box_holds(b->dir, "taken", "old");
	assert_int_equal(fsx_stat(b->dir, "d", &st, &e), 0);
	assert_int_equal(fsx_stat(b->dir, "e", &st, &e), 0);
	assert_int_equal(left_in_tmp(b->dir), 0);
}

/* One file cannot be flushed: none of the batch appears. */
static void publish_many_all_flushed_first(void **state)
{
	const struct box *b = *state;
	const char *const names[] = {"a", "b", "c"};
	struct fsx_pending files[3];
	struct err e;

	for (size_t i = 0; i < 3; i++)
		pending(&files[i], b->dir, names[i], "new");
	const int null = open("/dev/null", O_WRONLY);
	assert_int_equal(dup2(null, files[2].tmp.fd), files[2].tmp.fd); /* fsync: EINVAL */
	assert_int_equal(close(null), 0);
	assert_int_equal(fsx_publish_many(files, 3, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(count(b->dir), 1);
	assert_int_equal(left_in_tmp(b->dir), 0);
}

static void move(void **state)
{
	const struct box *b = *state;
	struct err e;

	assert_int_equal(fsx_mkdirs(b->dir, "p/q/r", 0750, &e), 0);
	assert_int_equal(fsx_mkdirs(b->dir, "p/q/r", 0750, &e), 0);
	const int to = fsx_subdir(b->dir, "p/q/r", &e);
	box_put(b->dir, "a", "1");
	box_put(b->dir, "b", "2");
	assert_int_equal(fsx_move(b->dir, "a", to, "a2", &e), 0);
	box_holds(to, "a2", "1");
	assert_int_equal(fsx_move(b->dir, "a", to, "a3", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(fsx_move(b->dir, "b", to, "a2", &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	box_holds(to, "a2", "1");
	box_holds(b->dir, "b", "2");
	const int shm = open("/dev/shm", O_RDONLY | O_DIRECTORY);
	struct stat here;
	struct stat there;
	if (shm >= 0 && fstat(shm, &there) == 0 && fstat(b->dir, &here) == 0 &&
		here.st_dev != there.st_dev) {
		assert_int_equal(fsx_move(b->dir, "b", shm, "gridspool-test-fsx", &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		box_holds(b->dir, "b", "2");
	}
	fsx_close(shm);
	fsx_close(to);
}

static void folders(void **state)
{
	const struct box *b = *state;
	const mode_t before = umask(077);
	struct stat st;
	struct err e;

	assert_int_equal(fsx_mkdir(b->dir, "inbox", 02770, &e), 0);
	assert_int_equal(fsx_stat(b->dir, "inbox", &st, &e), 1);
	assert_int_equal(st.st_mode & 07777, 02770);
	assert_int_equal(fsx_mkdir(b->dir, "inbox", 0700, &e), 0); /* there: left as it is */
	assert_int_equal(fsx_stat(b->dir, "inbox", &st, &e), 1);
	assert_int_equal(st.st_mode & 07777, 02770);
	box_put(b->dir, "file", "");
	assert_int_equal(fsx_mkdir(b->dir, "file", 0700, &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_int_equal(fsx_mkdirs(b->dir, "file/x", 0700, &e), -1);
	assert_int_equal(fsx_stat(b->dir, "no/such", &st, &e), 0);
	assert_int_equal(fsx_remove(b->dir, "no/such", &e), 0);
	assert_int_equal(fsx_remove(b->dir, "file", &e), 0);
	assert_int_equal(fsx_remove(b->dir, "file", &e), 0);
	assert_int_equal(fsx_stat(b->dir, "file", &st, &e), 0);
	assert_int_equal(fsx_remove(b->dir, "inbox", &e), -1); /* a folder is not a file */
	(void)umask(before);
}

static void list_is_sorted(void **state)
{
	const struct box *b = *state;
	const char *const want[] = {".tmp", "10", "9", "B", "a", "a b", "\xc3\xa4"};
	struct fsx_list l;
	struct err e;

	for (size_t i = 7; i-- > 1;)
		box_put(b->dir, want[i], "");
	assert_int_equal(fsx_list(b->dir, &l, &e), 0);
	assert_int_equal(l.n, 7);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(l.names[i], want[i]);
	fsx_list_done(&l);
	assert_int_equal(l.n, 0);
	fsx_list_done(&l);
}

static int one_name(void *ctx, const char *name, struct err *e)
{
	int *n = ctx;

	(*n)++;
	return strcmp(name, "stop") == 0 ? err_set(e, ERR_STOP, "enough") : 0;
}

static void each_is_told_once(void **state)
{
	const struct box *b = *state;
	const char *const names[] = {"a", "b", ".hidden"};
	struct err e;
	int n = 0;

	for (size_t i = 0; i < 3; i++)
		box_put(b->dir, names[i], "");
	assert_int_equal(fsx_each(b->dir, one_name, &n, &e), 0);
	assert_int_equal(n, 4); /* .tmp too */
	box_put(b->dir, "stop", "");
	assert_int_equal(fsx_each(b->dir, one_name, &n, &e), -1);
	assert_int_equal(e.code, ERR_STOP);
	assert_int_equal(fsx_each(-1, one_name, &n, &e), -1);
}

static void reading(void **state)
{
	const struct box *b = *state;
	char big[100001];
	char part[10] = "";
	struct buf buf;
	uint64_t size = 0;
	size_t got = 0;
	struct err e;

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	box_put(b->dir, "big", big);
	const int fd = fsx_open(b->dir, "big", &e);
	assert_int_equal(fsx_size(fd, &size, &e), 0);
	assert_int_equal(size, 100000);
	assert_int_equal(fsx_pread(fd, part, sizeof(part), 99995, &got, &e), 0);
	assert_int_equal(got, 5);
	assert_int_equal(fsx_pread(fd, part, sizeof(part), 200000, &got, &e), 0);
	assert_int_equal(got, 0);
	buf_init(&buf, 100000);
	assert_int_equal(fsx_read(fd, &buf, &e), 0);
	assert_int_equal(buf.n, 100000);
	buf_clear(&buf);
	assert_int_equal(fsx_read(fd, &buf, &e), 0); /* from the start again */
	assert_int_equal(buf.n, 100000);
	buf_done(&buf);
	buf_init(&buf, 99999);
	assert_int_equal(fsx_read(fd, &buf, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	buf_done(&buf);
	fsx_close(fd);
	buf_init(&buf, 10);
	assert_int_equal(fsx_read_path("/nonexistent/file", &buf, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(fsx_read_path("/dev/null", &buf, &e), 0);
	assert_int_equal(fsx_open_path("/", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	buf_done(&buf);
	fsx_close(-1);
}

/* --- calls that fail: what is told, and that nothing half is left --- */

static int put_a(void *about, struct err *e)
{
	return fsx_put(*(const int *)about, "a", STR("text"), e);
}

static int replace_taken(void *about, struct err *e)
{
	return fsx_replace(*(const int *)about, "taken", STR("new"), e);
}

static int make_folder(void *about, struct err *e)
{
	return fsx_mkdir(*(const int *)about, "folder", 0700, e);
}

static int make_other(void *about, struct err *e)
{
	return fsx_mkdir(*(const int *)about, "other", 02770, e);
}

static int read_path(void *about, struct err *e)
{
	struct buf text;
	int rc = -1;

	(void)about;
	buf_init(&text, 1 << 20);
	rc = fsx_read_path("/proc/self/exe", &text, e);
	buf_done(&text);
	return rc;
}

static int make_folders(void *about, struct err *e)
{
	return fsx_mkdirs(*(const int *)about, "folder/in/it", 0700, e);
}

static int move_taken(void *about, struct err *e)
{
	const int dir = *(const int *)about;

	return fsx_move(dir, "taken", dir, "a", e);
}

static int remove_taken(void *about, struct err *e)
{
	return fsx_remove(*(const int *)about, "taken", e);
}

static int look_at_taken(void *about, struct err *e)
{
	struct stat st;

	return fsx_stat(*(const int *)about, "taken", &st, e);
}

static int open_taken(void *about, struct err *e)
{
	const int fd = fsx_open(*(const int *)about, "taken", e);

	fsx_close(fd);
	return fd;
}

static int list_all(void *about, struct err *e)
{
	struct fsx_list l;

	return fsx_list(*(const int *)about, &l, e);
}

static int read_taken(void *about, struct err *e)
{
	struct buf text;
	int rc = -1;

	buf_init(&text, 100);
	const int fd = fsx_open(*(const int *)about, "taken", e);
	rc = fd == -1 ? -1 : fsx_read(fd, &text, e);
	fsx_close(fd);
	buf_done(&text);
	return rc;
}

#define WHATEVER(call, error)                   \
	{                                       \
		SYS_##call, error, CALLS_ANY, 0 \
	}

static void calls_that_fail(void **state)
{
	const struct box *b = *state;
	static const struct {
		int (*make)(void *about, struct err *e);
		struct calls_fault fault;
		enum err_code code;
		const char *says;
	} rows[] = {
		{put_a, WHATEVER(write, ENOSPC), ERR_FULL, "a: write: No space left"},
		{put_a, WHATEVER(write, EIO), ERR_IO, "a: write: Input/output error"},
		{put_a, WHATEVER(fsync, EIO), ERR_IO, "fsync a: Input/output error"},
		{put_a, WHATEVER(getrandom, ENOSYS), ERR_IO, "random bytes for a temporary name"},
		{put_a, WHATEVER(openat2, ENOSYS), ERR_CONFIG, "no openat2; Linux 5.6 or newer"},
		{put_a, WHATEVER(openat2, EAGAIN), ERR_IO, "open .tmp: Resource temporarily"},
		{put_a, WHATEVER(renameat2, EXDEV), ERR_CONFIG, "are on different file systems"},
		{put_a, WHATEVER(renameat2, EINVAL), ERR_CONFIG,
			"cannot rename without overwriting"},
		{put_a, WHATEVER(renameat2, ENOSYS), ERR_CONFIG,
			"cannot rename without overwriting"},
		{put_a, WHATEVER(renameat2, EIO), ERR_IO, "rename to a: Input/output error"},
		{replace_taken, WHATEVER(renameat, EROFS), ERR_IO, "rename to taken: Read-only"},
		{replace_taken, WHATEVER(fsync, EDQUOT), ERR_FULL, "fsync taken: Disk quota"},
		{make_folder, WHATEVER(mkdirat, EROFS), ERR_IO, "make folder folder: Read-only"},
		{make_folders, WHATEVER(mkdirat, ENOSPC), ERR_FULL, "make folder folder: No space"},
		{make_folder, WHATEVER(fsync, EIO), ERR_IO, "fsync of a folder"},
		{make_other, WHATEVER(fchmod, EPERM), ERR_IO, "make folder other: Operation not"},
		{read_path, WHATEVER(pread64, EIO), ERR_IO, "/proc/self/exe: read: Input/output"},
		{make_folder, WHATEVER(openat2, EMFILE), ERR_IO,
			"open folder: Too many open files"},
		{move_taken, WHATEVER(renameat2, EACCES), ERR_DENIED, "move taken: rename to a"},
		{move_taken, WHATEVER(renameat2, EPERM), ERR_DENIED, "move taken: rename to a"},
		{move_taken, WHATEVER(renameat2, EIO), ERR_IO, "move taken: rename to a"},
		{remove_taken, WHATEVER(unlinkat, EROFS), ERR_IO, "remove taken: Read-only"},
		{look_at_taken, WHATEVER(newfstatat, EACCES), ERR_IO, "look at taken: Permission"},
		{open_taken, {SYS_fcntl, EBADF, 1, F_SETFL}, ERR_IO,
			"open taken: Bad file descriptor"},
		{open_taken, WHATEVER(fcntl, EBADF), ERR_IO, "open taken: Bad file descriptor"},
		{list_all, WHATEVER(openat, EMFILE), ERR_IO, "list a folder: Too many open files"},
		{list_all, WHATEVER(getdents64, EIO), ERR_IO, "list a folder: Input/output error"},
		{read_taken, WHATEVER(pread64, EIO), ERR_IO, "read: Input/output error"},
		/* Not seen before the rename: the next run has to make sure of it. */
		{move_taken, WHATEVER(fsync, EIO), ERR_IO, "fsync of a folder"},
	};
	struct stat st;
	struct err e;
	int dir = b->dir;

	box_put(b->dir, "taken", "old");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		box_holds(b->dir, "taken", "old");
		calls_fails(&rows[i].fault, rows[i].make, &dir, rows[i].code, rows[i].says);
		assert_int_equal(left_in_tmp(b->dir), 0);
	}
	box_holds(b->dir, "a", "old");
	assert_int_equal(fsx_stat(b->dir, "taken", &st, &e), 0);
}

static int publish_a(void *about, struct err *e)
{
	return fsx_publish(&((struct fsx_pending *)about)->tmp, "a", e);
}

/* A close that fails says that bytes were not taken. */
static void a_close_that_fails(void **state)
{
	const struct box *b = *state;
	struct calls_fault fault = {SYS_close, EDQUOT, 0, 0};
	struct fsx_pending file;
	struct stat st;
	struct err e;

	pending(&file, b->dir, "a", "text");
	const int fd = file.tmp.fd;
	fault.value = (uint32_t)fd;
	calls_fails(&fault, publish_a, &file, ERR_FULL, "close a: Disk quota");
	assert_int_equal(fsx_stat(b->dir, "a", &st, &e), 0);
	assert_int_equal(left_in_tmp(b->dir), 0);
	fsx_close(fd);
	/* Nor without the folder that it lies in. */
	const struct calls_fault closed = WHATEVER(openat2, EMFILE);
	pending(&file, b->dir, "a", "text");
	calls_fails(&closed, publish_a, &file, ERR_IO, "open .tmp: Too many open files");
	assert_int_equal(fsx_stat(b->dir, "a", &st, &e), 0);
}

static int publish_both(void *about, struct err *e)
{
	return fsx_publish_many(about, 2, e);
}

/* Where a folder cannot be written through, what was renamed is there, and yet it is a fault. */
static void publish_many_unsynced(void **state)
{
	const struct box *b = *state;
	const struct calls_fault fault = {SYS_fsync, EIO, 0, (uint32_t)b->dir};
	const struct calls_fault closed = WHATEVER(openat2, EMFILE);
	const struct calls_fault nowhere = WHATEVER(renameat2, EROFS);
	struct fsx_pending files[2];

	pending(&files[0], b->dir, "a", "1");
	pending(&files[1], b->dir, "b", "2");
	calls_fails(&fault, publish_both, files, ERR_IO, "fsync of a folder");
	box_holds(b->dir, "a", "1");
	box_holds(b->dir, "b", "2");
	pending(&files[0], b->dir, "c", "1");
	pending(&files[1], b->dir, "d", "2");
	calls_fails(&nowhere, publish_both, files, ERR_IO, "rename to c: Read-only");
	assert_int_equal(left_in_tmp(b->dir), 0);
	pending(&files[0], b->dir, "c", "1");
	pending(&files[1], b->dir, "d", "2");
	calls_fails(&closed, publish_both, files, ERR_IO, "open .tmp: Too many open files");
	assert_int_equal(left_in_tmp(b->dir), 2); /* for the next run to clear away */
}

static int scratch(void *about, struct err *e)
{
	const int fd = fsx_scratch(e);

	(void)about;
	if (fd != -1 && fsx_write_all(fd, "x", 1, e) != 0)
		return -1;
	fsx_close(fd);
	return fd == -1 ? -1 : 0;
}

enum { UNNAMED = 020000000 | O_DIRECTORY }; /* O_TMPFILE, which is not of POSIX */

/* Where the file system has no files without a name, one is made and its name removed. */
static void scratch_elsewhere(void **state)
{
	const struct box *b = *state;
	const struct calls_fault unnamed = {
		SYS_openat, EOPNOTSUPP, 2, UNNAMED | O_RDWR | O_CLOEXEC | O_EXCL};
	static const int refused[] = {ENOENT, ENOTDIR, EACCES, EPERM, EROFS};
	struct calls_fault fault = WHATEVER(openat, EISDIR);
	struct calls_try t = {.make = scratch};
	char longest[LIMIT_PATH];

	(void)setenv("TMPDIR", b->path, 1);
	calls_try(&unnamed, &t);
	assert_int_equal(t.rc, 0);
	assert_int_equal(count(b->dir), 0);
	calls_fails(&fault, scratch, NULL, ERR_IO, "no temporary file can be made in box-");
	fault.error = EINVAL;
	calls_fails(&fault, scratch, NULL, ERR_IO, "no temporary file can be made in box-");
	fault.error = EMFILE;
	calls_fails(&fault, scratch, NULL, ERR_IO, "no temporary file can be made in box-");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		fault.error = refused[i];
		calls_fails(&fault, scratch, NULL, ERR_IO, "; set TMPDIR to a folder");
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	(void)setenv("TMPDIR", longest, 1);
	calls_fails(&unnamed, scratch, NULL, ERR_IO, "TMPDIR is too long");
	(void)setenv("TMPDIR", "", 1);
	assert_int_equal(scratch(NULL, &t.e), 0);
	(void)unsetenv("TMPDIR");
	assert_int_equal(scratch(NULL, &t.e), 0);
}

static void woken(int sig)
{
	(void)sig;
}

/* A signal in the middle of a pipe is no fault. */
static void signals_are_no_faults(void **state)
{
	const struct sigaction wake = {.sa_handler = woken};
	static char big[1 << 18];
	struct buf text;
	int there[2];
	int back[2];
	struct err e;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &wake, NULL), 0);
	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) { /* reads what we write, and answers, each after a signal */
		size_t n = 0;
		(void)close(there[1]);
		for (int i = 0; i < 3; i++) { /* when the pipe takes no more, too */
			clock_sleep_ms(100);
			(void)kill(getppid(), SIGUSR1);
		}
		clock_sleep_ms(100);
		while (n < sizeof(big)) {
			const ssize_t got = read(there[0], big, sizeof(big));
			n += got > 0 ? (size_t)got : sizeof(big);
		}
		clock_sleep_ms(100);
		(void)kill(getppid(), SIGUSR1);
		clock_sleep_ms(100);
		(void)!write(back[1], "all", 3);
		_exit(0);
	}
	fsx_close(back[1]);
	assert_int_equal(fsx_write_all(there[1], big, sizeof(big), &e), 0);
	buf_init(&text, 10);
	assert_int_equal(fsx_read(back[0], &text, &e), 0);
	assert_string_equal(buf_cstr(&text), "all");
	buf_done(&text);
	assert_int_equal(waitpid(child, NULL, 0), child);
	fsx_close(back[0]);
	fsx_close(there[0]);
	fsx_close(there[1]);
}

enum { SET_SIGNAL = 10, SET_LEASE = 1024 }; /* F_SETSIG and F_SETLEASE, which are not of POSIX */

static int ask_writer(void *about, struct err *e)
{
	(void)e;
	return fsx_writer(*(const int *)about);
}

/* Who has it open to write, be it this process, is seen by its reader. */
static void who_writes_is_seen(void **state)
{
	static const struct calls_fault faults[] = {
		{SYS_fcntl, EINVAL, 1, SET_SIGNAL}, {SYS_fcntl, EINVAL, 1, SET_LEASE}};
	const struct box *b = *state;
	struct err e;

	box_put(b->dir, "f", "x");
	int fd = fsx_open(b->dir, "f", &e);
	const int writer = openat(b->dir, "f", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0 && writer >= 0);
	if (fsx_writer(fd) == -1) {
		fsx_close(writer);
		fsx_close(fd);
		skip(); /* a file system without leases */
	}
	assert_int_equal(fsx_writer(fd), 1);
	fsx_close(writer);
	assert_int_equal(fsx_writer(fd), 0);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct calls_try t = {.make = ask_writer, .about = &fd};
		calls_try(&faults[i], &t);
		assert_int_equal(t.rc, -1);
	}
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(names_that_escape),
		IN_BOX(tmp_may_not_be_a_link),
		IN_BOX(only_regular_files),
		IN_BOX(publish_never_overwrites),
		IN_BOX(dropped_leaves_nothing),
		IN_BOX(publish_many),
		IN_BOX(publish_many_stops),
		IN_BOX(publish_many_all_flushed_first),
		IN_BOX(move),
		IN_BOX(folders),
		IN_BOX(list_is_sorted),
		IN_BOX(each_is_told_once),
		IN_BOX(reading),
		IN_BOX(calls_that_fail),
		IN_BOX(a_close_that_fails),
		IN_BOX(publish_many_unsynced),
		IN_BOX(scratch_elsewhere),
		IN_BOX(who_writes_is_seen),
		cmocka_unit_test(signals_are_no_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
