/* Which run is the newest: by its start, then by its number; only those of a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/ledger_runs.h"
#include "unit/support/store_world.h"

static void the_newest_run(void **state)
{
	static const struct {
		int64_t by;
		const char *id;
	} rows[] = {{INT64_MAX, "c"}, {29, "b-10"}, {10, "a"}};
	struct store_world w;
	struct run_row r;

	(void)state;
	store_world_open(&w);
	STORE_WORLD_IS(&w, ledger_runs_newest(&w.l, INT64_MAX, &w.a, &r, &w.e), 0);
	store_world_sql(&w,
		"INSERT INTO run(id, started, ended, status, note, bundle, pid) VALUES('a', 10, 11, 0, 'n', 'x', 1), "
		"('b-10', 20, 21, 1, '', 'y', 1), ('b-9', 20, 21, 0, '', 'x', 1), ('c', 30, NULL, NULL, '', 'z', 1)");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		STORE_WORLD_IS(&w, ledger_runs_newest(&w.l, rows[i].by, &w.a, &r, &w.e), 1);
		assert_string_equal(r.id.p, rows[i].id);
	}
	assert_string_equal(r.bundle.p, "x");
	assert_string_equal(r.note.p, "n");
	assert_int_equal(r.ended, 11);
	STORE_WORLD_IS(&w, ledger_runs_newest(&w.l, 9, &w.a, &r, &w.e), 0);
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
