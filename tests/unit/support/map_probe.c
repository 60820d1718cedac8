/* See map_probe.h. The item is written to a file in the test's own folder. */
#include "unit/support/map_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void escaped(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			buf_c(b, "&lt;");
		else if (*s == '&')
			buf_c(b, "&amp;");
		else if (*s == '"')
			buf_c(b, "&quot;");
		else
			buf_ch(b, *s);
	}
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool load(struct map_world *w, const char *expression)
{
	struct buf b;
	const struct map *m = NULL;

	buf_init(&b, 1 << 16);
	buf_c(&b,
		"<map xmlns=\"urn:gridspool:map:1\" name=\"probe\">\n"
		"<source format=\"json\"/>\n<target format=\"x12\" version=\"004010\" message=\"832\"/>\n"
		"<table name=\"colour\" file=\"colour.csv\" key=\"name\" value=\"code\"/>\n"
		"<key value=\"'k'\"/>\n<keep name=\"probe\" value=\"");
	escaped(&b, expression);
	buf_c(&b,
		"\"/>\n<message><BCT BCT01=\"'PC'\"/><item><LIN LIN02=\"'VN'\" LIN03=\"'x'\"/>"
		"<total name=\"qty\" add=\"1\"/></item></message></map>\n");
	write_file("colour.csv", "name,code\nred,RD\nblue,BL\n");
	m = map_world_load(w, buf_cstr(&b));
	buf_done(&b);
	return m != NULL;
}

struct str map_probe(struct map_world *w, const char *expression, const char *json)
{
	struct err e = {0};
	struct item it;
	struct map_result r = {0};
	struct map_around s;

	map_world_start(w, ".");
	map_world_workflow(w, "s1", "Approved");
	if (!load(w, expression))
		return (struct str){NULL, 0};
	write_file("item.json", json);
	map_world_open(w, "item.json",
		(struct reader_spec){.format = STR("json"), .file = STR("item.json")}, NULL, NULL);
	assert_int_equal(reader_next(w->source, &it, &w->diag, &e), 1);
	assert_int_equal(map_message_start(w->run, NULL, &s, &w->diag, &w->arena, &e), 0);
	assert_int_equal(map_item(w->run, &it, 1, &r, &w->diag, &w->arena, &e), 0);
	assert_int_equal(r.nkeep, 1);
	return r.keep[0].value.p ? r.keep[0].value : STR("");
}
