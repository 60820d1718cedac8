/* Records sorted in memory, and through runs that are merged once and several times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/sorter.h"

enum { RECORDS = 5000, KEYS = 97 };

static char large[200000];

/* The n-th record: its key, which others have too, and its place among all. */
static void make(unsigned n, char key[16], char record[200])
{
	(void)snprintf(key, 16, "k%02u", n * 7919u % KEYS);
	(void)snprintf(record, 200, "%s %04u %.*s", key, n, (int)(n % 90),
		"----------------------------------------------------------------------------------------------");
}

static void sorted(size_t memory, size_t runs)
{
	struct err e;
	const int fd = fsx_scratch(&e);
	struct sorter *s = sorter_new(fd, memory, runs);
	struct str record;
	char last[16] = "";
	uint64_t size = 0;
	int n = 0;
	int rc = 0;

	for (unsigned i = 0; i < RECORDS; i++) {
		char key[16];
		char text[200];

		make(i, key, text);
		assert_int_equal(sorter_add(s, str_c(key), str_c(text), &e), 0);
	}
	while ((rc = sorter_next(s, &record, &e)) == 1) {
		unsigned number = 0;
		char key[16];
		char text[200];
		int64_t place = 0;

		assert_true(str_to_i64(str_sub(record, 4, 4), &place));
		number = (unsigned)place;
		make(number, key, text);
		assert_true(str_eq(record, str_c(text)));
		/* keys rise, and so do the places of those that have the same */
		assert_true(strncmp(last, record.p, 8) < 0);
		memcpy(last, record.p, 8);
		n++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(n, RECORDS);
	assert_int_equal(fsx_size(fd, &size, &e), 0);
	assert_true((size > 0) == (memory < 1 << 20));
	sorter_free(s);
	fsx_close(fd);
}

static void sorts(void **state)
{
	(void)state;
	sorted(1 << 20, 128);  /* in memory */
	sorted(64 << 10, 128); /* runs that are merged at once */
	sorted(4 << 10, 3);    /* in several rounds */
	sorted(1, 2);	       /* a run a record */
}

static void nothing(void **state)
{
	struct err e;
	struct sorter *s = sorter_new(-1, 100, 2);
	struct str record;

	(void)state;
	assert_int_equal(sorter_next(s, &record, &e), 0);
	assert_int_equal(sorter_next(s, &record, &e), 0);
	sorter_free(s);
	sorter_free(NULL);
}

/* A record that is larger than all that memory is to hold, and one larger than what is read at once. */
static void large_ones(void **state)
{
	struct err e;
	const int fd = fsx_scratch(&e);
	struct sorter *s = sorter_new(fd, 1000, 2);
	struct str record;

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(sorter_add(s, STR("b"), (struct str){large, sizeof(large)}, &e), 0);
	assert_int_equal(sorter_add(s, STR("a"), STR("first"), &e), 0);
	assert_int_equal(sorter_add(s, STR("c"), STR("last"), &e), 0);
	assert_int_equal(sorter_next(s, &record, &e), 1);
	assert_true(str_is(record, "first"));
	assert_int_equal(sorter_next(s, &record, &e), 1);
	assert_true(str_eq(record, (struct str){large, sizeof(large)}));
	assert_int_equal(sorter_next(s, &record, &e), 1);
	assert_true(str_is(record, "last"));
	assert_int_equal(sorter_next(s, &record, &e), 0);
	sorter_free(s);
	fsx_close(fd);
}

/* A file that cannot be written, and one that lost its end, are told. */
static void tells(void **state)
{
	struct err e;
	const int fd = fsx_scratch(&e);
	struct sorter *s = sorter_new(-1, 1, 2);
	struct str record;
	int rc = 0;

	(void)state;
	assert_int_equal(sorter_add(s, STR("a"), STR("1"), &e), 0);
	assert_int_equal(sorter_add(s, STR("b"), STR("2"), &e), -1);
	assert_non_null(strstr(e.text, "sort the items by their groups"));
	sorter_free(s);
	s = sorter_new(fd, 8 * sizeof(large), 2);
	for (const char *key = "acdefghb"; *key; key++)
		assert_int_equal(
			sorter_add(s, (struct str){key, 1}, (struct str){large, sizeof(large)}, &e),
			0);
	assert_int_equal(sorter_next(s, &record, &e), 1);
	assert_int_equal(ftruncate(fd, 0), 0);
	while ((rc = sorter_next(s, &record, &e)) == 1)
		continue;
	assert_int_equal(rc, -1);
	assert_non_null(strstr(e.text, "was cut off"));
	sorter_free(s);
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts),
		cmocka_unit_test(nothing),
		cmocka_unit_test(large_ones),
		cmocka_unit_test(tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
