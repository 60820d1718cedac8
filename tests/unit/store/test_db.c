/*
 * What db.h promises, for every engine of the ledger: a new engine is one more row of the table.
 * Statements here are what all engines take.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "store/db.h"

static void no_files(int dir)
{
	struct err e;

	assert_int_equal(fsx_remove(dir, "t.db", &e), 0);
}

static const struct engine {
	const char *name;
	void (*empty)(int dir); /* takes away what an earlier test left under the name t.db */
	bool sleeps;		/* it waits for a lock by usleep, here */
} engines[] = {{"sqlite", no_files, true}};

enum { ENGINES = sizeof(engines) / sizeof(engines[0]) };

/* Waiting takes no time here: it is counted, and somebody may let go meanwhile. */
static struct {
	int64_t slept_us;
	struct db *commits; /* at the third sleep */
	struct db_rows *ends;
	int sleeps;
} waiting;

int usleep(unsigned us);
int usleep(unsigned us)
{
	struct err e;

	waiting.slept_us += us;
	if (++waiting.sleeps != 3)
		return 0;
	if (waiting.commits)
		assert_int_equal(db_commit(waiting.commits, &e), 0);
	db_end(waiting.ends);
	return 0;
}

static void nobody_lets_go(void)
{
	memset(&waiting, 0, sizeof(waiting));
}

static int here(void)
{
	struct err e;
	const int dir = fsx_dir(".", &e);

	assert_true(dir != -1);
	return dir;
}

static struct db *open_db(const struct engine *g, bool make)
{
	struct db *db = NULL;
	struct err e;
	const int dir = here();

	if (db_open(g->name, dir, "t.db", make ? DB_MAKE : DB_WRITE, &db, &e) == -1)
		fail_msg("%s: %s", g->name, e.text);
	fsx_close(dir);
	return db;
}

static void run(struct db *db, const char *sql)
{
	struct err e;

	if (db_run(db, &e, sql, "") == -1)
		fail_msg("%s", e.text);
}

/* An empty database with a table. */
static struct db *fresh(const struct engine *g)
{
	struct db *db = NULL;
	const int dir = here();

	nobody_lets_go();
	g->empty(dir);
	fsx_close(dir);
	db = open_db(g, true);
	run(db, "CREATE TABLE t(k BIGINT PRIMARY KEY, n BIGINT, v TEXT)");
	return db;
}

static void put(struct db *db, int64_t k)
{
	struct err e;

	if (db_run(db, &e, "INSERT INTO t(k) VALUES(?1)", "i", k) == -1)
		fail_msg("%s", e.text);
}

static int64_t count(struct db *db)
{
	struct err e;
	int64_t n = -1;

	if (db_one_int(db, &n, &e, "SELECT COUNT(*) FROM t", "") != 1)
		fail_msg("%s", e.text);
	return n;
}

static void an_unknown_engine_is_refused(void **state)
{
	struct db *const before = (struct db *)&waiting;
	struct db *db = before;
	struct err e;
	const int dir = here();

	(void)state;
	assert_int_equal(db_open("paper", dir, "t.db", DB_MAKE, &db, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "'paper'"));
	assert_ptr_equal(db, before);
	for (size_t i = 0; i < ENGINES; i++)
		assert_non_null(strstr(e.text, engines[i].name));
	fsx_close(dir);
}

static void it_is_made_only_when_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		const struct engine *g = &engines[i];
		struct db *const before = (struct db *)&waiting;
		struct db *db = before;
		struct err e;
		const int dir = here();
		g->empty(dir);
		assert_int_equal(db_open(g->name, dir, "t.db", DB_WRITE, &db, &e), -1);
		assert_int_equal(e.code, ERR_ABSENT);
		assert_non_null(strstr(e.text, "t.db"));
		assert_ptr_equal(db, before);
		assert_int_equal(db_open(g->name, dir, "t.db", DB_WRITE, &db, &e), -1);
		fsx_close(dir);

		db = fresh(g);
		put(db, 7);
		db_close(db);
		for (int make = 0; make < 2; make++) { /* what is there stays, asked or not */
			db = open_db(g, make == 1);
			assert_int_equal(count(db), 1);
			db_close(db);
		}
	}
	db_close(NULL);
}

static void numbers_come_back(void **state)
{
	static const int64_t rows[] = {0, 1, -1, 4294967296, INT64_MAX, INT64_MIN, INT64_MIN + 1};

	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			int64_t got = 5;
			assert_int_equal(db_run(db, &e, "INSERT INTO t(k, n) VALUES(?1, ?2)", "ii",
						 (int64_t)k, rows[k]),
				0);
			assert_int_equal(db_one_int(db, &got, &e, "SELECT n FROM t WHERE k = ?1",
						 "i", (int64_t)k),
				1);
			assert_true(got == rows[k]);
			assert_int_equal(db_one_int(db, &got, &e, "SELECT k FROM t WHERE n = ?1",
						 "i", rows[k]),
				1);
			assert_true(got == (int64_t)k);
		}
		db_close(db);
	}
}

static void texts_come_back(void **state)
{
	static const struct str rows[] = {{"", 0}, {NULL, 0}, {"x", 1}, {" a\tb\r\n ", 7},
		{"it's \"so\"; DROP TABLE t; -- ?1 %s \\", 35},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9}, {"abcdef", 3}, {"NULL", 4}, {"0", 1}};
	static char big[1 << 20];

	(void)state;
	memset(big, 'b', sizeof(big));
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		for (size_t k = 0; k <= sizeof(rows) / sizeof(rows[0]); k++) {
			const bool last = k == sizeof(rows) / sizeof(rows[0]);
			const struct str want = last ? (struct str){big, sizeof(big)} : rows[k];
			struct db_rows *r = NULL;
			assert_int_equal(db_run(db, &e, "INSERT INTO t(v, k) VALUES(?1, ?2)", "si",
						 want, (int64_t)k),
				0);
			assert_int_equal(db_query(db, &r, &e, "SELECT k, v FROM t WHERE k = ?1",
						 "i", (int64_t)k),
				0);
			assert_int_equal(db_next(r, &e), 1);
			if (!str_eq(db_text(r, 1), want.p ? want : STR("")))
				fail_msg("%s: text %zu", engines[i].name, k);
			assert_int_equal(db_next(r, &e), 0);
			db_end(r);
		}
		db_close(db);
	}
}

static void null_reads_as_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct db_rows *r = NULL;
		struct err e;
		int64_t n = 9;
		const char *const none = NULL;
		assert_int_equal(db_run(db, &e, "INSERT INTO t(k, v) VALUES(?1, ?2)", "ic",
					 INT64_C(1), none),
			0);
		assert_int_equal(
			db_run(db, &e, "INSERT INTO t(k, v) VALUES(?1, ?2)", "ic", INT64_C(2), ""),
			0);
		assert_int_equal(db_query(db, &r, &e, "SELECT n, v FROM t ORDER BY k", ""), 0);
		assert_int_equal(db_next(r, &e), 1);
		assert_true(db_int(r, 0) == 0);
		assert_int_equal(db_text(r, 1).n, 0);
		assert_non_null(db_text(r, 1).p);
		assert_int_equal(db_next(r, &e), 1);
		db_end(r);
		assert_int_equal(db_one_int(db, &n, &e, "SELECT n FROM t WHERE k = 1", ""), 1);
		assert_true(n == 0);
		db_close(db);
	}
	db_end(NULL);
}

static void one_value_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		int64_t n = 9;
		assert_int_equal(db_one_int(db, &n, &e, "SELECT k FROM t", ""), 0);
		assert_true(n == 9);
		assert_int_equal(db_one_int(db, &n, &e, "SELECT k FROM nothing", ""), -1);
		assert_true(n == 9);
		assert_non_null(strstr(e.text, "nothing"));
		put(db, 3);
		put(db, 4);
		assert_int_equal(db_one_int(db, &n, &e, "SELECT k FROM t ORDER BY k", ""), 1);
		assert_true(n == 3);
		db_close(db);
	}
}

static void changes_are_of_the_last_statement(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		put(db, 1);
		assert_true(db_changes(db) == 1);
		put(db, 2);
		put(db, 3);
		run(db, "UPDATE t SET n = 5 WHERE k > 1");
		assert_true(db_changes(db) == 2);
		assert_int_equal(count(db), 3); /* a query is no db_run */
		assert_true(db_changes(db) == 2);
		run(db, "UPDATE t SET n = 6 WHERE k > 100");
		assert_true(db_changes(db) == 0);
		run(db, "DELETE FROM t");
		assert_true(db_changes(db) == 3);
		db_close(db);
	}
}

/* A literal is prepared once and may be used inside itself; more literals than any table of prepared
 * statements holds work too. */
static void statements_are_reused(void **state)
{
	static char sql[300][40];

	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		int64_t n = 0;
		int64_t pairs = 0;
		static const char all[] = "SELECT k FROM t WHERE k < ?1 ORDER BY k";
		struct db_rows *outer = NULL;
		for (int64_t k = 0; k < 20; k++)
			put(db, k);
		assert_int_equal(db_query(db, &outer, &e, all, "i", INT64_C(5)), 0);
		while (db_next(outer, &e) == 1) {
			struct db_rows *inner = NULL;
			assert_int_equal(db_query(db, &inner, &e, all, "i", INT64_C(3)), 0);
			while (db_next(inner, &e) == 1)
				pairs += 100 * db_int(outer, 0) + db_int(inner, 0);
			db_end(inner);
		}
		db_end(outer);
		assert_true(pairs == 100 * 3 * (0 + 1 + 2 + 3 + 4) + 5 * (0 + 1 + 2));
		for (size_t round = 0; round < 3; round++) {
			for (size_t s = 0; s < 300; s++) {
				(void)snprintf(
					sql[s], sizeof(sql[s]), "SELECT %zu + COUNT(*) FROM t", s);
				assert_int_equal(db_one_int(db, &n, &e, sql[s], ""), 1);
				assert_true(n == (int64_t)s + 20);
			}
		}
		db_close(db);
	}
}

/* Ended before its last row, a query holds nothing back; what was bound before is not seen again. */
static void rows_are_let_go(void **state)
{
	static const char sql[] = "SELECT k FROM t WHERE k >= ?1 ORDER BY k";

	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct db_rows *r = NULL;
		struct err e;
		for (int64_t k = 0; k < 3; k++)
			put(db, k);
		assert_int_equal(db_query(db, &r, &e, sql, "i", INT64_C(1)), 0);
		assert_int_equal(db_next(r, &e), 1);
		db_end(r);
		assert_int_equal(db_query(db, &r, &e, sql, "i", INT64_C(0)), 0);
		assert_int_equal(db_next(r, &e), 1);
		assert_true(db_int(r, 0) == 0);
		db_end(r);
		assert_int_equal(db_query(db, &r, &e, sql, ""), 0); /* not bound: NULL */
		assert_int_equal(db_next(r, &e), 0);
		db_end(r);
		run(db, "DROP TABLE t");
		db_close(db);
	}
}

static void faults_in_statements_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct db_rows *const before = (struct db_rows *)&waiting;
		struct db_rows *r = before;
		struct err e;
		assert_int_equal(db_run(db, &e, "INSERT INTO t(kk) VALUES(1)", ""), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, "kk"));
		assert_int_equal(db_query(db, &r, &e, "SELECT nothing FROM t", ""), -1);
		assert_non_null(strstr(e.text, "nothing"));
		assert_int_equal(db_script(db, "SELECT 1; SELECT wrong", &e), -1);
		assert_non_null(strstr(e.text, "wrong"));
		/* more values than places: refused with a reason, by either call */
		assert_int_equal(
			db_run(db, &e, "INSERT INTO t(k) VALUES(?1)", "ii", INT64_C(1), INT64_C(2)),
			-1);
		assert_null(strstr(e.text, "not an error"));
		assert_int_equal(db_query(db, &r, &e, "SELECT k FROM t WHERE k = ?1", "ii",
					 INT64_C(1), INT64_C(2)),
			-1);
		assert_null(strstr(e.text, "not an error"));
		assert_ptr_equal(r, before);
		assert_int_equal(count(db), 0);
		db_close(db);
	}
}

/* A row that is there already is an answer; other broken rules are not. */
static void what_is_there_is_told_apart(void **state)
{
	static const struct {
		const char *sql;
		enum err_code code;
	} rows[] = {
		{"INSERT INTO u(k, v, must) VALUES(1, 'z', 'm')", ERR_EXISTS}, /* key */
		{"INSERT INTO u(k, v, must) VALUES(2, 'a', 'm')", ERR_EXISTS}, /* unique */
		{"UPDATE u SET v = 'a' WHERE k = 5", ERR_EXISTS},
		{"INSERT INTO u(k, v) VALUES(3, 'c')", ERR_IO},		       /* not null */
		{"INSERT INTO u(k, v, must) VALUES(4, 'd', 'never')", ERR_IO}, /* check */
	};

	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		run(db,
			"CREATE TABLE u(k BIGINT PRIMARY KEY, v TEXT UNIQUE, must TEXT NOT NULL "
			"CHECK (must <> 'never'))");
		run(db, "INSERT INTO u(k, v, must) VALUES(1, 'a', 'm'), (5, 'e', 'm')");
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (db_run(db, &e, rows[k].sql, "") != -1 || e.code != rows[k].code)
				fail_msg("%s: %s: %d: %s", engines[i].name, rows[k].sql, e.code,
					e.text);
		}
		run(db,
			"INSERT INTO u(k, v, must) VALUES(1, 'x', 'm') ON CONFLICT(k) DO UPDATE SET "
			"v = excluded.v");
		db_close(db);
	}
}

static void transactions_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct db *other = open_db(&engines[i], false);
		struct err e;
		db_rollback(db); /* there is none: nothing happens */
		assert_int_equal(db_begin(db, &e), 0);
		put(db, 1);
		assert_int_equal(count(db), 1);
		assert_int_equal(count(other), 0); /* not yet */
		assert_int_equal(db_commit(db, &e), 0);
		assert_int_equal(count(other), 1);

		assert_int_equal(db_begin(db, &e), 0);
		put(db, 2);
		run(db, "DELETE FROM t WHERE k = 1");
		db_rollback(db);
		assert_int_equal(count(db), 1);

		assert_int_equal(db_begin(db, &e), 0); /* a failed statement, then it is given up */
		put(db, 3);
		assert_int_equal(db_run(db, &e, "INSERT INTO t(k) VALUES(1)", ""), -1);
		db_rollback(db);
		assert_int_equal(count(db), 1);
		put(db, 4);
		assert_int_equal(count(other), 2);

		assert_int_equal(db_commit(db, &e), -1); /* of nothing */
		assert_int_equal(db_begin(db, &e), 0);
		put(db, 5);
		db_close(db); /* and never committed */
		assert_int_equal(count(other), 2);
		db_close(other);
	}
}

static void a_second_begin_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		assert_int_equal(db_begin(db, &e), 0);
		put(db, 1);
		assert_int_equal(db_begin(db, &e), -1);
		put(db, 2);
		assert_int_equal(db_commit(db, &e), 0);
		assert_int_equal(count(db), 2);
		db_close(db);
	}
}

/* One writer at a time: the second waits for the first and sees what it wrote. */
static void writers_wait_for_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *one = fresh(&engines[i]);
		struct db *two = open_db(&engines[i], false);
		struct err e;
		if (!engines[i].sleeps)
			continue;
		assert_int_equal(db_begin(one, &e), 0);
		put(one, 1);
		nobody_lets_go();
		waiting.commits = one;
		assert_int_equal(db_begin(two, &e), 0);
		assert_int_equal(waiting.sleeps, 3);
		assert_int_equal(count(two), 1);
		put(two, 2);
		assert_int_equal(db_commit(two, &e), 0);
		assert_int_equal(count(one), 2);
		db_close(one);
		db_close(two);
	}
}

/* After 30 s of waiting it is told who is in the way, and nothing is lost on either side. */
static void waiting_has_an_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *one = fresh(&engines[i]);
		struct db *two = open_db(&engines[i], false);
		struct err e;
		if (!engines[i].sleeps)
			continue;
		assert_int_equal(db_begin(one, &e), 0);
		put(one, 1);
		nobody_lets_go();
		assert_int_equal(db_begin(two, &e), -1);
		assert_int_equal(e.code, ERR_BUSY);
		assert_non_null(strstr(e.text, "30 s"));
		assert_true(waiting.slept_us == 30 * 1000000);
		assert_int_equal(
			db_run(two, &e, "INSERT INTO t(k) VALUES(?1)", "i", INT64_C(9)), -1);
		assert_int_equal(e.code, ERR_BUSY);
		assert_int_equal(db_commit(one, &e), 0);
		put(two, 9);
		assert_int_equal(count(one), 2);
		db_close(one);
		db_close(two);
	}
}

/* A commit waits until others have read what they are reading; when they never end it fails, and can
 * be given up and made again. */
static void a_commit_waits_for_readers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *one = fresh(&engines[i]);
		struct db *two = open_db(&engines[i], false);
		struct db_rows *r = NULL;
		struct err e;
		if (!engines[i].sleeps)
			continue;
		put(one, 1);
		put(one, 2);
		for (int ends = 0; ends < 2; ends++) {
			assert_int_equal(
				db_query(two, &r, &e, "SELECT k FROM t ORDER BY k", ""), 0);
			assert_int_equal(db_next(r, &e), 1);
			assert_int_equal(db_begin(one, &e), 0);
			put(one, 3);
			nobody_lets_go();
			waiting.ends = ends ? r : NULL;
			if (ends) {
				assert_int_equal(db_commit(one, &e), 0);
				assert_int_equal(count(two), 3);
				continue;
			}
			assert_int_equal(db_commit(one, &e), -1);
			assert_int_equal(e.code, ERR_BUSY);
			db_rollback(one);
			assert_int_equal(db_next(r, &e), 1);
			assert_int_equal(db_next(r, &e), 0);
			db_end(r);
			assert_int_equal(count(two), 2);
		}
		db_close(one);
		db_close(two);
	}
}

static void scripts_and_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENGINES; i++) {
		struct db *db = fresh(&engines[i]);
		struct err e;
		assert_int_equal(db_script(db,
					 "CREATE TABLE a(x BIGINT); INSERT INTO a(x) VALUES(4);"
					 "INSERT INTO t(k) SELECT x FROM a",
					 &e),
			0);
		assert_int_equal(count(db), 1);
		assert_int_equal(db_quick_check(db, &e), 0);
		db_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_engine_is_refused),
		cmocka_unit_test(it_is_made_only_when_asked),
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(null_reads_as_nothing),
		cmocka_unit_test(one_value_or_none),
		cmocka_unit_test(changes_are_of_the_last_statement),
		cmocka_unit_test(statements_are_reused),
		cmocka_unit_test(rows_are_let_go),
		cmocka_unit_test(faults_in_statements_are_told),
		cmocka_unit_test(what_is_there_is_told_apart),
		cmocka_unit_test(transactions_are_whole),
		cmocka_unit_test(a_second_begin_is_refused),
		cmocka_unit_test(writers_wait_for_each_other),
		cmocka_unit_test(waiting_has_an_end),
		cmocka_unit_test(a_commit_waits_for_readers),
		cmocka_unit_test(scripts_and_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
