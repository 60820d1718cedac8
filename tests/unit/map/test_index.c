/* The index of keys: all rows of a key, in order, and nothing else. */
#include "map/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct index_hash hash_of(unsigned i)
{
	char text[20];
	struct index_hash h = {0, 0};
	int n = snprintf(text, sizeof(text), "SKU-%u", i);

	index_hash(&h, (struct str){text, (size_t)n});
	return h;
}

static void finds_every_row(void **state)
{
	enum { KEYS = 5000 };
	struct index x = {0};
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < KEYS * 3; i++)
		index_add(&x, hash_of(i % KEYS), i);
	index_sort(&x);
	for (unsigned i = 0; i < KEYS; i++) {
		size_t first = index_find(&x, hash_of(i), &n);

		assert_int_equal(n, 3);
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(x.rows[first + k].locator, i + k * KEYS);
	}
	index_find(&x, hash_of(KEYS), &n);
	assert_int_equal(n, 0);
	index_done(&x);
}

static void empty(void **state)
{
	struct index x = {0};
	size_t n = 7;

	(void)state;
	index_sort(&x);
	index_find(&x, hash_of(1), &n);
	assert_int_equal(n, 0);
	index_done(&x);
}

/* "ab" + "c" is another key than "a" + "bc". */
static void parts_count(void **state)
{
	struct index_hash a = {0, 0};
	struct index_hash b = {0, 0};

	(void)state;
	index_hash(&a, STR("ab"));
	index_hash(&a, STR("c"));
	index_hash(&b, STR("a"));
	index_hash(&b, STR("bc"));
	assert_true(a.a != b.a && a.b != b.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_row),
		cmocka_unit_test(empty),
		cmocka_unit_test(parts_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
