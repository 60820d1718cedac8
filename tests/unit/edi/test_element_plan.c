/* Segments laid out for checking: what a value has to be, and when one looks closely instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edi/element_plan.h"

static const struct def_codes codes = {.n = 0};
static const struct def_element text = {.type = DEF_AN, .min = 1, .max = 35},
				code = {.type = DEF_ID, .min = 2, .max = 3, .codes = &codes},
				number = {.type = DEF_R, .min = 1, .max = 9},
				day = {.type = DEF_DT, .min = 8, .max = 8},
				binary = {.type = DEF_B, .min = 1, .max = 99};
static const struct def_part inner[] = {
	{.position = 1, .used = true, .element = &code, .mandatory = true},
	{.used = true, .element = &number}};
static const struct def_part free_inner[] = {{.used = true, .element = &text}};
static const struct def_part parts[] = {
	{.used = true, .element = &text},
	{.used = true, .parts = inner, .nparts = 2},
	{.used = true, .parts = free_inner, .nparts = 1},
	{.used = false, .parts = inner, .nparts = 2},
	{.used = false, .element = &text},
	{.used = true, .element = &day},
	{.used = true, .element = &binary},
};
static const struct def_segment segment = {.parts = parts, .nparts = 7};

static void by_rows(void **state)
{
	static const struct {
		uint16_t element;
		uint16_t component;
		int look; /* -1: there is none */
		uint64_t needs;
	} rows[] = {
		{1, 1, ELEMENT_TEXT, 0},
		{1, 2, -1, 0},
		{2, 1, ELEMENT_TEXT, 1},
		{2, 2, ELEMENT_NUMBER, 1},
		{2, 3, -1, 1},
		{3, 1, ELEMENT_TEXT, 0},
		{4, 1, ELEMENT_CLOSELY, 0},
		{5, 1, ELEMENT_CLOSELY, 0},
		{6, 1, ELEMENT_DATE, 0},
		{7, 1, ELEMENT_CLOSELY, 0},
		{8, 1, -1, 0},
		{0, 1, -1, 0},
		{1, 0, -1, 0},
	};
	struct element_plans plans;

	(void)state;
	element_plan_init(&plans);
	assert_null(element_plan_of(&plans, NULL));
	assert_null(element_plan_slot(NULL, 1));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct element_plan *p = element_plan_of(&plans, &segment);
		const struct element_slot *s = element_plan_slot(p, rows[i].element);
		const struct element_leaf *l = element_plan_leaf(s, rows[i].component);
		assert_int_equal(l ? l->look : -1, rows[i].look);
		assert_int_equal(s ? s->needs : 0, rows[i].needs);
	}
	assert_int_equal(plans.n, 1);
	element_plan_done(&plans);
}

/* More kinds of segments than the table has room for. */
static void begins_anew(void **state)
{
	static struct def_segment many[3 * ELEMENT_PLANS];
	struct element_plans plans;

	(void)state;
	element_plan_init(&plans);
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		many[i] = (struct def_segment){.parts = parts, .nparts = i % 7};
		assert_int_equal(element_plan_of(&plans, &many[i])->n, i % 7);
		assert_int_equal(element_plan_of(&plans, &many[i / 2])->n, i / 2 % 7);
		assert_true(plans.n <= ELEMENT_PLANS / 2);
	}
	element_plan_done(&plans);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_rows), cmocka_unit_test(begins_anew)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
