/* Forms of numbers, dates and times, and each relational note with every pattern of presence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/x12_check.h"

static void canonical(void **state)
{
	static const struct {
		const char *in;
		uint16_t min;
		const char *want; /* NULL: no number */
	} rows[] = {
		{"12.50", 1, "12.5"},
		{"0012", 1, "12"},
		{"0", 1, "0"},
		{"-0.0", 1, "0"},
		{"0.5", 1, ".5"},
		{"-0.50", 1, "-.5"},
		{"1.5", 4, "001.5"},
		{"100", 1, "100"},
		{"-7", 3, "-007"},
		{"", 1, NULL},
		{"-", 1, NULL},
		{".", 1, NULL},
		{"1.", 1, NULL},
		{"1e5", 1, NULL},
		{"+1", 1, NULL},
		{"1,000", 1, NULL},
		{"1.2.3", 1, NULL},
		{" 1", 1, NULL},
		{"0", 2, "00"},
	};
	char room[64];
	struct str got;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const bool ok = x12_check_canonical(str_c(rows[i].in), rows[i].min, room, &got);
		if (ok != (rows[i].want != NULL) || (ok && !str_is(got, rows[i].want)))
			fail_msg("'%s'", rows[i].in);
	}
}

static void dates_and_times(void **state)
{
	static const char *const dates[] = {"20260228", "20240229", "260228", "000229", "99991231"};
	static const char *const no_dates[] = {
		"20260229", "20261301", "2026-01-01", "2026", "19000229", "", "20260100"};
	static const char *const times[] = {"0000", "2359", "235959", "2359591", "23595999"};
	static const char *const no_times[] = {
		"2400", "2360", "235960", "23595", "23", "", "12:30", "235959999"};

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_true(x12_check_date(str_c(dates[i])));
	for (size_t i = 0; i < sizeof(no_dates) / sizeof(no_dates[0]); i++)
		assert_false(x12_check_date(str_c(no_dates[i])));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_true(x12_check_time(str_c(times[i])));
	for (size_t i = 0; i < sizeof(no_times) / sizeof(no_times[0]); i++)
		assert_false(x12_check_time(str_c(no_times[i])));
}

static void repetition_separator(void **state)
{
	(void)state;
	assert_false(x12_check_repeats(STR("00401"), '^'));
	assert_true(x12_check_repeats(STR("00402"), '^'));
	assert_true(x12_check_repeats(STR("00501"), '|'));
	assert_false(x12_check_repeats(STR("00501"), 'U'));
	assert_false(x12_check_repeats(STR("00501"), '7'));
	assert_false(x12_check_repeats(STR("00501"), ' '));
	assert_false(x12_check_repeats(STR("9"), '^'));
}

enum { PARTS = 3 };

/* Checks a segment whose elements are there by the bits of mask; returns the finding's code. */
static struct str note(struct arena *a, char kind, uint8_t n, unsigned mask, uint16_t *element)
{
	static const struct def_element an = {
		.id = {"352", 3}, .type = DEF_AN, .min = 1, .max = 10};
	struct def_part parts[PARTS];
	struct def_note notes[1] = {{.kind = kind, .n = n, .at = {1, 2, 3}}};
	struct def_segment def = {
		.tag = STR("TST"), .parts = parts, .nparts = PARTS, .notes = notes, .nnotes = 1};
	struct value v[PARTS];
	struct segment s = {.tag = STR("TST"), .def = &def, .values = v};
	struct diag d;
	const struct finding about = {.segment = STR("TST"), .segment_at = 9};
	struct x12_rules *rules = x12_check_rules_new(NULL);
	const struct x12_check c = {.d = &d, .about = &about, .level = X12_NOTES, .rules = rules};

	memset(parts, 0, sizeof(parts));
	for (uint16_t i = 0; i < PARTS; i++) {
		parts[i] = (struct def_part){.ref = STR("TST"),
			.position = (uint16_t)(i + 1),
			.used = true,
			.repeat = 1,
			.element = &an};
		if (mask >> i & 1)
			v[s.n++] = (struct value){.element = (uint16_t)(i + 1),
				.repetition = 1,
				.component = 1,
				.text = STR("X")};
	}
	diag_init(&d, a);
	const bool ok = x12_check_segment(&c, &s);

	x12_check_rules_free(rules);
	assert_int_equal(ok, d.n == 0);
	assert_true(d.n <= 1);
	if (d.n == 0)
		return STR("");
	*element = d.first->element;
	assert_int_equal(d.first->segment_at, 9);
	return d.first->code;
}

static void notes(void **state)
{
	static const struct {
		char kind;
		uint8_t n;
		const char *ok; /* for masks 0 to 7: '1' right, '0' wrong */
		const char *code;
	} rows[] = {
		{'P', 2, "10011001", "X12-NOTE-PAIRED"},
		{'P', 3, "10000001", "X12-NOTE-PAIRED"},
		{'R', 2, "01110111", "X12-NOTE-REQUIRED"},
		{'R', 3, "01111111", "X12-NOTE-REQUIRED"},
		{'E', 3, "11101000", "X12-NOTE-EXCLUSIVE"},
		{'C', 2, "10111011", "X12-NOTE-CONDITIONAL"},
		{'C', 3, "10101011", "X12-NOTE-CONDITIONAL"},
		{'L', 3, "10111111", "X12-NOTE-LIST"},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned mask = 0; mask < 8; mask++) {
			uint16_t element = 0;
			const struct str got = note(&a, rows[i].kind, rows[i].n, mask, &element);
			if (rows[i].ok[mask] == '1' ? got.n != 0 : !str_is(got, rows[i].code))
				fail_msg("note %c of %u, elements %u: '%.*s'", rows[i].kind,
					rows[i].n, mask, (int)got.n, got.p);
			if (got.n > 0)
				assert_in_range(element, 1, 3);
		}
	}
	arena_done(&a);
}

static void trim(void **state)
{
	(void)state;
	assert_true(str_is(x12_check_trim(STR("A  "), 1), "A"));
	assert_true(str_is(x12_check_trim(STR("A  "), 2), "A "));
	assert_true(str_is(x12_check_trim(STR(" A"), 1), " A"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical),
		cmocka_unit_test(dates_and_times),
		cmocka_unit_test(repetition_separator),
		cmocka_unit_test(notes),
		cmocka_unit_test(trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
