/* A ledger of version 1 becomes one of this version, whole or not at all, and its copy stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "store/ledger_migrate.h"
#include "store/schema.h"
#include "unit/support/store_world.h"

/* What version 2 has and version 1 has not. */
static void back_to_1(struct store_world *w)
{
	const struct schema_step *s = schema_step_from(STR("1"));

	for (size_t i = 0; s->statements[i]; i++) {
		struct str rest = str_c(s->statements[i]);
		struct str word[3]; /* CREATE INDEX name, CREATE TABLE name(...) */
		for (int k = 0; k < 3; k++)
			assert_true(str_split(&rest,
				k < 2				   ? ' '
					: str_is(word[1], "TABLE") ? '('
								   : ' ',
				&word[k]));
		store_world_sql(w, "DROP " STR_FMT " " STR_FMT, STR_ARG(word[1]), STR_ARG(word[2]));
	}
	store_world_sql(w, "UPDATE meta SET value = '1' WHERE key = 'schema'");
	ledger_close(&w->l);
}

static int64_t indexes(struct store_world *w)
{
	return store_world_int(
		w, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL");
}

static void an_older_one_is_brought_up_to_date(void **state)
{
	struct store_world w;
	struct db *copy = NULL;
	char from[40];
	int64_t n = 0;

	(void)state;
	store_world_open(&w);
	const int64_t all = indexes(&w);
	back_to_1(&w);
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), 0);
	assert_string_equal(from, "1");
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	assert_int_equal(indexes(&w), all);
	STORE_WORLD_IS(&w, ledger_verify(&w.l, &n, &w.e), 0);
	assert_string_equal(
		store_world_texts(&w, "SELECT detail FROM event WHERE what = 'migrated'"),
		"from=1 to=2 copy=ledger-v1.db");
	STORE_WORLD_IS(&w, db_open("sqlite", w.dir, "ledger-v1.db", DB_LOOK, &copy, &w.e), 0);
	STORE_WORLD_IS(&w,
		db_one_int(copy, &n, &w.e, "SELECT value FROM meta WHERE key = 'schema'", ""), 1);
	assert_int_equal(n, 1);
	db_close(copy);
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), 0);
	assert_string_equal(from, "");
	store_world_close(&w);
}

static void what_is_no_older_one_of_ours_is_left(void **state)
{
	struct store_world w;
	char from[40];

	(void)state;
	store_world_open(&w);
	store_world_sql(&w, "UPDATE meta SET value = '3' WHERE key = 'schema'");
	ledger_close(&w.l);
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), 0);
	assert_string_equal(from, "");
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, "another", &w.clock, from, &w.e), 0);
	STORE_WORLD_IS(&w, fsx_replace(w.dir, "ledger.db", STR("no database"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), 0);
	STORE_WORLD_IS(&w, fsx_remove(w.dir, "ledger.db", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), 0);
	store_world_close(&w);
}

static void a_step_that_fails_leaves_what_was(void **state)
{
	struct store_world w;
	char from[40];

	(void)state;
	store_world_open(&w);
	back_to_1(&w);
	STORE_WORLD_IS(&w, db_open("sqlite", w.dir, "ledger.db", DB_WRITE, &w.l.db, &w.e), 0);
	/* the last index of the step is there already */
	STORE_WORLD_IS(&w, db_script(w.l.db, "CREATE INDEX run_ended ON run(id)", &w.e), 0);
	const int64_t before = indexes(&w);
	db_close(w.l.db);
	w.l.db = NULL;
	STORE_WORLD_IS(
		&w, ledger_migrate_up(w.dir, STORE_WORLD_INSTANCE, &w.clock, from, &w.e), -1);
	STORE_WORLD_IS(&w, ledger_look(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	assert_int_equal(indexes(&w), before);
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_older_one_is_brought_up_to_date),
		cmocka_unit_test(what_is_no_older_one_of_ours_is_left),
		cmocka_unit_test(a_step_that_fails_leaves_what_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
