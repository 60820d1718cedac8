/* Interned names: same text same number, never 0, text back, many of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/names.h"

static void same_text_same_id(void **state)
{
	struct names n;
	char text[] = "gtin";

	(void)state;
	names_init(&n);
	const uint32_t a = names_id(&n, STR("gtin"));
	const uint32_t b = names_id(&n, STR("name"));
	assert_true(a != 0 && b != 0 && a != b);
	assert_int_equal(names_id(&n, str_c(text)), a);
	text[0] = 'x'; /* the name was copied */
	assert_true(str_is(names_text(&n, a), "gtin"));
	assert_int_equal(names_find(&n, STR("name")), b);
	assert_int_equal(names_find(&n, STR("nam")), 0);
	assert_int_equal(names_find(&n, STR("Name")), 0);
	names_done(&n);
}

static void empty_and_binary(void **state)
{
	struct names n;

	(void)state;
	names_init(&n);
	const uint32_t empty = names_id(&n, STR(""));
	const uint32_t nul = names_id(&n, STR("a\0b"));
	assert_true(empty != 0);
	assert_int_not_equal(nul, names_id(&n, STR("a")));
	assert_int_equal(names_text(&n, nul).n, 3);
	assert_int_equal(names_text(&n, 0).n, 0);
	assert_int_equal(names_text(&n, 9999).n, 0);
	names_done(&n);
}

static void many(void **state)
{
	struct names n;
	char text[32];

	(void)state;
	names_init(&n);
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "column %d", i);
		assert_int_equal(names_id(&n, str_c(text)), i + 1);
	}
	for (int i = 0; i < 20000; i += 7) {
		(void)snprintf(text, sizeof(text), "column %d", i);
		assert_int_equal(names_find(&n, str_c(text)), i + 1);
		assert_true(str_is(names_text(&n, (uint32_t)i + 1), text));
	}
	names_done(&n);
	names_done(&n); /* a zeroed one is fine */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text_same_id),
		cmocka_unit_test(empty_and_binary),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
