/* X12 and EDIFACT as items: trees, headers, sets that are set aside, items read again. */
#include "edi/edi_items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edi/edi_read.h"
#include "unit/support/edi_support.h"
#include "unit/support/format_support.h"

#define GOOD                                                                                    \
	"ST*832*0001~BCT*PC*AW~LIN*1*VN*A~PID*F*08***Towel~CTP**MSR*12.5*1*EA~CTP**WHL*5*1*EA~" \
	"LIN*2*VN*B~CTT*2~SE*9*0001~"
#define BAD "ST*832*0002~BCT*PC*AW~LIN*1*VN*C~CTT*9~SE*5*0002~"

static struct reader_spec spec_of(
	const char *format, const char *version, const char *message, const char *loop)
{
	return (struct reader_spec){.format = str_c(format),
		.file = STR("f.edi"),
		.item = str_c(loop),
		.ops = edi_items_find(str_c(format)),
		.defs = edi_support_defs(),
		.version = str_c(version),
		.message = str_c(message),
		.guide = STR("")};
}

static void expect(const struct reader_spec *spec, struct str bytes, const char *items)
{
	struct buf got;

	buf_init(&got, 1 << 20);
	format_support_read(&got, bytes, spec);
	assert_string_equal(got.p, items);
	buf_done(&got);
}

static void x12(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	(void)state;

	expect(&spec, STR(EDI_ISA EDI_GS GOOD EDI_END),
		"{LIN={LIN01=\"1\" LIN02=\"VN\" LIN03=\"A\"} PID={PID01=\"F\" PID02=\"08\" PID05=\"Towel\"} "
		"CTP-loop={CTP={CTP02=\"MSR\" CTP03=\"12.5\" CTP04=\"1\" CTP05-1=\"EA\"}} "
		"CTP-loop={CTP={CTP02=\"WHL\" CTP03=\"5\" CTP04=\"1\" CTP05-1=\"EA\"}}}\n"
		"{LIN={LIN01=\"2\" LIN02=\"VN\" LIN03=\"B\"}}\n");
	expect(&spec, STR(EDI_ISA EDI_GS BAD EDI_END), "!X12-COUNT\n");
	expect(&spec, STR(EDI_ISA EDI_GS "ST*832*0001~BCT*PC*AW~LIN*1*VN*C~"),
		"REFUSED X12-TRUNCATED\n");
	expect(&spec, STR(EDI_ISA EDI_GS GOOD "GE*2*1~IEA*1*000000001~"),
		"{LIN={LIN01=\"1\" LIN02=\"VN\" LIN03=\"A\"} PID={PID01=\"F\" PID02=\"08\" PID05=\"Towel\"} "
		"CTP-loop={CTP={CTP02=\"MSR\" CTP03=\"12.5\" CTP04=\"1\" CTP05-1=\"EA\"}} "
		"CTP-loop={CTP={CTP02=\"WHL\" CTP03=\"5\" CTP04=\"1\" CTP05-1=\"EA\"}}}\n"
		"{LIN={LIN01=\"2\" LIN02=\"VN\" LIN03=\"B\"}}\n"
		"REFUSED X12-COUNT\n");
}

#define ONE(n, id) "ST*832*" n "~BCT*PC*AW~LIN*1*VN*" id "~CTT*1~SE*5*" n "~"
#define TREE(id) "{LIN={LIN01=\"1\" LIN02=\"VN\" LIN03=\"" id "\"}}\n"
#define GROUP(date, n) "GS*SC*US*THEM*" date "*0200*" n "*X*004010~"

/* A header condemns all that it holds, and nothing else; a trailer refuses the file. */
static void envelopes(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	static const struct {
		const char *in, *want;
	} rows[] = {
		{EDI_ISA GROUP("20261323", "1") ONE("0001", "A") ONE("0002", "B") "GE*2*1~" GROUP(
			 "20261123", "2") ONE("0001", "C") "GE*1*2~IEA*2*000000001~",
			"!X12-ELEMENT-DATE\n!X12-ELEMENT-DATE\n" TREE("C")},
		{EDI_ISA GROUP("20261123", "1") ONE("0001", "A") "GE*5*1~" GROUP("20261123", "2")
				ONE("0001", "C") "GE*1*2~IEA*2*000000001~",
			TREE("A") "REFUSED X12-COUNT\n"},
		{EDI_ISA GROUP("20261123", "1") ONE("0001", "A") GROUP("20261123", "2")
				ONE("0001", "C") "GE*1*2~IEA*2*000000001~",
			TREE("A") "REFUSED X12-ENVELOPE\n"},
		/* the next header comes before the trailer: each is told of its own */
		{EDI_ISA EDI_GS "ST*832*0001~BCT*PC*AW~LIN*1*VN*A~CTT*1~" ONE("0001", "B")
				ONE("0003", "C") "GE*3*1~IEA*1*000000001~",
			"!X12-ENVELOPE\n!X12-SET-DUPLICATE\n" TREE("C")},
		{EDI_ISA EDI_GS ONE("0001", "A") "ST*832*0002~BCT*PC*AW~LIN*1*VN*B~CTT*1~"
						 "GE*2*1~IEA*1*000000001~",
			TREE("A") "!X12-ENVELOPE\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(&spec, str_c(rows[i].in), rows[i].want);
}

/* What the partner agreed on in a guide counts too. */
static void guided(void **state)
{
	struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	(void)state;

	spec.guide = STR("guides/acme-832.xml");
	expect(&spec,
		STR(EDI_ISA EDI_GS
			"ST*832*0001~BCT*PC*CAT1********00~DTM*007*20261123~N1*SU**UL*4012345678901~"
			"LIN*1*IN*614141007349*VN*A1~PID*F*08***Mug~CTT*1~SE*8*0001~" EDI_END),
		"!X12-ELEMENT-CODE\n");
}

/* How deep a set is checked; what is not looked at sets nothing aside. */
static void levels(void **state)
{
#define SET(lin)                                                                                \
	"ST*832*0001~BCT*PC*CAT1********00~DTM*007*20261123~N1*SU**UL*4012345678901~LIN*1*" lin \
	"~PID*F*08***Mug~CTT*1~SE*8*0001~"
#define ITEM(q, id)                                     \
	"{LIN={LIN01=\"1\" LIN02=\"" q "\" LIN03=\"" id \
	"\"} PID={PID01=\"F\" PID02=\"08\" PID05=\"Mug\"}}\n"
	static const struct {
		enum edi_level level;
		const char *in, *items;
	} rows[] = {
		{EDI_ELEMENT, SET("QQQ*A"), "!X12-ELEMENT-LONG\n"},
		{EDI_STRUCTURE, SET("QQQ*A"), ITEM("QQQ", "A")},
		{EDI_CODES, SET("QQ*A"), "!X12-ELEMENT-CODE\n"},
		{EDI_ELEMENT, SET("QQ*A"), ITEM("QQ", "A")},
		{0, SET("IN*614141007349*VN*A1"), "!X12-ELEMENT-CODE\n"},
		{EDI_NOTES, SET("IN*614141007349*VN*A1"),
			ITEM("IN", "614141007349\" LIN04=\"VN\" LIN05=\"A1")},
	};
	struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");

	(void)state;
	spec.guide = STR("guides/acme-832.xml");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf in;
		buf_init(&in, 10000);
		buf_printf(&in, EDI_ISA EDI_GS "%s" EDI_END, rows[i].in);
		spec.level = rows[i].level;
		expect(&spec, buf_view(&in), rows[i].items);
		buf_done(&in);
	}
}

/* What stands before the items of a set is kept as long as they come, so it may not grow with the file. */
static void long_header(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	enum { LINES = 30000 };
	struct buf in;

	(void)state;
	buf_init(&in, 1 << 20);
	buf_c(&in, EDI_ISA EDI_GS "ST*832*0001~BCT*PC*AW~");
	for (int i = 0; i < LINES; i++)
		buf_c(&in, "REF*ZZ*1~");
	buf_printf(&in, "LIN*1*VN*A~SE*%d*0001~" ONE("0002", "B") "GE*2*1~IEA*1*000000001~",
		LINES + 4);
	expect(&spec, buf_view(&in), "!ITEM-TOO-LARGE\n" TREE("B"));
	buf_done(&in);
}

static void expect_item(struct reader *r, uint64_t n, struct item *it)
{
	struct arena a;
	struct diag d;
	struct err e;
	char number[20];

	arena_init(&a);
	diag_init(&d, &a);
	assert_int_equal(reader_next(r, it, &d, &e), 1);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)n);
	assert_true(str_is(it->root->child->child->value, number));
	assert_true(str_is(it->header->child->last->value, "0001") ||
		str_is(it->header->child->last->value, "0003"));
	arena_done(&a);
}

/* A set that is longer than what is kept of one; a short one behind it, and a long one again. */
static void long_sets(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	enum { ITEMS = 40000 };
	struct buf in;
	struct names names;
	struct item it;
	struct arena a;
	struct diag d;
	struct err e;
	struct reader *r = NULL;
	uint64_t late = 0;

	(void)state;
	buf_init(&in, 8 << 20);
	buf_c(&in, EDI_ISA EDI_GS);
	for (int set = 1; set <= 3; set += 2) {
		buf_printf(&in, "ST*832*000%d~BCT*PC*AW~", set);
		for (int i = 1; i <= ITEMS; i++)
			buf_printf(&in, "LIN*%d*VN*A~PID*F*08***Towel~", i);
		buf_printf(&in, "SE*%d*000%d~", 2 * ITEMS + 3, set);
		if (set == 1)
			buf_c(&in, "ST*832*0002~BCT*PC*AW~SE*3*0002~");
	}
	buf_c(&in, "GE*3*1~IEA*1*000000001~");
	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	r = reader_open(format_support_file(buf_view(&in)), &spec, &names, &e);
	assert_non_null(r);
	for (int set = 1; set <= 3; set += 2)
		for (uint64_t i = 1; i <= ITEMS; i++) {
			expect_item(r, i, &it);
			assert_true(str_is(it.root->last->last->value, "Towel"));
			assert_int_equal(it.line, 2 * i + 1);
			late = i == ITEMS - 1 ? it.locator : late;
		}
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	assert_int_equal(reader_at(r, late, &it, &d, &e), 1);
	assert_true(str_is(it.raw, "LIN*39999*VN*A~PID*F*08***Towel~"));
	(void)close(r->fd);
	reader_close(r);
	arena_done(&a);
	names_done(&names);
	buf_done(&in);
}

/* What its sender is forgiven is a note of the first item that needed it. */
static void forgiven(void **state)
{
	static const char unpadded[] =
		"ISA*00* *00* *01*US*01*THEM*261123*0200*U*00401*000000001*0*P*>~" EDI_GS ONE(
			"0001", "A") ONE("0002", "B") "GE*2*1~IEA*1*000000001~";
	const uint32_t granted = tolerance_usual() | (uint32_t)1 << TOLERANCE_UNPADDED_ISA;
	struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	(void)state;

	expect(&spec, str_c(unpadded), "!X12-ISA-LENGTH\n!X12-ISA-LENGTH\n");
	spec.tolerated = &granted;
	expect(&spec, str_c(unpadded),
		"{LIN={LIN01=\"1\" LIN02=\"VN\" LIN03=\"A\"}}!X12-ISA-LENGTH\n" TREE("B"));
}

static void other_sets(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "846", "LIN-loop");
	(void)state;

	expect(&spec, STR(EDI_ISA EDI_GS GOOD EDI_END), "!SET-OTHER\n");
}

/* Where only the version is another one, found and expected differ too. */
static void other_version(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004030", "832", "LIN-loop");
	const int fd = format_support_file(STR(EDI_ISA EDI_GS GOOD EDI_END));
	struct names names;
	struct reader *r = NULL;
	struct arena a;
	struct item it;
	struct diag d;
	struct err e;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_true(str_is(d.last->found, "832 004010"));
	assert_true(str_is(d.last->expected, "832 004030"));
	reader_close(r);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
}

/* Header and place; each item again by its locator, backwards too. */
static void again(void **state)
{
	const struct reader_spec spec = spec_of("x12", "004010", "832", "LIN-loop");
	const int fd = format_support_file(STR(EDI_ISA EDI_GS BAD GOOD "GE*2*1~IEA*1*000000001~"));
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct buf b;
	uint64_t locators[3] = {0};
	struct reader *r = NULL;
	(void)state;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&b, 4096);
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(reader_next(r, &it, &d, &e), 1);
		locators[i] = it.locator;
	}
	assert_int_equal(it.line, 7);
	assert_true(str_is(it.raw, "LIN*2*VN*B~"));
	format_support_tree(&b, it.header, &names, false);
	assert_string_equal(
		buf_cstr(&b), "{ST={ST01=\"832\" ST02=\"0001\"} BCT={BCT01=\"PC\" BCT02=\"AW\"}}");
	assert_int_equal(it.root->child->child->place.line, 7);
	assert_int_equal(it.root->child->child->place.column, 1);
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	for (int i = 3; i-- > 0;) {
		assert_int_equal(reader_at(r, locators[i], &it, &d, &e), 1);
		assert_int_equal(it.locator, locators[i]);
		assert_true((it.root != NULL) == (i > 0));
	}
	for (int i = 0; i < 2; i++) { /* also one that was set aside, twice */
		assert_int_equal(reader_at(r, locators[0], &it, &d, &e), 1);
		assert_null(it.root);
	}
	assert_int_equal(reader_at(r, 3, &it, &d, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	reader_close(r);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
	(void)close(fd);
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
		cmocka_unit_test(x12),
		cmocka_unit_test(envelopes),
		cmocka_unit_test(guided),
		cmocka_unit_test(levels),
		cmocka_unit_test(long_header),
		cmocka_unit_test(long_sets),
		cmocka_unit_test(forgiven),
		cmocka_unit_test(other_sets),
		cmocka_unit_test(other_version),
		cmocka_unit_test(again),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
