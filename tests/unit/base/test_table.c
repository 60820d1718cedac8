/* Hash table: growth, keys of any bytes, collisions. */
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void empty(void **state)
{
	struct table t;
	struct str key = {NULL, 0};
	void *value = NULL;
	size_t i = 0;
	(void)state;

	table_init(&t);
	assert_null(table_get(&t, STR("a")));
	assert_false(table_each(&t, &i, &key, &value));
	assert_int_equal(t.cap, 0);
	table_done(&t);
	table_done(&t);
}

static void keys_are_bytes(void **state)
{
	static const struct str keys[] = {
		{"", 0},
		{"a", 1},
		{"A", 1},
		{"a\0", 2},
		{"a\0b", 3},
		{"\0", 1},
		{"\xff\xfe", 2},
		{"ab", 2},
	};
	const size_t n = sizeof(keys) / sizeof(keys[0]);
	int values[sizeof(keys) / sizeof(keys[0])] = {0};
	struct table t;
	int other = 0;
	(void)state;

	table_init(&t);
	for (size_t i = 0; i < n; i++)
		assert_true(table_add(&t, keys[i], &values[i]));
	for (size_t i = 0; i < n; i++) {
		assert_false(table_add(&t, keys[i], &other));
		assert_ptr_equal(table_get(&t, keys[i]), &values[i]);
	}
	assert_ptr_equal(table_get(&t, (struct str){NULL, 0}), &values[0]);
	assert_null(table_get(&t, STR("b")));
	assert_int_equal(t.n, n);
	table_done(&t);
}

enum { MANY = 20000 };

static void many(void **state)
{
	static char seen[MANY];
	struct table t;
	struct arena a;
	struct str key = {NULL, 0};
	void *value = NULL;
	size_t count = 0;
	(void)state;

	arena_init(&a);
	table_init(&t);
	for (int i = 0; i < MANY; i++) {
		assert_true(table_add(&t, arena_printf(&a, "key-%d", i), &seen[i]));
		assert_true(t.n * 10 <= t.cap * 7);
		assert_int_equal(t.cap & (t.cap - 1), 0);
	}
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(table_get(&t, arena_printf(&a, "key-%d", i)), &seen[i]);
	assert_null(table_get(&t, STR("key-20000")));
	for (size_t i = 0; table_each(&t, &i, &key, &value); count++) {
		assert_ptr_equal(table_get(&t, key), value);
		assert_int_equal(*(char *)value, 0);
		*(char *)value = 1;
	}
	assert_int_equal(count, MANY);
	assert_null(memchr(seen, 0, sizeof(seen)));
	table_done(&t);
	arena_done(&a);
}

/* Keys whose hashes fall on one slot of the first table, so that probing must wrap. */
static void one_slot(void **state)
{
	struct table t;
	struct arena a;
	struct str keys[10];
	size_t n = 0;
	(void)state;

	arena_init(&a);
	table_init(&t);
	for (int i = 0; n < 10; i++) {
		const struct str k = arena_printf(&a, "%d", i);
		if ((str_hash(k) & 15) == 15)
			keys[n++] = k;
	}
	for (size_t i = 0; i < n; i++)
		assert_true(table_add(&t, keys[i], &keys[i]));
	assert_int_equal(t.cap, 16);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(table_get(&t, keys[i]), &keys[i]);
	table_done(&t);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(keys_are_bytes),
		cmocka_unit_test(many),
		cmocka_unit_test(one_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
