/* Large tables: zeroed, whole, and given back. */
#include "base/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void zeroed_and_whole(void **state)
{
	static const size_t sizes[] = {1, 4096, 5 << 20};
	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *room = NULL;
		unsigned char *p = pages_new(sizes[i], &room);

		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xff, sizes[i]);
		mem_free(room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(zeroed_and_whole)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
