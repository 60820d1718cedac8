/* CSV files of every shape: cells, faults of rows, faults of files, places. */
#include "format/csv_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "unit/support/format_support.h"

static const struct str number[] = {{"n", 1}};
static const struct str named[] = {{"x", 1}, {"y", 1}};

#define CSV .format = {"csv", 3}, .file = {"f.csv", 5}
static const struct reader_spec plain = {CSV};
static const struct reader_spec semicolon = {CSV, .separator = ';'};
static const struct reader_spec comma = {
	CSV, .separator = ';', .decimal = ',', .numbers = number, .nnumbers = 1};
static const struct reader_spec point = {
	CSV, .separator = ';', .decimal = '.', .numbers = number, .nnumbers = 1};
static const struct reader_spec keep = {CSV, .keep_empty = true};
static const struct reader_spec no_header = {CSV, .no_header = true};
static const struct reader_spec given = {CSV, .columns = named, .ncolumns = 2};
static const struct reader_spec latin1 = {CSV, .charset = CHARSET_LATIN1};
static const struct reader_spec windows = {CSV, .charset = CHARSET_CP1252};
static const struct reader_spec tick = {CSV, .quote = '\''};

struct row {
	const struct reader_spec *spec;
	const char *bytes;
	const char *items;
};

static const struct row rows[] = {
	{&plain, "a,b\n1,2\n3,4\n", "{a=\"1\" b=\"2\"}\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\r\n1,2\n3,4\r\n5,6",
		"{a=\"1\" b=\"2\"}\n{a=\"3\" b=\"4\"}\n{a=\"5\" b=\"6\"}\n"},
	{&plain, "\xef\xbb\xbf\"a\", b \n1,2\r\n", "{a=\"1\" b=\"2\"}\n"},
	{&plain, "a,b\n,\n1,\n,2\n", "{}\n{a=\"1\"}\n{b=\"2\"}\n"},
	{&keep, "a,b\n,\n1,\"\"\n", "{a=\"\" b=\"\"}\n{a=\"1\" b=\"\"}\n"},
	{&plain, "a,b\n\n1,2\n\r\n\n", "{a=\"1\" b=\"2\"}\n"},
	{&plain, "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "{a=\"x,y\" b=\"say \"hi\"\"}\n"},
	{&plain, "a,b\n\"l1\nl2\r\nl3\",2\n3,4\n",
		"{a=\"l1\nl2\r\nl3\" b=\"2\"}\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n\"\"\"\",\"\"\"\"\"\"\n", "{a=\"\"\" b=\"\"\"\"}\n"},
	{&plain, "a,b\n\"q\",sixteen long bytes and more\nsixteen long bytes and more,\"q\"\n",
		"{a=\"q\" b=\"sixteen long bytes and more\"}\n"
		"{a=\"sixteen long bytes and more\" b=\"q\"}\n"},
	{&plain, "a,b\n1234567,12345678\n123456789,\"\"\n",
		"{a=\"1234567\" b=\"12345678\"}\n{a=\"123456789\"}\n"},
	{&plain, "a,b\n\" x \", y \n", "{a=\" x \" b=\" y \"}\n"},
	{&plain, "a,b\n\"1\",\"2\"\r\n\"3\",\"4\"", "{a=\"1\" b=\"2\"}\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\r\n1,\"2\"\r\n", "{a=\"1\" b=\"2\"}\n"},
	{&tick, "a,b\n'x,\"','it''s'\n", "{a=\"x,\"\" b=\"it's\"}\n"},
	{&semicolon, "a;b\n1,5;2\n", "{a=\"1,5\" b=\"2\"}\n"},
	{&semicolon, "sep=;\na;b\n1;2\n", "{a=\"1\" b=\"2\"}\n"},
	{&plain, "a\n1\n2\n", "{a=\"1\"}\n{a=\"2\"}\n"},
	{&plain, "a,b\n", ""},
	{&plain, "aaaaaaaa,bbbbbbbb,c\n12345678,1234567,\n,,123456789\n",
		"{aaaaaaaa=\"12345678\" bbbbbbbb=\"1234567\"}\n{c=\"123456789\"}\n"},
	{&no_header, "1,2,3\n4,5,6\n",
		"{c1=\"1\" c2=\"2\" c3=\"3\"}\n{c1=\"4\" c2=\"5\" c3=\"6\"}\n"},
	{&given, "1,2\n3,4\n", "{x=\"1\" y=\"2\"}\n{x=\"3\" y=\"4\"}\n"},
	{&plain, "Gewicht (kg),\xc3\xa9\n1,\xe2\x82\xac\n",
		"{Gewicht (kg)=\"1\" \xc3\xa9=\"\xe2\x82\xac\"}\n"},
	/* other encodings: names, cells, quotes; places and raw bytes stay those of the file */
	{&latin1,
		"gr\xf6\xdf"
		"e,b\n\"\xfc\"\"\x80\",\xe9\n",
		"{gr\xc3\xb6\xc3\x9f"
		"e=\"\xc3\xbc\"\xc2\x80\" b=\"\xc3\xa9\"}\n"},
	{&windows, "a,b\n\x80 1,\x93q\x94\n",
		"{a=\"\xe2\x82\xac 1\" b=\"\xe2\x80\x9cq\xe2\x80\x9d\"}\n"},
	{&windows, "a,b\n1,2\n3,\x81\n", "{a=\"1\" b=\"2\"}\nREFUSED CSV-ENCODING\n"},
	{&latin1,
		"\xef\xbb\xbf"
		"a,b\n1,2\n",
		"REFUSED CSV-ENCODING\n"},
	{&latin1, "a,b\n\xe9\"x,2\n3,4\n", "!CSV-QUOTE\n{a=\"3\" b=\"4\"}\n"},
	/* numbers */
	{&comma, "n;t\n1,5;1,5\n-0,25;x\n+3,0;\n12;\n",
		"{n=\"1.5\" t=\"1,5\"}\n{n=\"-0.25\" t=\"x\"}\n{n=\"+3.0\"}\n{n=\"12\"}\n"},
	{&comma, "n;t\n1.299,00;\n,5;\n1,;\nabc;\n9,52101E+12;\n",
		"{n=\"1.299,00\"}\n{n=\",5\"}\n{n=\"1,\"}\n{n=\"abc\"}\n{n=\"9,52101E+12\"}\n"},
	{&comma, "n;t\n12.5;\n1.299;\n",
		"{n=\"12.5\"}!VALUE-NOT-NUMBER\n{n=\"1.299\"}!VALUE-NOT-NUMBER\n"},
	{&point, "n;t\n1.5;\n1,5;\n", "{n=\"1.5\"}\n{n=\"1,5\"}\n"},
	{&plain, "a,b\n=cmd|x,@SUM\n-1,+1\n",
		"{a=\"=cmd|x\" b=\"@SUM\"}!CSV-FORMULA!CSV-FORMULA\n{a=\"-1\" b=\"+1\"}\n"},
	/* a bad row among good ones */
	{&plain, "a,b\n1\n1,2,3\n3,4\n", "!CSV-COLUMNS\n!CSV-COLUMNS\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n\"x\"y,2\n3,4\n", "!CSV-QUOTE\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n\"x\" ,2\n3,4\n", "!CSV-QUOTE\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n5\" x 3\",2\n3,4\n", "!CSV-QUOTE\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n1\r2,2\n3,4\n", "!CSV-LINE-END\n{a=\"3\" b=\"4\"}\n"},
	{&plain, "a,b\n\"1\",2\r3\n3,4\n", "!CSV-LINE-END\n{a=\"3\" b=\"4\"}\n"},
	/* a bad file */
	{&plain, "", "REFUSED EMPTY\n"},
	{&plain, "\xef\xbb\xbf\n\r\n", "REFUSED EMPTY\n"},
	{&plain, "a,,c\n", "REFUSED CSV-HEADER\n"},
	{&plain, "a, ,c\n", "REFUSED CSV-HEADER\n"},
	{&plain, "a,b,a \n", "REFUSED CSV-HEADER\n"},
	{&plain, "a,b\r1,2\r3,4\r", "REFUSED CSV-HEADER\n"},
	{&plain, "sep=;\na,b\n", "REFUSED CSV-HEADER\n"},
	{&point, "a;b\n1;2\n", "REFUSED CSV-HEADER\n"},
	{&plain, "a,b\n1,2\n3,\"4\n5,6\n", "{a=\"1\" b=\"2\"}\nREFUSED CSV-QUOTE\n"},
	{&plain, "a,b\n1,2\n3,\xff\n5,6\n", "{a=\"1\" b=\"2\"}\nREFUSED CSV-ENCODING\n"},
	{&plain, "a,b\n1,2\n3", "{a=\"1\" b=\"2\"}\nREFUSED TRUNCATED\n"},
	{&plain,
		"\xff\xfe"
		"a\0,\0b\0\n\0",
		"REFUSED CSV-ENCODING\n"},
};

static void table(void **state)
{
	struct buf got;
	(void)state;

	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		format_support_read(&got, str_c(rows[i].bytes), rows[i].spec);
		if (strcmp(got.p, rows[i].items) != 0)
			fail_msg("%s\ngave\n%s\nnot\n%s", rows[i].bytes, got.p, rows[i].items);
	}
	format_support_read(&got, (struct str){"a,b\n1,\0\n", 8}, &plain);
	assert_string_equal(got.p, "REFUSED CSV-ENCODING\n");
	buf_done(&got);
}

/* Cut inside quotes or inside a row the file is refused; only a cut in the last cell cannot be
 * seen. */
static void cut_everywhere(void **state)
{
	const struct str whole = STR("a,b,c\n1,\"x \"\"y\"\",\nz\",3\n4,\"\xc3\xa9\",66\n");
	struct buf all;
	struct buf got;
	(void)state;

	buf_init(&all, 4096);
	buf_init(&got, 4096);
	format_support_read(&all, whole, &plain);
	assert_string_equal(
		all.p, "{a=\"1\" b=\"x \"y\",\nz\" c=\"3\"}\n{a=\"4\" b=\"\xc3\xa9\" c=\"66\"}\n");
	for (size_t n = 7; n < whole.n; n++) {
		const bool last_cell = (n >= 21 && n <= 23) || n >= 30;
		format_support_read(&got, str_sub(whole, 0, n), &plain);
		if (!last_cell && !str_ends(buf_view(&got), STR("REFUSED TRUNCATED\n")) &&
			!str_ends(buf_view(&got), STR("REFUSED CSV-QUOTE\n")) &&
			!str_ends(buf_view(&got), STR("REFUSED CSV-ENCODING\n")))
			fail_msg("cut at %zu: %s", n, got.p);
	}
	buf_done(&all);
	buf_done(&got);
}

static void places(void **state)
{
	const int fd = format_support_file(STR("\xef\xbb\xbf"
					       "a,b\r\n1,\"x\ny\"\r\n2,3,4\r\n5,=6\r\n"));
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct buf b;
	struct reader *r = NULL;
	struct place p;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&b, 4096);
	r = reader_open(fd, &plain, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	format_support_tree(&b, it.root, &names, true);
	assert_string_equal(buf_cstr(&b), "{@8a=\"1\"@8 b=\"x\ny\"@11}");
	assert_true(str_is(it.raw, "1,\"x\ny\""));
	assert_int_equal(it.line, 2);
	p = reader_place(&it, 13);
	assert_int_equal(p.line, 3);
	assert_int_equal(p.column, 1);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_null(it.root);
	assert_int_equal(it.line, 4);
	assert_int_equal(d.first->line, 4);
	assert_int_equal(d.first->offset, 17);
	assert_true(str_is(d.first->found, "3 cells in row 2"));
	assert_true(str_is(d.first->expected, "2 cells"));
	diag_clear(&d);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_int_equal(d.errors, 0);
	assert_int_equal(d.first->severity, SEV_NOTE);
	assert_true(str_is(d.first->field, "b"));
	assert_int_equal(d.first->line, 5);
	assert_int_equal(d.first->column, 3);
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(reader_at(r, 8, &it, &d, &e), 1);
	buf_clear(&b);
	format_support_tree(&b, it.root, &names, true);
	assert_string_equal(buf_cstr(&b), "{@8a=\"1\"@8 b=\"x\ny\"@11}");
	assert_int_equal(it.line, 0);
	assert_int_equal(reader_at(r, 31, &it, &d, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	reader_close(r);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

static void open_quote_has_its_place(void **state)
{
	const int fd = format_support_file(STR("a,b\n1,\"x\ny\"\n2,\"3\n4\n5\n"));
	struct names names;
	struct diag d = {0};
	struct item it;
	struct err e;
	struct reader *r = NULL;
	(void)state;

	names_init(&names);
	r = reader_open(fd, &plain, &names, &e);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_int_equal(reader_next(r, &it, &d, &e), -1);
	assert_non_null(
		strstr(e.text, "f.csv:4: byte 14: the quote that opens here is not closed"));
	reader_close(r);
	names_done(&names);
	(void)close(fd);
}

/* Over many blocks, every row whole, each again by its locator. */
static void many(void **state)
{
	enum { ROWS = 60000 };
	struct buf text;
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct item other;
	struct err e;
	struct reader *r = NULL;
	uint64_t *locators = mem_array(ROWS, sizeof(*locators));
	int fd = -1;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&text, 64 << 20);
	buf_c(&text, "id;q;text\r\n");
	for (int i = 0; i < ROWS; i++)
		buf_printf(&text,
			i % 5 == 0 ? "%d;\"q\"\"%d;\r\n\";t\r\n" : "%d;%d;some text of a row\r\n",
			i, i);
	fd = format_support_file(buf_view(&text));
	r = reader_open(fd, &semicolon, &names, &e);
	for (int i = 0; i < ROWS; i++) {
		int64_t id = -1;
		assert_int_equal(reader_next(r, &it, &d, &e), 1);
		assert_int_equal(it.line, 2 + i + (i + 4) / 5);
		locators[i] = it.locator;
		if (i % 11 == 0) {
			assert_int_equal(reader_at(r, locators[i / 3], &other, &d, &e), 1);
			assert_true(str_to_i64(other.root->child->value, &id));
			assert_int_equal(id, i / 3);
			assert_int_equal(other.line, 0);
			reader_line(r, &other);
			assert_int_equal(other.line, 2 + i / 3 + (i / 3 + 4) / 5);
			other.line = 0;
			reader_line_counted(r, &other);
			assert_int_equal(other.line, 2 + i / 3 + (i / 3 + 4) / 5);
			assert_int_equal(other.column, 1);
		}
		assert_true(str_to_i64(it.root->child->value, &id));
		assert_int_equal(id, i);
		assert_true(
			str_starts(it.root->child->next->value, i % 5 == 0 ? STR("q\"") : STR("")));
	}
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(d.n, 0);
	reader_close(r);
	buf_done(&text);
	arena_done(&a);
	names_done(&names);
	mem_free(locators);
	(void)close(fd);
}

/* A quote that nobody closes is found after 4 MB, not after the whole file. */
/* Columns that nobody reads have no nodes, but what there is to tell of them is told. */
static void only_known(void **state)
{
	const int fd = format_support_file(STR("a,b,n,c\n1,2,3,4\n=1,2,3,@4\n1,,3,4\n"));
	const struct str numbers[] = {STR("n")};
	const struct reader_spec spec = {
		CSV, .only_known = true, .numbers = numbers, .nnumbers = 1};
	static const char *const trees[] = {
		"{b=\"2\" n=\"3\"}", "{a=\"=1\" b=\"2\" n=\"3\" c=\"@4\"}", "{n=\"3\"}"};
	static const size_t told[] = {0, 2, 0};
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct buf b;
	struct reader *r = NULL;
	(void)state;

	names_init(&names);
	arena_init(&a);
	buf_init(&b, 4096);
	(void)names_id(&names, STR("b"));
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	for (size_t i = 0; i < 3; i++) {
		diag_init(&d, &a);
		assert_int_equal(reader_next(r, &it, &d, &e), 1);
		buf_clear(&b);
		format_support_tree(&b, it.root, &names, false);
		assert_string_equal(buf_cstr(&b), trees[i]);
		assert_int_equal(d.n, told[i]);
	}
	reader_close(r);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

static void limits(void **state)
{
	struct buf text;
	struct buf got;
	(void)state;

	buf_init(&text, 64 << 20);
	buf_init(&got, 1 << 20);
	buf_c(&text, "a,b\n1,\"2\n");
	while (text.n < 3 * (size_t)LIMIT_CSV_ROW)
		buf_c(&text, "some,text\n");
	buf_c(&text, "\"\n");
	format_support_read(&got, buf_view(&text), &plain);
	assert_string_equal(got.p, "REFUSED CSV-QUOTE\n");
	buf_clear(&text);
	for (int i = 0; i < LIMIT_CSV_COLUMNS; i++)
		buf_printf(&text, "c%d,", i);
	buf_c(&text, "x\n");
	format_support_read(&got, buf_view(&text), &plain);
	assert_string_equal(got.p, "REFUSED CSV-HEADER\n");
	buf_done(&text);
	buf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(places),
		cmocka_unit_test(open_quote_has_its_place),
		cmocka_unit_test(many),
		cmocka_unit_test(only_known),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
