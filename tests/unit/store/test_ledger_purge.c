/* Intents to purge, as they stand in the ledger. What is due: stage/test_purge.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_purge.h"
#include "unit/support/store_world.h"

static void intents_of_no_kind_are_refused(void **state)
{
	static const char *const keys[] = {
		"purge:nothing:1", "purge:input:x", "purge:input:", "purge:"};
	struct store_world w;
	struct purge_rows rows;

	(void)state;
	store_world_open(&w);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		store_world_sql(
			&w, "INSERT INTO meta(key, value) VALUES('%s', 'archive/x')", keys[i]);
		STORE_WORLD_IS(&w, ledger_purge_intended(&w.l, &w.a, &rows, &w.e), -1);
		assert_int_equal(w.e.code, ERR_CORRUPT);
		assert_non_null(strstr(w.e.text, "an intent to purge of no known kind"));
		store_world_sql(&w, "DELETE FROM meta WHERE key = '%s'", keys[i]);
	}
	store_world_close(&w);
}

/* So many at once; the rest comes when it is asked for again. */
static void due_comes_in_batches(void **state)
{
	struct store_world w;
	const struct purge_kept none = {NULL, 0};
	struct purge_rows rows;
	int64_t after = 0;

	(void)state;
	store_world_open(&w);
	for (int i = 1; i <= 3; i++)
		store_world_sql(&w,
			"INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, at) "
			"VALUES(%d, 'acme', 'main', 'x', 1, 1, 'r', 'archive/2026/11/01/r', 'archived', 1)",
			i);
	STORE_WORLD_IS(&w,
		ledger_purge_due(
			&w.l, LEDGER_PURGE_RECEIVED, 99, 2, &none, &after, &w.a, &rows, &w.e),
		0);
	assert_true(rows.n == 2 && rows.row[1].id == 2 && after == 2);
	STORE_WORLD_IS(&w,
		ledger_purge_due(
			&w.l, LEDGER_PURGE_RECEIVED, 99, 2, &none, &after, &w.a, &rows, &w.e),
		0);
	assert_true(rows.n == 1 && rows.row[0].id == 3 && after == INT64_MAX);
	store_world_close(&w);
}

/* What somebody wrote there by hand names no input, and hides none. */
static void inputs_that_are_none(void **state)
{
	struct store_world w;
	struct purge_kept kept;

	(void)state;
	store_world_open(&w);
	store_world_sql(&w,
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		"VALUES(1, 'a', '', 'all', 'due', '', 1, ',source,a=many,b=9,c=7,', '', 1)");
	STORE_WORLD_IS(&w, ledger_purge_keep(&w.l, 0, &kept, &w.e), 0);
	assert_true(kept.n == 2 && kept.id[0] == 7 && kept.id[1] == 9);
	ledger_purge_keep_done(&kept);
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intents_of_no_kind_are_refused),
		cmocka_unit_test(due_comes_in_batches),
		cmocka_unit_test(inputs_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
