/* Sets read ahead: what is told before a segment is given, and what refuses a file. */
#include "edi/edi_sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/support/edi_support.h"
#include "unit/support/format_support.h"

#define SET(n, count) "ST*832*" n "~BCT*PC*AW~LIN*1*VN*A~CTT*1~SE*" count "*" n "~"

/* The sets of a file as "0001=ST,BCT.. 0002!CODE", and behind them how it ends. */
static void read_all(struct str bytes, struct buf *out)
{
	struct reader r = {.spec = {.format = STR("x12"),
				   .file = STR("f.edi"),
				   .defs = edi_support_defs(),
				   .guide = STR("")}};
	struct edi_sets *x = NULL;
	struct edi_set set;
	struct segment s;
	struct err e;
	bool lasting = false;
	int rc = 0;

	err_clear(&e);
	r.fd = format_support_file(bytes);
	x = edi_sets_open(&r, &e);
	assert_non_null(x);
	while ((rc = edi_sets_next(x, &set, &e)) == 1) {
		buf_str(out, segment_get(&set.head, 2, 1));
		if (set.d->errors > 0) {
			buf_printf(out, "!" STR_FMT " ", STR_ARG(diag_first_error(set.d)->code));
			continue;
		}
		buf_ch(out, '=');
		while ((rc = edi_sets_segment(x, &s, &lasting, &e)) == 1) {
			assert_true(lasting);
			buf_printf(out, STR_FMT "(" STR_FMT ")", STR_ARG(s.tag),
				STR_ARG(segment_get(&s, 1, 1)));
		}
		assert_int_equal(rc, 0);
		assert_true(str_is(s.tag, "SE"));
		assert_int_equal(s.offset, set.end);
		buf_ch(out, ' ');
	}
	if (rc == -1)
		buf_printf(out, "| %s %s", e.reason, e.text);
	edi_sets_close(x);
	(void)close(r.fd);
}

static void in_order(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{EDI_ISA EDI_GS SET("0001", "5") SET("0002", "5") "GE*2*1~IEA*1*000000001~",
			"0001=BCT(PC)LIN(1)CTT(1) 0002=BCT(PC)LIN(1)CTT(1) "},
		{EDI_ISA EDI_GS SET("0001", "6") SET("0002", "5") "GE*2*1~IEA*1*000000001~",
			"0001!X12-COUNT 0002=BCT(PC)LIN(1)CTT(1) "},
		{EDI_ISA EDI_GS "ST*832*0001~BCT*PC*AW~" SET("0002", "5") "GE*2*1~IEA*1*000000001~",
			"0001!X12-ENVELOPE 0002=BCT(PC)LIN(1)CTT(1) "},
		/* the file breaks off behind a set that is good: what it lacks comes before its counts */
		{EDI_ISA EDI_GS SET("0001", "5") "GE*7*1~",
			"0001=BCT(PC)LIN(1)CTT(1) |  f.edi: byte 201: the file ends inside an interchange: "
			"IEA is missing; it was cut short on its way, nothing of it may be used"},
		{EDI_ISA EDI_GS "ST*832*0001~BCT*PC*AW~",
			"| X12-TRUNCATED f.edi: byte 167: the file ends inside an interchange: SE, GE and IEA are "
			"missing; it was cut short on its way, nothing of it may be used"},
		{"", "|  f.edi: byte 0: this is not X12: the file is empty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf got;
		buf_init(&got, 4096);
		read_all(str_c(rows[i].in), &got);
		assert_string_equal(buf_cstr(&got), rows[i].want);
		buf_done(&got);
	}
}

static int done(void **state)
{
	(void)state;
	edi_support_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
