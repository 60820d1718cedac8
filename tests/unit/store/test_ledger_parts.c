/* Ids of new rows: none is given twice, whatever became of its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/ledger_parts.h"
#include "unit/support/store_world.h"

static void ids_that_events_know(void **state)
{
	static const struct {
		enum ledger_parts_table table;
		const char *subject;
	} rows[] = {{LEDGER_PARTS_INPUT, "input 1"}, {LEDGER_PARTS_UNIT, "unit 1"},
		{LEDGER_PARTS_INTERCHANGE, "interchange 000001"},
		{LEDGER_PARTS_RECEIVED, "received 1"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store_world w;
		int64_t id = 0;
		store_world_open(&w);
		STORE_WORLD_IS(&w, ledger_parts_next_id(&w.l, rows[i].table, &id, &w.e), 0);
		assert_int_equal(id, 1);
		STORE_WORLD_IS(&w, ledger_event_now(&w.l, "x", rows[i].subject, &w.e, "x"), 0);
		STORE_WORLD_IS(&w, ledger_parts_next_id(&w.l, rows[i].table, &id, &w.e), 0);
		assert_int_equal(id, 2);
		store_world_close(&w);
	}
}

/* Rows behind the last that was taken out count on from there. */
static void ids_go_on(void **state)
{
	struct store_world w;
	int64_t id = 0;

	(void)state;
	store_world_open(&w);
	store_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, at) "
		"VALUES(41, 'acme', 'x', 1, 1, 'r', '', 'closed', 1)");
	for (int i = 42; i < 45; i++) {
		char subject[40];
		(void)snprintf(subject, sizeof(subject), "received %d", i);
		STORE_WORLD_IS(&w, ledger_event_now(&w.l, "x", subject, &w.e, "x"), 0);
	}
	STORE_WORLD_IS(&w, ledger_parts_next_id(&w.l, LEDGER_PARTS_RECEIVED, &id, &w.e), 0);
	assert_int_equal(id, 45);
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_that_events_know),
		cmocka_unit_test(ids_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
