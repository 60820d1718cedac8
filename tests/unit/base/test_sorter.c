/* Records sorted in memory, and through runs that are merged once and several times. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/sorter.h"

enum { RECORDS = 5000, KEYS = 97 };

static char large[200000];

/* The n-th record: its key, which others have too, and its place among all. */
static void make(unsigned n, char key[16], char record[200])
{
	(void)snprintf(key, 16, "k%02u", n * 7919u % KEYS);
	(void)snprintf(record, 200, "%s %04u %.*s", key, n, (int)(n % 90),
		"----------------------------------------------------------------------------------------------");
}

static void sorted(size_t memory)
{
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	struct sorter *s = sorter_new(&file, memory);
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
	while ((rc = sorter_next(s, NULL, &record, &e)) == 1) {
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
	assert_int_equal(fsx_size(file.fd, &size, &e), 0);
	assert_int_equal(size, file.size);
	assert_true((size > 0) == (memory < 1 << 20));
	sorter_free(s);
	fsx_close(file.fd);
}

static void sorts(void **state)
{
	(void)state;
	sorted(1 << 20);   /* in memory */
	sorted(256 << 10); /* runs that are merged at once */
	sorted(50 << 10);  /* in several rounds */
	sorted(1);	   /* a run a record */
}

static void nothing(void **state)
{
	struct err e;
	struct sorter *s = sorter_new(NULL, 100);
	struct str record;

	(void)state;
	assert_int_equal(sorter_next(s, NULL, &record, &e), 0);
	assert_int_equal(sorter_next(s, NULL, &record, &e), 0);
	sorter_free(s);
	sorter_free(NULL);
}

/* A record that is larger than all that memory is to hold, and one larger than what is read at once. */
static void large_ones(void **state)
{
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	struct sorter *s = sorter_new(&file, 1000);
	struct str record;

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(sorter_add(s, STR("b"), (struct str){large, sizeof(large)}, &e), 0);
	assert_int_equal(sorter_add(s, STR("a"), STR("first"), &e), 0);
	assert_int_equal(sorter_add(s, STR("c"), STR("last"), &e), 0);
	assert_int_equal(sorter_next(s, NULL, &record, &e), 1);
	assert_true(str_is(record, "first"));
	assert_int_equal(sorter_next(s, NULL, &record, &e), 1);
	assert_true(str_eq(record, (struct str){large, sizeof(large)}));
	assert_int_equal(sorter_next(s, NULL, &record, &e), 1);
	assert_true(str_is(record, "last"));
	assert_int_equal(sorter_next(s, NULL, &record, &e), 0);
	sorter_free(s);
	fsx_close(file.fd);
}

/* A file that cannot be written, and one that lost its end, are told. */
static void tells(void **state)
{
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	struct scratch full = {open("/dev/full", O_WRONLY | O_CLOEXEC), 0};
	struct sorter *s = sorter_new(&full, 1);
	struct str record;
	int rc = 0;

	(void)state;
	assert_int_equal(sorter_add(s, STR("a"), STR("1"), &e), 0);
	assert_int_equal(sorter_add(s, STR("b"), STR("2"), &e), -1);
	assert_int_equal(e.code, ERR_FULL);
	assert_string_equal(e.reason, SCRATCH_FULL);
	assert_non_null(strstr(e.text, "the scratch file cannot be written"));
	assert_non_null(strstr(e.text, "No space left on device"));
	fsx_close(full.fd);
	sorter_free(s);
	s = sorter_new(&file, 8 * sizeof(large));
	for (const char *key = "acdefghb"; *key; key++)
		assert_int_equal(
			sorter_add(s, (struct str){key, 1}, (struct str){large, sizeof(large)}, &e),
			0);
	assert_int_equal(sorter_next(s, NULL, &record, &e), 1);
	assert_int_equal(ftruncate(file.fd, 0), 0);
	while ((rc = sorter_next(s, NULL, &record, &e)) == 1)
		continue;
	assert_int_equal(rc, -1);
	assert_string_equal(e.reason, SCRATCH_DAMAGED);
	assert_non_null(strstr(e.text, "was cut off"));
	sorter_free(s);
	fsx_close(file.fd);
}

/* Several use one file, one behind the other; keys that begin alike, and numbers, have their order. */
static void shares(void **state)
{
	struct err e;
	struct scratch file = {fsx_scratch(&e), 0};
	char key[8];
	struct str got;
	struct str record;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct sorter *s = sorter_new(&file, 1);
		const uint64_t before = file.size;

		for (uint64_t i = 0; i < 300; i++) {
			sorter_put_number(key, i * 7919 % 300);
			assert_int_equal(
				sorter_add(s, (struct str){key, sizeof(key)}, STR(""), &e), 0);
		}
		for (uint64_t i = 0; i < 300; i++) {
			assert_int_equal(sorter_next(s, &got, &record, &e), 1);
			assert_int_equal(got.n, 8);
			assert_int_equal(sorter_get_number(got.p), i);
			assert_int_equal(record.n, 0);
		}
		assert_int_equal(sorter_next(s, &got, &record, &e), 0);
		assert_true(file.size > before);
		sorter_free(s);
	}
	fsx_close(file.fd);
}

static void long_keys(void **state)
{
	static const char *const keys[] = {
		"abcdefgh", "abcdefgh\1", "abcdefghi", "abcdefg", "", "a"};
	static const char *const want[] = {
		"", "a", "abcdefg", "abcdefgh", "abcdefgh\1", "abcdefghi"};
	struct err e;
	struct sorter *s = sorter_new(NULL, 1);
	struct str key;
	struct str record;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(sorter_add(s, str_c(keys[i]), STR("r"), &e), 0);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(sorter_next(s, &key, &record, &e), 1);
		assert_true(str_is(key, want[i]));
	}
	sorter_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts),
		cmocka_unit_test(nothing),
		cmocka_unit_test(large_ones),
		cmocka_unit_test(tells),
		cmocka_unit_test(shares),
		cmocka_unit_test(long_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
