/* What was claimed goes into work/, be it taken up once more; nobody may write to it meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "stage/collect_parts.h"
#include "unit/support/calls.h"
#include "unit/support/stage_world.h"

enum { SET_LEASE = 1024 }; /* F_SETLEASE, which is not of POSIX */

static struct stage_world w;

static int open_world(void **state)
{
	(void)state;
	stage_world_open(&w, true);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, sha, at, run) "
		"VALUES(1, 'ampliance', 'a.json', 'claiming', 'hold/in-000001', 0, 1, 1, 1, 0, 's', 1, 'r'), "
		"(2, 'ampliance', 'b.json', 'claiming', 'work/in-000002', 0, 2, 1, 1, 0, '', 1, 'r'), "
		"(3, 'gone', 'c.json', 'claiming', 'work/in-000003', 0, 3, 1, 1, 0, '', 1, 'r')");
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	stage_world_close(&w);
	return 0;
}

/* The file of an input, written to a second ago. */
static void put(const char *folder, const char *name)
{
	const struct timespec times[2] = {{STAGE_WORLD_NOW - 1, 0}, {STAGE_WORLD_NOW - 1, 0}};
	struct err e;
	const int dir = env_folder(&w.v, folder, &e);

	assert_true(dir != -1);
	stage_world_put(&w, folder, name, "{}");
	assert_int_equal(utimensat(dir, name, times, 0), 0);
	fsx_close(dir);
}

static int store(void *about, struct err *e)
{
	return collect_store_row(&w.v, about, e);
}

static void is(int64_t id, const char *state, const char *reason, const char *place)
{
	const struct input_row r = stage_world_input(&w, id);

	assert_string_equal(r.state.p, state);
	assert_string_equal(r.reason.p, reason);
	assert_string_equal(r.place.p, place);
}

/* It lies where it was used, and goes back into work/. */
static void what_is_taken_up_once_more(void **state)
{
	struct input_row r = stage_world_input(&w, 1);
	struct err e;

	(void)state;
	put("hold", "in-000001");
	assert_int_equal(store(&r, &e), 0);
	is(1, "claimed", "", "work/in-000001");
	assert_true(stage_world_has(&w, "work/in-000001"));
	assert_false(stage_world_has(&w, "hold/in-000001"));
}

static void what_is_in_neither_place(void **state)
{
	struct input_row r = stage_world_input(&w, 1);
	struct err e;

	(void)state;
	assert_int_equal(store(&r, &e), 0);
	is(1, "abandoned", "VANISHED", "work/in-000001");
}

static void a_source_that_is_gone(void **state)
{
	struct input_row r = stage_world_input(&w, 3);
	struct err e;

	(void)state;
	put("work", "in-000003");
	assert_int_equal(store(&r, &e), 0);
	is(3, "abandoned", "SOURCE-GONE", "work/in-000003");
}

/* Where the file system does not say who writes, one that wrote before is waited for. */
static void who_writes_may_be_unknown(void **state)
{
	const struct calls_fault no_leases = {SYS_fcntl, EINVAL, 1, SET_LEASE};

	(void)state;
	put("work", "in-000001");
	put("work", "in-000002");
	for (int64_t id = 1; id <= 2; id++) {
		struct input_row r = stage_world_input(&w, id);
		struct calls_try t = {.make = store, .about = &r};
		calls_try(&no_leases, &t);
		if (t.rc != 0)
			fail_msg("%s", t.e.text);
		assert_string_equal(
			stage_world_input(&w, id).state.p, id == 1 ? "claiming" : "claimed");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
		TEST(what_is_taken_up_once_more),
		TEST(what_is_in_neither_place),
		TEST(a_source_that_is_gone),
		TEST(who_writes_may_be_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
