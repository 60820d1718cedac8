/* Inboxes that cannot be made, marked or shared as they should be. That they are gone: test_inbox_watch.c. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/collect_parts.h"
#include "stage/inbox.h"
#include "stage/inbox_ready.h"
#include "stage/inbox_watch.h"
#include "unit/support/calls.h"
#include "unit/support/stage_world.h"

#define SOURCE STR("ampliance")
#define BOX "inbox/ampliance"

static struct stage_world w;

static int open_world(void **state)
{
	struct err e;

	(void)state;
	stage_world_open(&w, true);
	assert_int_equal(fsx_tree_remove(w.v.dir, "inbox", &e), 0);
	assert_int_equal(fsx_mkdir(w.v.dir, "inbox", 02770, &e), 0);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	stage_world_close(&w);
	return 0;
}

static int make_it(void *about, struct err *e)
{
	(void)about;
	return inbox_prepare(&w.v, SOURCE, e);
}

#define ALL(call, error)                        \
	{                                       \
		SYS_##call, error, CALLS_ANY, 0 \
	}

static void none_is_made(void **state)
{
	static const struct {
		struct calls_fault fault;
		const char *says;
	} rows[] = {
		{ALL(mkdirat, EROFS), "make inbox/ampliance: Read-only"},
		{ALL(fsync, EIO), "fsync of a folder: Input/output error"},
		{ALL(openat2, EMFILE), "Too many open files"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		calls_fails(&rows[i].fault, make_it, NULL, ERR_IO, rows[i].says);
		assert_int_equal(fsx_tree_remove(w.v.dir, BOX, &e), 0);
		assert_int_equal(
			stage_world_count(&w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'inbox:%'"),
			0);
	}
}

/* Who may write there is told, and no reason not to have one. */
static void rights_are_no_reason_against_it(void **state)
{
	static const struct calls_fault faults[] = {
		ALL(fsetxattr, EPERM), ALL(fsetxattr, ENOTSUP), ALL(fgetxattr, ENOTSUP)};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct calls_try t = {.make = make_it};
		calls_try(&faults[i], &t);
		assert_int_equal(t.rc, 0);
		assert_true(stage_world_has(&w, BOX "/" INBOX_MARK));
		assert_int_equal(fsx_tree_remove(w.v.dir, BOX, &e), 0);
		stage_world_sql(&w, "DELETE FROM meta WHERE key LIKE 'inbox:%'");
	}
}

/* One that cannot be marked is used, and marked when that can be done; one that is gone is not made anew. */
static void marks_come_later(void **state)
{
	const struct calls_fault unmarked = ALL(mkdirat, EROFS);
	struct calls_try t = {.make = make_it};
	struct err e;

	(void)state;
	assert_int_equal(fsx_mkdir(w.v.dir, BOX, 02770, &e), 0);
	for (int i = 0; i < 2; i++) {
		calls_try(&unmarked, &t);
		assert_int_equal(t.rc, 0);
		assert_int_equal(
			stage_world_count(&w,
				"SELECT COUNT(*) FROM meta WHERE key = 'inbox:ampliance' AND "
				"value = 'made'"),
			1);
	}
	assert_int_equal(fsx_tree_remove(w.v.dir, BOX, &e), 0);
	assert_int_equal(make_it(NULL, &e), 0);
	assert_false(stage_world_has(&w, BOX));
	assert_int_equal(inbox_open(&w.v, SOURCE, &e), -1);
	assert_string_equal(e.reason, "INBOX-GONE");
	assert_int_equal(fsx_mkdir(w.v.dir, BOX, 02770, &e), 0);
	assert_int_equal(make_it(NULL, &e), 0);
	assert_int_equal(
		stage_world_count(&w, "SELECT COUNT(*) FROM meta WHERE value = 'marked'"), 1);
}

/* --- what is in them, when it cannot be looked at --- */

static int claim(void *about, struct err *e)
{
	struct alarms gone;
	int rc = -1;

	(void)about;
	alarms_init(&gone, &w.v, "INBOX-GONE", "inbox-gone");
	rc = collect_claim_source(&w.v, w.v.config->sources, &gone, e);
	alarms_done(&gone);
	return rc;
}

/* It may be there again a moment later: that nothing was taken from it is told all the same. */
static void gone_when_it_is_looked_through(void **state)
{
	struct alarms gone;
	struct err e;

	(void)state;
	assert_int_equal(make_it(NULL, &e), 0);
	assert_int_equal(renameat(w.v.dir, BOX, w.v.dir, "inbox/elsewhere"), 0);
	alarms_init(&gone, &w.v, "INBOX-GONE", "inbox-gone");
	assert_int_equal(collect_claim_source(&w.v, w.v.config->sources, &gone, &e), 0);
	assert_int_equal(renameat(w.v.dir, "inbox/elsewhere", w.v.dir, BOX), 0);
	assert_int_equal(inbox_watch_run(&w.v, &gone, &e), 0);
	assert_int_equal(gone.n, 1);
	assert_int_equal(alarms_commit(&gone, &e), 0);
	assert_int_equal(stage_world_count(&w,
				 "SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:INBOX-GONE:%'"),
		1);
}

static int changed(void *about, struct err *e)
{
	const int inbox = fsx_subdir(w.v.dir, BOX, e);
	struct stat st = {.st_mode = S_IFDIR};
	int64_t newest = 0;
	const int rc = inbox_ready_changed(inbox, about, &st, &newest, e);

	fsx_close(inbox);
	return rc;
}

static int stable(void *about, struct err *e)
{
	const struct config_source s = {.ready = READY_STABLE};
	const int inbox = fsx_subdir(w.v.dir, BOX, e);
	const struct stat st = {.st_mode = S_IFDIR};
	const int rc = inbox_ready_is(&w.v, &s, inbox, about, &st, e);

	fsx_close(inbox);
	return rc;
}

/* Was a tree that stays in the inbox changed since? That is asked of its row. */
static int taken(void *about, struct err *e)
{
	const struct config_source s = {.ready = READY_STABLE, .name = SOURCE};
	const int inbox = fsx_subdir(w.v.dir, BOX, e);
	const struct stat st = {.st_mode = S_IFDIR, .st_ino = 7};
	const int rc = inbox_ready_taken(&w.v, &s, inbox, about, &st, e);

	fsx_close(inbox);
	return rc;
}

/* A file that cannot be looked at is told of and left; a fault that stops everything does. */
static void claims_what_can_be_looked_at(void **state)
{
	static const struct {
		int error;
		int rc;
		uint64_t news;
	} rows[] = {{EACCES, 0, 1}, {ENOENT, 0, 0}, {EDQUOT, -1, 0}};

	(void)state;
	w.v.config->sources->ready = READY_RENAMED;
	stage_world_put(&w, BOX, "a.json", "{}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct calls_fault fault = {
			SYS_newfstatat, rows[i].error, 3, AT_SYMLINK_NOFOLLOW};
		struct calls_try t = {.make = claim};
		w.v.news = 0;
		calls_try(&fault, &t);
		assert_int_equal(t.rc, rows[i].rc);
		assert_int_equal(w.v.news, rows[i].news);
		assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM input"), 0);
	}
	calls_fails(
		&(struct calls_fault)ALL(getdents64, EIO), claim, NULL, ERR_IO, "list a folder");
	assert_int_equal(claim(NULL, &w.v.ledger.audit), 0);
	assert_int_equal(stage_world_count(&w, "SELECT COUNT(*) FROM input"), 1);
}

static void trees_that_cannot_be_read(void **state)
{
	char tree[] = "t";
	char none[] = "none";
	char very_deep[] = "deep";
	static const struct {
		struct calls_fault fault;
		const char *says;
	} rows[] = {
		{ALL(getdents64, EIO), "list a folder: Input/output error"},
		{{SYS_newfstatat, EIO, 3, AT_SYMLINK_NOFOLLOW}, "Input/output error"},
	};
	char deep[sizeof(BOX "/deep") + 2 * 70] = BOX "/deep";
	struct err e;

	(void)state;
	assert_int_equal(fsx_mkdirs(w.v.dir, BOX "/t/in/it", 0700, &e), 0);
	stage_world_put(&w, BOX "/t/in", "a", "x");
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run, stays) "
		"VALUES(1, 'ampliance', 't', 'claimed', 'p', 1, 7, 1, 1, 1, 1, 'r', 5)");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		calls_fails(&rows[i].fault, changed, tree, ERR_IO, rows[i].says);
		calls_fails(&rows[i].fault, stable, tree, ERR_IO, rows[i].says);
		calls_fails(&rows[i].fault, taken, tree, ERR_IO, rows[i].says);
	}
	assert_int_equal(taken(tree, &e), 0);
	assert_int_equal(changed(none, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	/* What is deeper than anything is is not asked. */
	for (size_t n = strlen(deep); n + 2 < sizeof(deep); n += 2)
		memcpy(deep + n, "/d", 3);
	assert_int_equal(fsx_mkdirs(w.v.dir, deep, 0700, &e), 0);
	assert_int_equal(changed(very_deep, &e), 0);
	assert_true(inbox_ready_companion(STR("")));
	assert_true(inbox_ready_companion(STR(".hidden")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_made),
		TEST(rights_are_no_reason_against_it),
		TEST(marks_come_later),
		TEST(claims_what_can_be_looked_at),
		TEST(gone_when_it_is_looked_through),
		TEST(trees_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
