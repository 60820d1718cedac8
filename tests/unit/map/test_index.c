/* The index of keys: all rows of a key, in order, and nothing else. */
#include "map/index.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/scratch.h"

static struct index_hash hash_of(unsigned i)
{
	char text[20];
	struct index_hash h = {0, 0};
	int n = snprintf(text, sizeof(text), "SKU-%u", i);

	index_hash(&h, (struct str){text, (size_t)n});
	return h;
}

/* memory: 0 no file at all; else bytes of rows to hold, of many more. */
static void finds(size_t memory)
{
	enum { KEYS = 5000 };
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	struct index x;
	size_t first = 0;
	size_t n = 0;
	uint64_t locator = 0;

	assert_int_equal(scratch_put(&file, "before", 6, &e), 0);
	index_init(&x, memory ? &file : NULL, memory);
	for (unsigned i = KEYS * 3; i-- > 0;)
		assert_int_equal(index_add(&x, hash_of(i % KEYS), i, &e), 0);
	assert_int_equal(index_sort(&x, &e), 0);
	assert_int_equal(x.n, KEYS * 3);
	assert_true(x.in_file == (memory > 0 && memory < 1 << 20));
	for (unsigned i = 0; i < KEYS; i++) {
		assert_int_equal(index_find(&x, hash_of(i), &first, &n, &e), 0);
		assert_int_equal(n, 3);
		for (unsigned k = 0; k < 3; k++) {
			assert_int_equal(index_locator(&x, first + k, &locator, &e), 0);
			assert_int_equal(locator, i + k * KEYS);
		}
	}
	assert_int_equal(index_find(&x, hash_of(KEYS), &first, &n, &e), 0);
	assert_int_equal(n, 0);
	index_done(&x);
	fsx_close(file.fd);
}

static void finds_every_row(void **state)
{
	(void)state;
	finds(0);
	finds(1 << 20); /* all of them fit */
	finds(1 << 14);
	finds(1);
}

/* More rows of one key than are read at once, or than an entry of the directory stands for. */
static void one_key(void **state)
{
	enum { ROWS = 3000 };
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	struct index x;
	size_t first = 0;
	size_t n = 0;
	uint64_t locator = 0;

	(void)state;
	index_init(&x, &file, 1000);
	for (unsigned i = 0; i < ROWS; i++)
		assert_int_equal(index_add(&x, hash_of(7), i, &e), 0);
	assert_int_equal(index_add(&x, hash_of(8), ROWS, &e), 0);
	assert_int_equal(index_sort(&x, &e), 0);
	assert_int_equal(index_find(&x, hash_of(7), &first, &n, &e), 0);
	assert_int_equal(n, ROWS);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_int_equal(index_locator(&x, first + i, &locator, &e), 0);
		assert_int_equal(locator, i);
	}
	assert_int_equal(index_find(&x, hash_of(8), &first, &n, &e), 0);
	assert_int_equal(n, 1);
	index_done(&x);
	fsx_close(file.fd);
}

static void empty(void **state)
{
	struct err e;
	struct index x;
	size_t first = 0;
	size_t n = 7;

	(void)state;
	index_init(&x, NULL, 0);
	assert_int_equal(index_sort(&x, &e), 0);
	assert_int_equal(index_find(&x, hash_of(1), &first, &n, &e), 0);
	assert_int_equal(n, 0);
	index_done(&x);
}

/* A file that cannot be written, and one that lost what was in it. */
static void tells(void **state)
{
	struct err e;
	struct scratch full = {open("/dev/full", O_WRONLY | O_CLOEXEC), 0};
	struct scratch file = {fsx_scratch(&e), 0};
	struct index x;
	size_t first = 0;
	size_t n = 0;
	int rc = 0;

	(void)state;
	index_init(&x, &full, 1000);
	for (unsigned i = 0; i < 5000 && rc == 0; i++)
		rc = index_add(&x, hash_of(i), i, &e);
	assert_int_equal(rc, -1);
	assert_string_equal(e.reason, SCRATCH_FULL);
	index_done(&x);
	fsx_close(full.fd);
	index_init(&x, &file, 1000);
	for (unsigned i = 0; i < 5000; i++)
		assert_int_equal(index_add(&x, hash_of(i), i, &e), 0);
	assert_int_equal(index_sort(&x, &e), 0);
	assert_int_equal(ftruncate(file.fd, 0), 0);
	assert_int_equal(index_find(&x, hash_of(1), &first, &n, &e), -1);
	assert_string_equal(e.reason, SCRATCH_DAMAGED);
	index_done(&x);
	fsx_close(file.fd);
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
		cmocka_unit_test(one_key),
		cmocka_unit_test(empty),
		cmocka_unit_test(tells),
		cmocka_unit_test(parts_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
