/* Checking and serialising segments; what was written reads back without a finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/x12_rules.h"
#include "edi/x12_write.h"
#include "unit/support/edi_support.h"

static struct x12_profile profile(void)
{
	return (struct x12_profile){.element = '*',
		.component = '>',
		.terminator = '~',
		.repertoire = X12_EXTENDED,
		.sender_qual = STR("ZZ"),
		.sender = STR("US"),
		.receiver_qual = STR("ZZ"),
		.receiver = STR("THEM"),
		.group_sender = STR("US"),
		.group_receiver = STR("THEM"),
		.isa_version = STR("00401"),
		.group_version = STR("004010"),
		.usage = 'P',
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2, .has_time = true}};
}

static const struct def_segment *def(const char *tag)
{
	struct arena a;
	struct faults f;
	const struct def_segment *s = NULL;

	arena_init(&a);
	faults_init(&f, &a);
	s = defs_segment(edi_support_defs(), STR("x12"), STR("004010"), str_c(tag), &f);
	arena_done(&a);
	return s;
}

/* "3=RES|5=1|6.2=EA": element, optional component, text. */
static struct segment make(const char *tag, const char *text, struct value *v)
{
	struct segment s = {.tag = str_c(tag), .def = def(tag), .values = v};
	struct str rest = str_c(text);
	struct str part;

	while (rest.n > 0 && str_split(&rest, '|', &part)) {
		const size_t eq = str_chr(part, '=');
		const size_t dot = str_chr(str_sub(part, 0, eq), '.');
		int64_t element = 0;
		int64_t component = 1;
		assert_true(str_to_i64(str_sub(part, 0, dot == SIZE_MAX ? eq : dot), &element));
		if (dot != SIZE_MAX)
			assert_true(str_to_i64(str_sub(part, dot + 1, eq - dot - 1), &component));
		v[s.n++] = (struct value){.element = (uint16_t)element,
			.repetition = 1,
			.component = (uint16_t)component,
			.text = str_from(part, eq + 1)};
	}
	return s;
}

struct row {
	const char *name;
	const char *tag;
	const char *values;
	enum x12_repertoire repertoire;
	const char *want; /* bytes, or the code of the finding with element */
};

static const struct row rows[] = {
	{"case 31: nothing trailing", "REF", "1=VR|2=A|4.1=|4.2=", X12_EXTENDED, "REF*VR*A~"},
	{"case 39: composite cut", "CTP", "3=1|4=2|5.1=EA", X12_EXTENDED, "CTP***1*2*EA~"},
	{"case 39: component behind a hole", "CTP", "3=1|4=2|5.1=EA|5.3=2", X12_EXTENDED,
		"CTP***1*2*EA>>2~"},
	{"composite whose first component is blank", "CTP", "3=1|4=2|5.1= |5.3=2", X12_EXTENDED,
		"X12-ELEMENT-MISSING.5"},
	{"composite that is blank", "CTP", "3=1|5.1= |5.3= ", X12_EXTENDED, "CTP***1~"},
	{"case 34: R is canonical", "CTP", "3=0012.500", X12_EXTENDED, "CTP***12.5~"},
	{"case 34: R zero", "CTP", "3=-0.00", X12_EXTENDED, "CTP***0~"},
	{"case 34: R below one", "CTP", "3=0.50", X12_EXTENDED, "CTP***.5~"},
	{"case 33: R minus and point do not count", "CTP", "3=-123456789012345.67", X12_EXTENDED,
		"CTP***-123456789012345.67~"},
	{"case 33: R too long", "CTP", "3=123456789012345678", X12_EXTENDED, "X12-ELEMENT-LONG.3"},
	{"case 34: R no number", "CTP", "3=1e5", X12_EXTENDED, "X12-ELEMENT-TYPE.3"},
	{"blanks behind", "BCT", "1=PC|2=A  ", X12_EXTENDED, "BCT*PC*A~"},
	{"all blank is absent", "BCT", "1=  ", X12_EXTENDED, "X12-ELEMENT-MISSING.1"},
	{"case 9: element separator", "BCT", "1=PC|2=a*b", X12_EXTENDED, "VALUE-SEPARATOR.2"},
	{"case 9: component separator", "BCT", "1=PC|2=a>b", X12_EXTENDED, "VALUE-SEPARATOR.2"},
	{"case 9: terminator", "BCT", "1=PC|2=a~b", X12_EXTENDED, "VALUE-SEPARATOR.2"},
	{"^ is free in 00401", "BCT", "1=PC|2=a^b", X12_UTF8, "BCT*PC*a^b~"},
	{"basic has no small letters", "BCT", "1=PC|2=a", X12_BASIC, "VALUE-REPERTOIRE.2"},
	{"basic", "BCT", "1=PC|2=A-1", X12_BASIC, "BCT*PC*A-1~"},
	{"extended has no umlauts", "BCT", "1=PC|2=\xc3\xa4", X12_EXTENDED, "VALUE-REPERTOIRE.2"},
	{"Latin-1", "BCT", "1=PC|2=\xc3\xa4", X12_LATIN1, "BCT*PC*\xe4~"},
	{"Latin-1 has no euro", "BCT", "1=PC|2=\xe2\x82\xac", X12_LATIN1, "VALUE-REPERTOIRE.2"},
	{"UTF-8", "BCT", "1=PC|2=\xe2\x82\xac", X12_UTF8, "BCT*PC*\xe2\x82\xac~"},
	{"not UTF-8", "BCT", "1=PC|2=\xe4", X12_UTF8, "X12-ELEMENT-TYPE.2"},
	{"line end", "BCT", "1=PC|2=a\nb", X12_UTF8, "VALUE-LINE-END.2"},
	{"case 35: date", "DTM", "1=007|2=20260230", X12_EXTENDED, "X12-ELEMENT-DATE.2"},
	{"case 36: C", "PID", "1=F|4=1|5=x", X12_EXTENDED, "X12-NOTE-CONDITIONAL.3"},
	{"too many", "BCT", "1=PC|99=1", X12_EXTENDED, "X12-ELEMENT-EXTRA.99"},
};

static void by_rows(void **state)
{
	struct value v[16];
	struct arena a;
	struct diag d;
	struct buf b;
	int failed = 0;

	(void)state;
	arena_init(&a);
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct x12_profile p = profile();
		const struct segment s = make(rows[i].tag, rows[i].values, v);
		char got[300] = "";
		p.repertoire = rows[i].repertoire;
		diag_init(&d, &a);
		buf_clear(&b);
		struct element_rules *rules = x12_rules_new(&p);
		const bool ok = x12_write_check(rules, &s, &d, NULL);
		element_rules_free(rules);
		if (ok) {
			x12_write_segment(&p, &s, &b);
			(void)snprintf(got, sizeof(got), STR_FMT, STR_ARG(buf_view(&b)));
		} else if (d.n == 1) {
			(void)snprintf(got, sizeof(got), STR_FMT ".%u", STR_ARG(d.first->code),
				(unsigned)d.first->element);
		} else {
			(void)snprintf(got, sizeof(got), "%zu findings", d.n);
		}
		if (strcmp(got, rows[i].want) == 0)
			continue;
		print_error("%s:\n  got  '%s'\n  want '%s'\n", rows[i].name, got, rows[i].want);
		failed++;
	}
	buf_done(&b);
	arena_done(&a);
	assert_int_equal(failed, 0);
}

static void names_the_separator(void **state)
{
	struct x12_profile p = profile();
	struct value v[4];
	const struct segment s = make("BCT", "1=PC|2=a^b", v);
	struct arena a;
	struct diag d;
	const struct finding about = {.item = STR("sku-1")};
	struct element_rules *rules = NULL;

	(void)state;
	p.isa_version = STR("00402");
	p.repertoire = X12_UTF8;
	arena_init(&a);
	diag_init(&d, &a);
	rules = x12_rules_new(&p);
	assert_false(x12_write_check(rules, &s, &d, &about));
	element_rules_free(rules);
	assert_int_equal(d.n, 1);
	assert_true(str_find(d.first->expected, STR("'^', which is the repetition separator"), 0) !=
		SIZE_MAX);
	assert_true(str_is(d.first->item, "sku-1"));
	arena_done(&a);
}

/* The guide's narrower rules hold for what is written, and are named by their lines. */
static void by_guide(void **state)
{
	static const struct {
		const char *values, *want, *line;
	} guided[] = {
		{"1=1|2=UP|3=614141007349|4=VN|5=A1", "", ""},
		{"1=1|2=IN|3=614141007349|4=VN|5=A1", "X12-ELEMENT-CODE.2", "acme-832.xml:27)"},
		{"1=1|2=UP|3=614141007349|4=UA|5=A1", "X12-ELEMENT-CODE.4", "acme-832.xml:29)"},
		{"1=1|2=UP|3=614141007349", "X12-ELEMENT-MISSING.4", "acme-832.xml:29)"},
		{"1=1|2=UP|3=614141007349|4=VN|5=A12345678901234567890", "X12-ELEMENT-LONG.5",
			"acme-832.xml:30)"},
		{"1=1|2=UP|3=61414|4=VN|5=A1", "X12-ELEMENT-SHORT.3", "acme-832.xml:28)"},
	};
	const struct x12_profile p = profile();
	struct element_rules *rules = x12_rules_new(&p);
	const struct def_node *node = NULL;
	struct value v[8];
	struct faults f;
	struct arena a;
	struct diag d;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	node = defs_message(edi_support_defs(), STR("x12"), STR("004010"), STR("832"),
		STR("guides/acme-832.xml"), &f, "", 0, 0)
		       ->root->child;
	while (!str_is(node->name, "LIN-loop"))
		node = node->next;
	for (size_t i = 0; i < sizeof(guided) / sizeof(guided[0]); i++) {
		struct segment s = make("LIN", guided[i].values, v);
		char got[60] = "";
		s.def = node->child->segment;
		diag_init(&d, &a);
		assert_int_equal(x12_write_check(rules, &s, &d, NULL), guided[i].want[0] == 0);
		if (d.first)
			(void)snprintf(got, sizeof(got), STR_FMT ".%u", STR_ARG(d.first->code),
				(unsigned)d.first->element);
		assert_string_equal(got, guided[i].want);
		if (d.first && !str_ends(d.first->rule, str_c(guided[i].line)))
			fail_msg("%s: " STR_FMT, guided[i].line, STR_ARG(d.first->rule));
	}
	element_rules_free(rules);
	arena_done(&a);
}

static void bad_profiles(void **state)
{
	struct err e;
	struct x12_profile p = profile();

	(void)state;
	assert_int_equal(x12_write_check_profile(&p, &e), 0);
	p.component = '*';
	assert_int_equal(x12_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "component"));
	p = profile();
	p.terminator = 'A';
	assert_int_equal(x12_write_check_profile(&p, &e), -1);
	p = profile();
	p.sender = STR("0123456789012345");
	assert_int_equal(x12_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "ISA06"));
	p = profile();
	p.usage = 'X';
	assert_int_equal(x12_write_check_profile(&p, &e), -1);
	p = profile();
	p.receiver = STR("A~B");
	assert_int_equal(x12_write_check_profile(&p, &e), -1);
}

static void write_all(const struct x12_profile *p, struct buf *b)
{
	struct x12_writer w;
	struct value v[16];
	struct segment s;

	x12_writer_init(&w, p, b);
	x12_writer_open_interchange(&w, 7);
	x12_writer_open_group(&w, STR("SC"), 12);
	for (int set = 0; set < 2; set++) {
		x12_writer_open_set(&w, STR("832"));
		s = make("ST", "1=832", v);
		x12_writer_put(&w, &s);
		s = make("BCT", "1=PC|2=CAT1", v);
		x12_writer_put(&w, &s);
		for (int i = 0; i < 3; i++) {
			s = make("LIN", "2=UP|3=614141007349", v);
			x12_writer_put(&w, &s);
			s = make("CTP", "2=RES|3=12.50|4=1|5=EA", v);
			x12_writer_put(&w, &s);
		}
		x12_writer_close_set(&w);
	}
	x12_writer_close_group(&w);
	x12_writer_close_interchange(&w);
}

static void round_trip(void **state)
{
	struct buf b;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct x12_profile p = profile();
		p.newline = i & 1;
		if (i & 2) {
			p.isa_version = STR("00501");
			p.terminator = '\n';
			p.newline = false;
		}
		buf_init(&b, 1 << 16);
		write_all(&p, &b);
		assert_int_equal(b.p[105], p.terminator);
		assert_string_equal(edi_support_read(buf_view(&b), EDI_NOTES), "");
		assert_true(str_find(buf_view(&b), STR("SE*9*0002"), 0) != SIZE_MAX);
		assert_true(str_find(buf_view(&b), STR("GE*2*12"), 0) != SIZE_MAX);
		assert_true(str_find(buf_view(&b), STR("IEA*1*000000007"), 0) != SIZE_MAX);
		buf_done(&b);
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
		cmocka_unit_test(by_rows),
		cmocka_unit_test(names_the_separator),
		cmocka_unit_test(by_guide),
		cmocka_unit_test(bad_profiles),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
