/* Partners that cannot be reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_partner.h"
#include "unit/support/store_world.h"

static struct store_world w;

static int open_world(void **state)
{
	(void)state;
	store_world_open(&w);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	store_world_close(&w);
	return 0;
}

static void failures_are_counted_until_it_works(void **state)
{
	struct partner_row r = {.failures = 77};

	(void)state;
	STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("acme"), &w.a, &r, &w.e), 0);
	assert_true(r.failures == 77);
	store_world_begin(&w);
	for (int64_t i = 1; i <= 3; i++) {
		w.clock.fixed++;
		STORE_WORLD_IS(&w,
			ledger_partner_failed(
				&w.l, STR("acme"), 1000 * i, i < 3 ? "DOWN" : "AUTH", "it's", &w.e),
			0);
		STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("acme"), &w.a, &r, &w.e), 1);
		assert_true(
			r.failures == i && r.next_try == 1000 * i && r.at == STORE_WORLD_NOW + i);
	}
	assert_string_equal(r.reason.p, "AUTH");
	assert_string_equal(r.note.p, "it's");
	STORE_WORLD_IS(&w, ledger_partner_failed(&w.l, STR("bolt"), 5, "DOWN", "", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_clear(&w.l, STR("acme"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_clear(&w.l, STR("nobody"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("acme"), &w.a, &r, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_failed(&w.l, STR("acme"), 9, "DOWN", "", &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("acme"), &w.a, &r, &w.e), 1);
	assert_true(r.failures == 1); /* from the beginning */
	STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("bolt"), &w.a, &r, &w.e), 1);
	assert_true(r.failures == 1 && r.next_try == 5);
}

/* A mailbox has a row of its own, and is its partner's where no one in particular is asked for. */
static void mailboxes_are_apart(void **state)
{
	struct partner_row r;

	(void)state;
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_partner_failed(&w.l, STR("acme/main"), 7, "FULL", "", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_failed(&w.l, STR("acme-2/x"), 8, "OTHER", "", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_find(&w.l, STR("acme"), &w.a, &r, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_any(&w.l, STR("acme"), &w.a, &r, &w.e), 1);
	assert_true(str_is(r.name, "acme/main") && r.next_try == 7);
	STORE_WORLD_IS(&w, ledger_partner_failed(&w.l, STR("acme"), 9, "DOWN", "", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_any(&w.l, STR("acme"), &w.a, &r, &w.e), 1);
	assert_true(str_is(r.name, "acme"));
	STORE_WORLD_IS(&w, ledger_partner_clear(&w.l, STR("acme"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_any(&w.l, STR("acme"), &w.a, &r, &w.e), 1);
	STORE_WORLD_IS(&w, ledger_partner_clear_all(&w.l, STR("acme"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_any(&w.l, STR("acme"), &w.a, &r, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_partner_any(&w.l, STR("acme-2"), &w.a, &r, &w.e), 1);
	store_world_commit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			failures_are_counted_until_it_works, open_world, close_world),
		cmocka_unit_test_setup_teardown(mailboxes_are_apart, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
