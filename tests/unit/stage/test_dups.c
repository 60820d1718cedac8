/* Duplicate keys: exactly what counting every key says, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include <cmocka.h>

#include "stage/dups.h"

enum { KEYS = 20000, DRAWS = 30000 };

static uint32_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

static struct str key_of(uint32_t n, char text[24])
{
	return (struct str){text, (size_t)snprintf(text, 24, "SKU-%u", n)};
}

/* rounds of a random stream against counters; spread: how many different keys are drawn from. */
static void against_counts(uint64_t seed, uint32_t spread)
{
	static uint8_t seen[KEYS];
	struct dups *d = dups_new();
	uint64_t s = seed;
	size_t suspects = 0;
	size_t repeats = 0;
	char text[24];

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < DRAWS; i++) {
		const uint32_t n = draw(&s) % spread;
		const bool new_one = dups_first(d, key_of(n, text));
		suspects += !new_one;
		repeats += seen[n] > 0;
		assert_false(new_one && seen[n] > 0); /* no duplicate is ever missed */
		if (seen[n] < 3)
			seen[n]++;
	}
	assert_true(suspects - repeats < 3); /* and hardly any other is suspect */
	assert_true(dups_again(d));
	s = seed;
	for (int i = 0; i < DRAWS; i++)
		dups_second(d, key_of(draw(&s) % spread, text));
	for (uint32_t n = 0; n < spread; n++)
		assert_int_equal(dups_is(d, key_of(n, text)), seen[n] > 1);
	assert_false(dups_is(d, STR("never seen")));
	dups_free(d);
}

static void random_streams(void **state)
{
	(void)state;
	against_counts(1, KEYS);
	against_counts(2, KEYS / 10);
	against_counts(3, 2);
	against_counts(4, 1);
}

static void all_different(void **state)
{
	struct dups *d = dups_new();
	char text[24];

	(void)state;
	for (uint32_t n = 0; n < KEYS; n++)
		assert_true(dups_first(d, key_of(n, text)));
	assert_false(dups_again(d)); /* no second pass */
	assert_false(dups_is(d, STR("SKU-1")));
	dups_free(d);
	dups_free(NULL);
}

/* Seen by the second pass only (the file changed): no duplicate, and no harm. */
static void unknown_in_second_pass(void **state)
{
	struct dups *d = dups_new();

	(void)state;
	assert_true(dups_first(d, STR("a")));
	assert_false(dups_first(d, STR("a")));
	assert_true(dups_first(d, STR("")));
	assert_true(dups_again(d));
	dups_second(d, STR("b"));
	dups_second(d, STR("b"));
	dups_second(d, STR("a"));
	assert_false(dups_is(d, STR("b")));
	assert_false(dups_is(d, STR("a"))); /* once now */
	dups_second(d, STR("a"));
	assert_true(dups_is(d, STR("a")));
	dups_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_streams),
		cmocka_unit_test(all_different),
		cmocka_unit_test(unknown_in_second_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
