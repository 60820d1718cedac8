/* Clocks: the fixed one stands, the system's one runs. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fixed(void **state)
{
	static const int64_t times[] = {0, -1, 1795399200, 253402300799};
	(void)state;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const struct clock c = clock_fixed(times[i]);
		assert_int_equal(clock_now(&c), times[i]);
		assert_int_equal(clock_ms(&c), times[i] * 1000);
		clock_sleep_ms(2);
		assert_int_equal(clock_ms(&c), times[i] * 1000);
	}
}

static void runs(void **state)
{
	const struct clock c = clock_system();
	const int64_t before = clock_ms(&c);
	(void)state;

	assert_true(clock_now(&c) > 1700000000);
	clock_sleep_ms(20);
	assert_true(clock_ms(&c) >= before + 20);
	clock_sleep_ms(0);
	clock_sleep_ms(-5);
	clock_sleep_ms(INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed),
		cmocka_unit_test(runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
