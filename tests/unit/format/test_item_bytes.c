/* Items as bytes and back; bytes that are cut off anywhere are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/item_bytes.h"

static struct item item(struct arena *a, bool header)
{
	struct node *root = node_new(a, NULL, 0, NODE_OBJECT);
	struct node *k = node_new(a, root, 7, NODE_NUMBER);
	struct node *o = node_new(a, root, 9, NODE_OBJECT);
	struct node *n = node_new(a, o, 8, NODE_NULL);

	k->value = STR("12.50");
	k->place = (struct place){100, 3, 4};
	n->place = (struct place){120, 0, 0};
	return (struct item){.root = root,
		.header = header ? node_new(a, NULL, 5, NODE_OBJECT) : NULL,
		.file = STR("items.json"),
		.locator = 90,
		.offset = 91,
		.line = 3,
		.column = 2,
		.raw = STR("{\"a\":12.50,\"o\":{\"n\":null}}")};
}

static void same_node(const struct node *a, const struct node *b)
{
	assert_int_equal(a->name, b->name);
	assert_int_equal(a->kind, b->kind);
	assert_true(str_eq(a->value, b->value));
	assert_memory_equal(&a->place, &b->place, sizeof(a->place));
	assert_true(!a->child == !b->child && !a->next == !b->next && !a->parent == !b->parent);
	if (a->child)
		same_node(a->child, b->child);
	if (a->next)
		same_node(a->next, b->next);
}

static void there_and_back(void **state)
{
	struct arena a;
	struct buf b;
	struct err e;

	(void)state;
	arena_init(&a);
	buf_init(&b, 10000);
	for (int header = 0; header < 2; header++) {
		const struct item was = item(&a, header);
		struct item is;

		buf_clear(&b);
		item_bytes_put(&b, &was);
		assert_int_equal(item_bytes_get(buf_view(&b), &is, &a, &e), 0);
		same_node(was.root, is.root);
		assert_int_equal(!was.header, !is.header);
		assert_true(str_eq(was.file, is.file) && str_eq(was.raw, is.raw));
		assert_int_equal(was.locator, is.locator);
		assert_int_equal(was.offset, is.offset);
		assert_int_equal(was.line, is.line);
		assert_int_equal(was.column, is.column);
		for (size_t n = 0; n < b.n; n++) {
			err_clear(&e);
			assert_int_equal(
				item_bytes_get(str_sub(buf_view(&b), 0, n), &is, &a, &e), -1);
			assert_int_equal(e.code, ERR_CORRUPT);
		}
	}
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
