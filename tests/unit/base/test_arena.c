/* Arenas: alignment, growth, reset. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void pieces_do_not_overlap(void **state)
{
	enum { N = 3000 };
	static unsigned char *pieces[N];
	struct arena a;
	(void)state;

	arena_init(&a);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < N; i++) {
			pieces[i] = arena_raw(&a, i % 300);
			assert_int_equal((uintptr_t)pieces[i] % 16, 0);
			memset(pieces[i], (int)(i % 251), i % 300);
		}
		for (size_t i = 0; i < N; i++)
			for (size_t k = 0; k < i % 300; k++)
				if (pieces[i][k] != i % 251)
					fail_msg("piece %zu was written over", i);
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_done(&a);
	arena_done(&a);
}

static void arrays_are_zeroed(void **state)
{
	struct arena a;
	(void)state;

	arena_init(&a);
	for (int round = 0; round < 2; round++) {
		uint64_t *p = NULL;
		memset(arena_raw(&a, 4096), 0xFF, 4096);
		arena_reset(&a);
		p = arena_array(&a, 512, sizeof(*p));
		for (size_t i = 0; i < 512; i++)
			assert_true(p[i] == 0);
		assert_true(*ARENA_NEW(&a, uint64_t) == 0);
	}
	assert_non_null(arena_array(&a, 0, 8));
	arena_done(&a);
}

static void large_pieces(void **state)
{
	struct arena a;
	(void)state;

	arena_init(&a);
	for (size_t n = 1; n <= (8u << 20); n *= 2) {
		char *p = arena_raw(&a, n);
		p[0] = 'a';
		p[n - 1] = 'z';
	}
	assert_true(a.used >= 8u << 20);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(arena_raw(&a, 10));
	arena_reset(&a);
	arena_reset(&a);
	arena_done(&a);
}

static void texts(void **state)
{
	struct arena a;
	char source[] = "abc";
	struct str s = {NULL, 0};
	(void)state;

	arena_init(&a);
	s = arena_str(&a, str_c(source));
	source[0] = 'x';
	assert_true(str_is(s, "abc"));
	assert_int_equal(s.p[3], '\0');
	s = arena_str(&a, (struct str){"a\0b", 3});
	assert_memory_equal(s.p, "a\0b", 4);
	assert_int_equal(s.n, 3);
	assert_string_equal(arena_cstr(&a, (struct str){NULL, 0}), "");
	s = arena_printf(&a, "%s-%05d", "n", 42);
	assert_true(str_is(s, "n-00042"));
	assert_int_equal(s.p[s.n], '\0');
	s = arena_printf(&a, "%*d", 100000, 1);
	assert_int_equal(s.n, 100000);
	assert_int_equal(s.p[99999], '1');
	assert_int_equal(arena_printf(&a, "%s", "").n, 0);
	arena_done(&a);
}

static void parts_are_joined(void **state)
{
	const struct str parts[] = {STR("one"), STR(""), {NULL, 0}, STR(" two")};
	struct arena a;
	(void)state;

	arena_init(&a);
	assert_string_equal(arena_join(&a, parts, 4).p, "one two");
	assert_int_equal(arena_join(&a, parts, 4).n, 7);
	assert_string_equal(arena_join(&a, parts, 0).p, "");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(arrays_are_zeroed),
		cmocka_unit_test(parts_are_joined),
		cmocka_unit_test(large_pieces),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
