/* Tolerances: the table, lists of names, and what becomes of findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/diag.h"

static void rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOLERANCES; i++) {
		const struct tolerance_row *t = &tolerance_rows()[i];
		assert_non_null(t->name);
		assert_non_null(t->codes[0]);
		for (size_t k = 0; k < TOLERANCE_CODES && t->codes[k]; k++)
			if (!codes_find(str_c(t->codes[k])))
				fail_msg("%s: there is no code %s", t->name, t->codes[k]);
	}
}

static void lists(void **state)
{
	const uint32_t isa = (uint32_t)1 << TOLERANCE_UNPADDED_ISA;
	uint32_t got = 0;
	struct err e;

	(void)state;
	assert_int_equal(tolerance_parse(STR(""), &got, ERR_USAGE, &e), 0);
	assert_int_equal(got, tolerance_usual());
	assert_int_equal(tolerance_parse(STR("unpadded-isa"), &got, ERR_USAGE, &e), 0);
	assert_int_equal(got, tolerance_usual() | isa);
	assert_int_equal(tolerance_parse(STR("none, unpadded-isa"), &got, ERR_USAGE, &e), 0);
	assert_int_equal(got, isa);
	assert_int_equal(tolerance_parse(STR("none filler"), &got, ERR_USAGE, &e), 0);
	assert_int_equal(got, (uint32_t)1 << TOLERANCE_FILLER);
	assert_int_equal(tolerance_parse(STR("unpaded-isa"), &got, ERR_CONFIG, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(
		e.text, "there is no tolerance 'unpaded-isa'; did you mean 'unpadded-isa'?");
	assert_int_equal(tolerance_parse(STR("everything"), &got, ERR_USAGE, &e), -1);
	assert_non_null(strstr(e.text, "gridspool codes lists them"));
}

/* A note where it is granted, told once and counted; an error that says how to accept it where not. */
static void findings(void **state)
{
	struct tolerances t = {.granted = 0};
	struct arena a;
	struct diag d;
	const struct finding f = {.code = STR("X12-TAG-CASE"), .severity = SEV_ERROR};

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	d.tolerances = &t;
	diag_add(&d, &f);
	assert_int_equal(d.errors, 1);
	assert_int_equal(d.first->severity, SEV_ERROR);
	assert_true(str_is(d.first->tolerance, "lower-case-tags"));
	assert_true(str_ends(d.first->remedy, STR("to accept it, tolerate lower-case-tags")));
	diag_clear(&d);
	t.granted = (uint32_t)1 << TOLERANCE_LOWER_TAGS;
	diag_add(&d, &f);
	diag_add(&d, &f);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.errors, 0);
	assert_int_equal(d.first->severity, SEV_NOTE);
	assert_int_equal(t.used[TOLERANCE_LOWER_TAGS], 2);
	assert_true(str_is(tolerance_text(&t, false, &a), "lower-case-tags 2"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(lists),
		cmocka_unit_test(findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
