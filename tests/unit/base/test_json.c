/* JSON writer: commas, indentation, escapes, bad bytes, depth. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static struct buf out;
static struct json j;

static int begin(void **state)
{
	(void)state;
	buf_init(&out, 1 << 16);
	json_init(&j, &out, false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	buf_done(&out);
	return 0;
}

static void sample(struct json *w)
{
	json_object(w);
	json_member(w, "s", STR("x"));
	json_member_int(w, "i", -7);
	json_name(w, "list");
	json_array(w);
	json_int(w, 1);
	json_bool(w, true);
	json_bool(w, false);
	json_null(w);
	json_raw(w, STR("1.50"));
	json_object(w);
	json_end(w, '}');
	json_array(w);
	json_end(w, ']');
	json_end(w, ']');
	json_member_opt(w, "none", STR(""));
	json_member_opt(w, "some", STR("y"));
	json_member_c(w, "c", "z");
	json_member_c(w, "null", NULL);
	json_name(w, "o");
	json_object(w);
	json_member_int(w, "a", 1);
	json_end(w, '}');
	json_end(w, '}');
}

static void compact(void **state)
{
	(void)state;
	sample(&j);
	assert_string_equal(buf_cstr(&out),
		"{\"s\":\"x\",\"i\":-7,\"list\":[1,true,false,null,1.50,{},[]],"
		"\"some\":\"y\",\"c\":\"z\",\"null\":\"\",\"o\":{\"a\":1}}");
	assert_int_equal(j.depth, 0);
}

static void pretty(void **state)
{
	(void)state;
	json_init(&j, &out, true);
	sample(&j);
	assert_string_equal(buf_cstr(&out),
		"{\n"
		"  \"s\": \"x\",\n"
		"  \"i\": -7,\n"
		"  \"list\": [\n"
		"    1,\n"
		"    true,\n"
		"    false,\n"
		"    null,\n"
		"    1.50,\n"
		"    {},\n"
		"    []\n"
		"  ],\n"
		"  \"some\": \"y\",\n"
		"  \"c\": \"z\",\n"
		"  \"null\": \"\",\n"
		"  \"o\": {\n"
		"    \"a\": 1\n"
		"  }\n"
		"}");
}

static void strings(void **state)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{{"", 0}, "\"\""},
		{{NULL, 0}, "\"\""},
		{{"plain", 5}, "\"plain\""},
		{{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
		{{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
		{{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\x7f\""},
		{{"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", 9},
			"\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\""},
		{{"a\xffz", 3}, "\"a\xef\xbf\xbdz\""},
		{{"\xc3", 1}, "\"\xef\xbf\xbd\""},
		{{"\xed\xa0\x80", 3}, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{{"\"\xff\"", 3}, "\"\\\"\xef\xbf\xbd\\\"\""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		json_init(&j, &out, false);
		json_str(&j, rows[i].in);
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
}

/* Bytes are looked at many at once: a text of any length, with one that does not stand as it is anywhere. */
static void every_place(void **state)
{
	static const char odd[] = {'"', '\\', '\n', '\x1f', '\0', '\x7f', '\x80', '\xff', ' '};
	char text[40];
	(void)state;

	for (size_t n = 1; n <= sizeof(text); n++)
		for (size_t at = 0; at < n * sizeof(odd); at++) {
			const char c = odd[at % sizeof(odd)];
			const bool plain = c == '\x7f' || c == ' ' || (c & 0x80);
			const struct str whole = {text, n};
			struct buf want;

			memset(text, 'a', sizeof(text));
			text[at / sizeof(odd)] = c;
			assert_int_equal(json_plain(whole), plain ? n : at / sizeof(odd));
			buf_init(&want, 200);
			buf_ch(&want, '"');
			buf_put(&want, text, at / sizeof(odd));
			buf_c(&want,
				c == '"'	    ? "\\\""
					: c == '\\' ? "\\\\"
					: c == '\n' ? "\\n"
						    : "");
			if (c == '\x1f' || c == '\0')
				buf_c(&want, c ? "\\u001f" : "\\u0000");
			else if (plain)
				buf_put(&want, c & 0x80 ? "\xef\xbf\xbd" : &c, c & 0x80 ? 3 : 1);
			buf_put(&want, text + at / sizeof(odd) + 1, n - at / sizeof(odd) - 1);
			buf_ch(&want, '"');
			buf_clear(&out);
			json_quote(&out, whole);
			assert_string_equal(buf_cstr(&out), buf_cstr(&want));
			buf_done(&want);
		}
}

static void quoted_names(void **state)
{
	(void)state;
	json_object(&j);
	json_name_raw(&j, STR("\"a\\n\""));
	json_int(&j, 1);
	json_end(&j, '}');
	json_init(&j, &out, true);
	json_object(&j);
	json_name_raw(&j, STR("\"b\""));
	json_null(&j);
	json_end(&j, '}');
	assert_string_equal(buf_cstr(&out), "{\"a\\n\":1}{\n  \"b\": null\n}");
}

static void names_and_numbers(void **state)
{
	(void)state;
	json_object(&j);
	json_member_int(&j, "a\"\n", INT64_MIN);
	json_member_int(&j, "\xff", INT64_MAX);
	json_end(&j, '}');
	assert_string_equal(buf_cstr(&out),
		"{\"a\\\"\\n\":-9223372036854775808,"
		"\"\xef\xbf\xbd\":9223372036854775807}");
}

static void as_deep_as_items(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT_NESTING + 8; i++)
		json_array(&j);
	json_int(&j, 1);
	for (int i = 0; i < LIMIT_NESTING + 8; i++)
		json_end(&j, ']');
	assert_int_equal(out.n, 2 * (LIMIT_NESTING + 8) + 1);
	assert_int_equal(out.p[LIMIT_NESTING + 8], '1');
	assert_int_equal(j.depth, 0);
}

static void too_long(void **state)
{
	struct buf small;
	struct err e;
	(void)state;

	buf_init(&small, 10);
	json_init(&j, &small, false);
	json_str(&j, STR("more than ten bytes"));
	assert_int_equal(buf_check(&small, "the report", &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	buf_done(&small);
}

/* Eight bytes are looked at at once, so a byte may stand at each place of a word. */
static void plain_at_each_place(void **state)
{
	static const struct {
		char c;
		bool plain;
		const char *as;
	} cases[] = {{'"', false, "\\\""}, {'\\', false, "\\\\"}, {'\n', false, "\\n"},
		{0x1f, false, "\\u001f"}, {' ', true, " "}, {'!', true, "!"}, {'~', true, "~"}};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		for (size_t at = 0; at < 20; at++) {
			char text[] = "abcdefghijklmnopqrst";
			const struct str s = {text, 20};
			struct buf want;
			text[at] = cases[k].c;
			assert_int_equal(json_plain(s), cases[k].plain ? 20 : at);
			buf_init(&want, 100);
			buf_printf(
				&want, "\"%.*s%s%s\"", (int)at, text, cases[k].as, text + at + 1);
			buf_clear(&out);
			json_init(&j, &out, false);
			json_str(&j, s);
			assert_string_equal(buf_cstr(&out), buf_cstr(&want));
			buf_done(&want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(compact, begin, end),
		cmocka_unit_test_setup_teardown(pretty, begin, end),
		cmocka_unit_test_setup_teardown(strings, begin, end),
		cmocka_unit_test_setup_teardown(plain_at_each_place, begin, end),
		cmocka_unit_test_setup_teardown(every_place, begin, end),
		cmocka_unit_test_setup_teardown(quoted_names, begin, end),
		cmocka_unit_test_setup_teardown(names_and_numbers, begin, end),
		cmocka_unit_test_setup_teardown(as_deep_as_items, begin, end),
		cmocka_unit_test_setup_teardown(too_long, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
