/* Growing bytes and their maximum. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void collects(void **state)
{
	struct buf b;
	struct err e;
	(void)state;

	buf_init(&b, 100);
	assert_int_equal(buf_view(&b).n, 0);
	assert_non_null(buf_view(&b).p);
	assert_string_equal(buf_cstr(&b), "");
	buf_c(&b, "ab");
	buf_ch(&b, 'c');
	buf_str(&b, STR("de"));
	buf_str(&b, (struct str){NULL, 0});
	buf_put(&b, "\0f", 2);
	buf_printf(&b, "-%d", 12);
	assert_int_equal(b.n, 10);
	assert_memory_equal(buf_cstr(&b), "abcde\0f-12", 11);
	assert_int_equal(buf_check(&b, "it", &e), 0);
	buf_clear(&b);
	assert_string_equal(buf_cstr(&b), "");
	buf_done(&b);
	buf_done(&b);
}

static void stops_at_the_maximum(void **state)
{
	struct buf b;
	struct err e;
	(void)state;

	buf_init(&b, 5);
	buf_c(&b, "12345");
	assert_int_equal(buf_check(&b, "it", &e), 0);
	buf_put(&b, "", 0);
	assert_false(b.over);
	buf_ch(&b, '6');
	assert_true(b.over);
	assert_string_equal(buf_cstr(&b), "12345");
	assert_int_equal(buf_check(&b, "the report", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.text, "the report is longer than 5 bytes");
	buf_clear(&b);
	assert_false(b.over);
	buf_c(&b, "1234567");
	assert_string_equal(buf_cstr(&b), "12345");
	assert_true(b.over);
	buf_clear(&b);
	buf_printf(&b, "%d", 12345);
	assert_false(b.over);
	buf_clear(&b);
	buf_printf(&b, "%d", 123456);
	assert_true(b.over);
	assert_string_equal(buf_cstr(&b), "");
	buf_done(&b);
	buf_init(&b, 0);
	buf_ch(&b, 'x');
	assert_true(b.over);
	assert_string_equal(buf_cstr(&b), "");
	buf_done(&b);
}

static void writes_numbers(void **state)
{
	static const struct {
		uint64_t v;
		unsigned digits;
		const char *want;
	} rows[] = {{0, 1, "0"}, {0, 0, "0"}, {7, 4, "0007"}, {12345, 4, "12345"},
		{UINT64_MAX, 1, "18446744073709551615"}, {1, 40, "00000000000000000001"}};
	struct buf b;
	(void)state;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		buf_u64(&b, rows[i].v, rows[i].digits);
		assert_string_equal(buf_cstr(&b), rows[i].want);
	}
	buf_done(&b);
}

static void grows(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, SIZE_MAX);
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%04d", i);
	assert_int_equal(b.n, 40000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.p[i * 4 + 3], '0' + i % 10);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collects),
		cmocka_unit_test(stops_at_the_maximum),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test(grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
