/* Which format a file is read as, and what is read when nobody wants the values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/edi_read.h"
#include "unit/support/edi_support.h"

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

struct counts {
	uint64_t segments;
	uint64_t events;
	size_t findings;
	uint32_t last_at; /* place of the last finding */
};

static struct counts read_all(struct str in, bool skim)
{
	const struct edi_read_options o = {.level = EDI_ENVELOPE, .skim = skim, .file = STR("t")};
	struct counts c = {.segments = 0};
	enum edi_event ev = EDI_SEGMENT;
	struct segment s;
	struct arena a;
	struct diag d;
	struct err e;
	struct edi_read *r = edi_read_open(-1, in, &o, &e);

	assert_non_null(r);
	arena_init(&a);
	diag_init(&d, &a);
	while (edi_read_next(r, &ev, &s, &d, &e) == 1)
		c.events++;
	c.segments = c.events + edi_read_context(r)->passed;
	c.findings = d.n;
	c.last_at = d.last ? d.last->segment_at : 0;
	edi_read_close(r);
	arena_done(&a);
	return c;
}

/* Segments that nobody wants are only counted, but all findings are there at their places. */
static void passed_over(void **state)
{
	static const struct {
		struct str in;
		uint64_t events; /* when values are not wanted */
	} rows[] = {
		{STR_INIT(EDI_ISA EDI_GS
			 "ST*832*0001~BCT*PC~LIN*1~\nSLN*1~LIN*2~SE*6*0001~" EDI_END),
			7},
		{STR_INIT(EDI_ISA EDI_GS "ST*832*0001~BCT*PC~l*1~LIN*1~~LIN*2~SE*9*0001~" EDI_END),
			8},
		{STR_INIT(EDI_ISA EDI_GS
			 "ST*832*0001~BCT*PC~BIN*3*~~~~LIN*1~lin*2~SE*6*0001~" EDI_END),
			9},
		{STR_INIT(EDI_ISA EDI_GS "ST*832*0001~LIN*1~LIN*2~GE*1*1~IEA*1*000000001~"), 5},
		{STR_INIT(EDI_ISA EDI_GS "ST*832*0001~LIN*1~LIN*2~PID*F"), 3},
		{STR_INIT("UNB+UNOC:3+A+B+260101:1200+1'UNH+1+PRICAT:D:01B:UN'BGM+9'LIN+1'LIN+2?''"
			  "LIN+3'UNT+6+1'UNZ+1+1'"),
			5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct counts all = read_all(rows[i].in, false);
		const struct counts skimmed = read_all(rows[i].in, true);
		assert_int_equal(skimmed.segments, all.segments);
		assert_int_equal(skimmed.findings, all.findings);
		assert_int_equal(skimmed.last_at, all.last_at);
		assert_int_equal(skimmed.events, rows[i].events);
	}
}

/* A finding about a value says where it starts, also behind line ends that are taken out. */
static void places(void **state)
{
	static const struct {
		const char *tolerate;
		struct str in;
		const char *code;
		const char *at;
		uint16_t component;
	} rows[] = {
		{"none", STR_INIT(EDI_ISA EDI_GS "ST*832*0001~BCT*PC*A>B~" EDI_END),
			"VALUE-SEPARATOR", "A>B", 0},
		{"none", STR_INIT(EDI_ISA EDI_GS "ST*832*0001~BCT*PC*A\357\277\275~" EDI_END),
			"VALUE-DAMAGED", "A\357", 0},
		{"none",
			STR_INIT(
				"UNB+UNOC:3+A+B+260101:1200+1'UNH+1+PRICAT:D:01B:UN'BGM+9+a?b'UNT+3+1'"),
			"EDIFACT-RELEASE", "a?b", 1},
		{"none",
			STR_INIT(EDI_ISA
				"GS*SC*US*THEM*261323*0200*1*X*003070~GE*0*1~IEA*1*000000001~"),
			"X12-ELEMENT-DATE", "261323", 0},
		{"wrapped-lines",
			STR_INIT(EDI_ISA EDI_GS "ST*832*0001~B\nCT*\r\nPC*A>\nB~" EDI_END),
			"VALUE-SEPARATOR", "A>\nB", 0},
		{"wrapped-lines", STR_INIT(EDI_ISA EDI_GS "ST*832*0001~BCT*PC\n*\nA>B~" EDI_END),
			"VALUE-SEPARATOR", "A>B", 0},
		{"wrapped-lines",
			STR_INIT(
				"ISA*00*     \n     *00*          *ZZ*US             *ZZ*THEM      \n"
				"     *261323*0200*U*00401*000000001*0*P*>~IEA*0*000000001~"),
			"X12-ELEMENT-DATE", "261323", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tolerances t = {.granted = 0};
		const struct edi_read_options o = {
			.defs = edi_support_defs(), .file = STR("t"), .tolerances = &t};
		const struct finding *f = NULL;
		enum edi_event ev = EDI_SEGMENT;
		struct segment s;
		struct arena a;
		struct diag d;
		struct err e;
		assert_int_equal(
			tolerance_parse(str_c(rows[i].tolerate), &t.granted, ERR_USAGE, &e), 0);
		struct edi_read *r = edi_read_open(-1, rows[i].in, &o, &e);
		arena_init(&a);
		diag_init(&d, &a);
		while (edi_read_next(r, &ev, &s, &d, &e) == 1)
			continue;
		for (f = d.first; f && !str_is(f->code, rows[i].code);)
			f = f->next;
		assert_non_null(f);
		assert_true(str_starts(str_from(rows[i].in, f->offset), str_c(rows[i].at)));
		assert_int_equal(f->component, rows[i].component);
		if (strcmp(rows[i].tolerate, "none") == 0)
			assert_true(str_starts(f->found, str_c(rows[i].at)));
		edi_read_close(r);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(found_by_its_start),
		cmocka_unit_test(passed_over), cmocka_unit_test(places)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
