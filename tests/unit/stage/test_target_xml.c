/* Elements that the XML target writes, and libxml2 finds again byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "model/xml.h"
#include "unit/support/made_world.h"

static const struct def_message message = {.format = {"xml", 3}, .id = {"", 0}};

static struct made *element(struct arena *a, struct str text)
{
	struct made *m = made_world_node(a, NULL, MADE_ELEMENT, "e", text);

	made_world_node(a, m, MADE_ATTRIBUTE, "a", text);
	return m;
}

/* All that XML 1.0 can carry: from the blank on, and tab and line ends. */
static void reads_back(void **state)
{
	struct arena a;
	struct buf got;
	struct err e;
	struct xml *root = NULL;

	(void)state;
	arena_init(&a);
	buf_init(&got, 4 << 20);
	const struct str most = made_world_text(&a, 0x20);
	const struct str text = arena_printf(&a, "\t\r\n" STR_FMT "\r\n", STR_ARG(most));
	made_world_write(&message, element(&a, text), "out.xml");
	assert_int_equal(fsx_read_path("out.xml", &got, &e), 0);
	if (xml_parse(buf_view(&got), "out.xml", &a, &root, &e) == -1)
		fail_msg("%s", e.text);
	assert_true(str_eq(root->text, text));
	assert_true(str_eq(xml_attr(root, "a"), text));
	buf_done(&got);
	arena_done(&a);
}

static void has(const char *text)
{
	struct buf got;
	struct err e;

	buf_init(&got, 1 << 20);
	assert_int_equal(fsx_read_path("out.xml", &got, &e), 0);
	if (!str_is(buf_view(&got), text))
		fail_msg("found " STR_FMT, STR_ARG(buf_view(&got)));
	buf_done(&got);
}

/* The document type names the root, whichever it is; nothing is fetched when it is read back. */
static void declares(void **state)
{
	static const struct def_doctype types[] = {
		{{"", 0}, {"http://127.0.0.1/e.dtd", 22}}, {{"-//E//E 1//EN", 13}, {"e.dtd", 5}}};
	struct def_message m = message;
	struct arena a;

	(void)state;
	arena_init(&a);
	m.doctype = &types[0];
	made_world_write(&m, element(&a, STR("")), "out.xml");
	has("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE e SYSTEM \"http://127.0.0.1/e.dtd\">\n<e a=\"\"/>\n");
	m.doctype = &types[1];
	made_world_write(&m, element(&a, STR("x")), "out.xml");
	has("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE e PUBLIC \"-//E//E 1//EN\" \"e.dtd\">\n<e a=\"x\">x</e>\n");
	arena_done(&a);
}

/* Text between elements stands where it was put, and has its characters checked. */
static void mixes(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	struct made *e = element(&a, STR(""));
	made_world_node(&a, e, MADE_TEXT, "e", STR("a < "));
	made_world_node(&a, e, MADE_ELEMENT, "b", STR("b"));
	made_world_node(&a, e, MADE_TEXT, "e", STR(" \"c\""));
	made_world_write(&message, e, "out.xml");
	has("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<e a=\"\">a &lt; <b>b</b> \"c\"</e>\n");
	made_world_node(&a, e, MADE_TEXT, "e", STR("\x01"));
	assert_true(str_is(made_world_findings(&message, e, &a), "VALUE-REPERTOIRE e"));
	arena_done(&a);
}

static void refuses(void **state)
{
	static const char *const bad[] = {"\x01", "\x08", "\x0b", "\x1f", "\xef\xbf\xbe", "\xff"};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(str_is(made_world_findings(&message, element(&a, str_c(bad[i])), &a),
			"VALUE-REPERTOIRE e; VALUE-REPERTOIRE a"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(declares),
		cmocka_unit_test(mixes),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
