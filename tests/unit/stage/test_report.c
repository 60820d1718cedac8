/* What a run says of answers that have not come, and what it archives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage/report.h"
#include "unit/support/stage_world.h"

/* The agreement expects a TA1 within 4 hours and a 997 within 24. */
static void waits_for_what_can_come(void **state)
{
	static const struct {
		const char *ta1, *syntax;
		int hours;
		bool overdue;
		const char *then;
	} rows[] = {
		{"", "", 3, false, "sent"},
		{"", "", 5, true, "sent"},
		{"accepted", "", 5, false, "sent"},
		{"accepted", "", 25, true, "sent"},
		{"rejected", "", 25, false, "archived"},
		{"", "accepted", 25, false, "archived"},
		{"", "rejected", 5, false, "archived"},
		{"accepted", "accepted", 5, false, "archived"},
	};
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char sql[300];
		char key[8];
		(void)snprintf(key, sizeof(key), "k%zu", i);
		const int64_t id = stage_world_in(&w, "sent", "", key);
		(void)snprintf(sql, sizeof(sql),
			"UPDATE interchange SET ta1 = '%s', syntax = '%s', sent_at = %d WHERE id = %d",
			rows[i].ta1, rows[i].syntax, STAGE_WORLD_NOW - rows[i].hours * 3600,
			(int)id);
		stage_world_sql(&w, sql);
		w.v.news = 0;
		assert_int_equal(report_run(&w.v, &e), 0);
		const struct interchange_row r = stage_world_row(&w, id);
		if ((r.overdue_at > 0) != rows[i].overdue || (w.v.news > 0) != rows[i].overdue ||
			!str_is(r.state, rows[i].then))
			fail_msg("row %zu: overdue %d, news %d, %s", i, r.overdue_at > 0,
				(int)w.v.news, r.state.p);
		assert_int_equal(report_run(&w.v, &e), 0);
		assert_int_equal(w.v.news, rows[i].overdue); /* told once */
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_what_can_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
