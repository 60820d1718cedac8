/* How long a partner is left alone that could not be used. What is sent: test_run.c, test_channel_worker.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage/transfer.h"
#include "store/ledger_partner.h"
#include "unit/support/stage_world.h"

enum { MINUTE = 60, HOUR = 3600 };

static int64_t next_try(struct stage_world *w)
{
	struct partner_row r;
	struct err e;

	assert_int_equal(ledger_partner_find(&w->v.ledger, STR("acme/main"), &w->a, &r, &e), 1);
	return r.next_try;
}

/* Twice as long each time, up to an hour; a refused login is not tried until it locks the account. */
static void back_off_grows(void **state)
{
	static const int64_t waits[] = {
		MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 32 * MINUTE, HOUR, HOUR};
	struct stage_world w;
	struct err why;
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	(void)err_set(&why, ERR_NET, "connect: refused");
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(transfer_partner_failed(&w.v, STR("acme/main"), &why, &e), 0);
		assert_int_equal(next_try(&w) - STAGE_WORLD_NOW, waits[i]);
	}
	(void)err_set(&why, ERR_AUTH, "refused");
	assert_int_equal(transfer_partner_failed(&w.v, STR("acme/main"), &why, &e), 0);
	assert_int_equal(next_try(&w) - STAGE_WORLD_NOW, 12 * HOUR);
	assert_int_equal(
		stage_world_count(&w,
			"SELECT COUNT(*) FROM event WHERE what = 'partner-failed' AND subject = 'partner acme' "
			"AND detail LIKE 'reason=UNREACHABLE next=%'"),
		9);
	stage_world_close(&w);
}

/* Until then, and not when the clock was set back since. */
static void usable_again(void **state)
{
	static const struct {
		int64_t next;
		int usable;
	} rows[] = {{-1, 1}, {0, 1}, {1, 0}, {12 * HOUR, 0}, {12 * HOUR + 1, 1}};
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ledger_begin(&w.v.ledger, &e), 0);
		assert_int_equal(ledger_partner_failed(&w.v.ledger, STR("acme"),
					 STAGE_WORLD_NOW + rows[i].next, "UNREACHABLE", "", &e),
			0);
		assert_int_equal(ledger_event(&w.v.ledger, "test", "test", &e, "x"), 0);
		assert_int_equal(ledger_commit(&w.v.ledger, &e), 0);
		assert_int_equal(transfer_partner_usable(&w.v, STR("acme"), &e), rows[i].usable);
	}
	assert_int_equal(transfer_partner_usable(&w.v, STR("nobody"), &e), 1);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_off_grows),
		cmocka_unit_test(usable_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
