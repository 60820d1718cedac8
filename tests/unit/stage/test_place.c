/* Places of the spool: moved once, found again where they are, and none that lies outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage/place.h"
#include "unit/support/stage_world.h"

static void splits(void **state)
{
	static const struct {
		const char *place, *name, *folder; /* folder NULL: it is none */
	} rows[] = {{"work/in-1", "in-1", "work"},
		{"archive/2026/11/23/a", "a", "archive/2026/11/23"}, {"work/", "", "work"},
		{"work", "work", NULL}, {"", "", NULL}};
	char folder[LIMIT_PATH];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = place_split(rows[i].place, folder);
		assert_string_equal(place_name(rows[i].place), rows[i].name);
		assert_int_equal(name != NULL, rows[i].folder != NULL);
		if (name) {
			assert_string_equal(name, rows[i].name);
			assert_string_equal(folder, rows[i].folder);
		}
	}
}

static void moves(void **state)
{
	struct stage_world w;
	struct stat st;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(place_move(&w.v, "outbox/acme/a", "hold/a", &e), 0);
	assert_false(stage_world_has(&w, "outbox/acme"));
	stage_world_put(&w, "outbox/acme", "a", "1");
	assert_int_equal(place_move(&w.v, "outbox/acme/a", "sent/acme/b", &e), 1);
	assert_int_equal(place_stat(&w.v, "sent/acme/b", &st, &e), 1);
	assert_int_equal(place_bring(&w.v, "outbox/acme/a", "sent/acme/b", &e), 0);
	assert_int_equal(place_bring(&w.v, "sent/acme/b", "hold/b", &e), 0);
	assert_int_equal(place_bring(&w.v, "sent/acme/b", "hold/c", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	stage_world_put(&w, "outbox/acme", "a", "2");
	assert_int_equal(place_move(&w.v, "outbox/acme/a", "hold/b", &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	assert_int_equal(place_move(&w.v, "outbox/acme/a", "../b", &e), -1);
	assert_int_equal(place_move(&w.v, "outbox/acme/a", "b", &e), -1);
	assert_true(stage_world_has(&w, "outbox/acme/a"));
	stage_world_close(&w);
}

static void removes(void **state)
{
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	stage_world_put(&w, "work/in-1.tree/content", "a", "1");
	stage_world_put(&w, "work", "in-2", "1");
	assert_int_equal(place_remove(&w.v, "work/in-1.tree", &e), 0);
	assert_int_equal(place_remove(&w.v, "work/in-2", &e), 0);
	assert_int_equal(place_remove(&w.v, "work/in-2", &e), 0);
	assert_false(stage_world_has(&w, "work/in-1.tree"));
	assert_false(stage_world_has(&w, "work/in-2"));
	stage_world_close(&w);
}

static void numbers(void **state)
{
	static const struct {
		const char *name, *prefix;
		int64_t number;
	} rows[] = {{"in-000012.zip", "in-", 12}, {"in-.zip", "in-", 0}, {"r-7", "in-", 0},
		{"20261123T0200Z-000123.acme.832.x12", "Z-", 123},
		{"in-99999999999999999999", "in-", 0}, {"", "in-", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(place_number(rows[i].name, rows[i].prefix), rows[i].number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(splits),
		cmocka_unit_test(moves),
		cmocka_unit_test(removes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
