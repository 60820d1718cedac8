/* A tree packed and read back: every byte there, the same bytes each time, nothing from outside. */
#include "format/zip.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "format/zip_read.h"
#include "unit/support/format_support.h"

enum { FILES = 505 };

static int folder(const char *name)
{
	int fd = -1;

	assert_int_equal(mkdir(name, 0700), 0);
	fd = open(name, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	return fd;
}

static void put(int dir, const char *name, struct str text)
{
	struct err e;
	const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fsx_write_all(fd, text.p, text.n, &e), 0);
	(void)close(fd);
}

/* The text of file i: some empty, some larger than any buffer. */
static struct str content(struct buf *b, int i)
{
	buf_clear(b);
	for (int k = 0; k < (i == 400 ? 200000 : i % 50 * 10); k++)
		buf_printf(b, "%d %d\n", i, k * 7919 % 1000);
	return buf_view(b);
}

static int grow(const char *top, bool backwards)
{
	const int dir = folder(top);
	struct buf b;
	char name[80];

	assert_int_equal(mkdirat(dir, "content", 0700), 0);
	assert_int_equal(mkdirat(dir,
				 "content/Br\xc3\xbc"
				 "cke \xe2\x80\x93 1",
				 0700),
		0);
	assert_int_equal(mkdirat(dir, "settings", 0700), 0);
	buf_init(&b, 16 << 20);
	for (int k = 0; k < FILES; k++) {
		const int i = backwards ? FILES - 1 - k : k;
		(void)snprintf(name, sizeof(name),
			i % 3 == 0	     ? "content/item %d.json"
				: i % 3 == 1 ? "content/Br\xc3\xbc"
					       "cke \xe2\x80\x93 1/%d.json"
					     : "settings/%d.json",
			i);
		put(dir, name, content(&b, i));
	}
	buf_done(&b);
	return dir;
}

/* Packs into a new nameless file. */
static int pack(int dir, struct zip_packed *packed, struct diag *d, struct err *e, int *fd)
{
	*fd = format_support_file(STR(""));
	return zip_pack(dir, *fd, packed, d, e);
}

static void there_and_back(void **state)
{
	struct zip_packed packed;
	struct zip_packed again;
	struct diag d = {0};
	struct err e;
	struct buf b;
	struct zip_read *z = NULL;
	char hash[HASH_HEX];
	char other[HASH_HEX];
	char *p = NULL;
	size_t cap = 0;
	size_t n = 0;
	int fd = -1;
	int second = -1;
	const int dir = grow("t1", false);
	const int same = grow("t2", true);
	(void)state;

	assert_int_equal(pack(dir, &packed, &d, &e, &fd), 0);
	assert_int_equal(pack(same, &again, &d, &e, &second), 0);
	assert_int_equal(d.n, 0);
	assert_int_equal(packed.members, FILES);
	assert_string_equal(packed.content, again.content);
	assert_int_equal(hash_file(fd, hash, NULL, &e), 0);
	assert_int_equal(hash_file(second, other, NULL, &e), 0);
	assert_string_equal(hash, other);
	z = zip_read_open(fd, packed.bytes, &e);
	assert_non_null(z);
	assert_int_equal(zip_read_count(z), FILES);
	buf_init(&b, 16 << 20);
	for (uint64_t m = 0; m < FILES; m++) {
		const struct str name = zip_read_name(z, m);
		const struct str digits = str_from(
			name, (size_t)(strpbrk(strrchr(name.p, '/'), "0123456789") - name.p));
		int64_t i = -1;
		struct str want;
		assert_true(str_to_i64(str_sub(digits, 0, digits.n - 5), &i));
		want = content(&b, (int)i);
		assert_int_equal(zip_read_member(z, m, 8 << 20, 64, &p, &cap, &n, &e), 0);
		assert_true(str_eq((struct str){p, n}, want));
	}
	assert_true(n > 8);
	assert_int_equal(zip_read_member(z, FILES - 1, 8, 0, &p, &cap, &n, &e), -1);
	zip_read_close(z);
	mem_free(p);
	buf_done(&b);
	(void)close(fd);
	(void)close(second);
	(void)close(dir);
	(void)close(same);
}

static void content_counts(void **state)
{
	struct zip_packed one;
	struct zip_packed two;
	struct diag d = {0};
	struct err e;
	const int dir = folder("c1");
	int fd = -1;
	(void)state;

	put(dir, "a", STR("1"));
	assert_int_equal(pack(dir, &one, &d, &e, &fd), 0);
	(void)close(fd);
	put(dir, "b", STR(""));
	assert_int_equal(pack(dir, &two, &d, &e, &fd), 0);
	(void)close(fd);
	assert_string_not_equal(one.content, two.content);
	assert_int_equal(two.members, 2);
	assert_int_equal(two.unpacked, 1);
	(void)close(dir);
}

/* Nothing that is no file of the tree gets in; each is told. */
static void strangers(void **state)
{
	struct zip_packed packed;
	struct arena a;
	struct diag d;
	struct err e;
	const int dir = folder("s1");
	int fd = -1;
	(void)state;

	arena_init(&a);
	diag_init(&d, &a);
	put(dir, "good.json", STR("{}"));
	put(dir, "bad\xff.json", STR("{}"));
	assert_int_equal(symlinkat("/etc/passwd", dir, "link.json"), 0);
	assert_int_equal(symlinkat("/etc", dir, "linked"), 0);
	assert_int_equal(mkfifo("s1/pipe.json", 0600), 0);
	assert_int_equal(pack(dir, &packed, &d, &e, &fd), 0);
	assert_int_equal(packed.members, 1);
	assert_int_equal(d.n, 4);
	assert_true(str_is(d.first->code, "TREE-NAME"));
	assert_true(str_is(d.last->code, "TREE-SPECIAL-FILE"));
	assert_true(str_is(d.last->file, "pipe.json"));
	(void)close(fd);
	(void)close(dir);
	arena_done(&a);
}

static void nothing(void **state)
{
	struct zip_packed packed;
	struct diag d = {0};
	struct err e;
	const int dir = folder("n1");
	int fd = -1;
	(void)state;

	assert_int_equal(mkdirat(dir, "empty", 0700), 0);
	assert_int_equal(pack(dir, &packed, &d, &e, &fd), -1);
	assert_string_equal(e.reason, "EMPTY");
	(void)close(fd);
	(void)close(dir);
}

/* The archive being written lies in the tree itself: the tree changes while it is packed. */
static void changing(void **state)
{
	struct zip_packed packed;
	struct diag d = {0};
	struct err e;
	const int dir = folder("g1");
	int fd = -1;
	(void)state;

	put(dir, "a", STR("1"));
	fd = openat(dir, "out.zip", O_RDWR | O_CREAT, 0600);
	assert_int_equal(fsx_write_all(fd, "x", 1, &e), 0);
	for (int i = 0; i < 40; i++) {
		char name[16];
		struct buf b;
		buf_init(&b, 1 << 20);
		for (uint32_t k = 0, v = (uint32_t)i; k < 20000; k++, v = v * 1664525 + 1013904223)
			buf_ch(&b, (char)(v >> 24));
		(void)snprintf(name, sizeof(name), "f%d", i);
		put(dir, name, buf_view(&b));
		buf_done(&b);
	}
	assert_int_equal(zip_pack(dir, fd, &packed, &d, &e), -1);
	assert_string_equal(e.reason, "CHANGED");
	(void)close(fd);
	(void)close(dir);
}

/* The sample export, when it is there. */
static void sample(void **state)
{
	const char *named = getenv("SAMPLES");
	const char *where = named ? named : TEST_TOP "/../shared/samples";
	char path[4096];
	const struct reader_spec spec = {
		.format = {"json", 4}, .file = {"tree.zip", 8}, .items_below = {"content/", 8}};
	struct zip_packed packed;
	struct names names;
	struct arena a;
	struct diag d;
	struct err e;
	struct item it;
	struct item again;
	struct reader *r = NULL;
	int fd = -1;
	int dir = -1;
	size_t n = 0;
	(void)state;

	(void)snprintf(path, sizeof(path), "%s/autumn-catalog/export", where);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	if (dir == -1)
		skip();
	arena_init(&a);
	diag_init(&d, &a);
	names_init(&names);
	assert_int_equal(pack(dir, &packed, &d, &e, &fd), 0);
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	while (reader_next(r, &it, &d, &e) == 1) {
		assert_non_null(it.root);
		assert_non_null(node_child(it.root, names_find(&names, STR("body"))));
		assert_int_equal(reader_at(r, it.locator, &again, &d, &e), 1);
		assert_true(str_eq(it.raw, again.raw));
		assert_true(it.raw.p != again.raw.p);
		n++;
	}
	assert_int_equal(n, 474);
	assert_int_equal(d.n, 0);
	reader_close(r);
	names_done(&names);
	arena_done(&a);
	(void)close(fd);
	(void)close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(content_counts),
		cmocka_unit_test(strangers),
		cmocka_unit_test(nothing),
		cmocka_unit_test(changing),
		cmocka_unit_test(sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
