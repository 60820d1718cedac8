/* Sources and targets of a map: the formats that there are, and what each of them asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

#define JSON "<source format=\"json\"/>"

static const struct {
	const char *source;
	const char *target;
	const char *want; /* faults at the two, in lines 2 and 3, whatever follows from them */
} rows[] = {
	{"<source format=\"jsn\"/>", "<target format=\"json\"/>",
		"2:17: sources of format 'jsn' cannot be read; there are json, csv, fixed, xml, edifact and x12; "
		"did you mean 'json'?\n"},
	{"<source format=\"edifcat\" version=\"D01B\"/>", "<target format=\"json\"/>",
		"there are json, csv, fixed, xml, edifact and x12; did you mean 'edifact'?\n"},
	{"<source format=\"csv\" item=\"a/b\"/>", "<target format=\"json\"/>",
		"2:28: items of csv are its rows: item=\"row\"\n"},
	{"<source format=\"fixed\"/>", "<target format=\"json\"/>",
		"2:1: <source> needs definition=\n"},
	{JSON "<join name=\"m\" source=\"s\" format=\"x12\" key=\"a\" on=\"b\"/>",
		"<target format=\"json\"/>",
		"2:24: <join> needs version=\n2:24: <join> needs message=\n2:24: <join> needs row=\n"},
	{JSON "<join name=\"m\" source=\"s\" format=\"edifact\" version=\"D01B\" message=\"PRICAT\" "
	      "row=\"SG99\" key=\"a\" on=\"b\"/>",
		"<target format=\"json\"/>",
		"message PRICAT has no loop 'SG99'; loops are named as in its definition"},
	{JSON "<join name=\"m\" source=\"s\" format=\"edifcat\" key=\"a\" on=\"b\"/>",
		"<target format=\"json\"/>",
		"there are json, csv, fixed, xml, edifact and x12; did you mean 'edifact'?\n"},
	{JSON, "<target format=\"x21\" message=\"832\"/>",
		"3:17: there are no targets of format 'x21', but edifact, x12, csv, fixed, json and xml; "
		"did you mean 'x12'?\n"},
	{JSON, "<target format=\"x12\" version=\"004010\"/>", "3:1: <target> needs message=\n"},
	{JSON, "<target format=\"csv\"/>", "3:1: <target> needs definition=\n"},
	{JSON, "<target format=\"fixed\"/>", "3:1: <target> needs definition=\n"},
	{JSON, "<target format=\"csv\" definition=\"product-lst\"/>",
		"3:1: there is no definition 'product-lst': no file csv/product-lst.xml"},
	{JSON, "<target format=\"json\" version=\"1\"/>",
		"3:32: <target> has no attribute 'version'"},
	{JSON, "<target format=\"xml\" definition=\"list\"/>",
		"3:34: there are no definitions of XML files; what is made is what the map writes\n"},
	{JSON, "<target format=\"json\"/>", ""},
};

static void formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf map;
		struct buf out;

		buf_init(&map, 1 << 16);
		buf_init(&out, 1 << 16);
		buf_printf(&map,
			"<map xmlns=\"urn:gridspool:map:1\" name=\"m\">\n%s\n%s\n<key value=\"sku\"/>\n"
			"<item><object><string name=\"sku\" value=\"sku\"/></object></item></map>\n",
			rows[i].source, rows[i].target);
		map_world_start(&w, NULL);
		map_world_load(&w, buf_cstr(&map));
		map_world_faults(&out, &w.faults);
		if (rows[i].want[0] ? !strstr(buf_cstr(&out), rows[i].want) : out.n > 0)
			fail_msg("row %zu: found %s; expected %s", i, buf_cstr(&out), rows[i].want);
		assert_true(!w.map == (w.faults.n > 0));
		map_world_done(&w);
		buf_done(&out);
		buf_done(&map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
