/* Line files of ours: fields come back as they went in; what is cut or too long is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "stage/lines.h"

static int scratch(const void *p, size_t n)
{
	struct err e;
	const int fd = fsx_scratch(&e);

	assert_true(fd != -1);
	assert_int_equal(fsx_write_all(fd, p, n, &e), 0);
	return fd;
}

static void fields_come_back(void **state)
{
	static const struct str fields[] = {{"", 0}, {"plain", 5}, {"a\tb", 3}, {"%", 1},
		{"%25", 3}, {"%0", 2}, {"\r\n", 2}, {"%zz%4", 5}, {"\0\xff%", 3}, {"a%09", 4},
		{"\t\t\t", 3}, {"100 % of it\n", 12}};
	const size_t n = sizeof(fields) / sizeof(fields[0]);
	struct buf b;
	struct lines l;
	struct str line;
	struct arena a;
	struct err e;

	(void)state;
	buf_init(&b, 1000);
	arena_init(&a);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_ch(&b, '\t');
		lines_field(&b, fields[i]);
	}
	buf_c(&b, "\n\n");
	const int fd = scratch(b.p, b.n);
	lines_open(&l, fd);
	assert_int_equal(lines_next(&l, &line, &e), 1);
	for (size_t i = 0; i < n; i++) {
		const struct str got = lines_take(&line, &a);
		if (got.n != fields[i].n || memcmp(got.p, fields[i].p, got.n) != 0)
			fail_msg("field %zu", i);
	}
	assert_int_equal(lines_take(&line, &a).n, 0); /* there is no more */
	assert_int_equal(lines_next(&l, &line, &e), 1);
	assert_int_equal(line.n, 0); /* an empty line is one */
	assert_int_equal(lines_next(&l, &line, &e), 0);
	assert_int_equal(lines_next(&l, &line, &e), 0);
	lines_close(&l);
	fsx_close(fd);
	buf_done(&b);
	arena_done(&a);
}

/* Escapes that lines_field does not write are left as they are. */
static void reads_strange_escapes(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {{"%4", "%4"}, {"%", "%"}, {"%41", "A"}, {"%4g", "%4g"}, {"%0a", "%0a"},
		{"%%41", "%A"}, {"%25%32%35", "%25"}};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str rest = str_c(rows[i].text);
		assert_string_equal(lines_take(&rest, &a).p, rows[i].want);
	}
	arena_done(&a);
}

static void numbers_or_zero(void **state)
{
	struct str rest = STR("12\t-7\tx\t\t99999999999999999999\t1 ");
	static const int64_t want[] = {12, -7, 0, 0, 0, 0, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_true(lines_take_int(&rest) == want[i]);
}

/* n bytes of a line, with or without the LF behind; the reader says want. */
static void long_and_cut(void **state)
{
	static const struct {
		size_t n;
		bool end;
		int want;
	} rows[] = {{1, true, 1}, {1, false, -1}, {LINES_MAX - 1, true, 1}, {LINES_MAX, true, 1},
		{LINES_MAX, false, -1}, {2 * LINES_MAX + 1, true, -1}, {5 * LINES_MAX, false, -1}};
	char *text = mem_alloc(6 * LINES_MAX);
	struct lines l;
	struct str line;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(text, 'x', rows[i].n);
		text[rows[i].n] = '\n';
		const int fd = scratch(text, rows[i].n + (rows[i].end ? 1 : 0));
		lines_open(&l, fd);
		if (lines_next(&l, &line, &e) != rows[i].want)
			fail_msg("row %zu", i);
		if (rows[i].want == 1)
			assert_int_equal(line.n, rows[i].n);
		else
			assert_int_equal(e.code, ERR_INPUT);
		lines_close(&l);
		fsx_close(fd);
	}
	mem_free(text);
}

static void many_lines(void **state)
{
	struct buf b;
	struct lines l;
	struct str line;
	struct err e;
	int64_t n = 0;
	int rc = 0;

	(void)state;
	buf_init(&b, 4 << 20);
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "%d\t%.*s\n", i, i % 61,
			"0123456789012345678901234567890123456789012345678901234567890");
	const int fd = scratch(b.p, b.n);
	lines_open(&l, fd);
	while ((rc = lines_next(&l, &line, &e)) == 1) {
		assert_true(lines_take_int(&line) == n);
		assert_int_equal(line.n, n % 61);
		n++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(n, 50000);
	lines_close(&l);
	fsx_close(fd);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_back),
		cmocka_unit_test(reads_strange_escapes),
		cmocka_unit_test(numbers_or_zero),
		cmocka_unit_test(long_and_cut),
		cmocka_unit_test(many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
