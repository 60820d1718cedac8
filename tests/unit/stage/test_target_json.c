/* Objects that the JSON target writes, and the reader of JSON finds again byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "format/json_count.h"
#include "format/reader.h"
#include "unit/support/made_world.h"

static const struct def_message message = {.format = {"json", 4}, .id = {"", 0}};

static void reads_back(void **state)
{
	const struct reader_spec spec = {.format = STR("json"), .file = STR("out.json")};
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;

	(void)state;
	arena_init(&a);
	names_init(&names);
	diag_init(&d, &a);
	const struct str text = made_world_text(&a, 0);
	struct made *o = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_node(&a, o, MADE_TEXT, "a \"name\"", text);
	made_world_write(&message, o, "out.json");
	const int fd = fsx_open_path("out.json", &e);
	struct reader *r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	const struct node *n = node_child(it.root, names_id(&names, STR("a \"name\"")));
	assert_non_null(n);
	assert_int_equal(n->value.n, text.n);
	assert_memory_equal(n->value.p, text.p, text.n);
	reader_close(r);
	fsx_close(fd);
	names_done(&names);
	arena_done(&a);
}

static void twice(void **state)
{
	struct arena a;
	struct made *o = NULL;

	(void)state;
	arena_init(&a);
	o = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_node(&a, o, MADE_TEXT, "a", STR("1"));
	made_world_node(&a, o, MADE_TEXT, "a", STR("2"));
	assert_true(str_is(made_world_findings(&message, o, &a), "VALUE-TWICE a"));
	arena_done(&a);
}

/* documents, values; or the fault */
static const struct {
	const char *text;
	int documents, values;
} counted[] = {
	{"", 0, 0},
	{"{}\n", 1, 0},
	{"{\"a\":1}\n{\"a\":[true,null,\"x\"]}\n", 2, 4},
	{"[{\"a\":-0.5e+3},\n\"\\u00e4\\n\"]", 1, 2},
	{"{\"a\":1}{\"a\":2}", -1, 0},
	{"{\"a\":01}", -1, 0},
	{"{\"a\":1,}", -1, 0},
	{"[1,]", -1, 0},
	{"[1}", -1, 0},
	{"{\"a\"}", -1, 0},
	{"{\"a\":\"b", -1, 0},
	{"{\"a\":1", -1, 0},
	{"{\"a\":tru}", -1, 0},
	{"[\"\n\"]", -1, 0},
	{"[\"\\x\"]", -1, 0},
};

static void counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		struct json_counts c;
		struct err e;
		FILE *f = fopen("in.json", "w");

		assert_non_null(f);
		assert_true(fputs(counted[i].text, f) >= 0);
		assert_int_equal(fclose(f), 0);
		const int fd = fsx_open_path("in.json", &e);
		const int rc = json_count_file(fd, &c, &e);
		fsx_close(fd);
		if (rc != (counted[i].documents < 0 ? -1 : 0))
			fail_msg("%s: %s", counted[i].text, rc == -1 ? e.text : "taken");
		if (rc == 0) {
			assert_int_equal(c.documents, counted[i].documents);
			assert_int_equal(c.values, counted[i].values);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(twice),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
