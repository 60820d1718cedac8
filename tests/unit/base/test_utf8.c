/* UTF-8: what is refused and where, quoting, case. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void bad_bytes(void **state)
{
	static const struct {
		struct str in;
		size_t bad;
	} rows[] = {
		{STR_INIT(""), SIZE_MAX},
		{STR_INIT("ascii only, longer than one word"), SIZE_MAX},
		{STR_INIT("\0\x7f"), SIZE_MAX},
		{STR_INIT("\xc2\x80\xdf\xbf"), SIZE_MAX},
		{STR_INIT("\xe0\xa0\x80\xef\xbf\xbf"), SIZE_MAX},
		{STR_INIT("\xed\x9f\xbf\xee\x80\x80"), SIZE_MAX},
		{STR_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), SIZE_MAX},
		{STR_INIT("\x80"), 0},
		{STR_INIT("\xbf"), 0},
		{STR_INIT("a\xc0\x80"), 1}, /* overlong */
		{STR_INIT("a\xc1\xbf"), 1},
		{STR_INIT("ab\xe0\x80\x80"), 2},
		{STR_INIT("ab\xe0\x9f\xbf"), 2},
		{STR_INIT("\xf0\x80\x80\x80"), 0},
		{STR_INIT("\xf0\x8f\xbf\xbf"), 0},
		{STR_INIT("\xed\xa0\x80"), 0}, /* surrogates */
		{STR_INIT("\xed\xbf\xbf"), 0},
		{STR_INIT("\xf4\x90\x80\x80"), 0}, /* over U+10FFFF */
		{STR_INIT("\xf5\x80\x80\x80"), 0},
		{STR_INIT("\xfe"), 0},
		{STR_INIT("\xff"), 0},
		{STR_INIT("12345678\xc3"), 8}, /* cut off */
		{STR_INIT("1234567\xe2\x82"), 7},
		{STR_INIT("123456\xf0\x9f\x98"), 6},
		{STR_INIT("\xc3\xbc\xc3("), 2},
		{STR_INIT("\xe2\x82("), 0},
		{STR_INIT("\xe2(\x82"), 0},
		{STR_INIT("\xf0\x9f\x98("), 0},
		{STR_INIT("1234567890123456789\xff"), 19},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++)
		if (utf8_bad(rows[i].in) != rows[i].bad)
			fail_msg("row %zu: %zu", i, utf8_bad(rows[i].in));
	assert_true(utf8_bad((struct str){NULL, 0}) == SIZE_MAX);
}

/* A bad byte is found at every offset around the words that are skipped at once. */
static void bad_at_every_offset(void **state)
{
	char text[40];
	(void)state;

	for (size_t n = 1; n <= sizeof(text); n++) {
		for (size_t at = 0; at < n; at++) {
			memset(text, 'x', sizeof(text));
			text[at] = (char)0xFF;
			assert_int_equal(utf8_bad((struct str){text, n}), at);
		}
		memset(text, 'x', sizeof(text));
		assert_true(utf8_bad((struct str){text, n}) == SIZE_MAX);
	}
}

/* Every code point goes out and comes back. */
static void round_trip(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		const bool none = cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF);
		char out[4];
		const size_t n = utf8_encode(cp, out);
		const struct str s = {out, n};
		size_t at = 0;
		if (utf8_bad(s) != SIZE_MAX || utf8_count(s) != 1)
			fail_msg("U+%04X is not encoded well", (unsigned)cp);
		if (utf8_next(s, &at) != (none ? 0xFFFD : cp) || at != n)
			fail_msg("U+%04X does not come back", (unsigned)cp);
	}
}

static void next_over_bad_bytes(void **state)
{
	static const uint32_t want[] = {'a', 0xFFFD, 0xFFFD, 0x20AC, 0xFFFD, 0xFFFD, 'b', 0xFFFD};
	const struct str s = STR("a\xff\x80\xe2\x82\xac\xe2\x82"
				 "b\xc3");
	size_t at = 0;
	(void)state;

	for (size_t i = 0; i < LEN(want); i++)
		assert_int_equal(utf8_next(s, &at), want[i]);
	assert_int_equal(at, s.n);
}

static void parts(void **state)
{
	const struct str s = STR("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z");
	static const size_t bytes[] = {0, 1, 3, 6, 10, 11, 11};
	(void)state;

	assert_int_equal(utf8_count(s), 5);
	assert_int_equal(utf8_count(STR("")), 0);
	assert_int_equal(utf8_ascii(STR(""), 0), 0);
	assert_int_equal(utf8_ascii(STR("plain text behind"), 3), 17);
	assert_int_equal(utf8_ascii(STR("123456789\xc3\xa4"), 0), 9);
	assert_int_equal(utf8_ascii(STR("a\xc3\xa4"), 1), 1);
	for (size_t i = 0; i < LEN(bytes); i++)
		assert_int_equal(utf8_left(s, i).n, bytes[i]);
	assert_int_equal(utf8_left((struct str){NULL, 0}, 3).n, 0);
}

static void puts_characters(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, 100);
	utf8_put(&b, 'A');
	utf8_put(&b, 0xFC);
	utf8_put(&b, 0x20AC);
	utf8_put(&b, 0x1F600);
	utf8_put(&b, 0xD800);
	assert_string_equal(buf_cstr(&b), "A\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd");
	buf_done(&b);
}

static void quotes(void **state)
{
	static const struct {
		struct str in;
		size_t max;
		const char *want;
	} rows[] = {
		{STR_INIT(""), 10, ""},
		{STR_INIT("plain \xc3\xbc \"q\" \\"), 40, "plain \xc3\xbc \"q\" \\"},
		{STR_INIT("a\nb\tc\0d\x7f\x1b[0m"), 60, "a\\x0Ab\\x09c\\x00d\\x7F\\x1B[0m"},
		{STR_INIT("a\xff\xc3"), 40, "a\\xFF\\xC3"},
		{STR_INIT("\xe2\x80\xae"
			  "gpj"),
			40, "\\u{202E}gpj"},
		{STR_INIT("\xe2\x81\xa6x\xe2\x81\xa9"), 40, "\\u{2066}x\\u{2069}"},
		{STR_INIT("\xd8\x9c\xe2\x80\x8f\xe2\x80\x8b"), 40, "\\u{061C}\\u{200F}\\u{200B}"},
		{STR_INIT("\xc2\x85\xe2\x80\xa8"), 40, "\\u{0085}\\u{2028}"},
		{STR_INIT("\xef\xbb\xbfx\xf3\xa0\x81\x81"), 40, "\\u{FEFF}x\\u{E0041}"},
		{STR_INIT("\xed\xa0\x80"), 40, "\\xED\\xA0\\x80"},
		{STR_INIT("12345678"), 8, "12345678"},
		{STR_INIT("123456789"), 8, "12345..."},
		{STR_INIT("1234\xc3\xbc"
			  "789"),
			8, "1234..."},
		{STR_INIT("123\n\n"), 8, "123..."},
		{STR_INIT("12345"), 3, "..."},
		{STR_INIT("12345"), 2, ".."},
		{STR_INIT("12345"), 0, ""},
	};
	struct buf b;
	(void)state;

	buf_init(&b, 200);
	for (size_t i = 0; i < LEN(rows); i++) {
		buf_clear(&b);
		buf_c(&b, "<");
		utf8_quote(&b, rows[i].in, rows[i].max);
		assert_true(b.n - 1 <= rows[i].max);
		assert_string_equal(buf_cstr(&b) + 1, rows[i].want);
		assert_int_equal(b.p[0], '<');
	}
	buf_done(&b);
}

static void letter_case(void **state)
{
	static const struct {
		uint32_t lower;
		uint32_t upper;
	} rows[] = {
		{'a', 'A'},
		{'z', 'Z'},
		{0xE4, 0xC4},
		{0xF6, 0xD6},
		{0xF8, 0xD8},
		{0xFE, 0xDE},
		{0xFF, 0x178},
		{0x101, 0x100},
		{0x133, 0x132},
		{0x137, 0x136},
		{0x13A, 0x139},
		{0x148, 0x147},
		{0x151, 0x150},
		{0x177, 0x176},
		{0x17A, 0x179},
		{0x17E, 0x17D},
		{0x219, 0x218},
		{0x21B, 0x21A},
		{0x259, 0x18F},
		{0x3AC, 0x386},
		{0x3AD, 0x388},
		{0x3CC, 0x38C},
		{0x3CE, 0x38F},
		{0x3B1, 0x391},
		{0x3C1, 0x3A1},
		{0x3C3, 0x3A3},
		{0x3C9, 0x3A9},
		{0x3CB, 0x3AB},
		{0x430, 0x410},
		{0x44F, 0x42F},
		{0x450, 0x400},
		{0x451, 0x401},
		{0x45F, 0x40F},
		{0x461, 0x460},
		{0x491, 0x490},
		{0x4CF, 0x4C0},
		{0x4C2, 0x4C1},
		{0x52F, 0x52E},
		{0x1EA1, 0x1EA0},
		{0x1B0, 0x1AF},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(utf8_upper(rows[i].lower), rows[i].upper);
		assert_int_equal(utf8_lower(rows[i].upper), rows[i].lower);
		assert_int_equal(utf8_upper(rows[i].upper), rows[i].upper);
		assert_int_equal(utf8_lower(rows[i].lower), rows[i].lower);
	}
}

static void letters_without_a_way_back(void **state)
{
	static const uint32_t same[] = {'@', '[', '`', '{', '5', 0xD7, 0xF7, 0xDF, 0x138, 0x149,
		0x390, 0x3B0, 0x482, 0x5D0, 0x4E00, 0x1F600, 0x10FFFF};
	(void)state;

	for (size_t i = 0; i < LEN(same); i++) {
		assert_int_equal(utf8_upper(same[i]), same[i]);
		assert_int_equal(utf8_lower(same[i]), same[i]);
	}
	assert_int_equal(utf8_upper(0x3C2), 0x3A3); /* final sigma */
	assert_int_equal(utf8_upper(0xB5), 0x39C);
	assert_int_equal(utf8_upper(0x131), 'I');
	assert_int_equal(utf8_lower(0x130), 'i');
	assert_int_equal(utf8_upper(0x17F), 'S');
	assert_int_equal(utf8_lower(0x1E9E), 0xDF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_bytes),
		cmocka_unit_test(bad_at_every_offset),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(next_over_bad_bytes),
		cmocka_unit_test(parts),
		cmocka_unit_test(puts_characters),
		cmocka_unit_test(quotes),
		cmocka_unit_test(letter_case),
		cmocka_unit_test(letters_without_a_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
