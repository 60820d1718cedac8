/* The directory channel, also closed in as a worker is. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "base/limits.h"
#include "base/mem.h"
#include "secure/sandbox.h"
#include "transport/transport.h"
#include "unit/support/calls.h"

struct box {
	char path[300];
	struct config_endpoint ep;
	struct clock clock;
	struct transport t;
};

static int setup(void **state)
{
	struct box *b = test_calloc(1, sizeof(*b));
	char here[200];

	assert_non_null(getcwd(here, sizeof(here)));
	(void)snprintf(b->path, sizeof(b->path), "%s/box-XXXXXX", here);
	assert_non_null(mkdtemp(b->path));
	assert_int_equal(chdir(b->path), 0);
	assert_int_equal(mkdir("in", 0700), 0);
	assert_int_equal(mkdir("out", 0700), 0);
	b->clock = clock_fixed(1000);
	b->ep.name = STR("acme");
	b->ep.path = str_c(b->path);
	b->ep.put = STR("in");
	b->ep.get = STR("out");
	transport_init(&b->t, transport_find(STR("directory")), &b->ep, NULL, &b->clock);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;
	struct err e;

	transport_done(&b->t);
	assert_int_equal(chdir(".."), 0);
	const int dir = fsx_dir(".", &e);
	assert_int_equal(fsx_tree_remove(dir, strrchr(b->path, '/') + 1, &e), 0);
	fsx_close(dir);
	test_free(b);
	return 0;
}

static void ready(struct box *b)
{
	struct err e;

	assert_int_equal(transport_prepare(&b->t, &e), 0);
	assert_true(b->t.root >= 0);
	assert_int_equal(b->t.ops->open(&b->t, &e), 0);
}

static int file_of(const char *name, const char *content)
{
	struct err e;
	const int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fsx_write_all(fd, content, strlen(content), &e), 0);
	return fd;
}

static void holds(const char *path, const char *content)
{
	struct err e;
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(fsx_read_path(path, &b, &e), 0);
	assert_string_equal(buf_cstr(&b), content);
	buf_done(&b);
}

static void test_send(void **state)
{
	struct box *b = *state;
	const struct transport_ops *ops = b->t.ops;
	struct transport_entry there = {0};
	struct stat st;
	struct err e = {0};
	const int fd = file_of("src", "ISA*00");

	ready(b);
	assert_int_equal(ops->stat(&b->t, "a.x12", &there, &e), 0);
	fsx_close(file_of("in/.a", "an older and longer one"));
	assert_int_equal(ops->upload(&b->t, fd, 6, ".a", &e), 0);
	holds("in/.a", "ISA*00");
	assert_int_equal(ops->stat(&b->t, "a.x12", &there, &e), 0);
	assert_int_equal(ops->commit(&b->t, ".a", "a.x12", &e), 0);
	holds("in/a.x12", "ISA*00");
	assert_int_equal(ops->stat(&b->t, "a.x12", &there, &e), 1);
	assert_true(there.plain);
	assert_int_equal(there.size, 6);
	assert_true(str_is(there.name, "a.x12"));
	assert_int_equal(stat("in/a.x12", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* Never over what is there, and what is not there is not renamed. */
	assert_int_equal(ops->upload(&b->t, fd, 3, ".a", &e), 0);
	assert_int_equal(ops->commit(&b->t, ".a", "a.x12", &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	holds("in/a.x12", "ISA*00");
	assert_int_equal(ops->commit(&b->t, ".gone", "b.x12", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	/* What was cut here leaves nothing there. */
	assert_int_equal(ops->upload(&b->t, fd, 7, ".c", &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_int_equal(access("in/.c", F_OK), -1);
	fsx_close(fd);
}

/* A link laid under the temporary name is not written through. */
static void test_link(void **state)
{
	struct box *b = *state;
	struct transport_entry there = {0};
	struct err e = {0};
	const int fd = file_of("src", "ISA*00");

	fsx_close(file_of("victim", "precious"));
	assert_int_equal(symlink("../victim", "in/.a"), 0);
	assert_int_equal(symlink("../victim", "in/l"), 0);
	ready(b);
	assert_int_equal(b->t.ops->upload(&b->t, fd, 6, ".a", &e), 0);
	holds("victim", "precious");
	holds("in/.a", "ISA*00");
	assert_int_equal(b->t.ops->stat(&b->t, "l", &there, &e), 1);
	assert_false(there.plain);
	fsx_close(fd);
}

static void test_bad_names(void **state)
{
	struct box *b = *state;
	static const char *const names[] = {"../x", "a/b", "", ".", "..", "a\nb"};
	struct transport_entry there = {0};
	uint64_t size = 0;
	struct err e = {0};

	ready(b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *n = names[i];

		assert_int_equal(b->t.ops->stat(&b->t, n, &there, &e), -1);
		assert_int_equal(b->t.ops->upload(&b->t, 0, 0, n, &e), -1);
		assert_int_equal(b->t.ops->commit(&b->t, n, "a", &e), -1);
		assert_int_equal(b->t.ops->commit(&b->t, "a", n, &e), -1);
		assert_int_equal(b->t.ops->fetch(&b->t, n, -1, &size, &e), -1);
		assert_int_equal(b->t.ops->remove(&b->t, n, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void test_hash(void **state)
{
	struct box *b = *state;
	const struct transport_ops *ops = b->t.ops;
	char sha[HASH_HEX];
	struct err e;

	fsx_close(file_of("in/a", "three"));
	assert_int_equal(symlink("a", "in/link"), 0);
	ready(b);
	assert_int_equal(ops->hash(&b->t, "a", 5, sha, &e), 0);
	assert_string_equal(
		sha, "8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f");
	for (uint64_t size = 4; size <= 6; size += 2) {
		assert_int_equal(ops->hash(&b->t, "a", size, sha, &e), -1);
		assert_int_equal(e.code, ERR_REMOTE);
	}
	assert_int_equal(ops->hash(&b->t, "gone", 5, sha, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(ops->hash(&b->t, "link", 5, sha, &e), -1);
	assert_int_equal(ops->hash(&b->t, "../a", 5, sha, &e), -1);
}

static int note(void *ctx, const struct transport_entry *entry)
{
	char *all = ctx;
	const size_t n = strlen(all);

	(void)snprintf(all + n, 200 - n, STR_FMT ":%llu ", STR_ARG(entry->name),
		(unsigned long long)entry->size);
	return 0;
}

static void test_receive(void **state)
{
	struct box *b = *state;
	const struct transport_ops *ops = b->t.ops;
	char seen[200] = "";
	uint32_t skipped = 9;
	uint64_t size = 0;
	struct err e = {0};

	fsx_close(file_of("out/b.997", "four"));
	fsx_close(file_of("out/a.ta1", "fives"));
	fsx_close(file_of("out/.hidden", "x"));
	fsx_close(file_of("out/c.part", "x"));
	fsx_close(file_of("out/bad\nname", "x"));
	assert_int_equal(symlink("b.997", "out/link"), 0);
	assert_int_equal(mkdir("out/folder", 0700), 0);
	assert_int_equal(mkfifo("out/fifo", 0600), 0);
	ready(b);
	assert_int_equal(ops->list(&b->t, note, seen, &skipped, &e), 0);
	assert_string_equal(seen, "a.ta1:5 b.997:4 ");
	assert_int_equal(skipped, 1);
	const int fd = file_of("came", "");
	assert_int_equal(ops->fetch(&b->t, "a.ta1", fd, &size, &e), 0);
	assert_int_equal(size, 5);
	holds("came", "fives");
	assert_int_equal(ops->fetch(&b->t, "gone", fd, &size, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(ops->fetch(&b->t, "link", fd, &size, &e), -1);
	assert_int_equal(ops->fetch(&b->t, "fifo", fd, &size, &e), -1);
	assert_int_equal(ops->remove(&b->t, "a.ta1", &e), 0);
	assert_int_equal(access("out/a.ta1", F_OK), -1);
	assert_int_equal(ops->remove(&b->t, "a.ta1", &e), 0);
	fsx_close(fd);
}

static void test_folders(void **state)
{
	struct box *b = *state;
	struct transport_entry there = {0};
	char seen[200] = "";
	uint32_t skipped = 0;
	struct err e = {0};
	const int fd = file_of("src", "ISA");

	b->ep.put = STR("nowhere");
	b->ep.get = STR("");
	ready(b);
	assert_int_equal(b->t.ops->stat(&b->t, "a", &there, &e), -1);
	assert_int_equal(e.code, ERR_REMOTE);
	assert_string_equal(e.reason, "REMOTE-NO-FOLDER");
	assert_int_equal(b->t.ops->list(&b->t, note, seen, &skipped, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	/* Made later, it is found; "." is the root. */
	assert_int_equal(mkdir("nowhere", 0700), 0);
	assert_int_equal(b->t.ops->upload(&b->t, fd, 3, ".a", &e), 0);
	holds("nowhere/.a", "ISA");
	b->t.ops->close(&b->t);
	b->ep.put = STR(".");
	assert_int_equal(b->t.ops->open(&b->t, &e), 0);
	assert_int_equal(b->t.ops->upload(&b->t, fd, 3, ".a", &e), 0);
	holds(".a", "ISA");
	transport_done(&b->t);
	/* Folders do not lead out of the root. */
	b->ep.put = STR("../..");
	transport_init(&b->t, transport_find(STR("directory")), &b->ep, NULL, &b->clock);
	ready(b);
	assert_int_equal(b->t.ops->upload(&b->t, fd, 3, ".a", &e), -1);
	transport_done(&b->t);
	b->ep.path = STR("/no/such/folder");
	transport_init(&b->t, transport_find(STR("directory")), &b->ep, NULL, &b->clock);
	assert_int_equal(transport_prepare(&b->t, &e), -1);
	assert_int_equal(e.code, ERR_REMOTE);
	assert_string_equal(e.reason, "REMOTE-NO-FOLDER");
	fsx_close(fd);
}

/* In a child: 0, or the step that failed. */
static int closed_in(struct box *b)
{
	struct sandbox_path path = {.write = true};
	struct sandbox box = {.paths = &path, .n = 1};
	char seen[200] = "";
	uint32_t skipped = 0;
	uint64_t size = 0;
	struct err e = {0};
	int level = 0;
	const int fd = file_of("src", "ISA");
	const int came = file_of("came", "");

	if (transport_prepare(&b->t, &e) != 0)
		return 1;
	path.dir = b->t.root;
	if (sandbox_enter(SANDBOX_TRANSFER, &box, &level, &e) != 0 && level == 0)
		return 77;
	if (b->t.ops->open(&b->t, &e) != 0 || b->t.ops->upload(&b->t, fd, 3, ".a", &e) != 0 ||
		b->t.ops->commit(&b->t, ".a", "a", &e) != 0)
		return 2;
	if (b->t.ops->list(&b->t, note, seen, &skipped, &e) != 0 || strcmp(seen, "r:2 ") != 0)
		return 3;
	if (b->t.ops->fetch(&b->t, "r", came, &size, &e) != 0 || size != 2 ||
		b->t.ops->remove(&b->t, "r", &e) != 0)
		return 4;
	/* Other folders are closed. */
	return open("/etc/passwd", O_RDONLY) == -1 ? 0 : 5;
}

static void test_sandbox(void **state)
{
	struct box *b = *state;
	int status = 0;

	fsx_close(file_of("out/r", "ok"));
	const pid_t child = fork();
	if (child == 0)
		_exit(closed_in(b));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	holds("in/a", "ISA");
}

/* --- calls that fail: the partner's folder is the partner's fault, our own file is ours --- */

static int src = -1;  /* what is sent */
static int came = -1; /* what is received */

static int upload_it(void *about, struct err *e)
{
	struct box *b = about;

	return b->t.ops->upload(&b->t, src, 3, ".a.tmp", e);
}

static int commit_it(void *about, struct err *e)
{
	struct box *b = about;

	return b->t.ops->commit(&b->t, ".a.tmp", "a", e);
}

static int look_at_it(void *about, struct err *e)
{
	struct box *b = about;
	struct transport_entry there;

	return b->t.ops->stat(&b->t, "there", &there, e);
}

static int hash_it(void *about, struct err *e)
{
	struct box *b = about;
	char sha[HASH_HEX];

	return b->t.ops->hash(&b->t, "there", 5, sha, e);
}

static int list_them(void *about, struct err *e)
{
	struct box *b = about;
	char seen[200] = "";
	uint32_t skipped = 0;

	return b->t.ops->list(&b->t, note, seen, &skipped, e);
}

static int fetch_it(void *about, struct err *e)
{
	struct box *b = about;
	uint64_t size = 0;

	return b->t.ops->fetch(&b->t, "r", came, &size, e);
}

static int remove_it(void *about, struct err *e)
{
	struct box *b = about;

	return b->t.ops->remove(&b->t, "r", e);
}

#define ALL(call, error)                        \
	{                                       \
		SYS_##call, error, CALLS_ANY, 0 \
	}

static void test_calls_that_fail(void **state)
{
	static const struct {
		int (*make)(void *about, struct err *e);
		struct calls_fault fault;
		enum err_code code;
		const char *reason;
	} rows[] = {
		{upload_it, ALL(write, ENOSPC), ERR_REMOTE, "REMOTE-FULL"},
		{upload_it, ALL(write, EDQUOT), ERR_REMOTE, "REMOTE-FULL"},
		{upload_it, ALL(write, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{upload_it, ALL(fchmod, EPERM), ERR_REMOTE, "REMOTE-FAILURE"},
		{upload_it, ALL(fsync, EDQUOT), ERR_REMOTE, "REMOTE-FULL"},
		{upload_it, ALL(openat, EACCES), ERR_REMOTE, "REMOTE-DENIED"},
		{upload_it, ALL(openat, EPERM), ERR_REMOTE, "REMOTE-DENIED"},
		{upload_it, ALL(openat, EROFS), ERR_REMOTE, "REMOTE-DENIED"},
		{upload_it, ALL(openat, EMFILE), ERR_REMOTE, "REMOTE-FAILURE"},
		{upload_it, ALL(unlinkat, EROFS), ERR_REMOTE, "REMOTE-FAILURE"},
		{upload_it, ALL(newfstatat, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{upload_it, ALL(pread64, EIO), ERR_IO, ""}, /* of ours */
		{commit_it, ALL(renameat2, EACCES), ERR_REMOTE, "REMOTE-DENIED"},
		{commit_it, ALL(renameat2, EPERM), ERR_REMOTE, "REMOTE-DENIED"},
		{commit_it, ALL(renameat2, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{commit_it, ALL(renameat2, ENOSPC), ERR_REMOTE, "REMOTE-FULL"},
		{commit_it, ALL(renameat2, EXDEV), ERR_CONFIG, ""},
		{look_at_it, ALL(newfstatat, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{hash_it, ALL(pread64, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{hash_it, ALL(openat2, EMFILE), ERR_REMOTE, "REMOTE-FAILURE"},
		{list_them, ALL(getdents64, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{list_them, {SYS_newfstatat, EIO, 3, AT_SYMLINK_NOFOLLOW}, ERR_REMOTE,
			"REMOTE-FAILURE"},
		{fetch_it, ALL(openat2, EMFILE), ERR_REMOTE, "REMOTE-FAILURE"},
		{fetch_it, ALL(pread64, EIO), ERR_REMOTE, "REMOTE-FAILURE"},
		{fetch_it, ALL(write, ENOSPC), ERR_FULL, ""}, /* of ours */
		{remove_it, ALL(unlinkat, EROFS), ERR_REMOTE, "REMOTE-FAILURE"},
		/* The rename is done, and may not outlive a power cut. */
		{commit_it, ALL(fsync, EIO), ERR_DOUBT, ""},
	};
	struct box *b = *state;
	struct err e;

	src = file_of("src", "ISA");
	came = file_of("came", "");
	fsx_close(file_of("in/there", "there"));
	fsx_close(file_of("out/r", "ok"));
	ready(b);
	assert_int_equal(look_at_it(b, &e), 1);
	assert_int_equal(list_them(b, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct calls_try t = {.make = rows[i].make, .about = b};
		if (t.make == commit_it)
			assert_int_equal(upload_it(b, &e), 0);
		calls_try(&rows[i].fault, &t);
		if (t.rc != -1 || t.e.code != rows[i].code ||
			strcmp(t.e.reason, rows[i].reason) != 0)
			fail_msg("row %zu: %d, code %d %s: %s", i, t.rc, (int)t.e.code, t.e.reason,
				t.e.text);
	}
	holds("in/a", "ISA");
	holds("in/there", "there");
	holds("out/r", "ok");
	fsx_close(src);
	fsx_close(came);
}

/* The descriptor of an open folder. */
static int open_as(const char *folder)
{
	char link[40];
	char path[400];
	const struct str end = str_c(folder);

	for (int fd = 3; fd < 100; fd++) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		const ssize_t n = readlink(link, path, sizeof(path));
		if (n > 0 && str_ends((struct str){path, (size_t)n}, end))
			return fd;
	}
	fail_msg("%s is not open", folder);
	return -1;
}

/* A folder of theirs that cannot be opened, or written through; a close that says that bytes were not taken. */
static void test_folder_fails(void **state)
{
	struct box *b = *state;
	struct calls_fault folder = {SYS_fsync, EIO, 0, 0};
	struct calls_fault last = {SYS_close, EDQUOT, 0, 0};
	const struct calls_fault none = ALL(openat2, EMFILE);
	const struct calls_fault denied = ALL(openat2, EACCES);
	struct calls_try t = {.make = upload_it, .about = b};
	struct err e;

	src = file_of("src", "ISA");
	ready(b);
	calls_try(&none, &t);
	assert_int_equal(t.rc, -1);
	assert_string_equal(t.e.reason, "REMOTE-FAILURE");
	assert_non_null(strstr(t.e.text, "put folder of endpoint acme, below "));
	calls_try(&denied, &t);
	assert_int_equal(t.rc, -1);
	assert_string_equal(t.e.reason, "REMOTE-DENIED");
	assert_int_equal(look_at_it(b, &e), 0);
	folder.value = (uint32_t)open_as("/in");
	calls_try(&folder, &t);
	assert_int_equal(t.rc, -1);
	assert_string_equal(t.e.reason, "REMOTE-FAILURE");
	const int next = dup(src);
	fsx_close(next);
	last.value = (uint32_t)next;
	calls_try(&last, &t);
	assert_int_equal(t.rc, -1);
	assert_string_equal(t.e.reason, "REMOTE-FULL");
	fsx_close(next);
	fsx_close(src);
}

/* A name that goes between the list and the look at it is none; one that cannot be one is refused. */
static void test_gone_and_odd(void **state)
{
	struct box *b = *state;
	const struct calls_fault gone = {SYS_newfstatat, ENOENT, 3, AT_SYMLINK_NOFOLLOW};
	struct calls_try t = {.make = list_them, .about = b};
	char sha[HASH_HEX];
	uint64_t size = 0;
	struct err e;

	fsx_close(file_of("out/r", "ok"));
	fsx_close(file_of("in/there", "there"));
	ready(b);
	calls_try(&gone, &t);
	assert_int_equal(t.rc, 0);
	assert_int_equal(b->t.ops->fetch(&b->t, "../src", 1, &size, &e), -1);
	assert_int_equal(b->t.ops->hash(&b->t, "../src", 1, sha, &e), -1);
	assert_int_equal(b->t.ops->remove(&b->t, "../src", &e), -1);
	assert_int_equal(b->t.ops->commit(&b->t, "../src", "a", &e), -1);
	assert_int_equal(b->t.ops->commit(&b->t, "a", "../src", &e), -1);
	assert_int_equal(b->t.ops->upload(&b->t, 0, 1, "../src", &e), -1);
	assert_non_null(strstr(e.text, "cannot be the name of a partner's file"));
	assert_int_equal(b->t.ops->hash(&b->t, "there", 7, sha, &e), -1);
	assert_non_null(strstr(e.text, "its size changed"));
	/* Without a get folder nothing is read or removed. */
	b->t.ops->close(&b->t);
	b->ep.get = STR("");
	b->ep.put = STR("");
	assert_int_equal(b->t.ops->fetch(&b->t, "r", 1, &size, &e), -1);
	assert_int_equal(b->t.ops->remove(&b->t, "r", &e), -1);
	assert_int_equal(b->t.ops->hash(&b->t, "r", 1, sha, &e), -1);
	assert_int_equal(b->t.ops->commit(&b->t, ".r", "r", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "it has no put folder"));
	/* A root that is a file. */
	transport_done(&b->t);
	b->ep.path = STR("out/r");
	transport_init(&b->t, transport_find(STR("directory")), &b->ep, NULL, &b->clock);
	assert_int_equal(transport_prepare(&b->t, &e), -1);
	assert_non_null(strstr(e.text, "endpoint acme: open folder out/r: Not a directory"));
}

enum { CHUNK = 256 << 10 }; /* as the channel reads */

/* What the partner does with out/r after each piece that was read. */
struct meddling {
	enum meddles { GROWS, IS_TOUCHED, SHRINKS_FOR_A_WHILE } how;
	int steps;
};

static void meddle(void *ctx, uint64_t at, uint64_t size)
{
	struct meddling *m = ctx;
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};

	(void)at, (void)size;
	m->steps++;
	if (m->how == GROWS && m->steps == 1)
		assert_int_equal(truncate("out/r", CHUNK + 20), 0);
	if (m->how == IS_TOUCHED && m->steps == 1)
		assert_int_equal(utimensat(AT_FDCWD, "out/r", NULL, 0), 0);
	if (m->how == SHRINKS_FOR_A_WHILE) {
		assert_int_equal(truncate("out/r", m->steps == 1 ? CHUNK : CHUNK + 10), 0);
		assert_int_equal(utimensat(AT_FDCWD, "out/r", old, 0), 0);
	}
}

/* What changed while it was read is not taken. */
static void test_changing(void **state)
{
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};
	struct box *b = *state;
	uint64_t size = 7;
	struct err e;

	came = file_of("came", "");
	ready(b);
	for (int how = GROWS; how <= SHRINKS_FOR_A_WHILE; how++) {
		struct meddling m = {(enum meddles)how, 0};
		fsx_close(file_of("out/r", ""));
		assert_int_equal(truncate("out/r", CHUNK + 10), 0);
		assert_int_equal(utimensat(AT_FDCWD, "out/r", old, 0), 0);
		b->t.moved = meddle;
		b->t.moved_ctx = &m;
		assert_int_equal(b->t.ops->fetch(&b->t, "r", came, &size, &e), -1);
		assert_string_equal(e.reason, "FILE-CHANGING");
	}
	assert_int_equal(size, 7);
	b->t.moved = NULL;
	fsx_close(came);
	/* More than is taken of any partner. */
	assert_int_equal(truncate("out/r", (off_t)LIMIT_ACK_FILE + 1), 0);
	came = open("/dev/null", O_WRONLY);
	assert_int_equal(b->t.ops->fetch(&b->t, "r", came, &size, &e), -1);
	assert_string_equal(e.reason, "TOO-BIG");
	fsx_close(came);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_send, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_receive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sandbox, setup, teardown),
		cmocka_unit_test_setup_teardown(test_calls_that_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_and_odd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
