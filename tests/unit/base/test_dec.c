/* Exact decimals: range, scale, rounding, text. */
#include "base/dec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define NINES38 "99999999999999999999999999999999999999"
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct arena mem;

static int setup(void **state)
{
	(void)state;
	arena_init(&mem);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&mem);
	return 0;
}

static struct dec d(const char *s)
{
	struct dec out = {0, 0};

	if (!dec_parse(str_c(s), '.', &out))
		fail_msg("%s is no decimal", s);
	return out;
}

static const char *text(struct dec v)
{
	return dec_text(v, &mem).p;
}

static const struct {
	const char *in;
	char mark;
	const char *want; /* NULL: refused */
} parse_rows[] = {
	{"0", '.', "0"},
	{"-0", '.', "0"},
	{"-0.00", '.', "0"},
	{"+1", '.', "1"},
	{"-1.50", '.', "-1.5"},
	{"0.05", '.', "0.05"},
	{"-0.05", '.', "-0.05"},
	{"100", '.', "100"},
	{"12,5", ',', "12.5"},
	{"12.5", ',', NULL},
	{"12,5", '.', NULL},
	{"007", '.', "7"},
	{"0000000000000000000000000000000000000000000001", '.', "1"},
	{"18446744073709551616", '.', "18446744073709551616"},
	{NINES38, '.', NINES38},
	{"-" NINES38, '.', "-" NINES38},
	{NINES38 "0", '.', NULL},
	{NINES38 ".0", '.', NULL},
	{"100000000000000000000000000000000000000", '.', NULL},
	{"99999999999999999999.123456789012345678", '.', "99999999999999999999.123456789012345678"},
	{"0.000000000000000001", '.', "0.000000000000000001"},
	{"0.0000000000000000001", '.', NULL},
	{"1.0000000000000000000", '.', NULL},
	{"", '.', NULL},
	{"-", '.', NULL},
	{"+", '.', NULL},
	{".", '.', NULL},
	{".5", '.', NULL},
	{"5.", '.', NULL},
	{"-.5", '.', NULL},
	{"--1", '.', NULL},
	{"+-1", '.', NULL},
	{"1-", '.', NULL},
	{"1.2.3", '.', NULL},
	{"1,000.5", '.', NULL},
	{"1e3", '.', NULL},
	{" 1", '.', NULL},
	{"1 ", '.', NULL},
	{"0x1", '.', NULL},
	{"12", '\0', "12"},
};

static void parses(void **state)
{
	(void)state;

	for (size_t i = 0; i < LEN(parse_rows); i++) {
		struct dec out = {77, 7};
		const bool ok = dec_parse(str_c(parse_rows[i].in), parse_rows[i].mark, &out);
		if (ok != (parse_rows[i].want != NULL))
			fail_msg("'%s': %s", parse_rows[i].in, ok ? "accepted" : "refused");
		if (ok) {
			assert_string_equal(text(out), parse_rows[i].want);
		} else {
			assert_true(out.v == 77);
			assert_int_equal(out.scale, 7);
		}
	}
	struct dec out = {0, 0};
	assert_false(dec_parse((struct str){"1\0002", 3}, '\0', &out));
	assert_false(dec_parse((struct str){NULL, 0}, '.', &out));
	assert_true(dec_parse((struct str){"12345", 2}, '.', &out));
	assert_string_equal(text(out), "12");
}

static void writes(void **state)
{
	static const struct {
		const char *in;
		unsigned scale;
		const char *want;
	} rows[] = {
		{"1", 2, "1.00"},
		{"1.5", 0, "2"},
		{"-1.5", 0, "-2"},
		{"2.5", 0, "3"},
		{"1.005", 2, "1.01"},
		{"-1.005", 2, "-1.01"},
		{"-0.004", 2, "0.00"},
		{"0.004", 2, "0.00"},
		{"0.995", 2, "1.00"},
		{"0", 3, "0.000"},
		{"0.05", 3, "0.050"},
		{"1.50", 1, "1.5"},
		{NINES38, 18, NINES38 ".000000000000000000"},
		{"1", 20, "1.00000000000000000000"},
		{"9999999999999999999999999999999999999.9", 0,
			"10000000000000000000000000000000000000"},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct str s = dec_fixed(d(rows[i].in), rows[i].scale, &mem);
		assert_string_equal(s.p, rows[i].want);
		assert_int_equal(s.n, strlen(s.p));
	}
	assert_string_equal(text(dec_int(INT64_MIN)), "-9223372036854775808");
	assert_string_equal(text((struct dec){-100, 2}), "-1");
	assert_string_equal(text((struct dec){0, 18}), "0");
	assert_string_equal(text((struct dec){-1, 18}), "-0.000000000000000001");
	assert_int_equal(dec_text(d("-12.5"), &mem).n, 5);
}

static void compares(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		int want;
	} rows[] = {
		{"1", "1.000", 0},
		{"0", "-0", 0},
		{"1.01", "1.1", -1},
		{"-1.01", "-1.1", 1},
		{"-1", "1", -1},
		{"-0.5", "0.5", -1},
		{"0.5", "-0.5", 1},
		{NINES38, "0.000000000000000001", 1},
		{"-" NINES38, "-0.000000000000000001", -1},
		{"99999999999999999999.000000000000000001", "99999999999999999999", 1},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(dec_cmp(d(rows[i].a), d(rows[i].b)), rows[i].want);
		assert_int_equal(dec_cmp(d(rows[i].b), d(rows[i].a)), -rows[i].want);
	}
}

static void whole_numbers(void **state)
{
	int64_t v = 5;
	(void)state;

	assert_true(dec_is_int(d("12.00"), &v));
	assert_int_equal(v, 12);
	assert_true(dec_is_int(d("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_true(dec_is_int(d("9223372036854775807.0"), &v));
	assert_true(v == INT64_MAX);
	v = 5;
	assert_false(dec_is_int(d("9223372036854775808"), &v));
	assert_false(dec_is_int(d("-9223372036854775809"), &v));
	assert_false(dec_is_int(d("0.5"), &v));
	assert_int_equal(v, 5);
}

typedef bool op_fn(struct dec a, struct dec b, struct dec *out);

struct op_row {
	op_fn *op;
	const char *a;
	const char *b;
	const char *want; /* NULL: overflow or division by zero */
};

static void run_ops(const struct op_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct dec out = {77, 7};
		const bool ok = rows[i].op(d(rows[i].a), d(rows[i].b), &out);
		if (ok != (rows[i].want != NULL))
			fail_msg("row %zu, %s and %s: %s", i, rows[i].a, rows[i].b,
				ok ? text(out) : "refused");
		if (ok)
			assert_string_equal(text(out), rows[i].want);
		else
			assert_true(out.v == 77 && out.scale == 7);
	}
}

static void adds(void **state)
{
	static const struct op_row rows[] = {
		{dec_add, "1.5", "2.25", "3.75"},
		{dec_add, "0.1", "0.2", "0.3"},
		{dec_add, "-1.5", "1.5", "0"},
		{dec_add, NINES38, "0", NINES38},
		{dec_add, NINES38, "1", NULL},
		{dec_add, NINES38, "-1", "99999999999999999999999999999999999998"},
		{dec_add, "-" NINES38, "-1", NULL},
		{dec_add, NINES38, "0.1", NULL},
		{dec_add, NINES38, "0.000", NINES38},
		{dec_add, "9999999999999999999999999999999999999.9", "0.1",
			"10000000000000000000000000000000000000"},
		{dec_add, "10000000000000000000000000000000000000", "1.000",
			"10000000000000000000000000000000000001"},
		{dec_sub, "1", "0.999999999999999999", "0.000000000000000001"},
		{dec_sub, "0", "5", "-5"},
		{dec_sub, "-" NINES38, "1", NULL},
		{dec_sub, NINES38, NINES38, "0"},
	};
	(void)state;

	run_ops(rows, LEN(rows));
}

static void multiplies(void **state)
{
	static const struct op_row rows[] = {
		{dec_mul, "1.5", "-2", "-3"},
		{dec_mul, "-1.5", "-0.5", "0.75"},
		{dec_mul, "0", "-5", "0"},
		{dec_mul, "9999999999999999999", "9999999999999999999",
			"99999999999999999980000000000000000001"},
		{dec_mul, "10000000000000000000", "10000000000000000000", NULL},
		{dec_mul, "10000000000000000000", "1000000000000000000",
			"10000000000000000000000000000000000000"},
		{dec_mul, "0.000000001", "0.000000001", "0.000000000000000001"},
		{dec_mul, "0.000000001", "0.0000000001", NULL},
		{dec_mul, "0.0000000005", "0.0000000002", NULL},
		{dec_mul, "0.000000000000000005", "0.2", "0.000000000000000001"},
		{dec_mul, "1.000000000000000000", "1.000000000000000000", "1"},
		{dec_mul, "10000000000000000000.000000000000000000", "7.000000000000000000",
			"70000000000000000000"},
		{dec_mul, NINES38, "1", NINES38},
		{dec_mul, NINES38, "2", NULL},
		{dec_mul, NINES38, "0", "0"},
		{dec_mul, "50000000000000000000000000000000000000", "0.2",
			"10000000000000000000000000000000000000"},
	};
	(void)state;

	run_ops(rows, LEN(rows));
}

static void divides(void **state)
{
	static const struct op_row rows[] = {
		{dec_div, "1", "0", NULL},
		{dec_div, "0", "0.00", NULL},
		{dec_div, "0", "-3", "0"},
		{dec_div, "10", "4", "2.5"},
		{dec_div, "-10", "4", "-2.5"},
		{dec_div, "1", "3", "0.333333333333333333"},
		{dec_div, "2", "3", "0.666666666666666667"},
		{dec_div, "-2", "3", "-0.666666666666666667"},
		{dec_div, "0.000000000000000001", "2", "0"},
		{dec_div, "0.000000000000000003", "2", "0.000000000000000002"},
		{dec_div, "-0.000000000000000003", "2", "-0.000000000000000002"},
		{dec_div, "0.000000000000000005", "2", "0.000000000000000002"},
		{dec_div, "1", "0.000000000000000001", "1000000000000000000"},
		{dec_div, NINES38, "1", NINES38},
		{dec_div, NINES38, NINES38, "1"},
		{dec_div, NINES38, "0.1", NULL},
		{dec_div, "1", NINES38, "0"},
		{dec_div, "1000000000000000000000000000000", "10",
			"100000000000000000000000000000"},
		{dec_div, "99999999999999999999", "1.000000000000000000", "99999999999999999999"},
		{dec_div, "100000000000000000000000", "3", NULL},
		{dec_div, "99999999999999999999999999999999999998", NINES38, "1"},
		{dec_div, "50000000000000000000000000000000000000", NINES38, "0.5"},
		{dec_div, "0.000000000000000001", NINES38, "0"},
		{dec_div, "12345678901234567890123456789012345678",
			"98765432109876543210987654321098765432", "0.1249999988609375"},
	};
	(void)state;

	run_ops(rows, LEN(rows));
}

static void remainders(void **state)
{
	static const struct op_row rows[] = {
		{dec_mod, "7", "3", "1"},
		{dec_mod, "-7", "3", "-1"},
		{dec_mod, "7", "-3", "1"},
		{dec_mod, "-7", "-3", "-1"},
		{dec_mod, "6", "3", "0"},
		{dec_mod, "-6", "3", "0"},
		{dec_mod, "5.5", "2", "1.5"},
		{dec_mod, "5", "0.3", "0.2"},
		{dec_mod, "7", "0", NULL},
		{dec_mod, NINES38, "0.000000000000000007", "0.000000000000000001"},
		{dec_mod, "0.000000000000000001", NINES38, "0.000000000000000001"},
		{dec_mod, NINES38, "99999999999999999999999999999999999998", "1"},
	};
	(void)state;

	run_ops(rows, LEN(rows));
}

static void rounds(void **state)
{
	static const struct {
		const char *in;
		unsigned scale;
		const char *up;
		const char *even;
		const char *down;
		const char *floor;
		const char *ceiling;
	} rows[] = {
		{"2.5", 0, "3", "2", "2", "2", "3"},
		{"-2.5", 0, "-3", "-2", "-2", "-3", "-2"},
		{"3.5", 0, "4", "4", "3", "3", "4"},
		{"-3.5", 0, "-4", "-4", "-3", "-4", "-3"},
		{"0.5", 0, "1", "0", "0", "0", "1"},
		{"-0.5", 0, "-1", "0", "0", "-1", "0"},
		{"2.51", 0, "3", "3", "2", "2", "3"},
		{"-2.49", 0, "-2", "-2", "-2", "-3", "-2"},
		{"2.00", 0, "2", "2", "2", "2", "2"},
		{"-2.00", 1, "-2", "-2", "-2", "-2", "-2"},
		{"1.245", 2, "1.25", "1.24", "1.24", "1.24", "1.25"},
		{"1.255", 2, "1.26", "1.26", "1.25", "1.25", "1.26"},
		{"1.2", 5, "1.2", "1.2", "1.2", "1.2", "1.2"},
		{"0.999999999999999999", 0, "1", "1", "0", "0", "1"},
		{"9999999999999999999999999999999999999.5", 0,
			"10000000000000000000000000000000000000",
			"10000000000000000000000000000000000000",
			"9999999999999999999999999999999999999",
			"9999999999999999999999999999999999999",
			"10000000000000000000000000000000000000"},
	};
	(void)state;

	for (size_t i = 0; i < LEN(rows); i++) {
		const struct dec v = d(rows[i].in);
		const unsigned s = rows[i].scale;
		assert_string_equal(text(dec_round(v, s, DEC_HALF_UP)), rows[i].up);
		assert_string_equal(text(dec_round(v, s, DEC_HALF_EVEN)), rows[i].even);
		assert_string_equal(text(dec_round(v, s, DEC_DOWN)), rows[i].down);
		assert_string_equal(text(dec_round(v, s, DEC_FLOOR)), rows[i].floor);
		assert_string_equal(text(dec_round(v, s, DEC_CEILING)), rows[i].ceiling);
	}
	assert_string_equal(text(dec_neg(d("-1.5"))), "1.5");
	assert_string_equal(text(dec_neg(d("0"))), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(writes),
		cmocka_unit_test(compares),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(adds),
		cmocka_unit_test(multiplies),
		cmocka_unit_test(divides),
		cmocka_unit_test(remainders),
		cmocka_unit_test(rounds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
