/* Messages that a broken rule stops: which items were written to them, asked once more in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage/produce_stop.h"

static void notes_and_finds(void **state)
{
	struct produce_stop s = {0};
	struct arena a;

	(void)state;
	arena_init(&a);
	produce_stop_written(&s, 1);
	produce_stop_written(&s, 2);
	produce_stop_closed(&s);
	produce_stop_broken(&s, STR("C"), &a); /* before anything is written to it */
	produce_stop_written(&s, 4);
	produce_stop_broken(&s, STR("E"), &a);
	produce_stop_written(&s, 6);
	produce_stop_closed(&s);
	produce_stop_written(&s, 7);
	produce_stop_closed(&s);
	produce_stop_written(&s, 8);
	produce_stop_broken(&s, STR("I"), &a);
	produce_stop_closed(&s);
	produce_stop_broken(&s, STR("J"), &a);
	produce_stop_closed(&s); /* nothing was written */
	assert_int_equal(s.n, 2);
	assert_null(produce_stop_find(&s, 4));
	s.again = true;
	produce_stop_start(&s);
	for (uint64_t i = 1; i <= 10; i++) {
		const struct produce_stop_range *r = produce_stop_find(&s, i);
		assert_int_equal(r != NULL, (i >= 4 && i <= 6) || i == 8);
		assert_true(!r || str_is(r->by, i == 8 ? "I" : "C"));
	}
	s.again = false;
	produce_stop_start(&s);
	assert_int_equal(s.n, 0);
	produce_stop_done(&s);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(notes_and_finds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
