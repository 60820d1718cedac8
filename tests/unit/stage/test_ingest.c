/* What partners answered, taken in: what a ledger that refuses leaves is done again, and told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "model/tolerance.h"
#include "secure/hash.h"
#include "stage/ingest.h"
#include "store/ledger_received.h"
#include "unit/support/box.h"
#include "unit/support/stage_world.h"

/* Its last segment has no terminator. */
#define ANSWER                                                                                                 \
	"ISA*00*          *00*          *ZZ*ACME           *ZZ*US             *261123*0200*U*00401*000000001*" \
	"0*T*>~TA1*000000017*261123*0200*A*000~IEA*0*000000001"

static struct stage_world w;

static void receive(const char *bytes)
{
	struct ledger *l = &w.v.ledger;
	char sha[HASH_HEX];
	struct err e;
	int64_t id = 0;

	box_hash(str_c(bytes), sha);
	assert_int_equal(ledger_begin(l, &e), 0);
	assert_int_equal(ledger_received_add(l, STR("acme"), STR("main"), STR("in.x12"),
				 (int64_t)strlen(bytes), 0, &id, &e),
		0);
	assert_int_equal(ledger_received_stored(l, id, sha, (int64_t)strlen(bytes), &e), 0);
	assert_int_equal(ledger_event(l, "test", "test", &e, "received"), 0);
	assert_int_equal(ledger_commit(l, &e), 0);
	stage_world_put(&w, "received/acme", "r-000001", bytes);
}

static int64_t told(void)
{
	return stage_world_count(&w, "SELECT COUNT(*) FROM event WHERE what = 'tolerated'");
}

static void what_was_forgiven_is_told_once(void **state)
{
	static const char *const names[] = {"maps"};
	int maps = -1;
	int64_t worked = 0;
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	maps = fsx_dir(TEST_TOP "/maps", &e);
	w.v.defs = defs_new(&maps, names, 1);
	w.v.config->partners->tolerated |= 1u << TOLERANCE_LAST_TERMINATOR;
	receive(ANSWER);
	stage_world_sql(&w,
		"CREATE TRIGGER refused BEFORE INSERT ON ack BEGIN SELECT RAISE(ABORT, 'not now'); END");
	assert_true(ingest_run(&w.v, &worked, &e) == 0 || e.code != ERR_NONE);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM received WHERE state = 'stored'"), 1);
	assert_int_equal(told(), 0);
	stage_world_sql(&w, "DROP TRIGGER refused");
	if (ingest_run(&w.v, &worked, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM received WHERE state = 'orphan'"), 1);
	assert_int_equal(told(), 1);
	stage_world_close(&w);
	fsx_close(maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_forgiven_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
