/* A journal that a cut left: rolled back into its own database, and into no other. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "store/db.h"
#include "store/db_journal.h"
#include "unit/support/box.h"
#include "unit/support/calls.h"

#define FILL(n)                                                                       \
	"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < " n \
	") INSERT INTO t(v) SELECT 'value ' || i FROM c"

static struct db *open_it(int dir, enum db_mode mode)
{
	struct db *db = NULL;
	struct err e;

	if (db_open("sqlite", dir, "l.db", mode, &db, &e) == -1)
		fail_msg("%s", e.text);
	return db;
}

static void script(struct db *db, const char *sql)
{
	struct err e;

	if (db_script(db, sql, &e) == -1)
		fail_msg("%s", e.text);
}

static int64_t rows(int dir)
{
	struct db *db = open_it(dir, DB_LOOK);
	struct err e;
	int64_t n = 0;

	assert_int_equal(db_one_int(db, &n, &e, "SELECT COUNT(*) FROM t", ""), 1);
	db_close(db);
	return n;
}

/* A ledger of 1000 rows in two commits, and copies of it before the second: by its bytes, and as VACUUM INTO makes. */
static void make(int dir)
{
	struct db *db = open_it(dir, DB_MAKE);
	struct err e;
	struct buf b;
	int fd = -1;

	script(db, "CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT)");
	script(db, FILL("500"));
	assert_int_equal(fsx_put(dir, "copy.db", STR(""), &e), 0);
	assert_int_equal(db_copy(db, dir, "copy.db", &e), 0);
	buf_init(&b, 1 << 20);
	fd = fsx_open(dir, "l.db", &e);
	assert_int_equal(fsx_read(fd, &b, &e), 0);
	fsx_close(fd);
	assert_int_equal(fsx_put(dir, "bytes.db", buf_view(&b), &e), 0);
	buf_done(&b);
	script(db, FILL("500"));
	script(db, "UPDATE t SET v = 'new'");
	db_close(db);
}

/* Ends without a word when pages are in the database already; first: what is changed before. */
static void cut(int dir, const char *first)
{
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid != -1);
	if (pid == 0) {
		struct db *db = open_it(dir, DB_WRITE);
		script(db, "PRAGMA cache_size=5; BEGIN IMMEDIATE");
		script(db, first);
		script(db, "UPDATE t SET v = v || 'a longer one than it was before'");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* With page 1 in the journal, and without: then it is as it was in the database, too. */
static const char *const firsts[] = {"PRAGMA user_version=7", "UPDATE t SET v = 'x' WHERE k = 1"};

static void its_own_is_rolled_back(void **state)
{
	const struct box *b = *state;
	struct err e;
	struct stat st;

	make(b->dir);
	for (size_t i = 0; i < 2; i++) {
		cut(b->dir, firsts[i]);
		assert_int_equal(fsx_stat(b->dir, "l.db-journal", &st, &e), 1);
		assert_int_equal(db_journal_check(b->dir, "l.db", &e), 0);
		assert_int_equal(rows(b->dir), 1000);
		assert_int_equal(fsx_stat(b->dir, "l.db-journal", &st, &e), 0);
	}
}

/* A backup was put in its place: it stays as it is, and so does the journal. */
static void anothers_is_refused(void **state)
{
	static const char *const backups[] = {"copy.db", "bytes.db"};
	const struct box *b = *state;

	for (size_t i = 0; i < 4; i++) {
		struct err e;
		struct stat st;
		struct db *db = NULL;
		make(b->dir);
		cut(b->dir, firsts[i % 2]);
		assert_int_equal(fsx_remove(b->dir, "l.db", &e), 0);
		assert_int_equal(fsx_move(b->dir, backups[i / 2], b->dir, "l.db", &e), 0);
		assert_int_equal(db_open("sqlite", b->dir, "l.db", DB_LOOK, &db, &e), -1);
		assert_int_equal(e.code, ERR_CORRUPT);
		assert_non_null(strstr(e.text, "move l.db-journal away"));
		assert_int_equal(fsx_stat(b->dir, "l.db-journal", &st, &e), 1);
		assert_int_equal(fsx_remove(b->dir, "l.db-journal", &e), 0);
		assert_int_equal(rows(b->dir), 500);
		assert_int_equal(fsx_remove(b->dir, "l.db", &e), 0);
		assert_int_equal(fsx_remove(b->dir, backups[1 - i / 2], &e), 0);
	}
}

/* What SQLite would not roll back is nobody's concern; what is no file is. */
static void what_else_may_lie_there(void **state)
{
	const struct box *b = *state;
	char nothing[600] = {0};
	struct err e;

	make(b->dir);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), 0);
	assert_int_equal(fsx_put(b->dir, "l.db-journal", STR(""), &e), 0);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), 0);
	assert_int_equal(
		fsx_replace(b->dir, "l.db-journal", (struct str){nothing, sizeof(nothing)}, &e), 0);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), 0);
	assert_int_equal(fsx_remove(b->dir, "l.db-journal", &e), 0);
	assert_int_equal(fsx_mkdir(b->dir, "l.db-journal", 0700, &e), 0);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_non_null(strstr(e.text, "l.db-journal lies beside l.db and is no plain file"));
}

/* One that is being written is left to SQLite, whatever it looks like. */
static void a_writer_is_not_disturbed(void **state)
{
	const struct box *b = *state;
	struct err e;
	char go = 0;
	int ready[2];
	int end[2];
	pid_t pid = 0;

	make(b->dir);
	cut(b->dir, firsts[0]);
	assert_int_equal(fsx_move(b->dir, "l.db-journal", b->dir, "kept", &e), 0);
	assert_int_equal(fsx_remove(b->dir, "l.db", &e), 0);
	assert_int_equal(fsx_move(b->dir, "copy.db", b->dir, "l.db", &e), 0);
	assert_true(pipe(ready) == 0 && pipe(end) == 0);
	pid = fork();
	if (pid == 0) {
		struct db *db = open_it(b->dir, DB_WRITE);
		script(db, "BEGIN IMMEDIATE");
		_exit(write(ready[1], "x", 1) == 1 && read(end[0], &go, 1) == 1 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &go, 1), 1);
	assert_int_equal(fsx_move(b->dir, "kept", b->dir, "l.db-journal", &e), 0);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), 0);
	assert_int_equal(write(end[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(db_journal_check(b->dir, "l.db", &e), -1);
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (unsigned char)v;
}

/* A number of some file, at that offset. */
static uint32_t number_of(int dir, const char *name, uint64_t at)
{
	unsigned char b[4];
	struct err e;
	size_t got = 0;
	const int fd = fsx_open(dir, name, &e);

	assert_int_equal(fsx_pread(fd, b, sizeof(b), at, &got, &e), 0);
	assert_int_equal(got, sizeof(b));
	fsx_close(fd);
	return be32(b);
}

static int check(void *about, struct err *e)
{
	return db_journal_check(*(const int *)about, "l.db", e);
}

/* What cannot be read, or asked, is no reason to refuse: SQLite says what there is to say. */
static void what_fails_is_left_to_sqlite(void **state)
{
	struct box *b = *state;
	struct err e;

	make(b->dir);
	cut(b->dir, firsts[0]);
	const struct calls_fault faults[] = {
		{SYS_openat2, EACCES, CALLS_ANY, 0},
		{SYS_pread64, EIO, CALLS_ANY, 0},
		{SYS_pread64, EIO, 3, number_of(b->dir, "l.db-journal", 20)}, /* the first record */
		{SYS_pread64, EIO, 2, 100},				      /* the database */
		{SYS_fcntl, EINVAL, 1, F_GETLK},
	};
	assert_int_equal(fsx_remove(b->dir, "l.db", &e), 0);
	assert_int_equal(check(&b->dir, &e), 0); /* there is none */
	assert_int_equal(fsx_move(b->dir, "copy.db", b->dir, "l.db", &e), 0);
	assert_int_equal(check(&b->dir, &e), -1);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct calls_try t = {.make = check, .about = &b->dir};
		calls_try(&faults[i], &t);
		if (t.rc != 0)
			fail_msg("row %zu: %s", i, t.e.text);
	}
	assert_int_equal(fsx_replace(b->dir, "l.db", STR("no database"), &e), 0);
	assert_int_equal(check(&b->dir, &e), 0);
}

enum { SECTOR = 512, RECORD = SECTOR - 8 };

static void header(unsigned char *p, uint32_t sector, uint32_t records, uint32_t pages)
{
	static const unsigned char magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

	memcpy(p, magic, sizeof(magic));
	put32(p + 8, records);
	put32(p + 12, 4711);
	put32(p + 16, pages);
	put32(p + 20, sector);
	put32(p + 24, RECORD);
}

/* Two segments, of page 2 and of page 1; cut off, or with a header that says that there is nothing. */
static void segments_and_ends(void **state)
{
	static const struct {
		uint32_t sector, records, pages_more, changes_more;
		size_t size;
		int rc;
	} rows[] = {
		{0, 1, 1, 5, 4 * SECTOR, 0},
		{SECTOR, 0, 1, 5, 4 * SECTOR, 0},
		{SECTOR, 2, 0, 5, 2 * SECTOR, 0}, /* only as many records as there are */
		{SECTOR, 2, 1, 0, 2 * SECTOR, -1},
		{SECTOR, 1, 1, 0, 4 * SECTOR, 0}, /* page 1 says it, not the number of pages */
		{SECTOR, 1, 0, 5, 4 * SECTOR, -1},
	};
	struct box *b = *state;
	struct err e;

	make(b->dir);
	assert_int_equal(fsx_put(b->dir, "l.db-journal", STR(""), &e), 0);
	const uint32_t changes = number_of(b->dir, "l.db", 24);
	const uint32_t pages = number_of(b->dir, "l.db", 28);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char all[4 * SECTOR] = {0};
		header(all, rows[i].sector, rows[i].records, pages + rows[i].pages_more);
		put32(all + SECTOR, 2);
		header(all + 2 * SECTOR, SECTOR, 1, 0);
		put32(all + 3 * SECTOR, 1);
		put32(all + 3 * SECTOR + 4 + 24, changes + rows[i].changes_more);
		assert_int_equal(fsx_replace(b->dir, "l.db-journal",
					 (struct str){(const char *)all, rows[i].size}, &e),
			0);
		if (check(&b->dir, &e) != rows[i].rc)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(its_own_is_rolled_back),
		IN_BOX(anothers_is_refused),
		IN_BOX(what_else_may_lie_there),
		IN_BOX(a_writer_is_not_disturbed),
		IN_BOX(what_fails_is_left_to_sqlite),
		IN_BOX(segments_and_ends),
	};
	int rc = 0;

	db_start();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	db_stop();
	return rc;
}
