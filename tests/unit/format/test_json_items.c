/* Items inside one JSON document: paths, faults of single items, documents that cannot be read on. */
#include "format/json_items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "unit/support/format_support.h"

struct row {
	const char *path;
	const char *bytes;
	const char *items;
};

static const struct row rows[] = {
	{"", "[{\"a\":1},{\"a\":2}]", "{a=1}\n{a=2}\n"},
	{"", "\xef\xbb\xbf \n[\n {\"a\":1} ,\r\n {\"a\":\"]\\\"}\"}\n]\n\n",
		"{a=1}\n{a=\"]\"}\"}\n"},
	{"", "[]", ""},
	{"p", "{\"p\":[{\"a\":1},{\"a\":2}]}", "{a=1}\n{a=2}\n"},
	{"p/q", "{\"x\":[1,{\"p\":2}],\"p\":{\"r\":\"}\",\"q\":[{\"a\":1}]},\"p\":null}",
		"{a=1}\n"},
	{"/p/q", "{\"p\":[{\"q\":[{\"a\":1}]},7,{\"q\":{\"a\":2}},[{\"q\":[{\"a\":3}]}]]}",
		"{a=1}\n{a=2}\n{a=3}\n"},
	{"p", "[{\"p\":{\"a\":1}},{\"n\":0},{\"p\":{\"a\":2}}]", "{a=1}\n{a=2}\n"},
	{"none", "{\"p\":[{\"a\":1}]}", ""},
	/* a bad item among good ones */
	{"", "[{\"a\":1},{\"a\":},{\"a\":3}]", "{a=1}\n!JSON-SYNTAX\n{a=3}\n"},
	{"", "[{\"a\":[1},{\"a\":3}]", "!JSON-SYNTAX\n{a=3}\n"},
	{"", "[{\"a\":1}{\"a\":2},{\"a\":3}]", "!JSON-SYNTAX\n{a=3}\n"},
	{"", "[1,\"x\",[{\"a\":1}],null,{\"a\":3}]",
		"!JSON-NOT-OBJECT\n!JSON-NOT-OBJECT\n!JSON-NOT-OBJECT\n!JSON-NOT-OBJECT\n{a=3}\n"},
	{"", "[{\"a\":1},,{\"a\":3},]", "{a=1}\n!JSON-SYNTAX\n{a=3}\n!JSON-SYNTAX\n"},
	{"", "[{\"a\":1,\"a\":2},{\"a\":\"\xff\"},{\"a\":3}]",
		"!JSON-DUPLICATE-KEY\n!JSON-ENCODING\n{a=3}\n"},
	/* a bad file */
	{"", "[{\"a\":1},{\"a\":2", "{a=1}\nREFUSED TRUNCATED\n"},
	{"", "[{\"a\":1}", "REFUSED TRUNCATED\n"},
	{"", "[{\"a\":1},", "{a=1}\nREFUSED TRUNCATED\n"},
	{"", "[", "REFUSED TRUNCATED\n"},
	{"", "[{\"a\":1}] x", "{a=1}\nREFUSED JSON-SYNTAX\n"},
	{"", "[{\"a\":1},{\"a\":\"2},\n{\"a\":3}]", "{a=1}\nREFUSED JSON-SYNTAX\n"},
	{"", "[{\"a\":1},{\"a\":{\"b\":2},{\"a\":3}]", "{a=1}\nREFUSED JSON-SYNTAX\n"},
	{"p", "{\"p\" [{\"a\":1}]}", "REFUSED JSON-SYNTAX\n"},
	{"p", "{\"x\":,\"p\":[{\"a\":1}]}", "REFUSED JSON-SYNTAX\n"},
	{"p", "{p:[{\"a\":1}]}", "REFUSED JSON-SYNTAX\n"},
	{"p", "{\"x\":1 \"p\":[{\"a\":1}]}", "REFUSED JSON-SYNTAX\n"},
	{"p", "{\"p\":[{\"a\":1}],\"x", "{a=1}\nREFUSED TRUNCATED\n"},
	{"p", "{\"a\":1}\n{\"a\":2}\n", "REFUSED JSON-SYNTAX\n"},
	{"p", "", "REFUSED EMPTY\n"},
	{"p", " ", "REFUSED TRUNCATED\n"},
	{"p//q", "{}", "REFUSED \n"},
};

static struct reader_spec spec_of(const char *path)
{
	return (struct reader_spec){
		.format = STR("json"), .file = STR("f.json"), .item = str_c(path)};
}

static void table(void **state)
{
	struct buf got;
	(void)state;

	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reader_spec spec = spec_of(rows[i].path);
		format_support_read(&got, str_c(rows[i].bytes), &spec);
		if (strcmp(got.p, rows[i].items) != 0)
			fail_msg("%s\ngave\n%s\nnot\n%s", rows[i].bytes, got.p, rows[i].items);
	}
	buf_done(&got);
}

/* Line, column and offset of a fault in the second element; the third again by its locator. */
static void places(void **state)
{
	const int fd = format_support_file(
		STR("{\"n\":2,\n \"p\": [\n  {\"a\":\"x\"},\n  {\"a\": }, {\"b\":7}\n]}\n"));
	const struct reader_spec spec = spec_of("p");
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct item again;
	struct err e;
	struct buf b;
	struct reader *r = NULL;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&b, 4096);
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_int_equal(it.line, 3);
	format_support_tree(&b, it.root, &names, true);
	assert_string_equal(buf_cstr(&b), "{@18a=\"x\"@23}");
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_null(it.root);
	assert_int_equal(d.first->line, 4);
	assert_int_equal(d.first->column, 9);
	assert_int_equal(d.first->offset, 37);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_int_equal(it.offset, 40);
	assert_int_equal(it.line, 4);
	assert_int_equal(reader_at(r, it.locator, &again, &d, &e), 1);
	assert_true(str_eq(again.raw, it.raw));
	reader_line_counted(r, &again);
	assert_int_equal(again.line, 4);
	assert_int_equal(again.column, 12);
	assert_int_equal(again.root->child->place.offset, 45);
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(r->bytes, r->size);
	assert_int_equal(reader_at(r, r->size, &again, &d, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	reader_close(r);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

/* Items over several blocks; one that is too large is told and passed over. */
static void large(void **state)
{
	const struct reader_spec spec = spec_of("");
	struct buf text;
	struct buf got;
	(void)state;

	buf_init(&text, 64 << 20);
	buf_init(&got, 64 << 20);
	buf_c(&text, "[{\"a\":1},{\"a\":[\"");
	while (text.n < LIMIT_ITEM + 100)
		buf_c(&text, "0123456789\",\"{");
	buf_c(&text, "\"]},{\"a\":\"");
	for (int i = 0; i < 200000; i++)
		buf_c(&text, "\\\"bcdefgh");
	buf_c(&text, "\"},{\"a\":3}]");
	format_support_read(&got, buf_view(&text), &spec);
	assert_true(str_starts(buf_view(&got), STR("{a=1}\n!ITEM-TOO-LARGE\n{a=\"\"bcdefgh\"")));
	assert_true(str_ends(buf_view(&got), STR("\"bcdefgh\"}\n{a=3}\n")));
	buf_done(&text);
	buf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(places),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
