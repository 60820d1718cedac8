/* The machine is noted once; another one is refused, until it is adopted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/host.h"
#include "unit/support/stage_world.h"

static bool no_machine_id(void)
{
	struct buf b;
	struct err e;
	bool none = true;

	buf_init(&b, 4096);
	none = fsx_read_path("/etc/machine-id", &b, &e) == -1 || str_trim(buf_view(&b)).n < 16;
	buf_done(&b);
	return none;
}

static int64_t noted(struct stage_world *w)
{
	return stage_world_count(w, "SELECT COUNT(*) FROM meta WHERE key = 'host'");
}

static void it_is_noted_once(void **state)
{
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(noted(&w), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(host_start(&w.v, &e), 0);
	assert_int_equal(noted(&w), no_machine_id() ? 0 : 1);
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM event WHERE what = 'host'"),
		no_machine_id() ? 0 : 1);
	stage_world_close(&w);
}

static void another_is_refused(void **state)
{
	struct stage_world w;
	struct ledger *l = &w.v.ledger;
	struct err e;
	char was[120];

	(void)state;
	stage_world_open(&w, false);
	if (no_machine_id()) {
		stage_world_close(&w);
		skip();
	}
	stage_world_sql(&w, "INSERT INTO meta VALUES('host', '0123456789abcdef elsewhere')");
	assert_int_equal(host_start(&w.v, &e), -1);
	assert_string_equal(e.reason, "HOST-CHANGED");
	assert_non_null(strstr(e.text, "works on the machine elsewhere"));
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(host_adopt(&w.v, was, &e), 0);
	assert_string_equal(was, "0123456789abcdef elsewhere");
	assert_int_equal(ledger_event(l, "adopted", "environment", &e, "x"), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
	assert_int_equal(host_start(&w.v, &e), 0);
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(host_adopt(&w.v, was, &e), -1);
	assert_int_equal(e.code, ERR_STALE);
	ledger_rollback(l);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_noted_once),
		cmocka_unit_test(another_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
