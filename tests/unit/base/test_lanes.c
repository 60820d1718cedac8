/* Sixteen bytes by two words, as where there is no SSE2, give what a loop gives; test_lexer.c has the other way. */
#define LANES_WORDS
#include "base/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void any_bytes(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned char b[LANES];
		unsigned equal = 0;
		unsigned control = 0;
		unsigned high = 0;
		for (unsigned i = 0; i < LANES; i++) {
			seed = seed * 1103515245u + 12345u;
			b[i] = (unsigned char)(round % 2 ? seed >> 16 : 0x1e + (seed >> 16) % 4);
			equal |= (b[i] == '\x1f' ? 1u : 0u) << i;
			control |= (b[i] < 0x20 ? 1u : 0u) << i;
			high |= (b[i] >= 0x80 ? 1u : 0u) << i;
		}
		const struct lanes l = lanes_load((const char *)b);
		assert_int_equal(lanes_equal(l, lanes_of('\x1f')), equal);
		assert_int_equal(lanes_control(l), control);
		assert_int_equal(lanes_high(l), high);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(any_bytes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
