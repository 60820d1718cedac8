/* Packed trees: which members are items, bad members among good ones, locators. */
#include "format/json_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "format/zip_out.h"
#include "unit/support/format_support.h"

static const struct {
	const char *name;
	const char *text;
} members[] = {
	{"content/", ""},
	{"content/.DS_Store", "x"},
	{"content/a.json", "{\n  \"a\": 1\n}"},
	{"content/b.json", "{\n  \"a\": }"},
	{"content/c.JSON", "\xef\xbb\xbf{\"a\":3}"},
	{"content/d.json", "{\"a\":\"\xff\"}"},
	{"content/e.json", "[1]"},
	{"content/empty.json", ""},
	{"settings/s.json", "{\"a\":9}"},
};

static void archive(struct buf *b)
{
	const int fd = format_support_file(STR(""));
	struct zip_out *z = zip_out_new(fd);
	uint64_t bytes = 0;
	struct err e;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		assert_int_equal(zip_out_begin(z, str_c(members[i].name), &e), 0);
		assert_int_equal(zip_out_bytes(z, members[i].text, strlen(members[i].text), &e), 0);
		assert_int_equal(zip_out_end(z, &e), 0);
	}
	assert_int_equal(zip_out_finish(z, &bytes, &e), 0);
	zip_out_free(z);
	assert_int_equal(fsx_read(fd, b, &e), 0);
	(void)close(fd);
}

static void items(void **state)
{
	struct reader_spec spec = {
		.format = STR("json"), .file = STR("tree.zip"), .items_below = STR("content/")};
	struct buf zip;
	struct buf got;
	(void)state;

	buf_init(&zip, 1 << 20);
	buf_init(&got, 4096);
	archive(&zip);
	format_support_read(&got, buf_view(&zip), &spec);
	assert_string_equal(got.p,
		"{a=1}\n!JSON-SYNTAX\n{a=3}\n!JSON-ENCODING\n!JSON-NOT-OBJECT\n!JSON-SYNTAX\n");
	spec.items_below = STR("settings/");
	format_support_read(&got, buf_view(&zip), &spec);
	assert_string_equal(got.p, "{a=9}\n");
	spec.items_below = STR("none/");
	format_support_read(&got, buf_view(&zip), &spec);
	assert_string_equal(got.p, "");
	buf_done(&zip);
	buf_done(&got);
}

static void at(void **state)
{
	const struct reader_spec spec = {
		.format = STR("json"), .file = STR("tree.zip"), .items_below = STR("content/")};
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct item other;
	struct err e;
	struct buf zip;
	struct reader *r = NULL;
	int fd = -1;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&zip, 1 << 20);
	archive(&zip);
	fd = format_support_file(buf_view(&zip));
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_true(str_is(it.file, "content/a.json"));
	assert_int_equal(it.locator, 2);
	assert_int_equal(reader_at(r, 4, &other, &d, &e), 1);
	assert_true(str_is(other.root->child->value, "3"));
	assert_int_equal(other.root->child->place.offset, 8);
	assert_true(str_is(it.root->child->value, "1"));
	assert_int_equal(d.n, 0);
	assert_int_equal(reader_at(r, 3, &other, &d, &e), 1);
	assert_null(other.root);
	assert_true(str_is(d.first->file, "content/b.json"));
	assert_int_equal(d.first->line, 2);
	assert_int_equal(d.first->column, 8);
	assert_int_equal(reader_at(r, 99, &other, &d, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	reader_close(r);
	buf_done(&zip);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items),
		cmocka_unit_test(at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
