/* Which files of the spool the ledger does not know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage/strays.h"
#include "unit/support/stage_world.h"

static const char told[] = "SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:UNKNOWN-FILE:%'";

static void check(struct stage_world *w, int want)
{
	struct err e;

	assert_int_equal(strays_run(&w->v, &e), 0);
	assert_int_equal(stage_world_count(w, told), want);
}

static void known_ones(void **state)
{
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	(void)stage_world_in(&w, "sent", "", "b");
	(void)stage_world_in(&w, "held", "BY-HAND", "c");
	stage_world_put(&w, "work", ".hidden", "");
	check(&w, 0);
	assert_int_equal(w.v.news, 0);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		"VALUES(7, 's', 'n', 'claiming', '', 0, 0, 0, 0, 0, 0, 'r')");
	stage_world_put(&w, "work", "in-000007", "x");
	stage_world_put(&w, "work", "in-000007.zip", "x");
	check(&w, 0);
	stage_world_put(&w, "work", "in-000008", "x");
	check(&w, 1);
	stage_world_close(&w);
}

static void by_hand(void **state)
{
	static const char *const folders[] = {
		"work", "current", "outbox/acme", "sent/acme", "received", "hold", "quarantine"};
	const int n = sizeof(folders) / sizeof(folders[0]);
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "a");
	(void)stage_world_queued(&w, "b");
	w.v.news = 0;
	for (int i = 0; i < n; i++)
		stage_world_put(&w, folders[i], "20261123T0200Z-000099.acme.832.x12", "x");
	check(&w, n);
	assert_int_equal(w.v.news, n);
	check(&w, n);
	assert_int_equal(w.v.news, n); /* told once */
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_ones),
		cmocka_unit_test(by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
