/* Every state that the program writes is known; one that it does not is named with its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_states.h"
#include "unit/support/store_world.h"

static void add_unit(struct store_world *w, int id, const char *state)
{
	store_world_sql(w,
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		"VALUES(%d, 'a', 'f', 'all', '%s', 'r', 1, '', '', 1)",
		id, state);
}

static void known_states_pass(void **state)
{
	static const char *const known[] = {
		"closed", "converting", "done", "due", "failed", "quarantined"};
	struct store_world w;

	(void)state;
	store_world_open(&w);
	STORE_WORLD_IS(&w, ledger_states_check(&w.l, &w.e), 0);
	for (int i = 0; i < 6; i++)
		add_unit(&w, i + 1, known[i]);
	STORE_WORLD_IS(&w, ledger_states_check(&w.l, &w.e), 0);
	store_world_close(&w);
}

static void another_is_named(void **state)
{
	static const char *const unknown[] = {"", "Done", "dreaming", "zzz",
		"a state whose name is much longer than any that this program ever had"};
	struct store_world w;

	(void)state;
	store_world_open(&w);
	add_unit(&w, 1, "done");
	for (int i = 1; i < 5; i++) {
		add_unit(&w, 7, unknown[i]);
		STORE_WORLD_IS(&w, ledger_states_check(&w.l, &w.e), -1);
		assert_string_equal(w.e.reason, "STATE-UNKNOWN");
		assert_non_null(strstr(w.e.text, "unit 7 is in state '"));
		store_world_sql(&w, "DELETE FROM unit WHERE id = 7");
	}
	add_unit(&w, 7, "zzz");
	ledger_close(&w.l);
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), -1);
	assert_string_equal(w.e.reason, "STATE-UNKNOWN");
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_states_pass),
		cmocka_unit_test(another_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
