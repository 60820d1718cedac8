/* JSON files of every shape: what becomes of good, bad and cut ones, and where the faults are. */
#include "format/json_reader.h"

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

static const struct reader_spec json = {.format = {"json", 4}, .file = {"f.json", 6}};

struct row {
	const char *bytes;
	const char *items;
};

static const struct row rows[] = {
	{"{\"a\":1}\n{\"a\":2}\n", "{a=1}\n{a=2}\n"},
	{"{\"a\":1}\r\n\r\n  \n{\"a\":2}", "{a=1}\n{a=2}\n"},
	{"\xef\xbb\xbf{\"a\":1}\n", "{a=1}\n"},
	{"{\"a\":\"x\",\"b\":true,\"c\":null,\"d\":-1.50e3,\"e\":{}}",
		"{a=\"x\" b=true c=null d=-1.50e3 e={}}\n"},
	{"{\"a\":[1,\"2\",{\"b\":3}],\"c\":[]}", "{a=1 a=\"2\" a={b=3}}\n"},
	{"{\"a\":[[1,2],[],[[3]]]}", "{a={item=1 item=2} a={} a={item={item=3}}}\n"},
	{"{\"a\":\"\\u00e9\\ud83d\\ude00\\\"\\n\"}", "{a=\"\xc3\xa9\xf0\x9f\x98\x80\"\n\"}\n"},
	{"{\"a\\tb\":\"\",\"\":0}", "{a\tb=\"\" =0}\n"},
	{"{\n  \"a\": {\n    \"b\": [\n      1\n    ]\n  }\n}", "{a={b=1}}\n"},
	{"\xef\xbb\xbf{\n\"a\":1\n}\n\n", "{a=1}\n"},
	/* a bad line among good ones */
	{"{\"a\":1}\n{\"a\":}\n{\"a\":3}\n", "{a=1}\n!JSON-SYNTAX\n{a=3}\n"},
	{"{\"a\":1}\n{\"a\":2,\"a\":3}\n{\"a\":3}\n", "{a=1}\n!JSON-DUPLICATE-KEY\n{a=3}\n"},
	{"{\"a\":1}\n[2]\n\"x\"\n5\n",
		"{a=1}\n!JSON-NOT-OBJECT\n!JSON-NOT-OBJECT\n!JSON-NOT-OBJECT\n"},
	{"{\"a\":1}\n{\"a\":2\n{\"a\":3}\n", "{a=1}\n!JSON-SYNTAX\n{a=3}\n"},
	{"{\"a\":1}\n{\"a\":2}}", "{a=1}\n!JSON-SYNTAX\n"},
	{"{\"a\":}\n{\"a\":2}\n", "!JSON-SYNTAX\n{a=2}\n"},
	{"{\"a\":\n{\"a\":2}\n", "!JSON-SYNTAX\n{a=2}\n"},
	{"oops\n{\"a\":}\n{\"a\":2}\n", "!JSON-SYNTAX\n!JSON-SYNTAX\n{a=2}\n"},
	/* a bad file */
	{"{\"a\":1}\n{\"a\":2", "{a=1}\nREFUSED TRUNCATED\n"},
	{"{\"a\":1}\n{\"a\":\"\\u00", "{a=1}\nREFUSED TRUNCATED\n"},
	{"{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":2}\n", "{a=1}\nREFUSED JSON-ENCODING\n"},
	{"{\"a\":\"\xc3\"}\n", "REFUSED JSON-ENCODING\n"},
	{"{\n\"a\":1\n", "REFUSED TRUNCATED\n"},
	{"{\n\"a\":1,\n}\n", "REFUSED JSON-SYNTAX\n"},
	{"{\n\"a\":1,\n\"a\":2}\n", "REFUSED JSON-DUPLICATE-KEY\n"},
	{"{\"a\":1,\"a\":2}", "REFUSED JSON-DUPLICATE-KEY\n"},
	{"5 [{\"a\":1}]", "REFUSED JSON-SYNTAX\n"},
	{"5", "REFUSED JSON-NOT-OBJECT\n"},
	{"sku;name\n1;2\n", "REFUSED JSON-SYNTAX\n"},
	{"", "REFUSED EMPTY\n"},
	{"\xef\xbb\xbf", "REFUSED EMPTY\n"},
	{" \n\n", "REFUSED EMPTY\n"},
	{"PK\3\4 and no more", "REFUSED ZIP-DAMAGED\n"},
};

static void table(void **state)
{
	struct buf got;
	(void)state;

	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		format_support_read(&got, str_c(rows[i].bytes), &json);
		if (strcmp(got.p, rows[i].items) != 0)
			fail_msg("%s\ngave\n%s\nnot\n%s", rows[i].bytes, got.p, rows[i].items);
	}
	buf_done(&got);
}

/* Cut anywhere, a single object is refused and lines give a shorter result only at their ends. */
static void cut_everywhere(void **state)
{
	const struct str pretty = STR(
		"{\n \"a\": [1, -2.5e1, true, null],\n \"b\": {\"c\": \"\xc3\xa9\\u00e9\\ud83d\\ude00\"}\n}");
	const struct str lines = STR("{\"a\":1}\n{\"b\":\"\xc3\xa9\"}\n{\"c\":false}\n");
	struct buf got;
	(void)state;

	buf_init(&got, 1 << 20);
	for (size_t n = 0; n < pretty.n; n++) {
		format_support_read(&got, str_sub(pretty, 0, n), &json);
		assert_true(str_starts(buf_view(&got), STR("REFUSED")));
	}
	for (size_t n = 1; n < lines.n; n++) {
		const bool whole = lines.p[n - 1] == '\n' || lines.p[n] == '\n';
		format_support_read(&got, str_sub(lines, 0, n), &json);
		if (whole != (str_find(buf_view(&got), STR("REFUSED"), 0) == SIZE_MAX))
			fail_msg("cut at %zu: %s", n, got.p);
	}
	buf_done(&got);
}

static void places(void **state)
{
	const int fd = format_support_file(STR(
		"\xef\xbb\xbf{\"a\":\"x\"}\n\n {\"b\":[ 1,{\"c\":\"\\n\"}],\"d\":}\n{\"b\":[ 1,{\"c\":\"\\n\"}]}\n"));
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
	diag_init(&d, &a);
	buf_init(&b, 4096);
	r = reader_open(fd, &json, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	format_support_tree(&b, it.root, &names, true);
	assert_string_equal(buf_cstr(&b), "{@3a=\"x\"@8}");
	assert_int_equal(it.line, 1);
	assert_int_equal(it.offset, 3);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_null(it.root);
	assert_int_equal(it.line, 3);
	assert_int_equal(it.offset, 14);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.first->line, 3);
	assert_int_equal(d.first->column, 27);
	assert_int_equal(d.first->offset, 40);
	assert_true(str_is(d.first->found, "}"));
	assert_true(str_is(d.first->file, "f.json"));
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	buf_clear(&b);
	format_support_tree(&b, it.root, &names, true);
	assert_string_equal(buf_cstr(&b), "{@42b=1@49 b={@51c=\"\n\"@56}}");
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(r->bytes, r->size);
	assert_int_equal(r->items, 3);
	reader_close(r);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

static void refused_with_place(void **state)
{
	const int fd = format_support_file(STR("{\n  \"a\": 1,\n  \"b\" 2\n}"));
	struct names names;
	struct diag d = {0};
	struct item it;
	struct err e;
	struct reader *r = NULL;
	(void)state;

	names_init(&names);
	r = reader_open(fd, &json, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(
		e.text, "f.json:3:7: byte 18: a name has no value; found 2; expected a colon"));
	reader_close(r);
	names_done(&names);
	(void)close(fd);
}

/* Lines longer than a block, items by locator while next goes on. */
static void many(void **state)
{
	enum { ITEMS = 3000, LONG = 1500000 };
	struct buf text;
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct item other;
	struct err e;
	struct reader *r = NULL;
	uint64_t *locators = mem_array(ITEMS, sizeof(*locators));
	int fd = -1;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&text, 64 << 20);
	for (int i = 0; i < ITEMS; i++) {
		buf_printf(&text, "{\"id\":%d,\"text\":\"", i);
		for (int k = 0; k < (i == 1000 ? LONG : 700 + i % 100); k++)
			buf_ch(&text, "abcdefg"[k % 7]);
		buf_c(&text, "\"}\n");
	}
	fd = format_support_file(buf_view(&text));
	r = reader_open(fd, &json, &names, &e);
	for (int i = 0; i < ITEMS; i++) {
		int64_t id = -1;
		assert_int_equal(reader_next(r, &it, &d, &e), 1);
		assert_int_equal(it.line, i + 1);
		locators[i] = it.locator;
		if (i % 7 == 0) {
			assert_int_equal(reader_at(r, locators[i / 2], &other, &d, &e), 1);
			assert_true(str_to_i64(other.root->child->value, &id));
			assert_int_equal(id, i / 2);
			assert_int_equal(other.line, 0);
		}
		assert_true(str_to_i64(it.root->child->value, &id));
		assert_int_equal(id, i);
		assert_int_equal(it.root->last->value.n, i == 1000 ? LONG : 700 + i % 100);
		assert_true(str_starts(it.raw, STR("{\"id\":")));
	}
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(reader_at(r, text.n, &it, &d, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(d.n, 0);
	reader_close(r);
	buf_done(&text);
	arena_done(&a);
	names_done(&names);
	mem_free(locators);
	(void)close(fd);
}

static void limits(void **state)
{
	struct buf text;
	struct buf got;
	(void)state;

	buf_init(&text, 64 << 20);
	buf_init(&got, 64 << 20);
	buf_c(&text, "{\"a\":1}\n{\"a\":\"");
	while (text.n < LIMIT_VALUE + 100)
		buf_c(&text, "0123456789");
	buf_c(&text, "\"}\n{\"a\":2}\n");
	format_support_read(&got, buf_view(&text), &json);
	assert_string_equal(got.p, "{a=1}\n!ITEM-TOO-LARGE\n{a=2}\n");
	buf_clear(&text);
	buf_c(&text, "{\"a\":1}\n{\"a\":[0");
	for (int i = 0; i < LIMIT_NODES; i++)
		buf_c(&text, ",1");
	buf_c(&text, "]}\n{\"a\":2}\n");
	format_support_read(&got, buf_view(&text), &json);
	assert_string_equal(got.p, "{a=1}\n!ITEM-TOO-LARGE\n{a=2}\n");
	buf_clear(&text);
	buf_c(&text, "{\"a\":1}\n");
	while (text.n < LIMIT_ITEM + 100)
		buf_c(&text, "          ");
	format_support_read(&got, buf_view(&text), &json);
	assert_string_equal(got.p, "{a=1}\nREFUSED \n");
	buf_done(&text);
	buf_done(&got);
}

/* 5,000 names in one object, the last one twice; found without comparing each with each. */
static void many_keys(void **state)
{
	struct buf text;
	struct buf got;
	(void)state;

	buf_init(&text, 1 << 20);
	buf_init(&got, 1 << 20);
	buf_c(&text, "{\"a\":1}\n{");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "\"name%d\":{\"name%d\":1},", i, i);
	buf_c(&text, "\"name17\":0}\n");
	format_support_read(&got, buf_view(&text), &json);
	assert_string_equal(got.p, "{a=1}\n!JSON-DUPLICATE-KEY\n");
	buf_done(&text);
	buf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(places),
		cmocka_unit_test(refused_with_place),
		cmocka_unit_test(many),
		cmocka_unit_test(limits),
		cmocka_unit_test(many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
