/* Archives that are cut, damaged or built to harm: refused, or read right; never read wrong. */
#include "format/zip_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/fsx.h"
#include "base/mem.h"
#include "format/zip_out.h"
#include "unit/support/format_support.h"

static const char *const names[] = {"a.json", "sub/b.json", "sub/c.json"};
static const char *const texts[] = {
	"{\"a\":1}", "", "{\"c\":\"ccccccccccccccccccccccccccccccccccccccccccc\"}"};

/* An archive of the three. */
static void archive(struct buf *b)
{
	const int fd = format_support_file(STR(""));
	struct zip_out *z = zip_out_new(fd);
	uint64_t bytes = 0;
	struct err e;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(zip_out_begin(z, str_c(names[i]), &e), 0);
		assert_int_equal(zip_out_bytes(z, texts[i], strlen(texts[i]), &e), 0);
		assert_int_equal(zip_out_end(z, &e), 0);
	}
	assert_int_equal(zip_out_finish(z, &bytes, &e), 0);
	zip_out_free(z);
	buf_clear(b);
	assert_int_equal(fsx_read(fd, b, &e), 0);
	assert_int_equal(b->n, bytes);
	(void)close(fd);
}

/* True when the archive opens; then every member that can be read and has an old name has its
 * old bytes. */
static bool reads_right(struct str bytes)
{
	const int fd = format_support_file(bytes);
	struct err e;
	struct zip_read *z = zip_read_open(fd, bytes.n, &e);
	const bool open = z != NULL;
	char *p = NULL;
	size_t cap = 0;
	size_t n = 0;

	for (uint64_t i = 0; z && i < zip_read_count(z); i++) {
		if (zip_read_member(z, i, 1 << 20, 64, &p, &cap, &n, &e) == -1)
			continue;
		for (size_t k = 0; k < 3; k++)
			if (str_is(zip_read_name(z, i), names[k]))
				assert_true(str_eq((struct str){p, n}, str_c(texts[k])));
	}
	if (!open)
		assert_true(e.code == ERR_INPUT || e.code == ERR_LIMIT);
	zip_read_close(z);
	mem_free(p);
	(void)close(fd);
	return open;
}

static void cut_everywhere(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, 1 << 20);
	archive(&b);
	assert_true(reads_right(buf_view(&b)));
	for (size_t n = 0; n < b.n; n++)
		assert_false(reads_right((struct str){b.p, n}));
	buf_done(&b);
}

/* Names and places of members may be anything; what is read under the old name must be the old
 * bytes. */
static void damaged_everywhere(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, 1 << 20);
	archive(&b);
	for (size_t i = 0; i < b.n; i++) {
		const char was = b.p[i];
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(was ^ (1 << bit));
			(void)reads_right(buf_view(&b));
		}
		b.p[i] = was;
	}
	buf_done(&b);
}

/* A member that swells a thousandfold is refused by its ratio before it is unpacked. */
static void bomb(void **state)
{
	const int fd = format_support_file(STR(""));
	struct zip_out *z = zip_out_new(fd);
	struct zip_read *r = NULL;
	char *zeros = mem_alloc(1 << 20);
	char *p = NULL;
	size_t cap = 0;
	size_t n = 0;
	uint64_t bytes = 0;
	struct err e;
	(void)state;

	assert_int_equal(zip_out_begin(z, STR("z"), &e), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(zip_out_bytes(z, zeros, 1 << 20, &e), 0);
	assert_int_equal(zip_out_end(z, &e), 0);
	assert_int_equal(zip_out_finish(z, &bytes, &e), 0);
	r = zip_read_open(fd, bytes, &e);
	assert_non_null(r);
	assert_int_equal(zip_read_member(r, 0, 8 << 20, 0, &p, &cap, &n, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_null(p);
	assert_int_equal(zip_read_member(r, 7, 8 << 20, 0, &p, &cap, &n, &e), -1);
	zip_read_close(r);
	zip_out_free(z);
	mem_free(zeros);
	(void)close(fd);
}

static void two_of_one_name(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, 1 << 20);
	archive(&b);
	for (size_t i = 0; i + 10 < b.n; i++)
		if (memcmp(b.p + i, "sub/c.json", 10) == 0)
			b.p[i + 4] = 'b';
	assert_false(reads_right(buf_view(&b)));
	buf_done(&b);
}

#if !ATTR_ASAN /* which has an allocator of its own */
extern void *__libc_malloc(size_t n);

static int fails_after; /* so many allocations come first; 0 none fails */

void *malloc(size_t n)
{
	return fails_after > 0 && --fails_after == 0 ? NULL : __libc_malloc(n);
}

/* All members can be read. */
static bool all_there(int fd, size_t size)
{
	struct err e;
	struct zip_read *z = zip_read_open(fd, size, &e);
	char *p = NULL;
	size_t cap = 0;
	size_t n = 0;
	uint64_t i = 0;

	while (z && i < zip_read_count(z) &&
		zip_read_member(z, i, 1 << 20, 64, &p, &cap, &n, &e) == 0)
		i++;
	return i == sizeof(names) / sizeof(names[0]);
}

/* In a process of its own, as the lack ends it: 71 then, 0 when all could be read nevertheless, 2 when nothing failed. */
static int read_short_of_memory(int fd, size_t size, int at)
{
	int status = 0;
	const pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		fails_after = at;
		_exit(!all_there(fd, size) ? 1 : fails_after > 0 ? 2 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The archive is whole, whatever allocation fails. */
static void a_lack_of_memory_is_no_damage(void **state)
{
	struct buf b;
	int fd = -1;
	int at = 1;
	int status = 0;

	(void)state;
	buf_init(&b, 1 << 20);
	archive(&b);
	fd = format_support_file(buf_view(&b));
	while ((status = read_short_of_memory(fd, b.n, at)) != 2) {
		assert_true(status == 71 || status == 0);
		at++;
	}
	assert_true(at > 10);
	(void)close(fd);
	buf_done(&b);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(damaged_everywhere),
		cmocka_unit_test(bomb),
		cmocka_unit_test(two_of_one_name),
#if !ATTR_ASAN
		cmocka_unit_test(a_lack_of_memory_is_no_damage),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
