/* Values of a segment by element and component. */
#include "format/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void get(void **state)
{
	struct value values[] = {
		{.element = 1, .repetition = 1, .component = 1, .text = STR("one")},
		{.element = 4, .repetition = 1, .component = 1, .text = STR("four-1")},
		{.element = 4, .repetition = 1, .component = 3, .text = STR("four-3")},
		{.element = 4, .repetition = 2, .component = 2, .text = STR("again")},
	};
	const struct segment s = {.values = values, .n = 4};
	const struct segment none = {.values = NULL};
	(void)state;

	assert_true(str_is(segment_get(&s, 1, 1), "one"));
	assert_true(str_is(segment_get(&s, 4, 1), "four-1"));
	assert_true(str_is(segment_get(&s, 4, 3), "four-3"));
	assert_int_equal(segment_get(&s, 4, 2).n, 0);
	assert_int_equal(segment_get(&s, 2, 1).n, 0);
	assert_int_equal(segment_get(&s, 9, 1).n, 0);
	assert_int_equal(segment_get(&none, 1, 1).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
