/* The directory channel, also closed in as a worker is. */
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
#include "base/mem.h"
#include "secure/sandbox.h"
#include "transport/transport.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
