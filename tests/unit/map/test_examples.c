/* maps/examples: every example is run and its output compared with expected.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "unit/support/map_world.h"

#define EXAMPLES TEST_TOP "/maps/examples"

static const char *join_path(struct map_world *w, const char *folder, struct str name)
{
	return arena_printf(&w->arena, EXAMPLES "/%s/" STR_FMT ".csv", folder, STR_ARG(name)).p;
}

static void run(struct map_world *w, const char *folder, struct buf *out)
{
	const char *items = arena_printf(&w->arena, EXAMPLES "/%s/items.json", folder).p;
	struct reader_spec spec = {.format = map_source_format(w->map), .file = STR("items")};
	struct reader_spec specs[WORLD_JOINS];
	const char *paths[WORLD_JOINS];
	size_t n = 0;
	const struct map_join *joins = map_joins(w->map, &n);

	if (str_is(spec.format, "csv"))
		items = arena_printf(&w->arena, EXAMPLES "/%s/items.csv", folder).p;
	for (size_t i = 0; i < n; i++) {
		paths[i] = join_path(w, folder, joins[i].name);
		specs[i] = (struct reader_spec){.format = joins[i].format, .file = joins[i].source};
	}
	map_world_var(w, "partner/gln", "9521000101111");
	map_world_open(w, items, spec, paths, specs);
	map_world_run(w, out);
}

/* The first line in which two texts differ, for people. */
static void differ(const char *folder, const char *got, const char *want)
{
	size_t line = 1;

	while (*got && *got == *want) {
		line += *got == '\n';
		got++;
		want++;
	}
	fail_msg("%s/expected.txt differs in line %zu; expected ...%.60s, found ...%.60s", folder, line, want, got);
}

static void example(const char *folder)
{
	struct map_world w;
	struct buf out;
	struct str want;

	map_world_start(&w, NULL);
	buf_init(&out, 1 << 20);
	if (!map_world_load(&w, map_world_file(&w, arena_printf(&w.arena, EXAMPLES "/%s/map.xml", folder).p).p)) {
		map_world_faults(&out, &w.faults);
		fail_msg("%s: %s", folder, buf_cstr(&out));
	}
	map_world_faults(&out, &w.faults);
	run(&w, folder, &out);
	want = map_world_file(&w, arena_printf(&w.arena, EXAMPLES "/%s/expected.txt", folder).p);
	if (!str_eq(want, buf_view(&out)))
		differ(folder, buf_cstr(&out), want.p ? want.p : "");
	buf_done(&out);
	map_world_done(&w);
}

static void all(void **state)
{
	struct err e = {0};
	int fd = fsx_dir(EXAMPLES, &e);
	struct fsx_list l = {0};

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fsx_list(fd, &l, &e), 0);
	assert_true(l.n >= 6);
	for (size_t i = 0; i < l.n; i++)
		example(l.names[i]);
	fsx_list_done(&l);
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
