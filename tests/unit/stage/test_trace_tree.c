/* Positions in rows and lines, and the value that stands there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage/trace_tree.h"
#include "unit/support/made_world.h"

static const struct def_message json = {.format = {"json", 4}, .id = {"", 0}};
static const struct def_message xml = {.format = {"xml", 3}, .id = {"", 0}};

static struct def_field price = {.name = {"price", 5}, .kind = FIELD_NUMBER};
static const struct def_field name = {.name = {"name", 4}, .next = &price};
static const struct def_layout columns = {
	.delimiter = ';', .quote = '"', .decimal = ',', .header = true, .fields = &name};
static const struct def_message rows = {
	.format = {"csv", 3}, .id = {"list", 4}, .layout = &columns};

struct asked {
	uint64_t at, number;
	const char *name;
	const char
		*found; /* NAME=TEXT; "" nothing was written there, "none" there is no such place */
};

static void ask(const struct trace_tree *x, const struct asked *asked, size_t n)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < n; i++) {
		const struct trace_tree_asked q = {
			asked[i].at, asked[i].number, str_c(asked[i].name)};
		struct trace_tree_found out;
		struct err e;
		struct str said = STR("");

		if (trace_tree_find(x, &q, &out, &a, &e) == -1)
			fail_msg("%s", e.text);
		if (out.absent)
			said = STR("none");
		else if (out.made)
			said = arena_printf(
				&a, STR_FMT "=" STR_FMT, STR_ARG(out.name), STR_ARG(out.text));
		if (!str_is(said, asked[i].found))
			fail_msg("%u:%u%s: found " STR_FMT ", expected %s", (unsigned)asked[i].at,
				(unsigned)asked[i].number, asked[i].name, STR_ARG(said),
				asked[i].found);
	}
	arena_done(&a);
}

/* {"items":[ then {"sku":"Ä1","prices":[{"of":1},{"of":2}]} */
static void lines_of_json(void **state)
{
	static const struct asked asked[] = {{12, 0, "", "="}, {12, 1, "", "="}, {12, 5, "", "="},
		{12, 6, "",
			"sku=\xc3\x84"
			"1"},
		{12, 18, "", "prices="}, {12, 27, "", "prices[1]="}, {12, 33, "", "prices[1]/of=1"},
		{12, 0, "prices[2]/of", "prices[2]/of=2"}, {12, 0, "of", "prices[1]/of=1"},
		{12, 0, "f", "none"}, {12, 400, "", "none"}, {13, 0, "", ""}};
	static const struct asked around[] = {
		{1, 0, "", "="}, {2, 4, "", "items="}, {2, 0, "items", "items="}};
	struct arena a;

	(void)state;
	arena_init(&a);
	struct made *head = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	struct made *items = made_world_node(&a, head, MADE_ARRAY, "items", STR(""));
	struct made *o = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_node(&a, o, MADE_TEXT, "sku",
		STR("\xc3\x84"
		    "1"));
	struct made *prices = made_world_node(&a, o, MADE_ARRAY, "prices", STR(""));
	for (const char *const *of = (const char *const[]){"1", "2", NULL}; *of; of++)
		made_world_node(&a, made_world_node(&a, prices, MADE_OBJECT, "", STR("")),
			MADE_NUMBER, "of", str_c(*of));
	head->extent = items->extent = MADE_BEGUN;
	ask(&(struct trace_tree){&json, head, o, o, 12, 0}, asked,
		sizeof(asked) / sizeof(asked[0]));
	ask(&(struct trace_tree){&json, head, NULL, NULL, 1, 0}, around,
		sizeof(around) / sizeof(around[0]));
	arena_done(&a);
}

/* <l id="7"><n>A</n><n>B(line end)C</n></l> from line 5 to 6, then <l>x<n>D</n>y</l> in 7. */
static void lines_of_xml(void **state)
{
	static const struct asked asked[] = {{5, 0, "", "l="}, {5, 1, "", "l="},
		{5, 5, "", "@id=7"}, {5, 0, "@id", "@id=7"}, {5, 16, "", "n=A"},
		{5, 22, "", "n[2]=B\nC"}, {6, 1, "", "n[2]=B\nC"}, {6, 4, "", "n[2]=B\nC"},
		{6, 7, "", "l="}, {7, 6, "", "text()=x"}, {7, 7, "", "n=D"},
		{7, 15, "", "text()[2]=y"}, {7, 0, "l", "none"}, {8, 0, "", ""}};
	struct arena a;

	(void)state;
	arena_init(&a);
	struct made *head = made_world_node(&a, NULL, MADE_ELEMENT, "ls", STR(""));
	struct made *l = made_world_node(&a, NULL, MADE_ELEMENT, "l", STR(""));
	made_world_node(&a, l, MADE_ATTRIBUTE, "id", STR("7"));
	made_world_node(&a, l, MADE_ELEMENT, "n", STR("A"));
	made_world_node(&a, l, MADE_ELEMENT, "n", STR("B\nC"));
	l->next = made_world_node(&a, NULL, MADE_ELEMENT, "l", STR(""));
	made_world_node(&a, l->next, MADE_TEXT, "l", STR("x"));
	made_world_node(&a, l->next, MADE_ELEMENT, "n", STR("D"));
	made_world_node(&a, l->next, MADE_TEXT, "l", STR("y"));
	head->extent = MADE_BEGUN;
	ask(&(struct trace_tree){&xml, head, l, l, 5, 0}, asked, sizeof(asked) / sizeof(asked[0]));
	arena_done(&a);
}

static void columns_of_rows(void **state)
{
	static const struct asked asked[] = {{9, 0, "", "="}, {9, 1, "", "name=x"},
		{9, 2, "", "price="}, {10, 2, "", "price=1,5"}, {10, 0, "price", "price=1,5"},
		{10, 3, "", "none"}, {10, 0, "Price", "none"}};
	struct arena a;

	(void)state;
	arena_init(&a);
	struct made *row = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_node(&a, row, MADE_TEXT, "name", STR("x"));
	made_world_node(&a, row, MADE_NUMBER, "price", STR(""))->absent = true;
	row->next = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_node(&a, row->next, MADE_NUMBER, "price", STR("1.5"));
	ask(&(struct trace_tree){&rows, NULL, row, row, 9, 0}, asked,
		sizeof(asked) / sizeof(asked[0]));
	arena_done(&a);
}

/* Two heads are made before an item: only the inner one was written, in row 7, and the item in row 8. */
static void heads_of_rows(void **state)
{
	static const struct asked inner[] = {{7, 1, "", "name=inner"}};
	static const struct asked both[] = {{7, 1, "", "name=outer"}, {8, 1, "", "name=inner"}};
	static const struct asked item[] = {{8, 1, "", "name=item"}};
	static const char *const texts[] = {"outer", "inner", "item"};
	struct made *made[3];
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < 3; i++) {
		made[i] = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
		made_world_node(&a, made[i], MADE_TEXT, "name", str_c(texts[i]));
	}
	made[0]->next = made[1];
	made[1]->next = made[2];
	ask(&(struct trace_tree){&rows, NULL, made[0], made[2], 7, 1}, inner, 1);
	ask(&(struct trace_tree){&rows, NULL, made[0], made[2], 7, 2}, both, 2);
	ask(&(struct trace_tree){&rows, NULL, made[0], made[2], 8, 0}, item, 1);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_json),
		cmocka_unit_test(lines_of_xml),
		cmocka_unit_test(columns_of_rows),
		cmocka_unit_test(heads_of_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
