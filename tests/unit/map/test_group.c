/* Groups: heads and feet, what is counted where, what is taken back, items that disagree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

struct row {
	const char *message; /* <message ...> and what is in it */
	const char *items;
	const char *want;
};

#define SLN "<item><SLN SLN01=\"sku\" SLN03=\"'I'\" SLN04=\"qty\" SLN05-1=\"'EA'\"/>"
#define ITEM(sku, promo, brand, qty) \
	"{\"sku\":\"" sku "\",\"promo\":\"" promo "\",\"brand\":\"" brand "\",\"qty\":" qty "}\n"

static const struct row rows[] = {
	/* a head when the key changes, a foot behind the items; counts of the group and of the message */
	{"<message><BCT BCT01=\"'PC'\"/><group by=\"brand\">"
	 "<LIN LIN01=\"counter('lin')\" LIN02=\"'VN'\" LIN03=\"brand\"/>" SLN
	 "<total name=\"q\" add=\"qty\"/></item>"
	 "<loop><N9 N901=\"'ZZ'\" N902=\"concat(brand, ' ', item-count(), ' ', total('q'), ' ', total('q', 'message'))\"/></loop>"
	 "</group><CTT CTT01=\"item-count()\" CTT02=\"total('q')\"/></message>",
		ITEM("A", "", "a", "1") ITEM("B", "", "a", "2") ITEM("C", "", "b", "4"),
		"BCT*PC\nLIN*1*VN*a\nSLN*A**I*1*EA\nSLN*B**I*2*EA\nN9*ZZ*a 2 3 3\n"
		"LIN*2*VN*b\nSLN*C**I*4*EA\nN9*ZZ*b 1 4 7\nCTT*3*7\n"},
	/* a counter in a let of the group is drawn once for all its items; totals of the group itself */
	{"<message><BCT BCT01=\"'PC'\"/><group by=\"brand\"><let name=\"n\" value=\"counter('n')\"/>"
	 "<total name=\"groups\" add=\"1\"/>"
	 "<LIN LIN01=\"$n\" LIN02=\"'VN'\" LIN03=\"brand\"/>"
	 "<item><SLN SLN01=\"concat($n, '.', item-number('group'), '.', item-number())\" SLN03=\"'I'\"/></item>"
	 "</group><CTT CTT01=\"total('groups')\"/></message>",
		ITEM("A", "", "a", "1") ITEM("B", "", "a", "2") ITEM("C", "", "b", "4"),
		"BCT*PC\nLIN*1*VN*a\nSLN*1.1.1**I\nSLN*1.2.2**I\nLIN*2*VN*b\nSLN*2.1.3**I\nCTT*2\n"},
	/* an item that is set aside begins no group and counts nowhere */
	{"<message><BCT BCT01=\"'PC'\"/><group by=\"brand\">"
	 "<LIN LIN01=\"counter('lin')\" LIN02=\"'VN'\" LIN03=\"brand\"/>" SLN
	 "<total name=\"q\" add=\"2\"/></item></group>"
	 "<CTT CTT01=\"item-count()\" CTT02=\"total('q')\"/></message>",
		ITEM("A", "", "a", "\"x\"") ITEM("B", "", "a", "2") ITEM("C", "", "b", "\"x\"")
			ITEM("D", "", "c", "4") ITEM("E", "", "", "4"),
		"BCT*PC\nLIN*1*VN*a\nSLN*B**I*2*EA\nLIN*2*VN*c\nSLN*D**I*4*EA\nCTT*2*4\n"
		"! VALUE-NOT-NUMBER A qty 'x'\n! VALUE-NOT-NUMBER C qty 'x'\n"
		"! GROUP-KEY-MISSING E brand ''\n"},
	/* items that disagree about the head */
	{"<message><BCT BCT01=\"'PC'\"/><group by=\"brand\">"
	 "<LIN LIN02=\"'VN'\" LIN03=\"brand\" LIN04=\"'UP'\" LIN05=\"promo\"/><DTM DTM01=\"'007'\" DTM02=\"$run/date\"/>" SLN
	 "</item></group></message>",
		ITEM("A", "P", "a", "1") ITEM("B", "Q", "a", "2") ITEM("C", "", "a", "4")
			ITEM("D", "P", "a", "8"),
		"BCT*PC\nLIN**VN*a*UP*P\nDTM*007*20261123\nSLN*A**I*1*EA\nSLN*D**I*8*EA\n"
		"! GROUP-HEAD-DIFFERS B promo 'Q'\n! GROUP-HEAD-DIFFERS C  ''\n"},
	/* groups in groups, and messages that are groups: their headers are made of items */
	{"<message group-by=\"promo\"><BCT BCT01=\"'PC'\" BCT02=\"promo\"/><group by=\"brand\">"
	 "<LIN LIN01=\"counter('lin')\" LIN02=\"'VN'\" LIN03=\"brand\"/>" SLN "</item></group>"
	 "<CTT CTT01=\"item-count()\"/></message>",
		ITEM("A", "P", "a", "1") ITEM("B", "P", "b", "2") ITEM("C", "Q", "b", "4")
			ITEM("D", "Q", "b", "8"),
		"BCT*PC*P\nLIN*1*VN*a\nSLN*A**I*1*EA\nLIN*2*VN*b\nSLN*B**I*2*EA\nCTT*2\n"
		"BCT*PC*Q\nLIN*1*VN*b\nSLN*C**I*4*EA\nSLN*D**I*8*EA\nCTT*2\n"},
	/* a group that writes without its first segment */
	{"<message><BCT BCT01=\"'PC'\"/><group by=\"brand\"><LIN if=\"qty &gt; 1\" LIN02=\"'VN'\" LIN03=\"brand\"/>"
	 "<PID PID01=\"'F'\" PID05=\"brand\"/>" SLN "</item></group></message>",
		ITEM("A", "", "a", "1") ITEM("B", "", "a", "2"),
		"BCT*PC\nLIN**VN*a\nPID*F****a\nSLN*B**I*2*EA\n! LOOP-TRIGGER-MISSING A brand 'PID'\n"},
};

static void start(struct map_world *w, const struct row *r)
{
	struct buf b;
	struct reader_spec spec = {.format = STR("json"), .file = STR("items.json")};
	FILE *f = fopen("items.json", "w");

	assert_non_null(f);
	assert_true(fputs(r->items, f) >= 0);
	assert_int_equal(fclose(f), 0);
	buf_init(&b, 1 << 16);
	buf_printf(&b,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"json\"/>"
		"<target format=\"x12\" version=\"004010\" message=\"832\"/><key value=\"sku\"/>%s</map>",
		r->message);
	map_world_start(w, ".");
	if (!map_world_load(w, buf_cstr(&b)))
		fail_msg("%s", w->faults.first->text);
	buf_done(&b);
	map_world_open(w, "items.json", spec, NULL, NULL);
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf out;

		buf_init(&out, 1 << 16);
		start(&w, &rows[i]);
		map_world_run(&w, &out);
		if (!str_is(buf_view(&out), rows[i].want))
			fail_msg("row %zu: want\n%sgot\n%s", i, rows[i].want, buf_cstr(&out));
		buf_done(&out);
		map_world_done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
