/* Views: comparing, finding, cutting, numbers, suggestions. */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct str none = {NULL, 0};

static void compares(void **state)
{
	static const struct {
		struct str a;
		struct str b;
		int want;
	} rows[] = {
		{STR_INIT(""), {NULL, 0}, 0},
		{STR_INIT("a"), STR_INIT("a"), 0},
		{STR_INIT("a"), STR_INIT("b"), -1},
		{STR_INIT("a"), STR_INIT("ab"), -1},
		{STR_INIT("b"), STR_INIT("ab"), 1},
		{STR_INIT("\xff"), STR_INIT("a"), 1},
		{STR_INIT("a\0b"), STR_INIT("a\0c"), -1},
		{STR_INIT("a"), {NULL, 0}, 1},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const int c = str_cmp(rows[i].a, rows[i].b);
		const int d = str_cmp(rows[i].b, rows[i].a);
		assert_int_equal((c > 0) - (c < 0), rows[i].want);
		assert_int_equal((d > 0) - (d < 0), -rows[i].want);
		assert_int_equal(str_eq(rows[i].a, rows[i].b), rows[i].want == 0);
	}
	assert_true(str_is(STR("abc"), "abc"));
	assert_false(str_is(STR("abc"), "ab"));
	assert_true(str_is(none, NULL));
	assert_int_equal(str_c(NULL).n, 0);
	assert_non_null(str_c(NULL).p);
}

static void ends(void **state)
{
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_true(str_starts(none, none));
	assert_false(str_starts(STR("abc"), STR("b")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("")));
	assert_true(str_ends(none, none));
	assert_false(str_ends(STR("abc"), STR("b")));
	assert_false(str_ends(STR("c"), STR("bc")));
}

static void finds(void **state)
{
	static const struct {
		const char *s;
		const char *needle;
		size_t from;
		size_t want;
	} rows[] = {
		{"abcabc", "abc", 0, 0},
		{"abcabc", "abc", 1, 3},
		{"abcabc", "abc", 4, SIZE_MAX},
		{"aab", "ab", 0, 1},
		{"aaab", "aab", 0, 1},
		{"abc", "abcd", 0, SIZE_MAX},
		{"abc", "c", 2, 2},
		{"abc", "c", 3, SIZE_MAX},
		{"abc", "", 0, 0},
		{"abc", "", 3, 3},
		{"abc", "", 4, SIZE_MAX},
		{"abc", "a", 9, SIZE_MAX},
		{"abc", "ab", SIZE_MAX, SIZE_MAX},
		{"", "a", 0, SIZE_MAX},
		{"abc", "", SIZE_MAX, SIZE_MAX},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++)
		assert_true(str_find(str_c(rows[i].s), str_c(rows[i].needle), rows[i].from) ==
			rows[i].want);
	assert_true(str_find(none, STR("a"), 0) == SIZE_MAX);
	assert_int_equal(str_chr(STR("abc"), 'c'), 2);
	assert_true(str_chr(STR("abc"), 'x') == SIZE_MAX);
	assert_true(str_chr(none, 'x') == SIZE_MAX);
}

static void cuts(void **state)
{
	const struct str s = STR("abcdef");
	(void)state;

	assert_true(str_is(str_sub(s, 1, 2), "bc"));
	assert_true(str_is(str_sub(s, 4, 99), "ef"));
	assert_true(str_is(str_sub(s, 4, SIZE_MAX), "ef"));
	assert_true(str_is(str_sub(s, 9, 1), ""));
	assert_true(str_is(str_from(s, 4), "ef"));
	assert_true(str_is(str_from(s, SIZE_MAX), ""));
	assert_int_equal(str_from(none, 5).n, 0);
	assert_true(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
	assert_true(str_is(str_trim(STR(" \t ")), ""));
	assert_int_equal(str_trim(none).n, 0);
}

static void splits(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *parts[4];
	} rows[] = {
		{"a,b,c", 3, {"a", "b", "c"}},
		{"a", 1, {"a"}},
		{"", 1, {""}},
		{",", 2, {"", ""}},
		{"a,,b", 3, {"a", "", "b"}},
		{"a,b,", 3, {"a", "b", ""}},
	};
	struct str rest = none;
	struct str part = none;
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		size_t n = 0;
		for (rest = str_c(rows[i].in); str_split(&rest, ',', &part); n++) {
			assert_true(n < rows[i].n);
			assert_true(str_is(part, rows[i].parts[n]));
		}
		assert_int_equal(n, rows[i].n);
	}
	rest = none;
	assert_false(str_split(&rest, ',', &part));
}

static void integers(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		int64_t want;
	} rows[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"007", true, 7},
		{"-12", true, -12},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"18446744073709551616", false, 0},
		{"99999999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+1", false, 0},
		{"--1", false, 0},
		{"1 ", false, 0},
		{"1.0", false, 0},
		{"0x1", false, 0},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t v = 77;
		if (str_to_i64(str_c(rows[i].in), &v) != rows[i].ok)
			fail_msg("'%s'", rows[i].in);
		assert_true(v == (rows[i].ok ? rows[i].want : 77));
	}
}

/* Every byte, so that none over 0x7F counts as a letter. */
static void bytes(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		const char c = (char)i;
		const bool low = i >= 'a' && i <= 'z';
		const bool up = i >= 'A' && i <= 'Z';
		assert_int_equal(str_is_digit(c), i >= '0' && i <= '9');
		assert_int_equal(str_is_alpha(c), low || up);
		assert_int_equal(str_is_blank(c), i == ' ' || i == '\t' || i == '\r' || i == '\n');
		assert_true(str_upper(c) == (low ? (char)(i - 32) : c));
		assert_true(str_lower(c) == (up ? (char)(i + 32) : c));
	}
	assert_true(str_is_digits(STR("0123456789")));
	assert_false(str_is_digits(STR("12a")));
	assert_false(str_is_digits(none));
}

static void hashes(void **state)
{
	(void)state;
	assert_true(str_hash(STR("")) == str_hash(none));
	assert_true(str_hash(STR("ab")) != str_hash(STR("ba")));
	assert_true(str_hash(STR("a")) != str_hash((struct str){"a\0", 2}));
}

static void suggests(void **state)
{
	static const char *const names[] = {"convert", "deliver", "send", "status", ""};
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{"convrt", "convert"},
		{"CONVERT", "convert"},
		{"sned", "send"},
		{"stauts", "status"},
		{"delivery", "deliver"},
		{"zzz", NULL},
		{"", NULL},
		{"x", NULL},
		{"send", "send"},
	};
	char big[100];
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const char *got = str_suggest(str_c(rows[i].in), names, LEN(names));
		if (!rows[i].want)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].want);
	}
	memset(big, 'x', sizeof(big));
	assert_null(str_suggest((struct str){big, sizeof(big)}, names, LEN(names)));
	assert_null(str_suggest(STR("send"), names, 0));
}

static void static_tables(void **state)
{
	static const struct str rows[] = {STR_INIT("ab"), STR_INIT("")};
	(void)state;

	assert_true(str_eq(rows[0], STR("ab")));
	assert_int_equal(rows[1].n, 0);
}

static void words(void **state)
{
	struct str rest = STR("  one two\r\n\tthree ");
	struct str word;
	const char *const want[] = {"one", "two", "three"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(str_word(&rest, &word));
		assert_true(str_is(word, want[i]));
	}
	assert_false(str_word(&rest, &word));
	assert_int_equal(word.n, 0);
	rest = STR("");
	assert_false(str_word(&rest, &word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(ends),
		cmocka_unit_test(finds),
		cmocka_unit_test(cuts),
		cmocka_unit_test(splits),
		cmocka_unit_test(integers),
		cmocka_unit_test(bytes),
		cmocka_unit_test(hashes),
		cmocka_unit_test(suggests),
		cmocka_unit_test(static_tables),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
