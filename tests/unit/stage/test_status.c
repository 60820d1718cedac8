/* Headlines, overdue answers, and the numbers that status shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage/status.h"
#include "unit/support/stage_world.h"

static struct str s(const char *text)
{
	return text ? str_c(text) : STR("");
}

/* The agreement expects a TA1 within 4 hours and a 997 within 24; it is now hour h after sending. */
static void derives_headlines(void **state)
{
	static const struct {
		const char *state, *receipt, *ta1, *syntax, *application;
		int hours;
		enum status_word word;
	} rows[] = {
		{"making", "", "", "", "", 0, STATUS_MAKING},
		{"queued", "", "", "", "", 0, STATUS_WAITING},
		{"sending", "renaming", "", "", "", 0, STATUS_WAITING},
		{"held", "", "", "rejected", "", 0, STATUS_HELD},
		{"in-doubt", "renaming", "", "", "", 0, STATUS_DOUBT},
		{"quarantined", "", "", "", "", 0, STATUS_QUARANTINED},
		{"closed", "accepted", "", "rejected", "", 0, STATUS_CLOSED},
		{"sent", "accepted", "", "", "", 3, STATUS_SENT},
		{"sent", "accepted", "", "", "", 5, STATUS_OVERDUE},
		{"sent", "accepted", "accepted", "", "", 5, STATUS_SENT},
		{"sent", "accepted", "accepted", "", "", 25, STATUS_OVERDUE},
		{"sent", "accepted", "", "accepted", "", 25, STATUS_ACCEPTED},
		{"sent", "accepted", "rejected", "", "", 25, STATUS_REJECTED},
		{"sent", "accepted", "accepted", "with-errors", "", 5, STATUS_ERRORS},
		{"sent", "accepted", "accepted", "partial", "", 5, STATUS_ERRORS},
		{"archived", "accepted", "accepted", "accepted", "", 99, STATUS_ACCEPTED},
		{"archived", "accepted", "accepted", "accepted", "rejected", 99, STATUS_REJECTED},
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	const struct config_agreement *g = config_agreement_find(w.v.config, STR("acme-832"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct interchange_row r = {.state = s(rows[i].state),
			.receipt = s(rows[i].receipt),
			.ta1 = s(rows[i].ta1),
			.syntax = s(rows[i].syntax),
			.application = s(rows[i].application),
			.sent_at = 1000};
		const enum status_word word = status_of(&r, g, 1000 + rows[i].hours * 3600);
		if (word != rows[i].word)
			fail_msg("row %zu: %s, expected %s", i, status_text(word),
				status_text(rows[i].word));
	}
	stage_world_close(&w);
}

static void counts(void **state)
{
	static const struct {
		enum status_word word;
		int64_t n;
	} rows[] = {{STATUS_WAITING, 2}, {STATUS_SENT, 1}, {STATUS_OVERDUE, 1}, {STATUS_HELD, 1},
		{STATUS_DOUBT, 1}, {STATUS_ACCEPTED, 1}, {STATUS_REJECTED, 0}};
	struct stage_world w;
	struct status st;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	(void)stage_world_queued(&w, "b");
	(void)stage_world_in(&w, "sent", "", "c");
	(void)stage_world_in(&w, "sent", "", "d");
	stage_world_sql(&w, "UPDATE interchange SET sent_at = sent_at - 40000 WHERE id = 4");
	(void)stage_world_in(&w, "held", "COLLISION", "e");
	(void)stage_world_in(&w, "in-doubt", "IN-DOUBT", "f");
	(void)stage_world_in(&w, "archived", "", "g");
	stage_world_sql(&w, "UPDATE interchange SET syntax = 'accepted' WHERE id = 7");
	(void)stage_world_in(&w, "archived", "", "h"); /* long ago: not in a glance */
	stage_world_sql(&w,
		"UPDATE interchange SET syntax = 'rejected', sent_at = 5, queued_at = 4 WHERE id = 8");
	assert_int_equal(status_load(&w.v, STAGE_WORLD_NOW - 86400, &w.a, &st, &e), 0);
	assert_int_equal(st.npartners, 2); /* beta too, though nothing happened */
	assert_true(str_is(st.partners[0].name, "acme"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(st.partners[0].count[rows[i].word], rows[i].n);
	assert_int_equal(st.partners[0].last, STAGE_WORLD_NOW);
	assert_int_equal(st.partners[1].last, 0);
	assert_false(st.partners[0].backs_off);
	stage_world_close(&w);
}

/* What a person should look at has its number, in words of its own. */
static void names_what_to_show(void **state)
{
	static const struct {
		int64_t id;
		enum status_word word;
		const char *reason, *note;
	} rows[] = {{2, STATUS_HELD, "COLLISION", "another file"},
		{3, STATUS_DOUBT, "IN-DOUBT", ""},
		{4, STATUS_OVERDUE, "", "a ta1 was expected by 2026-11-22T18:53:20Z"},
		{6, STATUS_REJECTED, "", ""}};
	const struct status_named *x = NULL;
	struct stage_world w;
	struct status st;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	(void)stage_world_in(&w, "held", "COLLISION", "b");
	(void)stage_world_in(&w, "in-doubt", "IN-DOUBT", "c");
	(void)stage_world_in(&w, "sent", "", "d");
	(void)stage_world_in(&w, "sent", "", "e");
	(void)stage_world_in(&w, "archived", "", "f");
	stage_world_sql(&w, "UPDATE interchange SET note = 'another file' WHERE id = 2");
	stage_world_sql(&w, "UPDATE interchange SET sent_at = sent_at - 36400 WHERE id = 4");
	stage_world_sql(&w, "UPDATE interchange SET syntax = 'rejected' WHERE id = 6");
	assert_int_equal(status_load(&w.v, STAGE_WORLD_NOW - 86400, &w.a, &st, &e), 0);
	x = st.named;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, x = x->next) {
		assert_non_null(x);
		assert_int_equal(x->id, rows[i].id);
		assert_int_equal(x->word, rows[i].word);
		assert_true(str_is(x->partner, "acme"));
		assert_string_equal(x->reason.p, rows[i].reason);
		assert_string_equal(x->note.p, rows[i].note);
	}
	assert_null(x);
	stage_world_close(&w);
}

static void tells_what_waits(void **state)
{
	struct stage_world w;
	struct status st;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a b c");
	stage_world_sql(&w, "UPDATE item SET state = 'rejected' WHERE key = 'a'");
	stage_world_sql(&w, "UPDATE item SET state = 'due' WHERE key = 'b'");
	stage_world_sql(&w,
		"INSERT INTO partner(name, failures, next_try, reason, note, at) VALUES('acme', 2, 77, "
		"'HOST-KEY-CHANGED', 'other key', 0)");
	stage_world_sql(&w,
		"INSERT INTO meta(key, value) VALUES('wait:acme-832', 'SOURCE-MISSING nothing for products')");
	stage_world_sql(&w,
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened) VALUES "
		"('acme-832', 'k', 'f', 1, 'n', 'A', 'x', 0), ('acme-832', 'o', 'f', 1, 'n', 'JOIN-ROW-ORPHAN', 'y', 0), "
		"('acme-832', 'm', 'f', 1, 'n', 'A', 'x', 0)");
	stage_world_sql(&w, "UPDATE aside SET closed = 1 WHERE key = 'm'");
	stage_world_sql(
		&w, "UPDATE unit SET state = 'failed', reason = 'CONVERSION', note = 'map line 7'");
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run, reason) "
		"VALUES(12, 'products', 'x', 'quarantined', 'q', 0, 0, 1, 0, 0, 0, '', 'EMPTY')");
	stage_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, at) VALUES(3, "
		"'acme', 'x', 1, 0, 'r-000003', 'p', 'orphan', 0)");
	stage_world_sql(&w,
		"INSERT INTO run(id, started, ended, status, bundle, pid) VALUES('R1', 10, 20, 1, 'b', 1), "
		"('R2', 30, 40, 74, 'b', 1), ('R3', 50, NULL, NULL, 'b', 1)");
	assert_int_equal(status_load(&w.v, 0, &w.a, &st, &e), 0);
	assert_true(st.partners[0].backs_off);
	assert_int_equal(st.partners[0].next_try, 77);
	assert_true(str_is(st.partners[0].reason, "HOST-KEY-CHANGED"));
	assert_int_equal(st.nagreements, 1);
	assert_true(str_is(st.agreements[0].waits, "SOURCE-MISSING nothing for products"));
	assert_true(str_is(st.agreements[0].failed, "CONVERSION: map line 7"));
	assert_int_equal(st.agreements[0].aside, 1);
	assert_int_equal(st.agreements[0].orphans, 1);
	assert_int_equal(st.agreements[0].rejected, 1);
	assert_int_equal(st.agreements[0].due, 1);
	assert_int_equal(st.naway, 2);
	assert_true(str_is(st.away[0].id, "in-000012") && str_is(st.away[0].reason, "EMPTY"));
	assert_true(str_is(st.away[1].id, "r-000003") && str_is(st.away[1].state, "orphan"));
	assert_true(str_is(st.run.id, "R3"));
	assert_int_equal(st.run.ended, 0);
	assert_int_equal(st.finished, 20); /* a run that failed has not finished */
	stage_world_sql(&w,		   /* a day ahead: then the clock was set back */
		"INSERT INTO run(id, started, ended, status, bundle, pid) VALUES('R-9', 60, 61, 0, 'b', 1), "
		"('R-10', 60, 61, 75, 'b', 1), ('R4', 1795485600, 1795485601, 0, 'b', 1)");
	assert_int_equal(status_load(&w.v, 0, &w.a, &st, &e), 0);
	assert_true(str_is(st.run.id, "R-10"));
	assert_int_equal(st.finished, 61);
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derives_headlines),
		cmocka_unit_test(counts),
		cmocka_unit_test(names_what_to_show),
		cmocka_unit_test(tells_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
