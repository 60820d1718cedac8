/* Character sets: what is read is written again, for every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/edifact_charset.h"

/* r70: each byte that a set has comes back as it was. */
static void there_and_back(void **state)
{
	static const struct {
		const char *id;
		unsigned high; /* bytes from 0xa0 on that are characters */
	} sets[] = {{"UNOC", 96}, {"UNOD", 96}, {"UNOE", 96}, {"UNOF", 93}, {"UNOG", 89},
		{"UNOH", 96}, {"UNOI", 51}, {"UNOJ", 60}, {"UNOK", 96}, {"UNOL", 96}};
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct edifact_charset *set = edifact_charset_find(str_c(sets[i].id));
		unsigned high = 0;
		assert_non_null(set);
		for (unsigned c = 0x20; c < 0x100; c++) {
			const char byte = (char)(unsigned char)c;
			struct str text;
			if (edifact_charset_decode(set, (struct str){&byte, 1}, &a, &text))
				continue;
			high += c >= 0xa0;
			buf_clear(&b);
			edifact_charset_encode(set, text, &b);
			if (b.n != 1 || b.p[0] != byte)
				fail_msg("%s: byte 0x%02X", sets[i].id, c);
		}
		if (high != sets[i].high)
			fail_msg("%s has %u characters", sets[i].id, high);
	}
	buf_done(&b);
	arena_done(&a);
}

static void found_by_id(void **state)
{
	(void)state;
	assert_int_equal(edifact_charset_find(STR("UNOA"))->kind, EDIFACT_ASCII);
	assert_int_equal(edifact_charset_find(STR("UNOX"))->kind, EDIFACT_CODES);
	assert_int_equal(edifact_charset_find(STR("UNOY"))->kind, EDIFACT_UTF8);
	assert_null(edifact_charset_find(STR("IATB")));
	assert_null(edifact_charset_find(STR("")));
}

static void levels(void **state)
{
	const struct edifact_charset *a = edifact_charset_find(STR("UNOA"));
	const struct edifact_charset *b = edifact_charset_find(STR("UNOB"));

	(void)state;
	assert_int_equal(edifact_charset_lacks(a, STR("AZ09 .,-()/='+:?!\"%&*;<>")), 0);
	assert_int_equal(edifact_charset_lacks(a, STR("Ab")), 'b');
	assert_int_equal(edifact_charset_lacks(b, STR("Ab")), 0);
	assert_int_equal(edifact_charset_lacks(b, STR("A_b")), '_');
	assert_int_equal(edifact_charset_lacks(NULL, STR("A_b")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(found_by_id),
		cmocka_unit_test(levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
