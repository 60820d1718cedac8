/* Control numbers go on where the operator says, and never back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage/control.h"
#include "unit/support/stage_world.h"

/* r22 */
static void sets_control_numbers(void **state)
{
	struct stage_world w;
	struct verbs_done done;
	struct err e;
	int64_t number = 0;
	static const char scope[] = "ISA:14:0614141000012:ZZ:ACME";

	(void)state;
	stage_world_open(&w, false);
	const struct config_partner *p = config_partner_find(w.v.config, STR("acme"));
	assert_int_equal(control_set(&w.v, p, STR(""), 500, true, &done, &e), 0);
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM number"), 0);
	assert_int_equal(control_set(&w.v, p, STR(""), 500, false, &done, &e), 0);
	assert_int_equal(control_set(&w.v, p, STR("SC"), 9, false, &done, &e), 0);
	assert_int_equal(ledger_number(&w.v.ledger, 1, 1, scope, 999999999, &number, &e), 0);
	assert_int_equal(number, 500);
	assert_int_equal(ledger_number(&w.v.ledger, 1, 2, "GS:14:0614141000012:ZZ:ACME:SC",
				 999999999, &number, &e),
		0);
	assert_int_equal(number, 9);
	assert_int_equal(control_set(&w.v, p, STR(""), 500, false, &done, &e), -1);
	assert_non_null(strstr(e.text, "is 501; starting at 500 would use numbers again"));
	assert_int_equal(control_set(&w.v, p, STR(""), 0, false, &done, &e), -1);
	assert_int_equal(control_set(&w.v, p, STR(""), 1000000000, false, &done, &e), -1);
	const struct config_partner files = {
		.name = STR("files"), .unnamed = true, .file = "partners/files.xml"};
	assert_int_equal(control_set(&w.v, &files, STR(""), 9, false, &done, &e), -1);
	assert_non_null(strstr(e.text, "files is sent no envelopes"));
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

/* A number that a partner has seen, and the ledger has not given. */
static void goes_on_behind_what_was_answered(void **state)
{
	static const struct {
		int64_t number, next;
	} rows[] = {
		{499, 0}, /* ours, some time */
		{500, 501},
		{500, 0},
		{1500, 1501},
		{2501, 0}, /* too far ahead: not ours */
		{999999999, 0},
		{0, 0},
		{2500, 2501},
	};
	struct stage_world w;
	struct verbs_done done;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	const struct config_partner *p = config_partner_find(w.v.config, STR("acme"));
	assert_int_equal(control_set(&w.v, p, STR(""), 500, false, &done, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t next = 7;
		assert_int_equal(ledger_begin(&w.v.ledger, &e), 0);
		assert_int_equal(control_answered(&w.v, p, STR(""), rows[i].number, &next, &e), 0);
		assert_int_equal(ledger_commit(&w.v.ledger, &e), 0);
		if (next != rows[i].next)
			fail_msg("%lld: %lld", (long long)rows[i].number, (long long)next);
	}
	assert_int_equal(stage_world_count(&w, "SELECT next FROM number"), 2501);
	(void)stage_world_events(&w);
	stage_world_close(&w);
}

static const char *set_command(struct stage_world *w, const char *scope)
{
	return control_set_command(w->v.config, str_c(scope), 12, &w->a).p;
}

/* A counter that was set back by hand gives no number that an interchange has; behind its end it begins again. */
static void a_number_is_not_given_twice(void **state)
{
	static const char scope[] = "ISA:14:0614141000012:ZZ:ACME";
	struct stage_world w;
	struct err e;
	int64_t number = 0;

	(void)state;
	stage_world_open(&w, false);
	const struct config_partner *p = config_partner_find(w.v.config, STR("acme"));
	for (int unit = 1; unit <= 3; unit++) {
		assert_int_equal(control_draw(&w.v, p, STR(""), unit, 1, &number, &e), 0);
		assert_int_equal(number, unit);
		(void)stage_world_queued(&w, "a");
	}
	stage_world_sql(&w, "UPDATE interchange SET isa = id; UPDATE number SET next = 2");
	assert_int_equal(control_draw(&w.v, p, STR(""), 3, 1, &number, &e), 0);
	assert_int_equal(number, 3);
	assert_int_equal(control_draw(&w.v, p, STR(""), 4, 1, &number, &e), -1);
	assert_string_equal(e.reason, "NUMBER-REPEATED");
	assert_non_null(strstr(e.text,
		"gives 2, which interchange 000002 has: it was set back by hand, and nothing is made with that "
		"number; gridspool control set acme --next 4, then gridspool retry u-4"));
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM drawn WHERE unit = 4"), 0);
	stage_world_sql(&w, "UPDATE interchange SET isa = 999999999 WHERE id = 3");
	assert_int_equal(control_draw(&w.v, p, STR(""), 4, 1, &number, &e), 0);
	assert_int_equal(number, 2);
	assert_string_equal(set_command(&w, scope), "gridspool control set acme --next 12");
	assert_string_equal(set_command(&w, "GS:14:0614141000012:ZZ:ACME:SC"),
		"gridspool control set acme --next 12 --group SC");
	assert_string_equal(set_command(&w, "ISA:x"), "gridspool control set PARTNER --next 12");
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_control_numbers),
		cmocka_unit_test(goes_on_behind_what_was_answered),
		cmocka_unit_test(a_number_is_not_given_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
