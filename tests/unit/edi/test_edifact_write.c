/* Checking and serialising EDIFACT; what was written reads back without a finding, and byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/edifact_rules.h"
#include "edi/edifact_write.h"
#include "unit/support/edi_support.h"

static struct edifact_profile profile(const char *syntax, char version)
{
	struct edifact_profile p = {.syntax = str_c(syntax),
		.version = version,
		.sender = STR("5412345678908"),
		.sender_qual = STR("14"),
		.receiver = STR("SHOP"),
		.receiver_qual = STR("ZZZ"),
		.message_version = STR("D"),
		.message_release = STR("96A"),
		.agency = STR("UN"),
		.group_sender = STR("US"),
		.group_receiver = STR("THEM"),
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2, .has_time = true}};

	edifact_write_defaults(&p);
	return p;
}

static const struct def_segment *def(const char *tag)
{
	struct arena a;
	struct faults f;
	const struct def_segment *s = NULL;

	arena_init(&a);
	faults_init(&f, &a);
	s = defs_segment(edi_support_defs(), STR("edifact"), STR("D96A"), str_c(tag), &f);
	if (!s)
		s = defs_segment(
			edi_support_defs(), STR("edifact"), STR("syntax-3"), str_c(tag), &f);
	arena_done(&a);
	return s;
}

/* "1=A|2.1=B|2.1/2=C": element, optional component and repetition, text. */
static struct segment make(const char *tag, const char *text, struct value *v)
{
	struct segment s = {.tag = str_c(tag), .def = def(tag), .values = v};
	struct str rest = str_c(text);
	struct str part;

	while (rest.n > 0 && str_split(&rest, '|', &part)) {
		unsigned element = 0;
		unsigned component = 1;
		unsigned repetition = 1;
		const size_t eq = str_chr(part, '=');
		for (size_t i = 0; i < eq; i++) {
			unsigned *n = i > 0 && str_chr(str_sub(part, 0, i + 1), '/') != SIZE_MAX
				? &repetition
				: str_chr(str_sub(part, 0, i + 1), '.') != SIZE_MAX ? &component
										    : &element;
			if (!str_is_digit(part.p[i]))
				*n = 0;
			else
				*n = *n * 10 + (unsigned)(part.p[i] - '0');
		}
		v[s.n++] = (struct value){.element = (uint16_t)element,
			.repetition = (uint16_t)repetition,
			.component = (uint16_t)component,
			.text = str_from(part, eq + 1)};
	}
	return s;
}

struct row {
	const char *name;
	const char *tag;
	const char *values;
	const char *syntax;
	const char *want; /* bytes, or the code of the finding with element and component */
};

static const struct row rows[] = {
	{"r68 separators are released", "FTX", "1=AAI|4.1=a+b:c'd?e", "UNOC",
		"FTX+AAI+++a?+b?:c?'d??e'"},
	{"r68 the decimal mark is not", "FTX", "1=AAI|4.1=int. 1,5", "UNOC", "FTX+AAI+++int. 1,5'"},
	{"r68 * is free before version 4", "FTX", "1=AAI|4.1=a*b", "UNOC", "FTX+AAI+++a*b'"},
	{"r74 nothing trailing", "RFF", "1.1=VA|1.2=1|1.3=|2=", "UNOC", "RFF+VA:1'"},
	{"component behind a hole", "LIN", "1=1|3.1=4000862141404|3.2=EN|4.2= ", "UNOC",
		"LIN+1++4000862141404:EN'"},
	{"blanks behind", "RFF", "1.1=VA|1.2=1  ", "UNOC", "RFF+VA:1'"},
	{"mandatory and blank", "RFF", "1.1= |1.2=1", "UNOC", "EDIFACT-ELEMENT-MISSING.1-1"},
	{"r69 a number keeps its digits", "PRI", "1.1=AAA|1.2=12.50", "UNOC", "PRI+AAA:12.50'"},
	{"r69 a digit in front of the mark", "PRI", "1.1=AAA|1.2=-.5", "UNOC", "PRI+AAA:-0.5'"},
	{"r69 a comma is no mark inside", "PRI", "1.1=AAA|1.2=1,5", "UNOC",
		"EDIFACT-DECIMAL-MARK.1-2"},
	{"r69 no number", "PRI", "1.1=AAA|1.2=1e5", "UNOC", "EDIFACT-ELEMENT-TYPE.1-2"},
	{"r69 fifteen digits, sign and mark", "PRI", "1.1=AAA|1.2=-1234567890123.45", "UNOC",
		"PRI+AAA:-1234567890123.45'"},
	{"r69 sixteen", "PRI", "1.1=AAA|1.2=1234567890123456", "UNOC", "EDIFACT-ELEMENT-LONG.1-2"},
	{"r70 ISO 8859-1", "FTX", "1=AAI|4.1=\xc3\xa4", "UNOC", "FTX+AAI+++\xe4'"},
	{"r70 has no euro", "FTX", "1=AAI|4.1=\xe2\x82\xac", "UNOC", "VALUE-REPERTOIRE.4-1"},
	{"r70 ISO 8859-15 has", "FTX", "1=AAI|4.1=\xe2\x82\xac", "UNOL", "FTX+AAI+++\xa4'"},
	{"r70 ISO 8859-2", "FTX", "1=AAI|4.1=\xc5\x81", "UNOD", "FTX+AAI+++\xa3'"},
	{"r70 and has no Omega", "FTX", "1=AAI|4.1=\xce\xa9", "UNOD", "VALUE-REPERTOIRE.4-1"},
	{"r70 UTF-8", "FTX", "1=AAI|4.1=\xe2\x82\xac", "UNOW", "FTX+AAI+++\xe2\x82\xac'"},
	{"r70 UNOA has no small letters", "FTX", "1=AAI|4.1=Ab", "UNOA", "VALUE-REPERTOIRE.4-1"},
	{"r70 UNOB has them", "FTX", "1=AAI|4.1=Ab", "UNOB", "FTX+AAI+++Ab'"},
	{"r70 but no underscore", "FTX", "1=AAI|4.1=A_b", "UNOB", "VALUE-REPERTOIRE.4-1"},
	{"r67 released characters are not counted", "RFF",
		"1.1=VA|1.2=+++++++++++++++++++++++++++++++++++", "UNOC",
		"RFF+VA:?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+?+'"},
	{"line end", "FTX", "1=AAI|4.1=a\nb", "UNOW", "VALUE-LINE-END.4-1"},
	{"not UTF-8", "FTX", "1=AAI|4.1=\xe4", "UNOW", "EDIFACT-ELEMENT-TYPE.4-1"},
	{"a code that an open list has not", "RFF", "1.1=QQQ|1.2=1", "UNOC", "RFF+QQQ:1'"},
	{"no repetition before version 4", "RFF", "1.1=VA|1.2=1|1.1/2=VA", "UNOC",
		"EDIFACT-ELEMENT-REPEAT.1-1"},
	{"too many", "RFF", "1.1=VA|1.2=1|5=x", "UNOC", "EDIFACT-ELEMENT-EXTRA.5"},
};

static void write_one(
	const struct edifact_profile *p, const struct row *row, char *got, size_t size)
{
	struct value v[16];
	const struct segment s = make(row->tag, row->values, v);
	struct element_rules *rules = edifact_rules_write(p);
	struct arena a;
	struct diag d;
	struct buf b;

	arena_init(&a);
	diag_init(&d, &a);
	buf_init(&b, 1 << 16);
	got[0] = 0;
	if (edifact_write_check(rules, &s, &d, NULL)) {
		edifact_write_segment(p, &s, &b);
		(void)snprintf(got, size, STR_FMT, STR_ARG(buf_view(&b)));
	} else if (d.errors == 1) {
		const struct finding *f = diag_first_error(&d);
		const int n = snprintf(got, size, STR_FMT ".%u", STR_ARG(f->code), f->element);
		if (f->component)
			(void)snprintf(got + n, size - (size_t)n, "-%u", f->component);
	} else {
		(void)snprintf(got, size, "%zu errors", d.errors);
	}
	element_rules_free(rules);
	buf_done(&b);
	arena_done(&a);
}

static void by_rows(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct edifact_profile p = profile(rows[i].syntax, '3');
		char got[300];
		write_one(&p, &rows[i], got, sizeof(got));
		if (strncmp(got, rows[i].want, strlen(rows[i].want)) == 0 &&
			(strlen(got) == strlen(rows[i].want) || rows[i].want[0] == 'E'))
			continue;
		print_error("%s:\n  got  '%s'\n  want '%s'\n", rows[i].name, got, rows[i].want);
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* r68, r69: other separators and marks; version 4; no release character. */
static void by_profile(void **state)
{
	static const struct row text = {"", "FTX", "1=AAI|4.1=a+b;c*d", "", ""};
	static const struct row price = {"", "PRI", "1.1=AAA|1.2=12.50", "", ""};
	struct edifact_profile p = profile("UNOC", '4');
	char got[300];

	(void)state;
	write_one(&p, &text, got, sizeof(got));
	assert_string_equal(got, "FTX+AAI+++a?+b;c?*d'");
	p = profile("UNOC", '3');
	p.element = ';';
	p.decimal = ',';
	p.newline = true;
	write_one(&p, &text, got, sizeof(got));
	assert_string_equal(got, "FTX;AAI;;;a+b?;c*d'\n");
	write_one(&p, &price, got, sizeof(got));
	assert_string_equal(got, "PRI;AAA:12,50'\n");
	p.release = ' ';
	write_one(&p, &text, got, sizeof(got));
	assert_string_equal(got, "VALUE-SEPARATOR.4-1");
}

static void bad_profiles(void **state)
{
	struct edifact_profile p = profile("UNOC", '3');
	struct err e;

	(void)state;
	assert_int_equal(edifact_write_check_profile(&p, &e), 0);
	p.component = '+';
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "component"));
	p = profile("UNOC", '3');
	p.terminator = 'A';
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	p = profile("UNOX", '4');
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "0001"));
	p = profile("latin1", '3');
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	p = profile("UNOC", '5');
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	p = profile("UNOA", '3');
	p.receiver = STR("Shop");
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "0010"));
	p = profile("UNOC", '3');
	p.application = STR("FIFTEEN LETTERS");
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	p = profile("UNOC", '3');
	p.decimal = ';';
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	p = profile("UNOC", '3');
	p.groups = true;
	p.group_sender = STR("");
	assert_int_equal(edifact_write_check_profile(&p, &e), -1);
	assert_non_null(strstr(e.text, "0040"));
}

static void write_all(const struct edifact_profile *p, struct buf *b)
{
	struct edifact_writer w;
	struct value v[16];
	struct segment s;

	edifact_writer_init(&w, p, b);
	edifact_writer_open_interchange(&w, 7);
	edifact_writer_open_group(&w, STR("PRICAT"), 12);
	for (int set = 0; set < 2; set++) {
		edifact_writer_open_set(&w, STR("PRICAT"));
		s = make("UNH", "1=1", v);
		edifact_writer_put(&w, &s);
		s = make("BGM", "1.1=9|2=C1|3=9", v);
		edifact_writer_put(&w, &s);
		s = make("DTM", "1.1=137|1.2=20261123|1.3=102", v);
		edifact_writer_put(&w, &s);
		s = make("PGI", "1=11", v);
		edifact_writer_put(&w, &s);
		for (int i = 0; i < 3; i++) {
			s = make("LIN", "1=1|3.1=4000862141404|3.2=EN", v);
			edifact_writer_put(&w, &s);
			s = make("IMD", "1=F|3.4=it's + and: ?", v);
			edifact_writer_put(&w, &s);
			s = make("PRI", "1.1=AAA|1.2=12.50", v);
			edifact_writer_put(&w, &s);
		}
		edifact_writer_close_set(&w);
	}
	edifact_writer_close_group(&w);
	edifact_writer_close_interchange(&w);
}

/* Reads and writes segment by segment, service segments too. */
static void write_again(const struct edifact_profile *p, struct str in, struct buf *out)
{
	const struct edi_read_options o = {.defs = edi_support_defs(), .file = STR("t")};
	struct arena a;
	struct diag d;
	struct err e;
	struct segment s;
	enum edi_event ev;
	struct edi_read *r = edi_read_open(-1, in, &o, &e);
	int rc = 1;

	arena_init(&a);
	diag_init(&d, &a);
	if (str_starts(in, STR("UNA")))
		buf_put(out, in.p, str_find(in, STR("UNB"), 0));
	while ((rc = edi_read_next(r, &ev, &s, &d, &e)) == 1)
		edifact_write_segment(p, &s, out);
	assert_int_equal(rc, 0);
	edi_read_close(r);
	arena_done(&a);
}

/* r97: written, read without a finding, and written again byte for byte. */
static void round_trip(void **state)
{
	static const char *const syntaxes[] = {"UNOB", "UNOC", "UNOD", "UNOW"};
	struct buf b;
	struct buf again;

	(void)state;
	for (int i = 0; i < 16; i++) {
		struct edifact_profile p = profile(syntaxes[i % 4], i & 4 ? '4' : '3');
		if (i % 4 == 3 && p.version == '3') /* which does not know UNOW */
			p = profile("UNOE", '3');
		p.newline = i & 1;
		p.una = i & 2;
		p.groups = i & 8;
		p.decimal = i & 8 ? ',' : '.';
		p.application = STR("PRICES");
		p.ack = '1';
		p.agreement = STR("CATALOG:1");
		p.test = true;
		if (i == 15)
			p.element = ';';
		buf_init(&b, 1 << 16);
		buf_init(&again, 1 << 16);
		write_all(&p, &b);
		assert_string_equal(edi_support_read_as("edifact", buf_view(&b), EDI_NOTES), "");
		assert_int_equal(str_starts(buf_view(&b), STR("UNA")), (i & 2) || (i & 8));
		write_again(&p, buf_view(&b), &again);
		assert_int_equal(again.n, b.n);
		assert_memory_equal(again.p, b.p, b.n);
		buf_done(&b);
		buf_done(&again);
	}
}

/* r97: what is not canonical is, once written, and stays so. */
static void canonical(void **state)
{
	static const char in[] =
		"UNA:+.? '\r\nUNB+UNOC:3+A+B+261123:0200+R1++'\r\nUNH+1+PRICAT:D:96A:UN:'"
		"\n  BGM+9+C?1+9'DTM+137:20261123:102:'RFF:1+VA:1'FTX+AAI+++a?b ?+ c   '"
		"PGI+11'PRI+AAA:12,50'UNT+8+1'UNZ+1+R1'";
	static const char want[] =
		"UNA:+.? 'UNB+UNOC:3+A+B+261123:0200+R1'UNH+1+PRICAT:D:96A:UN'BGM+9+C1+9'"
		"DTM+137:20261123:102'RFF+VA:1'FTX+AAI+++ab ?+ c'PGI+11'PRI+AAA:12.50'UNT+8+1'UNZ+1+R1'";
	const struct edifact_profile p = profile("UNOC", '3');
	struct buf once;
	struct buf twice;

	(void)state;
	buf_init(&once, 1000);
	buf_init(&twice, 1000);
	write_again(&p, str_c(in), &once);
	/* UNA is the caller's, with the line end behind it. */
	assert_true(str_starts(buf_view(&once), STR("UNA:+.? '\r\nUNB")));
	assert_true(str_eq(str_from(buf_view(&once), 11), str_from(str_c(want), 9)));
	write_again(&p, str_c(want), &twice);
	assert_true(str_eq(buf_view(&twice), str_c(want)));
	buf_done(&once);
	buf_done(&twice);
}

static void envelopes(void **state)
{
	static const char want[] =
		"UNB+UNOC:3+5412345678908:14+SHOP:ZZZ+261123:0200+7++PRICES++1+AGR+1'"
		"UNG+PRICAT+US+THEM+261123:0200+12+UN+D:96A:EAN008'"
		"UNH+1+PRICAT:D:96A:UN:EAN008'BGM+9+C1+9'DTM+137:20261123:102'PGI+11'";
	struct edifact_profile p = profile("UNOC", '3');
	struct buf b;

	(void)state;
	p.groups = true;
	p.application = STR("PRICES");
	p.ack = '1';
	p.agreement = STR("AGR");
	p.test = true;
	p.association = STR("EAN008");
	buf_init(&b, 1 << 16);
	write_all(&p, &b);
	assert_true(str_starts(buf_view(&b), str_c(want)));
	assert_true(str_ends(buf_view(&b), STR("UNT+14+2'UNE+2+12'UNZ+1+7'")));
	buf_clear(&b);
	p.groups = false;
	p.una = true;
	p.version = '4';
	edifact_write_defaults(&p);
	write_all(&p, &b);
	assert_true(str_starts(buf_view(&b),
		STR("UNA:+.?*'UNB+UNOC:4+5412345678908:14+SHOP:ZZZ+"
		    "20261123:0200+7+")));
	assert_true(str_ends(buf_view(&b), STR("UNT+14+2'UNZ+2+7'")));
	buf_done(&b);
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
		cmocka_unit_test(by_profile),
		cmocka_unit_test(bad_profiles),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(canonical),
		cmocka_unit_test(envelopes),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
