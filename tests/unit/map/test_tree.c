/* Templates of trees: what arrays, rows and elements come to, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/map_world.h"

#define ITEM                                                                       \
	"{\"sku\":\"A\",\"code\":\"x\",\"sizes\":[{\"code\":\"1\",\"stock\":2},"   \
	"{\"code\":\"2\",\"stock\":3}],\"t\":[true,\"true\",\"1\",1,\"yes\"],"     \
	"\"f\":[false,\"false\",\"0\",0],\"odd\":[\"no\",\"N\",2],\"empty\":\"\"," \
	"\"nil\":null}\n"

static void dump(struct buf *out, const struct made *m)
{
	static const char *const brackets[] = {
		[MADE_OBJECT] = "{}", [MADE_ARRAY] = "[]", [MADE_ELEMENT] = "<>"};

	for (; m; m = m->next) {
		const char *around = m->kind < sizeof(brackets) / sizeof(brackets[0])
			? brackets[m->kind]
			: NULL;
		if (m->absent)
			continue;
		buf_printf(out, "%s" STR_FMT "%s", m->kind == MADE_ATTRIBUTE ? "@" : "",
			STR_ARG(m->name), m->name.n && !around ? ":" : "");
		if (around)
			buf_ch(out, around[0]);
		buf_str(out, m->text);
		dump(out, m->child);
		if (around)
			buf_ch(out, around[1]);
		else if (m->next)
			buf_c(out, ",");
	}
}

/* What a map makes of one item, or its first fault; then its findings. */
static void make(struct map_world *w, const char *target, const char *item, const char *json,
	struct buf *out)
{
	const struct reader_spec spec = {.format = STR("json"), .file = STR("item.json")};
	struct map_result r = {0};
	struct err e = {0};
	struct item it;
	struct map_around s;
	struct buf b;
	FILE *f = fopen("item.json", "w");

	assert_non_null(f);
	assert_true(fputs(json, f) >= 0);
	assert_int_equal(fclose(f), 0);
	buf_init(&b, 1 << 16);
	buf_printf(&b,
		"<map xmlns=\"urn:gridspool:map:1\" xmlns:m=\"urn:gridspool:map:1\" name=\"m\">"
		"<source format=\"json\"/>\n<target %s/><key value=\"sku\"/>\n%s</map>",
		target, item);
	map_world_start(w, NULL);
	if (map_world_load(w, buf_cstr(&b))) {
		map_world_open(w, "item.json", spec, NULL, NULL);
		assert_int_equal(map_message_start(w->run, NULL, &s, &w->diag, &w->arena, &e), 0);
		assert_int_equal(reader_next(w->source, &it, &w->diag, &e), 1);
		assert_int_equal(map_item(w->run, &it, 1, &r, &w->diag, &w->arena, &e), 0);
		dump(out, r.made);
		map_world_findings(out, &w->diag);
	}
	map_world_faults(out, &w->faults);
	buf_done(&b);
}

struct row {
	const char *target;
	const char *item; /* line 3 of the map */
	const char *want;
};

#define JSON "format=\"json\""
#define OBJECT(inside) "<item><object>" inside "</object></item>"

static const struct row rows[] = {
	/* what stands in an array is made in each of its turns */
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\"><let name=\"c\" value=\"code\"/>"
		       "<object><string name=\"c\" value=\"$c\"/></object></array>"),
		"{s[{c:1}{c:2}]}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\"><total name=\"n\" add=\"stock\"/>"
		       "<string value=\"code\"/></array><number name=\"n\" value=\"total('n')\"/>"),
		"{s[1,2]n:5}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\" if=\"stock > 2\"><string value=\"code\"/>"
		       "</array>"),
		"{s[2]}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\" as=\"z\" if=\"$z/stock > 2\" sort=\"code\">"
		       "<string value=\"$z/code\"/></array>"),
		"{s[2]}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\" if=\"stock > 9\"><string value=\"code\"/>"
		       "</array>"),
		"{}"},
	{JSON,
		OBJECT("<array name=\"s\" if=\"code = 'x'\"><let name=\"c\" value=\"code\"/>"
		       "<string value=\"$c\"/></array>"),
		"{s[x]}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\" if=\"stock > 2\"><string value=\"code\"/>"
		       "</array><array name=\"s\" each=\"sizes\" if=\"stock > 9\"><string "
		       "value=\"code\"/></array>"),
		"{s[2]}"},
	{JSON,
		OBJECT("<array name=\"s\" each=\"sizes\"><array each=\"code\"><let name=\"c\" "
		       "value=\".\"/><string value=\"$c\"/></array></array>"),
		"{s[[1][2]]}"},
	/* the item is there once */
	{JSON, "<item each=\"sizes\"><object/></item>", "3:13: <item> has no attribute 'each'\n"},
	{JSON, "<item if=\"sku\" as=\"x\" sort=\"sku\"><object/></item>",
		"3:20: <item> has no attribute 'as'\n3:29: <item> has no attribute 'sort'\n"},
	/* truths are never guessed */
	{JSON, OBJECT("<array name=\"b\" each=\"t[. != 'yes']\"><bool value=\".\"/></array>"),
		"{b[true,true,true,true]}"},
	{JSON, OBJECT("<array name=\"b\" each=\"f\"><bool value=\".\"/></array>"),
		"{b[false,false,false,false]}"},
	{JSON,
		OBJECT("<bool name=\"a\" value=\"empty\"/><bool name=\"b\" value=\"nil\"/>"
		       "<bool name=\"c\" value=\"none\"/><bool name=\"d\" value=\"sku = 'A'\"/>"
		       "<bool name=\"e\" value=\"count(sizes) &gt; 2\"/>"),
		"{d:true,e:false}"},
	{JSON, OBJECT("<array name=\"b\" each=\"odd\"><bool value=\".\"/></array>"),
		"{}! VALUE-NOT-BOOL A odd[1] 'no'\n! VALUE-NOT-BOOL A odd[2] 'N'\n"
		"! VALUE-NOT-BOOL A odd[3] '2'\n"},
	/* texts of several pieces, and what is written empty */
	{"format=\"xml\"",
		"<message><u:c xmlns:u=\"urn:c\"><item><u:p a=\"\" b=\"{empty}\" "
		"c=\"{sku}-{empty}\">{sku}{code}</u:p></item></u:c></message>",
		"u:p<Ax@a:,@c:A->"},
};

static void table(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct buf out;

		buf_init(&out, 1 << 16);
		make(&w, rows[i].target, rows[i].item, ITEM, &out);
		if (!str_is(buf_view(&out), rows[i].want)) {
			print_error(
				"row %zu: want\n%s\ngot\n%s\n", i, rows[i].want, buf_cstr(&out));
			wrong++;
		}
		buf_done(&out);
		map_world_done(&w);
	}
	assert_int_equal(wrong, 0);
}

/* A hundred pieces around a long text cost its length, not a hundred times that. */
static void joins_pieces_once(void **state)
{
	enum { LONG = 4 << 20, PIECES = 90 };
	struct map_world w;
	struct buf item;
	struct buf json;
	struct buf out;

	(void)state;
	buf_init(&item, 1 << 16);
	buf_init(&json, LONG + 100);
	buf_init(&out, LONG + 1000);
	buf_c(&item, "<message><u:c xmlns:u=\"urn:c\"><item><u:p>{t}");
	for (int i = 0; i < PIECES; i++)
		buf_c(&item, "{sku}");
	buf_c(&item, "</u:p></item></u:c></message>");
	buf_c(&json, "{\"sku\":\"A\",\"t\":\"");
	for (int i = 0; i < LONG; i++)
		buf_ch(&json, 'a');
	buf_c(&json, "\"}\n");
	make(&w, "format=\"xml\"", buf_cstr(&item), buf_cstr(&json), &out);
	assert_int_equal(w.diag.n, 0);
	assert_int_equal(w.faults.n, 0);
	assert_int_equal(out.n, strlen("u:p<>") + LONG + PIECES);
	map_world_done(&w);
	buf_done(&item);
	buf_done(&json);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(joins_pieces_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
