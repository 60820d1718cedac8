/* Bounded loops of an 846. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/xml.h"
#include "unit/support/edi_support.h"

#define HEAD                                                                               \
	EDI_ISA "GS*IB*US*THEM*20261123*0200*1*X*004010~ST*846*0001~BIA*00*SI*1*20261123~" \
		"LIN*1*UP*614141007349~QTY*33*5~"
#define LOT "REF*LT*A~DTM*036*20270101~"

/* Case 44: of a message. */
static void by_rows(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{HEAD "LS*LOT~" LOT LOT "LE*LOT~SE*11*0001~" EDI_END, ""},
		{HEAD "LS*LOT~" LOT "LE*LOT~QTY*33*6~LS*B~" LOT "LE*B~SE*14*0001~" EDI_END, ""},
		{HEAD "LS*LOT~" LOT "LE*LOTS~SE*9*0001~" EDI_END, "X12-LOOP-END@LE8.1"},
		{HEAD "LS*LOT~" LOT "QTY*33*6~LS*B~" LOT "LE*B~SE*13*0001~" EDI_END,
			"X12-SEGMENT-MISSING@LE8"},
		{HEAD "LS*A~" LOT "LE~SE*9*0001~" EDI_END,
			"X12-SEGMENT-EMPTY@LE8 X12-ELEMENT-MISSING@LE8.1"},
		{HEAD LOT "LE*A~SE*8*0001~" EDI_END,
			"X12-SEGMENT-ORDER@REF5 X12-SEGMENT-ORDER@DTM6 X12-SEGMENT-UNEXPECTED@LE7"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(edi_support_read(str_c(rows[i].in), EDI_NOTES), rows[i].want);
	assert_string_equal(edi_support_read(str_c(rows[2].in), EDI_STRUCTURE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_rows),
	};
	const int rc = cmocka_run_group_tests(tests, NULL, NULL);

	edi_support_done();
	xml_stop();
	return rc;
}
