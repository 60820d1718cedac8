/* Hierarchies: alone, by rows, and of an 816 read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "edi/x12_hl.h"
#include "model/xml.h"
#include "unit/support/edi_support.h"

#define GS_OR "GS*OR*US*THEM*20261123*0200*1*X*004010~"
#define HEAD EDI_ISA GS_OR "ST*816*0001~BHT*0026*00~N1*BY*A~"
#define HL(id, parent, more) "HL*" id "*" parent "*O" more "~N1*ST*B~"

/* Case 45: of a message. */
static void by_rows(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{HEAD HL("1", "", "*1") HL("2", "1", "*0") "SE*8*0001~" EDI_END, ""},
		{HEAD HL("7", "", "") HL("A", "7", "") HL("3", "7", "") "SE*10*0001~" EDI_END, ""},
		{HEAD HL("1", "", "") HL("1", "1", "") "SE*8*0001~" EDI_END, "X12-HL-ID@HL6.1"},
		{HEAD HL("1", "", "") HL("2", "3", "") HL("3", "", "") "SE*10*0001~" EDI_END,
			"X12-HL-PARENT@HL6.2"},
		{HEAD HL("1", "1", "") "SE*6*0001~" EDI_END, "X12-HL-PARENT@HL4.2"},
		{HEAD HL("01", "", "") HL("2", "1", "") "SE*8*0001~" EDI_END,
			"X12-HL-PARENT@HL6.2"},
		{HEAD HL("1", "", "*0") HL("2", "1", "*1") "SE*8*0001~" EDI_END,
			"X12-HL-CHILDREN@HL4.4 X12-HL-CHILDREN@HL6.4"},
		{HEAD HL("1", "", "*1") "SE*6*0001~ST*816*0002~BHT*0026*00~N1*BY*A~" HL(
			 "1", "", "*0") HL("2", "", "*0") "SE*8*0002~GE*2*1~IEA*1*000000001~",
			"X12-HL-CHILDREN@HL4.4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(edi_support_read(str_c(rows[i].in), EDI_NOTES), rows[i].want);
	assert_string_equal(edi_support_read(str_c(rows[2].in), EDI_STRUCTURE), "");
}

/* Many, each below the one before; then one that is there already. */
static void many(void **state)
{
	struct arena a;
	struct diag d;
	struct x12_hl h = {.n = 0};
	struct finding about = {.file = STR("t")};
	char texts[2][16] = {"", ""};
	struct value v[2] = {{.element = 1, .repetition = 1, .component = 1},
		{.element = 2, .repetition = 1, .component = 1}};
	struct segment s = {.tag = STR("HL"), .values = v};

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	for (unsigned i = 1; i <= 5000; i++) {
		(void)snprintf(texts[0], sizeof(texts[0]), "%u", i);
		(void)snprintf(texts[1], sizeof(texts[1]), "%u", i - 1);
		v[0].text = str_c(texts[0]);
		v[1].text = str_c(texts[1]);
		s.n = i == 1 ? 1 : 2;
		x12_hl_take(&h, &s, &d, &about);
	}
	assert_int_equal(d.n, 0);
	v[0].text = STR("2500");
	x12_hl_take(&h, &s, &d, &about);
	assert_int_equal(d.n, 1);
	x12_hl_end(&h, &d, &about);
	assert_int_equal(d.n, 1);
	x12_hl_done(&h);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_rows),
		cmocka_unit_test(many),
	};
	const int rc = cmocka_run_group_tests(tests, NULL, NULL);

	edi_support_done();
	xml_stop();
	return rc;
}
