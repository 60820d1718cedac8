/* Feedback files: what they hold, and that much of it takes no more memory than a little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/feedback.h"
#include "unit/support/stage_world.h"

enum { MANY = 6000, LONG = 3000 };

/* Entries of as many items, each with a value of so many bytes. */
static void refused(struct stage_world *w, int items, int bytes)
{
	char sql[800];

	(void)snprintf(sql, sizeof(sql),
		"INSERT INTO feedback(agreement, partner, key, interchange, received, segment, segment_at, element, "
		"component, code, field, found, file, map_line, note, at) "
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		"SELECT 'acme-832', 'acme', 'SKU-' || i, 1, 1, 'LIN', 7, 3, 0, '7', 'body/name', "
		"'=' || replace(hex(zeroblob(%d)), '0', 'x'), 'a.json', 12, 'it is too long', 0 FROM n",
		items, bytes / 2);
	stage_world_sql(w, sql);
}

static uint64_t size_of(struct stage_world *w, const char *place)
{
	struct stat st;
	struct err e;

	assert_int_equal(fsx_stat(w->v.dir, place, &st, &e), 1);
	return (uint64_t)st.st_size;
}

static void close_world(struct stage_world *w)
{
	struct err e;

	if (stage_world_has(w, "feedback"))
		assert_int_equal(fsx_tree_remove(w->v.dir, "feedback", &e), 0);
	stage_world_close(w);
}

static void report(struct stage_world *w, const char *run)
{
	struct err e;

	(void)snprintf(w->v.run, sizeof(w->v.run), "%s", run);
	if (feedback_write(&w->v, &e) == -1)
		fail_msg("%s", e.text);
}

/* Each entry once; what was written before the mark could be moved is written anew. */
static void each_entry_once(void **state)
{
	struct stage_world w;
	struct buf text;
	struct err e;
	int fd = -1;

	(void)state;
	stage_world_open(&w, false);
	report(&w, "R0");
	assert_false(stage_world_has(&w, "feedback/R0.json"));
	refused(&w, 2, 4);
	stage_world_put(&w, "feedback", "R1.json", "half of a night");
	report(&w, "R1");
	report(&w, "R2");
	assert_false(stage_world_has(&w, "feedback/R2.json"));
	fd = fsx_open(w.v.dir, "feedback/R1.json", &e);
	buf_init(&text, 10000);
	assert_int_equal(fsx_read(fd, &text, &e), 0);
	fsx_close(fd);
	assert_true(str_starts(buf_view(&text), STR("[\n  {\n    \"partner\": \"acme\"")));
	assert_true(str_ends(buf_view(&text), STR("]\n  }\n]\n")));
	assert_true(str_find(buf_view(&text), STR("SKU-1"), 0) != SIZE_MAX);
	assert_true(str_find(buf_view(&text), STR("\"found\": \"=xxxx\""), 0) != SIZE_MAX);
	buf_done(&text);
	fd = fsx_open(w.v.dir, "feedback/R1.csv", &e);
	buf_init(&text, 10000);
	assert_int_equal(fsx_read(fd, &text, &e), 0);
	fsx_close(fd);
	assert_true(str_starts(buf_view(&text), STR("partner,item,")));
	assert_true(str_find(buf_view(&text), STR(",\"'=xxxx\","), 0) != SIZE_MAX);
	buf_done(&text);
	close_world(&w);
}

static void much_of_it(void **state)
{
	struct stage_world w;
	struct rusage before;
	struct rusage after;

	(void)state;
	stage_world_open(&w, false);
	refused(&w, MANY, LONG);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	report(&w, "R1");
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_true(size_of(&w, "feedback/R1.json") > (uint64_t)MANY * LONG);
	assert_true(size_of(&w, "feedback/R1.csv") > (uint64_t)MANY * LONG);
#if !ATTR_ASAN /* it keeps what is freed */
	if (after.ru_maxrss - before.ru_maxrss > 16 << 10)
		fail_msg("it took %ld KB", after.ru_maxrss - before.ru_maxrss);
#endif
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entry_once),
		cmocka_unit_test(much_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
