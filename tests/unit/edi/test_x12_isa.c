/* When ISA11 is a separator; what else the header may be is in test_x12_read.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/x12_state.h"

static void repetition_separator(void **state)
{
	(void)state;
	assert_false(x12_isa_repeats(STR("00401"), '^'));
	assert_true(x12_isa_repeats(STR("00402"), '^'));
	assert_true(x12_isa_repeats(STR("00501"), '|'));
	assert_false(x12_isa_repeats(STR("00501"), 'U'));
	assert_false(x12_isa_repeats(STR("00501"), '7'));
	assert_false(x12_isa_repeats(STR("00501"), ' '));
	assert_false(x12_isa_repeats(STR("9"), '^'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repetition_separator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
