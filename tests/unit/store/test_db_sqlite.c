/* SQLite's own side: settings that keep what was committed, files that are not what they should be. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/fsx.h"
#include "store/db.h"
#include "store/db_engine.h"
#include "unit/support/calls.h"

static int dir = -1;

static int here(void **state)
{
	struct err e;

	(void)state;
	dir = fsx_dir(".", &e);
	return dir == -1 ? -1 : 0;
}

static int gone(void **state)
{
	(void)state;
	fsx_close(dir);
	return 0;
}

/* A database of some 100 pages. */
static void make(const char *name)
{
	struct db *db = NULL;
	struct err e;

	assert_int_equal(fsx_remove(dir, name, &e), 0);
	assert_int_equal(db_open("sqlite", dir, name, DB_MAKE, &db, &e), 0);
	assert_int_equal(
		db_script(db,
			"CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT); CREATE INDEX tv ON t(v);"
			"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 4000)"
			"INSERT INTO t(v) SELECT 'value ' || i FROM c",
			&e),
		0);
	db_close(db);
}

static void settings_hold(void **state)
{
	static const struct {
		const char *sql;
		const char *want;
	} rows[] = {{"PRAGMA journal_mode", "delete"}, {"PRAGMA synchronous", "3"},
		{"PRAGMA foreign_keys", "1"}, {"PRAGMA trusted_schema", "0"},
		{"PRAGMA cell_size_check", "1"}, {"PRAGMA temp_store", "2"}};
	struct db *db = NULL;
	struct err e;

	(void)state;
	make("s.db");
	assert_int_equal(db_open("sqlite", dir, "s.db", DB_WRITE, &db, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct db_rows *r = NULL;
		assert_int_equal(db_query(db, &r, &e, rows[i].sql, ""), 0);
		assert_int_equal(db_next(r, &e), 1);
		if (!str_is(db_text(r, 0), rows[i].want))
			fail_msg("%s: " STR_FMT, rows[i].sql, STR_ARG(db_text(r, 0)));
		db_end(r);
	}
	/* text in double quotes is a name, never a value */
	assert_int_equal(db_run(db, &e, "DELETE FROM t WHERE v = \"value 1\"", ""), -1);
	db_close(db);
}

static void network_disks_are_known(void **state)
{
	static const struct {
		uint32_t magic;
		bool bad;
	} rows[] = {{0x6969, true}, {0x517B, true}, {0xFF534D42, true}, {0xFE534D42, true},
		{0x65735546, true}, {0x5346414F, true}, {0x73757245, true}, {0xEF53, false},
		{0x58465342, false}, {0x9123683E, false}, {0x01021994, false}, {0x794C7630, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((db_sqlite_network(rows[i].magic) != NULL) != rows[i].bad)
			fail_msg("%x", (unsigned)rows[i].magic);
}

/* A file of that name, ours or not, empty or not: SQLite would take it in. */
static void a_wal_beside_it_is_refused(void **state)
{
	struct db *db = NULL;
	struct err e;

	(void)state;
	make("w.db");
	assert_int_equal(fsx_put(dir, "w.db-wal", STR(""), &e), 0);
	assert_int_equal(db_open("sqlite", dir, "w.db", DB_LOOK, &db, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_non_null(strstr(e.text, "w.db-wal lies beside w.db"));
	assert_int_equal(fsx_remove(dir, "w.db-wal", &e), 0);
	assert_int_equal(db_open("sqlite", dir, "w.db", DB_LOOK, &db, &e), 0);
	db_close(db);
}

static void write_at(const char *name, off_t at, int c, size_t n)
{
	const int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	char block[5000];

	assert_true(fd != -1 && n <= sizeof(block));
	memset(block, c, n);
	assert_int_equal(pwrite(fd, block, n, at), n);
	assert_int_equal(close(fd), 0);
}

/* People read it: what was asked of the ledger says nothing to them. */
static void damage_is_told_without_sql(void **state)
{
	struct db *db = NULL;
	struct err e;
	int64_t n = 0;

	(void)state;
	make("q.db");
	write_at("q.db", 4096, 'z', 4096);
	assert_int_equal(db_open("sqlite", dir, "q.db", DB_LOOK, &db, &e), 0);
	assert_int_equal(db_one_int(db, &n, &e, "SELECT COUNT(*) FROM t WHERE v <> ''", ""), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_null(strstr(e.text, "SELECT"));
	assert_non_null(strstr(e.text, "ledger: damaged: database disk image is malformed; stop"));
	db_close(db);
}

/* Opening or checking, one of them says so; both say what to do. */
static void damage_is_found(void **state)
{
	static const struct {
		off_t cut, at;
		size_t n;
		bool found;
	} rows[] = {
		{0, 0, 0, false},	 /* as it was made */
		{0, 0, 16, true},	 /* no database */
		{0, 0, 1, true},	 /* one byte of its mark */
		{4096 * 20, 0, 0, true}, /* cut between two pages */
		{4096 * 20 + 7, 0, 0, true}, {200, 0, 0, true},
		{0, 4096, 4096, true},	    /* a page of the table overwritten */
		{0, 4096 * 30, 4096, true}, /* one further on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct db *db = NULL;
		struct err e;
		int rc = 0;
		make("d.db");
		if (rows[i].cut > 0)
			assert_int_equal(truncate("d.db", rows[i].cut), 0);
		if (rows[i].n > 0)
			write_at("d.db", rows[i].at, 'z', rows[i].n);
		rc = db_open("sqlite", dir, "d.db", DB_WRITE, &db, &e);
		if (rc == 0)
			rc = db_quick_check(db, &e);
		if ((rc == -1) != rows[i].found)
			fail_msg("row %zu: %s", i, rc == -1 ? e.text : "not found");
		if (rc == -1 && (e.code != ERR_CORRUPT || !strstr(e.text, "backup")))
			fail_msg("row %zu: %d: %s", i, e.code, e.text);
		db_close(db);
	}
}

static void links_and_folders_are_refused(void **state)
{
	struct db *db = NULL;
	struct err e;

	(void)state;
	make("real.db");
	assert_int_equal(symlink("real.db", "link.db"), 0);
	assert_int_equal(fsx_mkdir(dir, "folder.db", 0700, &e), 0);
	assert_int_equal(db_open("sqlite", dir, "link.db", DB_WRITE, &db, &e), -1);
	assert_int_equal(db_open("sqlite", dir, "folder.db", DB_WRITE, &db, &e), -1);
	assert_int_equal(db_open("sqlite", dir, "folder.db", DB_MAKE, &db, &e), -1);
	assert_null(db);
}

/* The folder's name is no URI and no pattern. */
static void any_folder_name(void **state)
{
	static const char *const names[] = {
		"a b", "x?mode=memory", "file:y", "100%41", "\xc3\xa4#'"};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct db *db = NULL;
		struct stat st;
		int sub = -1;
		assert_int_equal(fsx_mkdir(dir, names[i], 0700, &e), 0);
		sub = fsx_subdir(dir, names[i], &e);
		assert_true(sub != -1);
		assert_int_equal(db_open("sqlite", sub, "l.db", DB_MAKE, &db, &e), 0);
		assert_int_equal(db_script(db, "CREATE TABLE t(k INTEGER)", &e), 0);
		db_close(db);
		if (fsx_stat(sub, "l.db", &st, &e) != 1 || st.st_size == 0)
			fail_msg("%s", names[i]);
		fsx_close(sub);
	}
}

/* Its memory is ours: where there is none the program ends at once, and nothing goes on without. */
static void memory_is_ours(void **state)
{
	int status = 0;
	pid_t pid = 0;
	void *p = sqlite3_malloc(13);

	(void)state;
	p = sqlite3_realloc(p, 100);
	assert_non_null(p);
	assert_int_equal(sqlite3_msize(p), 104);
	sqlite3_free(p);
#ifndef ARENA_MALLOC /* what is instrumented needs more room than any limit leaves */
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		const struct rlimit little = {512 << 20, 512 << 20};
		const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)dup2(nowhere, STDERR_FILENO);
		(void)setrlimit(RLIMIT_AS, &little);
		_exit(sqlite3_malloc(1 << 30) ? 1 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 71);
#else
	(void)status;
	(void)pid;
#endif
}

static int open_it(void *about, struct err *e)
{
	struct db *db = NULL;

	(void)about;
	if (db_open("sqlite", dir, "c.db", DB_WRITE, &db, e) == -1)
		return -1;
	db_close(db);
	return 0;
}

static int copy_it(void *about, struct err *e)
{
	return db_copy(about, dir, "copy.db", e);
}

/* What cannot be asked about the disk it is on is not taken for fine. */
static void calls_that_fail(void **state)
{
	struct db *db = NULL;
	struct err e;

	(void)state;
	make("c.db");
	assert_int_equal(db_open("sqlite", dir, "c.db", DB_WRITE, &db, &e), 0);
	calls_fails(&(struct calls_fault){SYS_fstatfs, EIO, CALLS_ANY, 0}, open_it, NULL, ERR_IO,
		"ledger: what file system is this: Input/output error");
	calls_fails(&(struct calls_fault){SYS_newfstatat, EACCES, CALLS_ANY, 0}, open_it, NULL,
		ERR_IO, "look at c.db: Permission denied");
	calls_fails(&(struct calls_fault){SYS_faccessat2, EACCES, CALLS_ANY, 0}, open_it, NULL,
		ERR_IO, "look for c.db-wal: Permission denied");
#ifdef SYS_readlink
	calls_fails(&(struct calls_fault){SYS_readlink, EACCES, CALLS_ANY, 0}, open_it, NULL,
		ERR_IO, "ledger c.db: where is its folder: Permission denied");
	calls_fails(&(struct calls_fault){SYS_readlink, EACCES, CALLS_ANY, 0}, copy_it, db, ERR_IO,
		"ledger copy.db: where is its folder: Permission denied");
#endif
	/* Nor is a copy made over something. */
	make("copy.db");
	assert_int_equal(copy_it(db, &e), -1);
	assert_non_null(strstr(e.text, "ledger: copy: output file already exists"));
	db_close(db);
}

/* No text at all is NULL, an empty one is not. */
static void no_text_is_null(void **state)
{
	struct db *db = NULL;
	struct err e;
	int64_t nulls = 0;

	(void)state;
	make("n.db");
	assert_int_equal(db_open("sqlite", dir, "n.db", DB_WRITE, &db, &e), 0);
	assert_int_equal(
		db_run(db, &e, "INSERT INTO t(v) VALUES(?1), (?2)", "cc", (const char *)NULL, ""),
		0);
	assert_int_equal(
		db_one_int(db, &nulls, &e, "SELECT COUNT(*) FROM t WHERE v IS NULL", ""), 1);
	assert_int_equal(nulls, 1);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_disks_are_known),
		cmocka_unit_test(a_wal_beside_it_is_refused),
		cmocka_unit_test(settings_hold),
		cmocka_unit_test(calls_that_fail),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(damage_is_told_without_sql),
		cmocka_unit_test(links_and_folders_are_refused),
		cmocka_unit_test(any_folder_name),
		cmocka_unit_test(memory_is_ours),
		cmocka_unit_test(no_text_is_null),
	};
	int rc = 0;

	db_start();
	rc = cmocka_run_group_tests(tests, here, gone);
	db_stop();
	return rc;
}
