/* Runs: verdicts, taking back, counters, loops without trigger, links in a circle, ambiguous rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A map with the declarations and the inside of <item>; items as NDJSON, rows as CSV for join "r". */
static void start(struct map_world *w, const char *decl, const char *item, const char *items,
	const char *rows)
{
	struct buf b;
	const char *joins[1] = {"rows.csv"};
	struct reader_spec spec = {.format = STR("json"), .file = STR("items.json")};
	struct reader_spec join = {.file = STR("rows.csv")};
	size_t n = 0;

	buf_init(&b, 1 << 16);
	buf_printf(&b,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"json\"/>"
		"<target format=\"x12\" version=\"004010\" message=\"832\"/>%s<key value=\"sku\"/>"
		"<message><BCT BCT01=\"'PC'\"/><item><LIN LIN01=\"item-number()\" LIN02=\"'VN'\" LIN03=\"sku\"/>%s</item>"
		"<CTT CTT01=\"item-count()\"/></message></map>",
		decl, item);
	map_world_start(w, ".");
	if (!map_world_load(w, buf_cstr(&b)))
		fail_msg("%s", w->faults.first->text);
	buf_done(&b);
	write_file("items.json", items);
	write_file("rows.csv", rows);
	join.format = map_joins(w->map, &n) ? map_joins(w->map, &n)->format : STR("csv");
	map_world_open(w, "items.json", spec, joins, &join);
}

struct row {
	const char *decl;
	const char *item;
	const char *items;
	const char *rows;
	const char *want;
};

#define JOIN "<join name=\"r\" source=\"rows\" format=\"csv\" key=\"sku\" on=\"sku\" "

static const struct row rows[] = {
	/* verdicts: withdrawn comes before selected */
	{"<select if=\"ok\"/><withdraw if=\"gone\"/>", "",
		"{\"sku\":\"A\",\"ok\":true}\n{\"sku\":\"B\",\"ok\":false}\n"
		"{\"sku\":\"C\",\"gone\":true}\n",
		"sku\n", "BCT*PC\nLIN*1*VN*A\nCTT*1\n"},
	/* case 94: an empty loop vanishes, one without trigger is a finding */
	{"", "<loop><CTP CTP03=\"price\"/><CUR if=\"cur\" CUR01=\"'SE'\" CUR02=\"cur\"/></loop>",
		"{\"sku\":\"A\"}\n{\"sku\":\"B\",\"cur\":\"EUR\"}\n", "sku\n",
		"BCT*PC\nLIN*1*VN*A\nCTT*1\n! LOOP-TRIGGER-MISSING B price 'CUR'\n"},
	/* more than the definition allows */
	{"", "<PO4 each=\"p\" PO401=\".\"/>", "{\"sku\":\"A\",\"p\":[1,2]}\n", "sku\n",
		"BCT*PC\nCTT*0\n! X12-SEGMENT-REPEAT A  '2'\n"},
	/* joins */
	{JOIN "rows=\"one\" required=\"yes\"/>", "<PO4 PO401=\"$r/n\"/>",
		"{\"sku\":\"A\"}\n{\"sku\":\"B\"}\n", "sku,n\nA,1\nB,2\nB,3\n",
		"BCT*PC\nLIN*1*VN*A\nPO4*1\nCTT*1\n! JOIN-ROWS-AMBIGUOUS B sku 'B'\n"},
	{JOIN "orphans=\"report\"/><select if=\"ok\"/>", "", "{\"sku\":\"A\"}\n",
		"sku,n\nA,1\nB,2\n,3\n",
		"BCT*PC\nCTT*0\n! JOIN-KEY-EMPTY   ''\n! JOIN-ROW-ORPHAN B sku 'B'\n"},
	/* each row is one of its own, also where several stand in one line */
	{"<join name=\"r\" source=\"rows\" format=\"json\" key=\"sku\" on=\"sku\" orphans=\"report\"/>",
		"", "{\"sku\":\"A\"}\n",
		"[{\"sku\":\"B\"},{\"sku\":\"B\"},{\"sku\":\"\"},{\"sku\":\"\"}]\n",
		"BCT*PC\nLIN*1*VN*A\nCTT*1\n! JOIN-KEY-EMPTY  sku ''\n! JOIN-KEY-EMPTY  sku ''\n"
		"! JOIN-ROW-ORPHAN B sku 'B'\n! JOIN-ROW-ORPHAN B sku 'B'\n"},
	/* links: in a circle, nowhere, too deep is the same as in a circle of nine */
	{"", "<PID if=\"to\" PID01=\"'F'\" PID05=\"link(link(to)/to)/sku\"/>",
		"{\"id\":\"1\",\"sku\":\"A\",\"to\":{\"id\":\"2\"}}\n{\"id\":\"2\",\"sku\":\"B\",\"to\":{\"id\":\"1\"}}\n"
		"{\"id\":\"3\",\"sku\":\"C\",\"to\":{\"id\":\"1\"}}\n{\"id\":\"4\",\"sku\":\"D\",\"to\":{\"id\":\"9\"}}\n",
		"sku\n",
		"BCT*PC\nLIN*1*VN*C\nPID*F****B\nCTT*1\n! LINK-CYCLE A to/id '1'\n! LINK-CYCLE B to/id '2'\n"
		"! LINK-DANGLING D to/id '9'\n"},
	/* a let in a loop is made anew at each turn */
	{"", "<loop each=\"p\"><let name=\"x\" value=\". * 2\"/><CTP CTP03=\"$x\" CTP04=\"$x + 1\" CTP05-1=\"'EA'\"/></loop>",
		"{\"sku\":\"A\",\"p\":[1,2]}\n", "sku\n",
		"BCT*PC\nLIN*1*VN*A\nCTP***2*3*EA\nCTP***4*5*EA\nCTT*1\n"},
	/* values of an object are no text */
	{"", "<PID if=\"o\" PID01=\"'F'\" PID05=\"o\"/>", "{\"sku\":\"A\",\"o\":{\"p\":1}}\n",
		"sku\n", "BCT*PC\nCTT*0\n! VALUE-NOT-TEXT A o ''\n"},
	/* dates and numbers take the form of their element */
	{"", "<DTM DTM01=\"'018'\" DTM02=\"d\"/><MEA MEA01=\"'PD'\" MEA03=\"n\"/>",
		"{\"sku\":\"A\",\"d\":\"2026-12-24\",\"n\":1.5e2}\n{\"sku\":\"B\",\"d\":\"soon\",\"n\":\"2.50\"}\n",
		"sku\n",
		"BCT*PC\nLIN*1*VN*A\nDTM*018*20261224\nMEA*PD**150\nCTT*1\n! VALUE-NOT-DATE B d 'soon'\n"},
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf out;

		buf_init(&out, 1 << 16);
		start(&w, rows[i].decl, rows[i].item, rows[i].items, rows[i].rows);
		map_world_run(&w, &out);
		if (!str_is(buf_view(&out), rows[i].want))
			fail_msg("row %zu: want\n%sgot\n%s", i, rows[i].want, buf_cstr(&out));
		buf_done(&out);
		map_world_done(&w);
	}
}

/* What comes of item A with this list, and of item B without. */
static void told(const char *decl, const char *item, const char *list, struct buf *out)
{
	struct map_world w;
	struct buf items;

	buf_init(&items, 1 << 20);
	buf_printf(&items, "{\"sku\":\"A\",\"p\":[%s]}\n{\"sku\":\"B\",\"p\":[]}\n", list);
	start(&w, decl, item, buf_cstr(&items), "sku\n");
	map_world_run(&w, out);
	buf_done(&items);
	map_world_done(&w);
}

/* Item A takes more than it may, and only that is told of it. */
static void over(const char *decl, const char *item, const char *list)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	told(decl, item, list, &out);
	assert_string_equal(buf_cstr(&out), "BCT*PC\nLIN*1*VN*B\nCTT*1\n! MAP-LIMIT A  ''\n");
	buf_done(&out);
}

static void spends_no_more_than_it_may(void **state)
{
	static const char eight[] =
		"<let name=\"a%d\" value=\"concat($a%d,$a%d,$a%d,$a%d,$a%d,$a%d,$a%d,$a%d)\"/>";
	const char *bad = "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaab\"";
	struct buf out;
	struct buf list;
	struct buf lets;

	(void)state;
	buf_init(&list, 1 << 20);
	buf_init(&lets, 1 << 16);
	for (int i = 0; i < 8000; i++)
		buf_printf(&list, "%s%d", i ? "," : "", i);
	over("", "<PID if=\"p[. = ../p + 9000]\" PID01=\"'F'\" PID05=\"sku\"/>", buf_cstr(&list));
	/* what cannot be decided is set aside, and says nothing else: neither deselected nor at fault */
	over("<select if=\"not(p[count(../p[. = 1]) = 2])\"/>", "", buf_cstr(&list));
	over("<require test=\"count(p[count(../p[. = 1]) = 2]) = 0\" code=\"X-Y\">no</require>", "",
		buf_cstr(&list));
	buf_clear(&list);
	for (int i = 0; i < 60; i++)
		buf_printf(&list, "%s%s", i ? "," : "", bad);
	buf_init(&out, 1 << 20);
	told("", "<PID if=\"p[matches(., '^(a+)+$')]\" PID01=\"'F'\" PID05=\"sku\"/>",
		buf_cstr(&list), &out);
	assert_non_null(strstr(buf_cstr(&out), "REGEX-LIMIT A p[50]"));
	assert_null(strstr(buf_cstr(&out), "REGEX-LIMIT A p[51]"));
	assert_non_null(strstr(buf_cstr(&out), "MAP-LIMIT A"));
	buf_done(&out);
	/* texts that grow eightfold, in a map whose lets a check walks through once, not 8^30 times */
	buf_c(&lets, "<let name=\"a0\" value=\"concat(p, '')\"/>");
	for (int i = 1; i <= 30; i++)
		buf_printf(&lets, eight, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	over(buf_cstr(&lets), "<PID if=\"$a30\" PID01=\"'F'\" PID05=\"sku\"/>", "\"text\"");
	buf_done(&list);
	buf_done(&lets);
}

/* What a message took before counts for no row: its end is made in the arena of its last item. */
static void orphans_have_a_budget_of_their_own(void **state)
{
	struct map_world w;
	struct err e = {0};
	struct item it;
	struct map_result r;
	struct map_around s;

	(void)state;
	start(&w, JOIN "orphans=\"report\"/>", "", "{\"sku\":\"A\"}\n", "sku,n\nA,1\nB,2\nC,3\n");
	assert_int_equal(map_message_start(w.run, NULL, &s, &w.diag, &w.arena, &e), 0);
	assert_int_equal(reader_next(w.source, &it, &w.diag, &e), 1);
	assert_int_equal(map_item(w.run, &it, 1, &r, &w.diag, &w.arena, &e), 0);
	assert_non_null(arena_raw(&w.arena, 1 << 20));
	assert_int_equal(map_message_end(w.run, &s, &w.diag, &w.arena, &e), 0);
	assert_int_equal(map_orphans(w.run, &w.diag, &e), 0);
	assert_int_equal(w.diag.n, 2);
	assert_true(str_is(w.diag.first->code, "JOIN-ROW-ORPHAN"));
	assert_true(str_is(w.diag.last->item, "C"));
	map_world_done(&w);
}

/* What a target of another format than X12 is told of repetitions. */
static void told_of_target(const char *target, const char *message, const char *want)
{
	struct map_world w;
	struct buf b;
	struct buf out;
	const struct reader_spec spec = {.format = STR("json"), .file = STR("items.json")};

	buf_init(&b, 1 << 16);
	buf_init(&out, 1 << 16);
	buf_printf(&b,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"json\"/>"
		"<target %s/><key value=\"sku\"/><message>%s</message></map>",
		target, message);
	map_world_start(&w, ".");
	if (!map_world_load(&w, buf_cstr(&b)))
		fail_msg("%s", w.faults.first->text);
	write_file("items.json", "{\"sku\":\"A\",\"p\":[1,2,3,4,5,6,7,8,9,10,11]}\n");
	map_world_open(&w, "items.json", spec, NULL, NULL);
	map_world_run(&w, &out);
	if (!strstr(buf_cstr(&out), want))
		fail_msg("want %s, got\n%s", want, buf_cstr(&out));
	buf_done(&b);
	buf_done(&out);
	map_world_done(&w);
}

static void repeats_too_often(void **state)
{
	static const char pricat[] = "format=\"edifact\" version=\"D01B\" message=\"PRICAT\"";

	(void)state;
	told_of_target(pricat,
		"<BGM BGM02-1=\"'C1'\"/><DTM DTM01-1=\"'137'\"/><item><PGI PGI01=\"'11'\"/>"
		"<ALI each=\"p\" ALI01=\"'DE'\"/></item>",
		"! EDIFACT-SEGMENT-REPEAT A  '11'\n");
	told_of_target(pricat,
		"<BGM BGM02-1=\"'C1'\"/><DTM DTM01-1=\"'137'\"/><item><PGI PGI01=\"'11'\"/>"
		"<loop each=\"p\"><CUX CUX01-1=\"'2'\" CUX01-2=\"'EUR'\"/></loop></item>",
		"! EDIFACT-LOOP-REPEAT A  '11'\n");
	told_of_target("format=\"x12\" version=\"005010\" message=\"999\"",
		"<AK1 AK101=\"'SC'\" AK102=\"1\"/><item><AK2 AK201=\"'832'\" AK202=\"'0001'\"/>"
		"<loop><IK3 IK301=\"'LIN'\" IK302=\"1\"/><CTX><e ref=\"CTX01-1\" each=\"p\" "
		"value=\"concat('TRIGGER', .)\"/></CTX></loop><IK5 IK501=\"'A'\"/></item>"
		"<AK9 AK901=\"'A'\" AK902=\"1\" AK903=\"1\" AK904=\"1\"/>",
		"! X12-ELEMENT-REPEAT A p[1] '11'\n");
}

static void takes_back(void **state)
{
	struct map_world w;
	struct err e = {0};
	struct item it;
	struct map_result r;
	struct map_around s;

	(void)state;
	start(&w, "", "<total name=\"q\" add=\"q\"/><CTB CTB01=\"'OR'\" CTB02=\"counter()\"/>",
		"{\"sku\":\"A\",\"q\":5}\n{\"sku\":\"B\",\"q\":7}\n", "sku\n");
	assert_int_equal(map_message_start(w.run, NULL, &s, &w.diag, &w.arena, &e), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(reader_next(w.source, &it, &w.diag, &e), 1);
		assert_int_equal(map_item(w.run, &it, 1, &r, &w.diag, &w.arena, &e), 0);
		assert_int_equal(r.verdict, MAP_OUT);
		assert_true(str_is(segment_get(r.segments->next, 2, 1), "1"));
		if (i == 0)
			map_take_back(w.run);
	}
	assert_int_equal(map_message_end(w.run, &s, &w.diag, &w.arena, &e), 0);
	assert_true(str_is(segment_get(s.segments, 1, 1), "1"));
	map_world_done(&w);
}

static void key_pass_is_quiet(void **state)
{
	struct map_world w;
	struct err e = {0};
	struct item it;
	struct map_result r;
	size_t n = 0;

	(void)state;
	start(&w, JOIN "rows=\"one\"/><select if=\"sku + 1 or $r\"/>", "<PO4 PO401=\"$r/n\"/>",
		"{\"sku\":\"A\"}\n", "sku,n\nA,1\n");
	assert_int_equal(reader_next(w.source, &it, &w.diag, &e), 1);
	assert_int_equal(map_key(w.run, &it, &r, &w.diag, &w.arena, &e), 0);
	assert_int_equal(w.diag.n, 0);
	assert_int_equal(r.verdict, MAP_OUT);
	assert_true(str_is(r.key, "A"));
	assert_int_equal(map_item(w.run, &it, 1, &r, &w.diag, &w.arena, &e), 0);
	assert_int_equal(w.diag.n, 1);
	map_joined(w.run, &n);
	assert_int_equal(n, 1);
	map_world_done(&w);
}

/* What differs between nights by itself must not count as a change of the item. */
static void masks_what_the_night_makes(void **state)
{
	struct map_world w;
	struct err e = {0};
	struct item it;
	struct map_result r;

	(void)state;
	start(&w, "<let name=\"today\" value=\"$run/date\"/>",
		"<DTM DTM01=\"'007'\" DTM02=\"$today\"/>"
		"<PID if=\"$run/date &gt; '2020-01-01'\" PID01=\"'F'\" PID05=\"t[../sku and $run/date]\"/>",
		"{\"sku\":\"A\",\"t\":\"x\"}\n", "sku\n");
	assert_int_equal(reader_next(w.source, &it, &w.diag, &e), 1);
	assert_int_equal(map_item(w.run, &it, 1, &r, &w.diag, &w.arena, &e), 0);
	assert_int_equal(r.n, 3);
	assert_true(r.segments->values[0].masked); /* LIN01 item-number() */
	assert_false(r.segments->values[1].masked);
	assert_false(r.segments->values[2].masked);
	assert_true(r.segments->next->values[1].masked); /* DTM02 */
	assert_false(r.segments->next->next->values[1].masked);
	map_world_done(&w);
}

static void needs_its_variables(void **state)
{
	struct map_world w;
	struct err e = {0};

	(void)state;
	map_world_start(&w, NULL);
	assert_non_null(map_world_load(&w,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"json\"/>"
		"<target format=\"x12\" version=\"004010\" message=\"832\"/>\n<key value=\"$partner/none\"/>"
		"<message><BCT BCT01=\"'PC'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"sku\"/></item></message></map>"));
	assert_null(map_run_new(w.map, &w.input, &w.diag, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, "map.xml:2: $partner/none is not defined by any profile");
	map_world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(spends_no_more_than_it_may),
		cmocka_unit_test(orphans_have_a_budget_of_their_own),
		cmocka_unit_test(repeats_too_often),
		cmocka_unit_test(takes_back),
		cmocka_unit_test(key_pass_is_quiet),
		cmocka_unit_test(masks_what_the_night_makes),
		cmocka_unit_test(needs_its_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
