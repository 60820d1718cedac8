/* Memory that runs out is counted by runs, from the last time that an operator had it tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"
#include "stage/exhausted.h"
#include "unit/support/stage_world.h"

static bool in_run(struct stage_world *w, int run, const char *subject)
{
	struct err e;
	bool last = false;

	(void)snprintf(w->v.ledger.run, sizeof(w->v.ledger.run), "R%d", run);
	assert_int_equal(exhausted_record(&w->v, subject, "no memory", &last, &e), 0);
	return last;
}

static void counts_runs(void **state)
{
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	for (int run = 1; run < LIMIT_EXHAUSTED; run++) {
		for (int again = 0; again < 3; again++)
			assert_false(in_run(&w, run, "received 1"));
		assert_false(in_run(&w, run, "received 12"));
	}
	assert_true(in_run(&w, LIMIT_EXHAUSTED, "received 1"));
	assert_int_equal(ledger_begin(&w.v.ledger, &e), 0);
	assert_int_equal(ledger_event(&w.v.ledger, "retry", "received 1", &e, "x"), 0);
	assert_int_equal(ledger_commit(&w.v.ledger, &e), 0);
	assert_false(in_run(&w, LIMIT_EXHAUSTED + 1, "received 1"));
	assert_true(in_run(&w, LIMIT_EXHAUSTED + 1, "received 12"));
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(counts_runs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
