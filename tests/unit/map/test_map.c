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
	fail_msg("%s/expected.txt differs in line %zu; expected ...%.60s, found ...%.60s", folder,
		line, want, got);
}

static void example(const char *folder)
{
	struct map_world w;
	struct buf out;
	struct str want;

	map_world_start(&w, NULL);
	buf_init(&out, 1 << 20);
	if (!map_world_load(&w,
		    map_world_file(&w, arena_printf(&w.arena, EXAMPLES "/%s/map.xml", folder).p)
			    .p)) {
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

/* Whether the reader may leave out columns that the map does not name. */
static void names_what_it_reads(void **state)
{
	static const struct {
		const char *value;
		bool all;
	} rows[] = {{"a", true}, {"a/b[c = 'x']", true}, {"field('a b')", true}, {".", false},
		{"*", false}, {"a/..", false}, {"a//b", false}, {"a[. = 'x']", false}};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct reader_spec spec = {.only_known = !rows[i].all};

		map_world_start(&w, NULL);
		assert_non_null(map_world_load(&w,
			arena_printf(&w.arena,
				"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"csv\" item=\"row\"/>"
				"<key value=\"sku\"/><select if=\"%s\"/><target format=\"x12\" version=\"004010\" message=\"832\"/>"
				"<message><BCT BCT01=\"'PC'\"/><item><LIN LIN01=\"item-number()\" LIN02=\"'VN'\" "
				"LIN03=\"sku\"/></item></message></map>",
				rows[i].value)
				.p));
		map_reader_spec(w.map, MAP_ITEMS, &spec);
		assert_int_equal(spec.only_known, rows[i].all);
		map_world_done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all),
		cmocka_unit_test(names_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
