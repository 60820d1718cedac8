/* Which format a file is read as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/edi_read.h"

static void found_by_its_start(void **state)
{
	static const struct {
		struct str in;
		const char *told;
		const char *want;
	} rows[] = {
		{STR_INIT("ISA*00*"), "", "x12"},
		{STR_INIT("\357\273\277\r\n UNA:+.? 'UNB+"), "", "edifact"},
		{STR_INIT("UNB+UNOC:3"), "", "edifact"},
		{STR_INIT("UNB\"UNOB=1"), "", "edifact"},
		{STR_INIT("UNABLE TO"), "", "x12"},
		{STR_INIT("UNB1234"), "", "x12"},
		{STR_INIT("{}"), "", "x12"},
		{STR_INIT(""), "", "x12"},
		{STR_INIT("UNB+UNOC:3"), "x12", "x12"},
		{STR_INIT("ISA*00*"), "edifact", "edifact"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct edi_read_options o = {.format = str_c(rows[i].told), .file = STR("t")};
		struct err e;
		struct edi_read *r = edi_read_open(-1, rows[i].in, &o, &e);
		assert_non_null(r);
		assert_string_equal(edi_read_format(r), rows[i].want);
		edi_read_close(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(found_by_its_start)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
