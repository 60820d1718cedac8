/* Faults of maps: each with its exact place and words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

struct row {
	const char *decl;    /* line 5 of the map */
	const char *message; /* line 7 on */
	const char *want;    /* begins the list of faults; "" none */
};

#define GOOD "<BCT BCT01=\"'PC'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>"
#define ITEM "<BCT BCT01=\"'PC'\"/>\n<item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/>\n"

/* A group of LIN with its items in SLN. */
#define GROUP "<BCT BCT01=\"'PC'\"/><group "
#define SUB "<item><SLN SLN01=\"sku\" SLN03=\"'I'\"/></item>"
#define IN_GROUP "<LIN LIN02=\"'VN'\" LIN03=\"brand\"/>" SUB "</group>"

static const struct row rows[] = {
	{"", GOOD, ""},
	/* declarations */
	{"<selct if=\"a\"/>", GOOD, "5:1: a map has no element <selct>; did you mean <select>?"},
	{"<select iff=\"a\"/>", GOOD, "5:1: <select> needs if="},
	{"<select if=\"a = \"/>", GOOD, "5:17: if: the expression ends where a value is expected"},
	{"<select if=\"a &lt; b &lt;&lt; c\"/>", GOOD, "5:26: if: a name is expected here"},
	{"<select\n  if=\"uper(a)\"/>", GOOD,
		"6:7: if: there is no function uper(); did you mean upper()?"},
	{"<select if=\"substring(a)\"/>", GOOD,
		"5:13: if: substring(text, start, length) was given 1 argument"},
	{"<select if=\"to-zone(a, 'Europe/Berln')\"/>", GOOD, "; did you mean 'Europe/Berlin'?"},
	{"<select if=\"to-zone(a, b)\"/>", GOOD,
		"5:24: if: to-zone() needs the name of a zone in quotes"},
	{"<select if=\"convert-unit(a, b, 'KGN')\"/>", GOOD,
		"5:32: if: 'KGN' is no unit of tables/units.csv; did you mean 'KGM'?"},
	{"<select if=\"$mster/x\"/>", GOOD, "5:13: if: there is no $mster above this line"},
	{"<let name=\"unit\" value=\"a\"/><select if=\"$unt\"/>", GOOD,
		"5:41: if: there is no $unt above this line; did you mean $unit?"},
	{"<let name=\"a\" value=\"$b\"/><let name=\"b\" value=\"1\"/>", GOOD,
		"5:22: value: there is no $b above"},
	{"<select if=\"lookup('x', a)\"/>", GOOD, "5:20: if: there is no <table name=\"x\">"},
	{"<select if=\"matches(a, '(')\"/>", GOOD,
		"5:24: if: matches(): at character 2 of the pattern: missing clos"},
	{"<select if=\"matches(a, b)\"/>", GOOD, "5:24: if: matches() needs its pattern in quotes"},
	{"<select if=\"replace(a, '(b)', '$2')\"/>", GOOD,
		"5:31: if: replace(): $2 stands for a group, and the pattern has 1"},
	{"<select if=\"replace(a, 'b', '5$')\"/>", GOOD,
		"5:29: if: replace(): a $ stands before the number of a group"},
	{"<select if=\"format-date(a, 'yyyy-MM-dd')\"/>", GOOD,
		"5:28: if: 'yyyy-MM-dd' is no picture of a date"},
	{"<select if=\"date(a, '')\"/>", GOOD, "5:21: if: '' is no picture of a date"},
	{"<select if=\"format-date(a, 'CCYY-MM-DDTHH:MI:SSZ') = date(b, 'DD.MM.YYYY')\"/>", GOOD,
		""},
	{"<select if=\"format-number(a, '0,00 EUR')\"/>", GOOD,
		"5:30: if: '0,00 EUR' is no picture of a number"},
	{"<select if=\"format-number(a, '0.00', ';')\"/>", GOOD,
		"5:38: if: the decimal mark is '.' or ',', not ';'"},
	{"<table name=\"u\" file=\"tables/uom-x12.csv\" key=\"erp\" value=\"x12\"/>"
	 "<select if=\"lookup('u', a, 'upc')\"/>",
		GOOD, "the table 'u' has the columns 'erp' and 'x12', not 'upc'"},
	{"<let name=\"a b\" value=\"a\"/>", GOOD, "5:12: 'a b' cannot be written as $NAME"},
	{"<let name=\"action\" value=\"a\"/>", GOOD, "5:12: $action is a variable of its own"},
	{"<keep name=\"a/b\" value=\"a\"/>", GOOD, "5:13: 'a/b' cannot be written as $NAME"},
	{"", ITEM "<let name=\"b\" valu=\"a\" value=\"a\"/></item>",
		"9:21: <let> has no attribute 'valu'; did you mean 'value'?"},
	{"", ITEM "<PID each=\"a\" as=\"1\" PID01=\"'F'\" PID05=\".\"/></item>",
		"9:19: '1' cannot be written as $NAME"},
	{"", "<BCT BCT01=\"'PC'\"/>\n<item><loop><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></loop></item>",
		"8:1: <item> has no segment inside; it begins with one, before any <loop>"},
	{"<table name=\"u\" file=\"tables/uom-x12.csv\" key=\"erpp\" value=\"edi\"/>", GOOD,
		"5:48: table tables/uom-x12.csv has no column 'erpp'; did you mean 'erp'?\n"
		"5:61: table tables/uom-x12.csv has no column 'edi'"},
	{"<select if=\"$agreement\"/>", GOOD,
		"5:13: if: $agreement is a group; name one of its values: $agreement/..."},
	{"<select if=\"//a\"/>", GOOD,
		"5:13: if: // at the beginning would search the whole source"},
	{"<select if=\"a[1\"/>", GOOD, "5:16: if: the expression ends where ']' is expected"},
	{"<select if=\"a b\"/>", GOOD, "5:15: if: the expression should end here, found 'b'"},
	{"<select if=\"ancestor::a\"/>", GOOD, "5:13: if: the axis 'ancestor::' is not there"},
	{"<select if=\"a ! b\"/>", GOOD, "5:15: if: '!' alone means nothing"},
	{"<select if=\"'open\"/>", GOOD, "5:13: if: a text begins here and never ends"},
	{"<select if=\"status = “ACTIVE”\"/>", GOOD,
		"5:22: if: the character '“' (U+201C) is no quote here; write ' or &quot;"},
	{"<select if=\"status = ‘A’\"/>", GOOD, "5:22: if: the character '‘' (U+2018)"},
	{"<select if=\"na€me\"/>", GOOD,
		"5:15: if: the character '€' (U+20AC) is not allowed in names; write such a name "
		"as field('...')"},
	{"<select if=\"$agreement/a”\"/>", GOOD, "5:25: if: the character '”' (U+201D)"},
	{"<select if=\"a – b\"/>", GOOD,
		"5:15: if: the character '–' (U+2013) is no minus; write -"},
	{"<select if=\"a == b\"/>", GOOD, "5:15: if: '==' means nothing here; write ="},
	{"<select if=\"a || b\"/>", GOOD, "5:15: if: '||' means nothing here; write or"},
	{"<select if=\"a &amp;&amp; b\"/>", GOOD, "5:15: if: '&&' means nothing here; write and"},
	{"<select if=\"$agrement/catalog\"/>", GOOD,
		"5:13: if: there is no $agrement above this line; did you mean $agreement?\n"},
	{"<select if=\"a\xC2\xA0= b\"/>", GOOD, "5:14: if: the character '"},
	{"<select if=\"a # b\"/>", GOOD,
		"5:15: if: the character '#' (U+0023) has no meaning in an expression"},
	{"<select if=\"größe = 'a' and Ŝtato·x or 名 or field('na€me')\"/>", GOOD, ""},
	{"<select if=\"1\"/><select if=\"2\"/>", GOOD,
		"5:17: <select> is there twice; a map has one"},
	{"<require test=\"a\" code=\"X-Y\"/>", GOOD,
		"5:1: <require> needs the rule in plain words"},
	{"<require test=\"a\" code=\"bad\">Words.</require>", GOOD,
		"5:25: a code is AREA-NAME in capitals"},
	{"<require test=\"a\" code=\"X-Y\" stop=\"all\">Words.</require>", GOOD,
		"5:36: stop is item, message or none"},
	{"<join name=\"m\" source=\"s\" format=\"csv\" key=\"a, b\" on=\"c\" required=\"yes\"/>",
		GOOD, "5:55: key has 2 parts and on has 1"},
	{"<join name=\"m\" source=\"s\" format=\"tsv\" key=\"a\" on=\"c\" required=\"yes\"/>", GOOD,
		"5:35: sources of format 'tsv' cannot be read"},
	{"<select if=\"c:a = 'b'\"/>", GOOD,
		"5:13: if: the map declares no namespace 'c' (xmlns:c=...)"},
	{"<join name=\"m\" source=\"s\" format=\"xml\" row=\"c:a/b\" key=\"@a\" on=\"c\" "
	 "required=\"yes\"/>",
		GOOD, "5:45: row: the map declares no namespace 'c' (xmlns:c=...)"},
	{"<join name=\"m\" source=\"s\" format=\"xml\" row=\"a//b\" key=\"@a\" on=\"c\" "
	 "required=\"yes\"/>",
		GOOD, "5:45: row: path 'a//b': expected names with one / between them"},
	{"<join name=\"m\" source=\"s\" format=\"csv\" key=\"a\" on=\"c\"/>", GOOD,
		"5:1: warning: the join 'm' is never used"},
	{"<table name=\"t\" file=\"tables/none.csv\" key=\"a\" value=\"b\"/>", GOOD,
		"5:23: table tables/none.csv: there is no such file in "},
	{"<table name=\"t\" file=\"tables/uom-x12.csv\" key=\"erp\" value=\"x21\"/>", GOOD,
		"5:60: table tables/uom-x12.csv has no column 'x21'; did you mean 'x12'?"},
	/* the message */
	{"", "<item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"6:1: the message needs BCT, which the map never writes"},
	{"", "<BCT BCT01=\"'PC'\"/>", "6:1: <item> is missing in <message>"},
	{"", "<BCT BCT01=\"'XX'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"7:13: 'XX' is not a code of BCT01 (element 683)"},
	{"", "<BCT BCT02=\"'x'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"7:1: BCT01 is mandatory"},
	{"", "<BCT BCT01=\"'PC'\" BCT99=\"'x'\"/>\n<item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"7:26: BCT has no element BCT99; its elements are BCT01 to BCT"},
	{"", "<BCT BCT01=\"'PC'\" BCT02=\"'1234567890123456'\"/>\n<item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"7:26: BCT02 is a text of 1 to 15 characters, '1234567890123456' has 16"},
	{"", "<BCT BCT01=\"'PC'\"/><item><LIN LIN02=\"VN\" LIN03=\"sku\"/></item>",
		"7:38: VN would be the field 'VN' of the source, but is a code of LIN02; did you mean `'VN'`?"},
	{"", ITEM "<PID PID01=\"'F'\" PID02=\"08\" PID05=\"name\"/></item>",
		"9:25: '8' is not a code of PID02 (element 750); "
		"did you mean '08'? Put it in quotes"},
	{"", ITEM "<MEA MEA04=\"'KG'\" MEA03=\"1\"/></item>",
		"9:13: MEA04 has components; write MEA04-1"},
	{"", ITEM "<MEA MEA03=\"'heavy'\"/></item>", "9:13: MEA03 is a number, 'heavy' is none"},
	{"", ITEM "<DTM DTM01=\"'018'\" DTM02=\"'20260230'\"/></item>",
		"9:27: DTM02 is a date, '20260230' is none"},
	{"", ITEM "<DTM DTM01=\"'018'\" DTM02=\"'2026-02-28'\" DTM03=\"'2359'\"/></item>", ""},
	{"", ITEM "<DTM DTM01=\"'018'\" DTM03=\"'2360'\"/></item>",
		"9:27: DTM03 is a time, '2360' is none"},
	{"", ITEM "<DTM DTM01=\"'018'\" DTM02=\"'soon'\"/></item>", "DTM02 is a date, 'soon'"},
	{"", ITEM "<DTM DTM01=\"'018'\" DTM02=\"'2026022'\"/></item>",
		"DTM02 is a date of 8 characters, '2026022' has 7"},
	{"", ITEM "<PID PID05=\"name\"/></item>", "9:1: PID01 is mandatory"},
	{"", ITEM "<MEA MEA03=\"1\"/><PID PID01=\"'F'\" PID05=\"name\"/></item>",
		"9:17: out of order: in the LIN-loop PID stands before MEA"},
	{"", ITEM "<CTP CTP03=\"1\"/></item>",
		"9:1: CTP begins the CTP-loop; put it and what belongs to it into <loop>"},
	{"", ITEM "<loop><CUR CUR01=\"'SE'\" CUR02=\"'EUR'\"/></loop></item>",
		"9:7: the loop with CUR begins with CTP; put <CTP> first"},
	{"",
		"<BCT BCT01=\"'PC'\"/>\n<item><LIM LIN02=\"'VN'\" LIN03=\"sku\"/>"
		"<PID PID01=\"'F'\" PID05=\"a\"/></item>",
		"8:7: the message has no segment LIM; did you mean LIN?\n"},
	{"", ITEM "<PIX PIX01=\"1\"/></item>",
		"9:1: the LIN-loop has no segment PIX; did you mean PID?"},
	{"", ITEM "<PID PID01=\"'F'\" PID05=\"a\" eech=\"b\"/></item>",
		"9:34: <PID> has no attribute 'eech'; did you mean 'each'?"},
	{"", ITEM "<PO4 PO401=\"a\"/><PO4 PO401=\"b\"/></item>",
		"9:1: the definition allows PO4 at most 1 times here"},
	{"", ITEM "<PID PID01=\"'F'\" PID05=\"a\"><pair q=\"'UP'\" v=\"b\"/></PID></item>",
		"9:28: PID has no pairs"},
	{"", ITEM "<PID PID01=\"'F'\" PID05=\"a\"><e ref=\"PID05\" value=\"b\"/></PID></item>",
		"9:28: PID05 is filled twice"},
	{"", ITEM "<PID PID01=\"'F'\" PID05=\"a\" sort=\"b\"/></item>",
		"9:1: sort and as need each"},
	{"", ITEM "<loop each=\"p\" as=\"x\" sort=\"$x/n\"><CTP CTP03=\"$x/n\"/></loop></item>",
		"9:29: sort: there is no $x above this line"},
	{"", "<BCT BCT01=\"'PC'\"/>\n<item each=\"a\"><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"8:13: <item> has no attribute 'each'"},
	{"",
		"<BCT BCT01=\"'PC'\"/>\n<item if=\"a\" sort=\"b\" as=\"c\"><LIN LIN02=\"'VN'\" "
		"LIN03=\"sku\"/></item>",
		"8:20: <item> has no attribute 'sort'\n8:27: <item> has no attribute 'as'"},
	{"", ITEM "<group by=\"a\"/></item>",
		"9:1: <group> stands directly in <message> or <group>"},
	{"", GROUP "bye=\"brand\">" IN_GROUP,
		"7:20: <group> needs by=\n7:32: <group> has no attribute 'bye'; did you mean 'by'?"},
	{"", GROUP "by=\"brand\" each=\"a\">" IN_GROUP, "<group> has no attribute 'each'"},
	{"", GROUP "by=\"gtin((\">" IN_GROUP, "7:37: by: the expression ends"},
	{"", GROUP "by=\"$brand\">" IN_GROUP, "by: there is no $brand above this line"},
	{"", GROUP "by=\"brand\"></group>", "7:20: <group> has no segment inside"},
	{"", GROUP "by=\"brand\"><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></group>",
		"<item> is missing in <group>"},
	{"", GROUP "by=\"brand\"><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item></group>",
		"<group> has no segment inside; it begins with one, before any <loop> or <item>"},
	{"",
		GROUP
		"by=\"brand\"><PID PID01=\"'F'\" PID05=\"a\"/><item><MEA MEA03=\"1\"/></item></group>",
		"the loop with PID begins with LIN; put <LIN> first"},
	{"", GROUP "by=\"brand\">" IN_GROUP "<group by=\"a\">" IN_GROUP,
		"<group> is there twice, or beside <group>"},
	{"",
		GROUP "by=\"brand\">"
		      "<LIN LIN01=\"item-count('grop')\" LIN02=\"'VN'\" LIN03=\"brand\"/>" SUB
		      "</group>",
		"item-count() counts in 'group' or in 'message'; did you mean 'group'?"},
	{"", ITEM "</item><CTT CTT01=\"item-count('group')\"/>",
		"9:31: CTT01: item-count(): there is no <group> around this that it could count in"},
	{"", "<gruop by=\"a\"/>" ITEM "</item>",
		"7:1: <gruop> is no segment and no element of a message; did you mean <group>?"},
	{"", ITEM "<ST ST01=\"'832'\"/></item>", "9:1: ST is written by itself; leave it out"},
	{"", ITEM "<MEA MEA03=\"a div 3\"/></item>", "9:15: warning: the quotient reaches MEA03"},
	{"", ITEM "</item><CTT CTT01=\"total('x')\"/>",
		"9:26: total('x'): there is no <total name=\"x\">"},
	{"",
		ITEM "</item>\n"
		     "<item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item>",
		"10:1: <item> is there twice"},
	{"",
		ITEM
		"<loop each=\"a\" as=\"p\"><CTP CTP03=\"$p/x\"/></loop><loop><N1 N101=\"'BY'\" N102=\"$p\"/></loop></item>",
		"9:77: N102: there is no $p above this line"},
};

static void load(struct map_world *w, const struct row *r, struct buf *out)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_printf(&b,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\">\n<source format=\"json\"/>\n"
		"<target format=\"x12\" version=\"004010\" message=\"832\"/>\n<key value=\"sku\"/>\n%s\n<message>\n%s\n</message>\n"
		"</map>\n",
		r->decl, r->message);
	map_world_start(w, NULL);
	map_world_load(w, buf_cstr(&b));
	map_world_faults(out, &w->faults);
	buf_done(&b);
}

static void faults_have_places(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf out;
		bool ok = false;

		buf_init(&out, 1 << 16);
		load(&w, &rows[i], &out);
		ok = rows[i].want[0] ? strstr(buf_cstr(&out), rows[i].want) != NULL : out.n == 0;
		if (!ok)
			print_error(
				"row %zu: want '%s', got '%s'\n", i, rows[i].want, buf_cstr(&out));
		wrong += !ok;
		assert_int_equal(w.map == NULL, w.faults.n > 0);
		map_world_done(&w);
		buf_done(&out);
	}
	assert_int_equal(wrong, 0);
}

static void all_at_once(void **state)
{
	static const struct row two = {"<selct/>",
		"<BCT BCT01=\"'XX'\"/><item><LIN LIN02=\"VN\" LIN99=\"a\"/></item>", ""};
	struct map_world w;
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 16);
	load(&w, &two, &out);
	assert_int_equal(w.faults.n, 5);
	map_world_done(&w);
	buf_done(&out);
}

static void tells_what_it_needs(void **state)
{
	struct map_world w;
	size_t n = 0;
	const struct map_join *j = NULL;
	struct map *m = NULL;

	(void)state;
	map_world_start(&w, NULL);
	m = map_world_load(&w, map_world_file(&w, TEST_TOP "/maps/ampliance-product-to-832.xml").p);
	assert_non_null(m);
	assert_int_equal(w.faults.warnings, 0);
	j = map_joins(m, &n);
	assert_int_equal(n, 2);
	assert_true(str_is(j[0].source, "erp-products") && j[0].required && j[0].report_orphans &&
		!j[0].many);
	assert_true(str_is(j[1].name, "price") && j[1].many && !j[1].required);
	assert_true(str_is(map_target(m)->id, "832"));
	assert_true(map_uses_links(m) && map_uses_workflow(m) && map_key_unique(m));
	assert_int_equal(map_limits(m).items, 1000);
	map_world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_have_places),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(tells_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
