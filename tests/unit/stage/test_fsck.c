/* What fsck finds when ledger and spool do not agree, and that it finds nothing when they do. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/fsck.h"
#include "unit/support/stage_world.h"

static void hear(void *ctx, const struct fsck_found *x)
{
	buf_printf(ctx, "%s " STR_FMT "\n", x->code, STR_ARG(x->place));
}

static void folders(struct stage_world *w)
{
	static const char *const all[] = {
		"work", "current", "outbox", "sent", "hold", "quarantine", "received", "archive"};
	struct err e;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(fsx_mkdirs(w->v.dir, all[i], 0750, &e), 0);
}

/* All that is found at a level, one line each, in arena. */
static const char *found(struct stage_world *w, int level)
{
	struct buf b;
	struct fsck_counts n;
	struct err e;
	const char *text = NULL;
	const struct fsck_options o = {.level = level, .tell = hear, .ctx = &b};

	buf_init(&b, 1 << 16);
	if (fsck_run(&w->v, &o, &n, &e) == -1)
		fail_msg("%s", e.text);
	text = arena_str(&w->a, buf_view(&b)).p;
	buf_done(&b);
	return text;
}

static void an_interchange_and_its_file(void **state)
{
	struct stage_world w;
	struct err e;
	char line[300];

	(void)state;
	stage_world_open(&w, false);
	folders(&w);
	const struct interchange_row r = stage_world_row(&w, stage_world_queued(&w, "a b"));
	const int outbox = fsx_subdir(w.v.dir, "outbox/acme", &e);
	const int hold = fsx_subdir(w.v.dir, "hold", &e);

	assert_string_equal(found(&w, 2), "");
	assert_int_equal(fsx_move(outbox, r.name.p, hold, r.name.p, &e), 0);
	(void)snprintf(line, sizeof(line), "MISPLACED-FILE hold/%s\n", r.name.p);
	assert_string_equal(found(&w, 2), line);
	assert_int_equal(fsx_remove(hold, r.name.p, &e), 0);
	(void)snprintf(line, sizeof(line), "LOST-FILE outbox/acme/%s\n", r.name.p);
	assert_string_equal(found(&w, 1), line);
	stage_world_put(&w, "outbox/acme", r.name.p, "cut");
	(void)snprintf(line, sizeof(line), "CHANGED-BY-HAND outbox/acme/%s\n", r.name.p);
	assert_string_equal(found(&w, 1), line);
	stage_world_put(&w, "outbox", "stranger", "");
	assert_non_null(strstr(found(&w, 1), "UNKNOWN-FILE outbox/stranger\n"));
	fsx_close(outbox);
	fsx_close(hold);
	stage_world_close(&w);
}

static void a_counter_that_was_set_back(void **state)
{
	struct stage_world w;
	struct err e;
	int64_t number = 0;

	(void)state;
	stage_world_open(&w, false);
	folders(&w);
	for (int unit = 1; unit <= 6; unit++)
		stage_world_sql(&w,
			"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
			"SELECT COUNT(*) + 1, 'acme-832', 'f', 'all', 'done', 'R1', 0, '', 'b', 0 FROM unit");
	for (int unit = 1; unit <= 3; unit++)
		assert_int_equal(
			ledger_number(&w.v.ledger, unit, 1, "ISA:x", 999999999, &number, &e), 0);
	assert_string_equal(found(&w, 3), "");
	stage_world_sql(&w, "UPDATE number SET next = 2");
	assert_string_equal(found(&w, 3), "NUMBER-REPEATED ledger.db\n");
	assert_int_equal(ledger_number(&w.v.ledger, 4, 1, "ISA:x", 999999999, &number, &e), 0);
	assert_int_equal(number, 2);
	stage_world_sql(&w, "UPDATE number SET next = 999999999");
	assert_int_equal(ledger_number(&w.v.ledger, 5, 1, "ISA:x", 999999999, &number, &e), 0);
	assert_int_equal(ledger_number(&w.v.ledger, 6, 1, "ISA:x", 999999999, &number, &e), 0);
	assert_int_equal(number, 1); /* as it wraps, which is no repetition; the one before was */
	assert_string_equal(found(&w, 3), "NUMBER-REPEATED ledger.db\n");
	stage_world_close(&w);
}

static void a_state_that_no_event_tells_of(void **state)
{
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	folders(&w);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		"VALUES(1, 's', 'n', 'superseded', '', 0, 0, 0, 0, 0, 1, '')");
	assert_string_equal(found(&w, 2), "");
	assert_string_equal(found(&w, 3), "HISTORY-DIFFERS ledger.db\n");
	stage_world_close(&w);
}

static void say(struct stage_world *w, const char *what, const char *subject, const char *detail)
{
	struct err e;

	assert_int_equal(ledger_begin(&w->v.ledger, &e), 0);
	assert_int_equal(ledger_event(&w->v.ledger, what, subject, &e, "%s", detail), 0);
	assert_int_equal(ledger_commit(&w->v.ledger, &e), 0);
}

static void found_and_expected(void *ctx, const struct fsck_found *x)
{
	buf_printf(ctx, STR_FMT ": " STR_FMT " | " STR_FMT "\n", STR_ARG(x->subject),
		STR_ARG(x->found), STR_ARG(x->expected));
}

/* What a row is, beside the event that it was made with; and a row that is gone. */
static void rows_that_were_changed(void **state)
{
	static const struct {
		const char *sql, *found;
	} rows[] = {
		{"UPDATE interchange SET isa = 7, items = 2",
			"interchange 000001: items=2 isa=7 in ledger.db | items=1 isa=101, as its event says\n"},
		{"UPDATE interchange SET isa = 101, items = 1, partner = 'nord'",
			"interchange 000001: partner=nord message=832 in ledger.db | what its name says\n"},
		{"UPDATE interchange SET partner = 'acme', gs = 5",
			"interchange 000001: gs=5 in ledger.db | gs=201, as its event says\n"},
		{"UPDATE interchange SET gs = 201", ""},
		{"DELETE FROM interchange",
			"interchange 000001: no row of it | what its events say, the last of them: queued name="},
	};
	struct stage_world w;
	struct buf b;

	(void)state;
	stage_world_open(&w, false);
	folders(&w);
	buf_init(&b, 1 << 16);
	const struct fsck_options o = {.level = 3, .tell = found_and_expected, .ctx = &b};
	const struct interchange_row r = stage_world_row(&w, stage_world_queued(&w, "a"));
	say(&w, "queued", "interchange 000001",
		arena_printf(&w.a, "name=%s sha256=%s items=1 isa=101 gs=201", r.name.p, r.sha.p)
			.p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fsck_counts n;
		struct err e;
		buf_clear(&b);
		stage_world_sql(&w, rows[i].sql);
		assert_int_equal(fsck_run(&w.v, &o, &n, &e), 0);
		if (rows[i].found[0] ? !strstr(buf_cstr(&b), rows[i].found) : b.n > 0)
			fail_msg("%s: %s", rows[i].sql, buf_cstr(&b));
	}
	buf_done(&b);
	stage_world_close(&w);
}

static void a_folder_that_is_gone(void **state)
{
	struct stage_world w;
	struct err e;

	(void)state;
	stage_world_open(&w, false);
	folders(&w);
	assert_int_equal(fsx_remove(w.v.dir, "outbox", &e), -1);
	assert_int_equal(rename("hold", "held"), 0);
	assert_string_equal(found(&w, 1), "LOST-FILE hold\n");
	assert_int_equal(rename("held", "hold"), 0);
	assert_int_equal(rename("hold", "held"), 0);
	stage_world_put(&w, ".", "hold", "no folder");
	assert_string_equal(found(&w, 1), "UNREADABLE hold\n");
	stage_world_close(&w);
}

static void command(void *ctx, const struct fsck_found *x)
{
	buf_printf(ctx, STR_FMT, STR_ARG(x->command));
}

/* What a partner may have is not to be sent again on the word of fsck. */
static void what_is_to_be_done(void **state)
{
	static const char *const states[] = {"queued", "held", "sent", "in-doubt", "queued"};
	struct stage_world w;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct buf b;
		struct fsck_counts n;
		struct err e;
		const struct fsck_options o = {.level = 1, .tell = command, .ctx = &b};
		buf_init(&b, 1 << 16);
		stage_world_open(&w, false);
		folders(&w);
		const struct interchange_row r = stage_world_row(
			&w, stage_world_in(&w, states[i], "", "a"));
		if (i == 4) /* to be sent again */
			stage_world_sql(&w, "UPDATE interchange SET sent_at = 1");
		const int at = fsx_subdir(w.v.dir, r.place.p, &e);
		assert_int_equal(fsx_remove(at, r.name.p, &e), 0);
		assert_int_equal(fsck_run(&w.v, &o, &n, &e), 0);
		assert_non_null(strstr(buf_cstr(&b), "gridspool reissue 000001 --reason TEXT"));
		assert_int_equal(
			strstr(buf_cstr(&b), "only when the partner says") != NULL, i >= 2);
		fsx_close(at);
		buf_done(&b);
		stage_world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interchange_and_its_file),
		cmocka_unit_test(a_counter_that_was_set_back),
		cmocka_unit_test(a_state_that_no_event_tells_of),
		cmocka_unit_test(rows_that_were_changed),
		cmocka_unit_test(a_folder_that_is_gone),
		cmocka_unit_test(what_is_to_be_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
