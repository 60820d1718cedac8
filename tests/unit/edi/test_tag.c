/* What a tag is, and what can be made one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edi/tag.h"

static void by_rows(void **state)
{
	static const struct {
		const char *tag;
		size_t least;
		bool is;
		const char *mended; /* NULL: none even so */
	} rows[] = {
		{"LIN", 3, true, "LIN"},
		{"N1", 2, true, "N1"},
		{"N1", 3, false, NULL},
		{"lin", 2, false, "LIN"},
		{"lIn", 3, false, "LIN"},
		{"n1", 2, false, "N1"},
		{"1N", 2, false, NULL},
		{"A@", 2, false, NULL},
		{"A[1", 3, false, NULL},
		{"N", 2, false, NULL},
		{"", 2, false, NULL},
		{"LINE", 2, false, NULL},
		{"\303\204N", 2, false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char room[TAG_MOST + 1];
		struct str t = str_c(rows[i].tag);
		assert_int_equal(tag_is(t, rows[i].least), rows[i].is);
		assert_int_equal(tag_mend(&t, rows[i].least, room), rows[i].mended != NULL);
		if (rows[i].mended)
			assert_true(str_is(t, rows[i].mended));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
