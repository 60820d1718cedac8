/* Broken definitions: each gives exactly the faults that its author needs, with their lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/mem.h"
#include "defs/message.h"
#include "unit/support/box.h"

#define FORM(format) " xmlns='urn:gridspool:definition:1' format='" format "' version='9'>\n"
#define HEAD FORM("x12")
#define CODES(x) "<codes" HEAD x "</codes>"
#define ELEMENTS(x) "<elements" HEAD x "</elements>"
#define SEGMENTS(x) "<segments" HEAD x "</segments>"
#define MESSAGE(x)                                                                                             \
	"<message xmlns='urn:gridspool:definition:1' format='x12' version='9' id='t' name='T' group='SC'>\n" x \
	"</message>"
/* What most of the cases stand on. */
#define E1 "<element id='1' name='One' type='AN' min='1' max='5'/>\n"
#define SEG(tag) "<segment tag='" tag "' name='S'><part ref='" tag "01' element='1'/></segment>\n"
#define TAGS SEG("ST") SEG("SE") SEG("AA") SEG("BB") SEG("CC")
#define ST "<segment tag='ST' use='M'/>\n"
#define SE "<segment tag='SE' use='M'/>\n"

#define E_HEAD FORM("edifact")
#define E_ELEMENTS "<elements" E_HEAD E1 "</elements>"
#define E_SEGMENTS(x) "<segments" E_HEAD SEG("UNH") SEG("UNT") x "</segments>"
#define E_MESSAGE(attrs, x)                                                                               \
	"<message xmlns='urn:gridspool:definition:1' format='edifact' version='9' id='t' name='T' " attrs \
	">\n" x "</message>"
#define UNH "<segment tag='UNH' use='M'/>\n"
#define UNT "<segment tag='UNT' use='M'/>\n"
#define LOOP(name, attrs, tag) \
	"<loop name='" name "' " attrs "><segment tag='" tag "' use='M'/></loop>\n"

struct broken {
	const char *name;
	const char *texts[4]; /* codes, elements, segments, message; NULL: none */
	const char *faults;   /* "LINE:COLUMN: text\n" each */
};

static const struct broken cases[] = {
	{"nothing wrong",
		{CODES("<list id='7'><values>A BB</values></list>\n"),
			ELEMENTS(E1
				"<element id='2' name='Two' type='ID' min='1' max='2' codes='7'/>\n"),
			SEGMENTS(TAGS), MESSAGE(ST "<segment tag='AA' max='any'/>\n" SE)},
		""},
	{"root of another name", {"<list" HEAD "</list>"},
		"1:1: found <list>, expected <codes xmlns=\"urn:gridspool:definition:1\">\n"},
	{"root of another version",
		{"<codes xmlns='urn:gridspool:definition:1' format='x12' version='8'/>"},
		"1:1: version is '8', the folder says '9'\n"},
	{"attribute misspelt",
		{NULL, ELEMENTS("<element id='1' nam='One' name='One' type='AN' min='1' max='5'/>\n")},
		"2:1: <element> has no attribute 'nam'; did you mean 'name'?\n"},
	{"element misspelt", {NULL, ELEMENTS("<elment id='1'/>\n")},
		"2:1: <elment> is not known inside <elements>; did you mean 'element'?\n"},
	{"foreign namespace", {NULL, ELEMENTS("<n:element xmlns:n='urn:n'/>\n")},
		"2:1: <element> is not in the namespace urn:gridspool:definition:1\n"},
	{"attributes missing", {NULL, ELEMENTS("<element/>\n")},
		"2:1: <element> must have the attribute 'type'\n2:1: <element> must have the attribute 'id'\n"
		"2:1: <element> must have the attribute 'name'\n2:1: <element> must have the attribute 'max'\n"},
	{"type", {NULL, ELEMENTS("<element id='1' name='One' type='NN' min='1' max='5'/>\n")},
		"2:1: type 'NN' must be A, AN, ID, N0 to N9, R, DT, TM or B\n"},
	{"min over max",
		{NULL, ELEMENTS(E1 "<element id='2' name='Two' type='AN' min='3' max='2'/>\n")},
		"3:1: element '2': min 3 is more than max 2\n"},
	{"number", {NULL, ELEMENTS("<element id='2' name='Two' type='AN' min='-1' max='x'/>\n")},
		"2:1: min=\"-1\" must be a number from 0 to 65535\n2:1: max=\"x\" must be a number from 1 to 2147483647\n"},
	{"date of seven digits",
		{NULL, ELEMENTS("<element id='2' name='Two' type='DT' min='7' max='8'/>\n")},
		"2:1: element '2': a date has 6 or 8 digits, a time 4 to 8; found 7 to 8\n"},
	{"element twice", {NULL, ELEMENTS(E1 E1)},
		"3:1: element '1' is defined in line 2 already\n"},
	{"code list unknown",
		{CODES("<list id='235'><values>A</values></list>\n"),
			ELEMENTS(
				"<element id='2' name='Two' type='ID' min='1' max='1' codes='236'/>\n")},
		"2:1: element '2' uses the code list '236', which is not defined; did you mean '235'?\n"},
	{"code too long",
		{NULL, ELEMENTS("<element id='2' name='Two' type='ID' min='1' max='2'><values>A ABC</values></element>\n")},
		"2:1: element '2' takes 1 to 2 characters, but its code list '2' has 'ABC'\n"},
	{"code twice",
		{CODES("<list id='7'><code value='A' name='a'/>\n<values>B A</values></list>\n")},
		"2:1: list '7' has the value 'A' more than once\n"},
	{"list empty", {CODES("<list id='7' open='si'/>\n")},
		"2:1: open=\"si\" must be yes or no\n2:1: list '7' has no values\n"},
	{"element of a segment unknown",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A'>\n<part ref='AA01' element='2'/></segment>\n")},
		"3:1: AA01 is element '2', which is not defined\n"},
	{"composite unknown",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A'>\n<part ref='AA01' composite='C001'/></segment>\n")},
		"3:1: AA01 is composite 'C001', which is not defined\n"},
	{"element and composite",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A'>\n<part ref='AA01' element='1' composite='C'/></segment>\n")},
		"3:1: position AA01 must have either element= or composite=\n"},
	{"designator",
		{NULL, ELEMENTS(E1),
			SEGMENTS("<segment tag='AA' name='A'><part ref='AA01' element='1'/>\n"
				 "<part ref='AA03' element='1'/></segment>\n")},
		"3:1: found ref 'AA03' at position 2, expected 'AA02'\n"},
	{"use",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A'>\n<part ref='AA01' element='1' use='X'/></segment>\n")},
		"3:1: use=\"X\" must be M (mandatory), O (optional) or C (conditional)\n"},
	{"tag",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='aa' name='A'><part ref='aa01' element='1'/></segment>\n")},
		"2:1: tag 'aa' must be 2 or 3 capital letters and digits, first a letter\n"},
	{"segment without positions", {NULL, NULL, SEGMENTS("<segment tag='AA' name='A'/>\n")},
		"2:1: 'AA' has no positions\n"},
	{"note unreadable",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A' notes='X0102 P01 P010'><part ref='AA01' element='1'/></segment>\n")},
		"2:1: note 'X0102' must be one of the letters PRECL and then 2 to 8 positions of two digits, as in P0405\n"
		"2:1: note 'P01' must be one of the letters PRECL and then 2 to 8 positions of two digits, as in P0405\n"
		"2:1: note 'P010' must be one of the letters PRECL and then 2 to 8 positions of two digits, as in P0405\n"},
	{"note beyond the end",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A' notes='P0102 C0001'><part ref='AA01' element='1'/></segment>\n")},
		"2:1: note P0102 of AA: position 02 does not exist\n2:1: note C0001 of AA: position 00 does not exist\n"},
	{"note twice the same",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A' notes='R0101'><part ref='AA01' element='1'/></segment>\n")},
		"2:1: note R0101 of AA: position 01 is there twice\n"},
	{"note that cannot be kept",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A' notes='E0102'><part ref='AA01' element='1' use='M'/>"
				"<part ref='AA02' element='1' use='M'/></segment>\n")},
		"2:1: note E0102 of AA: position 02 excludes another one, but both are mandatory\n"},
	{"segment of a message unknown",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS), MESSAGE(ST "<segment tag='AB'/>\n" SE)},
		"3:1: segment 'AB' is not defined; did you mean 'AA'?\n"},
	{"max",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST "<segment tag='AA' max='0'/>\n" SE)},
		"3:1: max=\"0\" must be a number from 1, or any\n"},
	{"no SE", {NULL, ELEMENTS(E1), SEGMENTS(TAGS), MESSAGE(ST)},
		"1:1: a message must begin with ST and end with SE\n"},
	{"SE optional", {NULL, ELEMENTS(E1), SEGMENTS(TAGS), MESSAGE(ST "<segment tag='SE'/>\n")},
		"3:1: SE must have use=\"M\" and max=\"1\"\n"},
	{"loop without trigger",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS), MESSAGE(ST "<loop max='2'/>\n" SE)},
		"3:1: a loop must begin with the segment that starts it\n"},
	{"loop that begins with a loop",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<loop max='2'><loop><segment tag='AA' use='M'/></loop></loop>\n" SE)},
		"3:1: a loop must begin with the segment that starts it\n"},
	{"trigger optional",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST "<loop max='2'>\n<segment tag='AA' max='2'/></loop>\n" SE)},
		"4:1: AA starts AA-loop, so it must have use=\"M\" and max=\"1\"; how often the loop comes is said at the loop\n"},
	{"segment twice",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<segment tag='AA'/>\n<segment tag='BB' use='M'/>\n<segment tag='AA'/>\n" SE)},
		"5:1: 'AA' comes twice in t; a loop of the same name needs a name= of its own\n"},
	{"ambiguous behind a loop",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<loop max='9'><segment tag='AA' use='M'/>\n<segment tag='BB'/></loop>\n<segment tag='BB'/>\n" SE)},
		"5:1: after AA-loop/AA, BB may be AA-loop/BB or BB; make it differ, or say ambiguous=\"first\" here\n"},
	{"not ambiguous, for something must come between",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<loop><segment tag='AA' use='M'/>\n<segment tag='BB'/></loop>\n<segment tag='CC' use='M'/>\n"
				"<segment tag='BB'/>\n" SE)},
		""},
	{"ambiguous, and said so",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<segment tag='AA'/>\n<loop max='9' ambiguous='first'><segment tag='AA' use='M'/></loop>\n" SE)},
		""},
	{"ambiguous loop behind its segment",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			MESSAGE(ST
				"<segment tag='AA'/>\n<loop max='9'><segment tag='AA' use='M'/></loop>\n" SE)},
		"4:1: after ST, AA may be AA or AA-loop; make it differ, or say ambiguous=\"first\" here\n"},
	{"id of another message",
		{NULL, ELEMENTS(E1), SEGMENTS(TAGS),
			"<message xmlns='urn:gridspool:definition:1' format='x12' version='9' id='u' name='T' group='SC'>" ST
				SE "</message>"},
		"1:1: id is 'u', the file name says 't'\n"},
	{"notes of EDIFACT in X12",
		{NULL, ELEMENTS(E1),
			SEGMENTS(
				"<segment tag='AA' name='A' notes='O0102'><part ref='AA01' element='1'/></segment>\n")},
		"2:1: note 'O0102' must be one of the letters PRECL and then 2 to 8 positions of two digits, as in P0405\n"},
};

static const struct broken edifact_cases[] = {
	{"EDIFACT, nothing wrong", {NULL, E_ELEMENTS, E_SEGMENTS(""), E_MESSAGE("", UNH UNT)}, ""},
	{"EDIFACT begins and ends like X12",
		{NULL, E_ELEMENTS, E_SEGMENTS(TAGS), E_MESSAGE("", ST SE)},
		"1:1: a message must begin with UNH and end with UNT\n"},
	{"EDIFACT has no groups of messages",
		{NULL, E_ELEMENTS, E_SEGMENTS(""), E_MESSAGE("group='SC'", UNH UNT)},
		"1:1: <message> has no attribute 'group'\n"},
	{"one loop instead of another",
		{NULL, E_ELEMENTS, E_SEGMENTS(TAGS),
			E_MESSAGE("",
				UNH LOOP("SG1", "", "AA") LOOP("SG3", "instead='SG1'", "BB") UNT)},
		""},
	{"one loop instead of none",
		{NULL, E_ELEMENTS, E_SEGMENTS(TAGS),
			E_MESSAGE("",
				UNH LOOP("SG1", "instead='SG3'", "AA") LOOP("SG3", "", "BB") UNT)},
		"3:1: instead: there is no loop 'SG3' in front of this one\n"},
	{"notes of EDIFACT that cannot be kept",
		{NULL, E_ELEMENTS,
			E_SEGMENTS(
				"<segment tag='AA' name='A' notes='O0102 F0103 F0301'>"
				"<part ref='AA01' element='1' use='M'/><part ref='AA02' element='1' use='M'/>"
				"<part ref='AA03' element='1' use='C'/></segment>\n")},
		"4:1: note O0102 of AA: position 02 excludes another one, but both are mandatory\n"},
	{"a first one that forbids what is mandatory",
		{NULL, E_ELEMENTS,
			E_SEGMENTS(
				"<segment tag='AA' name='A' notes='F0102'>"
				"<part ref='AA01' element='1' use='M'/><part ref='AA02' element='1' use='M'/>"
				"</segment>\n")},
		"4:1: note F0102 of AA: position 02 excludes another one, but both are mandatory\n"},
};

/* Loads the texts of a case as four files, and gives its faults as they are written above. */
static void load(const struct broken *c, const char *format, struct buf *out)
{
	static const char *const files[] = {"codes.xml", "elements.xml", "segments.xml"};
	static const char *const here = ".";
	struct err e = {0};
	const int top = fsx_dir(".", &e);
	struct defs *d = defs_new(&top, &here, 1);
	struct dict dict = {.format = str_c(format), .version = STR("9")};
	struct arena a;
	struct faults f;
	struct xml *root;

	arena_init(&a);
	const char *folder = arena_printf(&a, "%s/9", format).p;
	faults_init(&f, &a);
	assert_int_equal(fsx_mkdirs(top, folder, 0700, &e), 0);
	const int dir = fsx_subdir(top, folder, &e);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(fsx_remove(dir, files[i], &e), 0);
		if (c->texts[i])
			box_put(dir, files[i], c->texts[i]);
	}
	dict_load(d, &dict, &f);
	if (c->texts[3] && !dict.faults) {
		if (xml_parse(str_c(c->texts[3]), "t.xml", &a, &root, &e) == -1)
			fail_msg("%s: %s", c->name, e.text);
		(void)message_load(d, &dict, root, "t.xml", STR("t"), &f);
	}
	for (const struct fault *x = f.first; x; x = x->next)
		buf_printf(out, "%lu:%lu: %s\n", (unsigned long)x->line, (unsigned long)x->column,
			x->text);
	table_done(&dict.codes);
	table_done(&dict.elements);
	table_done(&dict.composites);
	table_done(&dict.segments);
	arena_done(&a);
	defs_free(d);
	fsx_close(dir);
	fsx_close(top);
}

static void all(const struct broken *list, size_t n, const char *format)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct buf out;
		buf_init(&out, 1 << 16);
		load(&list[i], format, &out);
		if (strcmp(buf_cstr(&out), list[i].faults) != 0) {
			print_error("%s: found\n%sexpected\n%s", list[i].name, buf_cstr(&out),
				list[i].faults);
			bad++;
		}
		buf_done(&out);
	}
	assert_int_equal(bad, 0);
}

static void faults_of_broken_definitions(void **state)
{
	(void)state;
	all(cases, sizeof(cases) / sizeof(cases[0]), "x12");
	all(edifact_cases, sizeof(edifact_cases) / sizeof(edifact_cases[0]), "edifact");
}

/* Loops in loops down to the limit, and one more. */
static void depth(void **state)
{
	struct buf text, out;
	struct broken c = {"depth", {NULL, ELEMENTS(E1), SEGMENTS(TAGS), NULL}, ""};

	(void)state;
	for (int over = 0; over < 2; over++) {
		buf_init(&text, 1 << 16);
		buf_init(&out, 1 << 16);
		buf_c(&text,
			"<message xmlns='urn:gridspool:definition:1' format='x12' version='9' id='t' name='T'"
			" group='SC'>" ST);
		for (int i = 0; i < DEFS_DEPTH_MAX + over; i++)
			buf_printf(&text, "<loop>%s",
				i % 2 ? "<segment tag='AA' use='M'/>"
				      : "<segment tag='BB' use='M'/>");
		for (int i = 0; i < DEFS_DEPTH_MAX + over; i++)
			buf_c(&text, "</loop>");
		buf_c(&text, SE "</message>");
		c.texts[3] = buf_cstr(&text);
		load(&c, "x12", &out);
		assert_string_equal(
			buf_cstr(&out), over ? "2:529: loops are more than 16 deep\n" : "");
		buf_done(&text);
		buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_broken_definitions),
		cmocka_unit_test(depth),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	xml_stop();
	return rc;
}
