/* Each relational note with every pattern of presence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/x12_rules.h"

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
	struct element_rules *rules = x12_rules_new(NULL);
	const struct element_check c = {
		.d = &d, .about = &about, .level = EDI_NOTES, .rules = rules};

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
	const bool ok = element_check_segment(&c, &s);

	element_rules_free(rules);
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
		{'O', 3, "01101000", "X12-NOTE-ONE"},
		{'F', 3, "11101010", "X12-NOTE-FIRST"},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
