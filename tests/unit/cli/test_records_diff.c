/* Differences of outputs: what is paired with what, and lists that are too long for a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/records_diff.h"

enum { LONG = 50000 };

static void add(struct records *r, const char *key, const char *value)
{
	struct record *x = NULL;

	mem_grow(&r->list, &r->cap, r->n + 1, sizeof(*r->list));
	x = &r->list[r->n++];
	*x = (struct record){
		.kind = STR("row"), .tag = STR("row"), .set = STR("1"), .position = r->n};
	x->values = arena_array(&r->arena, 2, sizeof(*x->values));
	x->values[0] = (struct record_value){
		.ref = STR("key"), .text = arena_str(&r->arena, str_c(key))};
	x->values[1] = (struct record_value){
		.ref = STR("value"), .text = arena_str(&r->arena, str_c(value))};
	x->n = 2;
}

static void fill(struct records *r, unsigned from, unsigned to)
{
	char key[20];

	for (unsigned i = from; i < to; i++) {
		(void)snprintf(key, sizeof(key), "K%u", i);
		add(r, key, "same in all");
	}
}

/* Two long lists that differ at both ends and in the middle: told exactly, and at once. */
static void long_lists_are_compared_in_pieces(void **state)
{
	struct records was;
	struct records is;
	struct records_diff d;

	(void)state;
	records_init(&was);
	records_init(&is);
	add(&was, "first", "old");
	fill(&was, 0, LONG);
	add(&was, "last", "old");
	add(&is, "first", "new");
	fill(&is, 0, LONG / 2);
	add(&is, "between", "new");
	fill(&is, LONG / 2 + 1, LONG);
	add(&is, "last", "new");
	records_diff_make(&was, &is, RECORDS_BY_SET, &d);
	/* Between what both have stands one record on each side: the same one, changed. */
	assert_int_equal(d.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const size_t at[] = {0, LONG / 2 + 1, LONG + 1};
		assert_ptr_equal(d.list[i].was, &was.list[at[i]]);
		assert_ptr_equal(d.list[i].is, &is.list[at[i]]);
	}
	records_diff_done(&d);
	records_done(&was);
	records_done(&is);
}

/* Nothing is there once in both: still no minute of work. */
static void long_lists_with_nothing_in_common(void **state)
{
	struct records was;
	struct records is;
	struct records_diff d;

	(void)state;
	records_init(&was);
	records_init(&is);
	fill(&was, 0, LONG);
	fill(&is, LONG, LONG + LONG);
	records_diff_make(&was, &is, RECORDS_BY_SET, &d);
	assert_true(d.n >= LONG);
	records_diff_done(&d);
	records_done(&was);
	records_done(&is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_lists_are_compared_in_pieces),
		cmocka_unit_test(long_lists_with_nothing_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
