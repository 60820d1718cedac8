/* The family of readers: which there are, and places from offsets. */
#include "format/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/support/format_support.h"

static void unknown(void **state)
{
	static const struct {
		const char *format;
		const char *text;
	} rows[] = {
		{"jsn", "format 'jsn' is not known; did you mean 'json'?"},
		{"CSV ", "format 'CSV ' is not known; did you mean 'csv'?"},
		{"parquet", "format 'parquet' is not known; there are json, csv, fixed and xml"},
	};
	struct names names;
	struct err e;
	(void)state;

	names_init(&names);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reader_spec spec = {.format = str_c(rows[i].format), .file = STR("f")};
		assert_null(reader_open(-1, &spec, &names, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_string_equal(e.text, rows[i].text);
		assert_null(reader_find(spec.format));
	}
	assert_string_equal(reader_find(STR("csv"))->name, "csv");
	names_done(&names);
}

static void bad_descriptor(void **state)
{
	const struct reader_spec spec = {.format = STR("json"), .file = STR("gone.json")};
	struct names names;
	struct err e;
	(void)state;

	names_init(&names);
	assert_null(reader_open(-1, &spec, &names, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "gone.json"));
	reader_close(NULL);
	names_done(&names);
}

static void place(void **state)
{
	const struct item it = {.offset = 100, .line = 7, .raw = STR("ab\ncd\n\nef")};
	static const struct place rows[] = {
		{100, 7, 1},
		{101, 7, 2},
		{102, 7, 3},
		{103, 8, 1},
		{105, 8, 3},
		{106, 9, 1},
		{107, 10, 1},
		{109, 10, 3},
		{99, 0, 0},
		{110, 0, 0},
	};
	struct item no_line = it;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct place p = reader_place(&it, rows[i].offset);
		assert_int_equal(p.offset, rows[i].offset);
		assert_int_equal(p.line, rows[i].line);
		assert_int_equal(p.column, rows[i].column);
	}
	no_line.line = 0;
	assert_int_equal(reader_place(&no_line, 107).line, 0);
}

/* Of an item on the first line, wherever blocks begin, with a byte order mark and without. */
static void columns(void **state)
{
	char text[5001];
	(void)state;

	memset(text, 'x', sizeof(text));
	text[5000] = 0;
	for (uint64_t mark = 0; mark <= 3; mark += 3) {
		struct reader r = {.fd = -1};
		memcpy(text, mark ? "\xef\xbb\xbf" : "xxx", 3);
		r.fd = format_support_file(str_c(text));
		for (uint64_t at = 4090; at < 4105; at++) {
			struct item it = {.offset = at};
			reader_line_counted(&r, &it);
			assert_int_equal(it.column, at + 1 - mark);
		}
		(void)close(r.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown),
		cmocka_unit_test(bad_descriptor),
		cmocka_unit_test(place),
		cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
