/* Files taken from a real sshd: which are listed, and that they come whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "unit/support/box.h"
#include "unit/support/sftp_server.h"

struct names {
	char all[400];
};

static int note(void *ctx, const struct transport_entry *entry)
{
	struct names *to = ctx;
	const size_t n = strlen(to->all);

	(void)snprintf(to->all + n, sizeof(to->all) - n, STR_FMT ":%llu ", STR_ARG(entry->name),
		(unsigned long long)entry->size);
	return 0;
}

static void test_receive(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	static const char *const files[] = {
		"b.997", "a.ta1", ".hidden", "c.tmp", "d.PART", "bad\nname", "bad\xff", "e.997"};
	struct names seen = {""};
	uint32_t skipped = 0;
	uint64_t size = 0;
	struct sftp_link l;
	struct err e = {0};
	char path[100];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "srv/root/out/%s", files[i]);
		fsx_close(sftp_file_of(path, "ISA*00", i < 3 ? 4 + i : 1));
	}
	assert_int_equal(symlink("b.997", "srv/root/out/link"), 0);
	assert_int_equal(mkdir("srv/root/out/folder", 0700), 0);
	sftp_link_connected(v, &l);
	assert_int_equal(l.t.ops->list(&l.t, note, &seen, &skipped, &e), 0);
	assert_string_equal(seen.all, "a.ta1:5 b.997:4 e.997:1 ");
	assert_int_equal(skipped, 2);
	const int fd = sftp_file_of("came", "", 0);
	assert_int_equal(l.t.ops->fetch(&l.t, "a.ta1", fd, &size, &e), 0);
	assert_int_equal(size, 5);
	sftp_file_holds("came", "ISA*0", 5);
	assert_int_equal(l.t.ops->fetch(&l.t, "gone", fd, &size, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(l.t.ops->fetch(&l.t, "folder", fd, &size, &e), -1);
	assert_int_equal(l.t.ops->remove(&l.t, "a.ta1", &e), 0);
	assert_int_equal(access("srv/root/out/a.ta1", F_OK), -1);
	assert_int_equal(l.t.ops->remove(&l.t, "a.ta1", &e), 0);
	sftp_link_close(&l);
	fsx_close(fd);
}

static void test_receive_big(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	const size_t n = 5 * 1000 * 1000 + 3;
	char *content = mem_alloc(n);
	char want[HASH_HEX];
	char sha[HASH_HEX];
	uint64_t size = 0;
	struct sftp_link l;
	struct err e = {0};

	for (size_t i = 0; i < n; i++)
		content[i] = (char)(i * 13 + i / 255);
	fsx_close(sftp_file_of("srv/root/out/big", content, n));
	sftp_link_connected(v, &l);
	const int fd = sftp_file_of("came", "", 0);
	assert_int_equal(l.t.ops->fetch(&l.t, "big", fd, &size, &e), 0);
	assert_int_equal(size, n);
	sftp_file_holds("came", content, n);
	assert_int_equal(l.t.ops->remove(&l.t, "big", &e), 0);
	fsx_close(sftp_file_of("srv/root/in/put", content, n));
	box_hash((struct str){content, n}, want);
	assert_int_equal(l.t.ops->hash(&l.t, "put", n, sha, &e), 0);
	assert_string_equal(sha, want);
	for (size_t wrong = n - 1; wrong <= n + 1; wrong += 2) {
		assert_int_equal(l.t.ops->hash(&l.t, "put", wrong, sha, &e), -1);
		assert_int_equal(e.code, ERR_REMOTE);
	}
	assert_int_equal(l.t.ops->hash(&l.t, "gone", 5, sha, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(unlink("srv/root/in/put"), 0);
	sftp_link_close(&l);
	fsx_close(fd);
	mem_free(content);
}

/* A file that its owner writes to while it is read, once. */
static void grow(void *ctx, uint64_t at, uint64_t size)
{
	bool *done = ctx;

	(void)at, (void)size;
	if (!*done)
		assert_int_equal(truncate("srv/root/out/grows", 3 * 1000 * 1000), 0);
	*done = true;
}

static void test_changing(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	bool done = false;
	uint64_t size = 0;
	struct sftp_link l;
	struct err e = {0};
	const int fd = sftp_file_of("came", "", 0);

	fsx_close(sftp_file_of("srv/root/out/grows", "", 0));
	assert_int_equal(truncate("srv/root/out/grows", 2 * 1000 * 1000), 0);
	sftp_link_connected(v, &l);
	l.t.moved = grow;
	l.t.moved_ctx = &done;
	assert_int_equal(l.t.ops->fetch(&l.t, "grows", fd, &size, &e), -1);
	assert_string_equal(e.reason, "FILE-CHANGING");
	assert_true(done && size == 0);
	sftp_link_close(&l);
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_receive_big),
		cmocka_unit_test(test_changing),
	};

	return cmocka_run_group_tests(tests, sftp_server_start, sftp_server_stop);
}
