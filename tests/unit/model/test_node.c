/* The tree of an item: order of children, repeated names, paths for messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/node.h"

static void order_and_lookup(void **state)
{
	struct arena a;
	struct names n;

	(void)state;
	arena_init(&a);
	names_init(&n);
	const uint32_t red = names_id(&n, STR("red"));
	const uint32_t blue = names_id(&n, STR("blue"));
	struct node *root = node_new(&a, NULL, 0, NODE_OBJECT);
	struct node *r1 = node_new(&a, root, red, NODE_TEXT);
	struct node *b1 = node_new(&a, root, blue, NODE_NUMBER);
	struct node *r2 = node_new(&a, root, red, NODE_NULL);

	assert_ptr_equal(root->child, r1);
	assert_ptr_equal(root->last, r2);
	assert_ptr_equal(r1->next, b1);
	assert_ptr_equal(b1->next, r2);
	assert_null(r2->next);
	assert_ptr_equal(b1->parent, root);
	assert_int_equal(b1->kind, NODE_NUMBER);
	assert_ptr_equal(node_child(root, blue), b1);
	assert_ptr_equal(node_child(root, red), r1);
	assert_ptr_equal(node_again(r1), r2);
	assert_null(node_again(r2));
	assert_null(node_child(root, names_id(&n, STR("green"))));
	assert_null(node_child(r1, red));
	names_done(&n);
	arena_done(&a);
}

static void paths(void **state)
{
	struct arena a;
	struct names n;

	(void)state;
	arena_init(&a);
	names_init(&n);
	struct node *root = node_new(&a, NULL, names_id(&n, STR("root")), NODE_OBJECT);
	struct node *body = node_new(&a, root, names_id(&n, STR("body")), NODE_OBJECT);
	struct node *name = node_new(&a, body, names_id(&n, STR("name")), NODE_OBJECT);
	struct node *v[3];
	struct node *leaf[3];

	for (int i = 0; i < 3; i++) {
		v[i] = node_new(&a, name, names_id(&n, STR("values")), NODE_OBJECT);
		(void)node_new(&a, name, names_id(&n, STR("other")), NODE_NULL);
		leaf[i] = node_new(&a, v[i], names_id(&n, STR("value")), NODE_TEXT);
	}
	const struct {
		const struct node *node;
		const char *want;
	} rows[] = {
		{root, ""},
		{body, "body"},
		{name, "body/name"},
		{v[0], "body/name/values[1]"},
		{leaf[0], "body/name/values[1]/value"},
		{leaf[1], "body/name/values[2]/value"},
		{leaf[2], "body/name/values[3]/value"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct str path = node_path(rows[i].node, &n, &a);
		assert_string_equal(path.p, rows[i].want);
		assert_true(str_is(path, rows[i].want));
	}
	names_done(&n);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_lookup),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
