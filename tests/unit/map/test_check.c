/* Templates against definitions of EDIFACT; those of X12 are in test_load.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

struct row {
	const char *target;
	const char *message; /* line 5 on */
	const char *want;    /* begins the list of faults; "" none */
};

#define D01B "version=\"D01B\" message=\"PRICAT\""
#define HEAD                                                                                      \
	"<BGM BGM01-1=\"'9'\" BGM02-1=\"'C1'\"/>\n<DTM DTM01-1=\"'137'\" DTM01-2=\"'20261123'\" " \
	"DTM01-3=\"'102'\"/>\n"
#define ITEM HEAD "<item><PGI PGI01=\"'11'\"/>\n"
#define LINE "<loop><LIN LIN01=\"item-number()\" LIN03-1=\"sku\" LIN03-2=\"'SA'\"/></loop>\n"

static const struct row rows[] = {
	{D01B, ITEM LINE "</item>", ""},
	{"version=\"D96A\" message=\"PRICAT\"", ITEM LINE "</item>", ""},
	{"version=\"D96B\" message=\"PRICAT\"", ITEM LINE "</item>",
		"4:2: edifact version 'D96B' is not defined in bundle, maps; did you mean 'D96A'?"},
	{D01B, "<UNH UNH01=\"'1'\"/>\n" ITEM LINE "</item>",
		"5:1: UNH is written by itself; leave it out"},
	{D01B, ITEM LINE "</item><UNT UNT01=\"'1'\"/>",
		"9:8: UNT is written by itself; leave it out"},
	{D01B, ITEM "<loop><LIN LIN01=\"'1'\" LIN03-1=\"sku\" LIN03-2=\"'LONG'\"/></loop></item>",
		"8:47: warning: 'LONG' is not among the codes of LIN03-2"},
	{D01B, ITEM LINE "<loop><IMD IMD03-4=\"name\"/></loop></item>",
		"9:7: the loop with IMD begins with LIN; put <LIN> first"},
	{D01B, ITEM "<loop><LIN LIN09=\"'1'\"/></loop></item>",
		"8:19: LIN has no element LIN09; its elements are LIN01 to LIN06"},
	{D01B, ITEM "<loop><LIN LIN03-9=\"'1'\"/></loop></item>",
		"8:21: LIN has no element LIN03-9"},
	{D01B, ITEM "<loop><LIN LIN03=\"'1'\"/></loop></item>",
		"8:19: LIN03 has components; write LIN03-1 and so on"},
	{D01B, "<item><PGI PGI01=\"'11'\"/></item>",
		"4:60: the message needs BGM, which the map never writes\n"
		"4:60: the message needs DTM, which the map never writes"},
	{D01B, ITEM LINE "<QTY QTY01-1=\"'1'\" QTY01-2=\"1\"/></item>",
		"9:1: out of order: in the SG17 QTY stands before SG36"},
};

static void faults(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf text;
		struct buf out;
		map_world_start(&w, NULL);
		buf_init(&text, 1 << 16);
		buf_init(&out, 1 << 16);
		buf_printf(&text,
			"<map xmlns=\"urn:gridspool:map:1\" name=\"m\">\n\t<source format=\"json\"/>\n"
			"\t<key value=\"sku\"/>\n\t<target format=\"edifact\" %s/><message>\n%s\n</message></map>\n",
			rows[i].target, rows[i].message);
		(void)map_world_load(&w, buf_cstr(&text));
		map_world_faults(&out, &w.faults);
		if (strncmp(buf_cstr(&out), rows[i].want, strlen(rows[i].want)) != 0 ||
			(rows[i].want[0] == '\0' && out.n > 0)) {
			print_message(
				"row %zu\nfound:\n%swant:\n%s\n", i, buf_cstr(&out), rows[i].want);
			wrong++;
		}
		buf_done(&out);
		buf_done(&text);
		map_world_done(&w);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(faults)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
