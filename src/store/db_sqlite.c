/*
 * SQLite as the ledger's engine: rollback journal, synchronous=EXTRA, one connection, BEGIN
 * IMMEDIATE, defensive settings, extensions and mmap off. The installed 3.40 has a bug in WAL mode
 * with two writers, so WAL is never used.
 */
#include "store/db_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "store/db_journal.h"

/* A journal that stays would be rolled back into the backup. */
#define AS_BACKUP                                                                             \
	"stop, move ledger.db and, if it is there, ledger.db-journal away together and keep " \
	"them, and restore ledger.db from a backup"

enum { STATEMENTS = 256, BUSY_MS = 30000, PATH_ROOM = 4096 };

struct statement {
	const char *sql; /* a literal: compared by address */
	sqlite3_stmt *stmt;
	bool busy;
};

struct db {
	struct db_base base;
	sqlite3 *h;
	struct statement cache[STATEMENTS];
	size_t n;
};

struct db_rows {
	struct db_base base;
	struct db *db;
	sqlite3_stmt *stmt;
	struct statement *slot; /* NULL: not from the cache */
};

/* --- memory: ours, so that SQLite never goes on without --- */

/* SQLite asks for the size of what it was given: it stands before it, and keeps it aligned. */
union piece {
	size_t n;
	max_align_t align;
};

static void *take(int n)
{
	union piece *p = mem_alloc(mem_add((size_t)n, sizeof(*p)));

	p->n = (size_t)n;
	return p + 1;
}

static void give_back(void *at)
{
	if (at)
		mem_free((union piece *)at - 1);
}

static void *resize(void *at, int n)
{
	union piece *p = mem_resize(
		at ? (union piece *)at - 1 : NULL, mem_add((size_t)n, sizeof(*p)), 1);

	p->n = (size_t)n;
	return p + 1;
}

static int size_of(void *at)
{
	return at ? (int)((union piece *)at - 1)->n : 0;
}

static int round_up(int n)
{
	return (n + 7) & ~7;
}

static int memory_start(void *ctx)
{
	(void)ctx;
	return SQLITE_OK;
}

static void memory_stop(void *ctx)
{
	(void)ctx;
}

static void sqlite_start(void)
{
	static const struct sqlite3_mem_methods memory = {
		.xMalloc = take,
		.xFree = give_back,
		.xRealloc = resize,
		.xSize = size_of,
		.xRoundup = round_up,
		.xInit = memory_start,
		.xShutdown = memory_stop,
	};

	/* Refused only when SQLite is in use already: then main called us too late. */
	BUG_IF(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) != SQLITE_OK);
}

static void sqlite_stop(void)
{
	(void)sqlite3_shutdown();
}

/* A journal that could not be made has no error of its own for a disk without room. */
static bool disk_is_full(struct db *db)
{
	const char *name = sqlite3_db_filename(db->h, "main");
	struct statfs fs;

	if (!name || statfs(name, &fs) == -1)
		return false;
	return fs.f_bavail == 0 || (fs.f_files > 0 && fs.f_ffree == 0);
}

static int fail(struct db *db, struct err *e, const char *what)
{
	const int rc = sqlite3_extended_errcode(db->h);
	const char *why = sqlite3_errmsg(db->h);

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_BUSY, "ledger: %s: somebody else has been writing for %d s",
			what, BUSY_MS / 1000);
	case SQLITE_CANTOPEN:
		if (!disk_is_full(db))
			return err_set(e, ERR_IO, "ledger: %s: %s", what, why);
		return err_set(e, ERR_FULL,
			"ledger: no space, or no inode, is left on its disk; free some and run again");
	case SQLITE_FULL:
		return err_set(e, ERR_FULL,
			"ledger: no space is left on its disk; free some and run again");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_CORRUPT, "ledger: damaged: %s; " AS_BACKUP, why);
	case SQLITE_CONSTRAINT:
		return err_set(e,
			rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY
				? ERR_EXISTS
				: ERR_IO,
			"ledger: %s: %s", what, why);
	case SQLITE_ERROR: /* no such table or column */
		return err_set(e, ERR_CONFIG, "ledger: %s: %s", what, why);
	case SQLITE_NOMEM:
		mem_exhausted();
	default:
		return err_set(e, ERR_IO, "ledger: %s: %s", what, why);
	}
}

/* By the numbers of linux/magic.h. Cluster file systems with locks of their own are none of these. */
const char *db_sqlite_network(uint32_t magic)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} bad[] = {{0x6969, "NFS"}, {0x517B, "SMB"}, {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"},
		{0x65735546, "FUSE (sshfs and its like)"}, {0x5346414F, "AFS"},
		{0x73757245, "CODA"}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (magic == bad[i].magic)
			return bad[i].name;
	return NULL;
}

/* Network file systems lie about locks and about what is on disk. */
static int refuse_network(int dir, struct err *e)
{
	struct statfs fs;
	const char *name = NULL;

	if (fstatfs(dir, &fs) == -1)
		return err_errno(e, ERR_IO, "ledger: what file system is this");
	name = db_sqlite_network((uint32_t)fs.f_type);
	if (!name)
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"ledger: the environment is on %s, which loses locks and committed data; "
		"put it on a local disk",
		name);
	return err_reason(e, "LEDGER-NETWORK");
}

/* We never use WAL. SQLite would take in whatever a file of that name holds, of another database too. */
static int refuse_wal(int dir, const char *name, struct err *e)
{
	char wal[300];

	(void)snprintf(wal, sizeof(wal), "%s-wal", name);
	if (faccessat(dir, wal, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : err_errno(e, ERR_IO, "look for %s", wal);
	return err_set(e, ERR_CORRUPT,
		"ledger: %s lies beside %s, and gridspool never makes one: end what has the ledger "
		"open; if it belongs to it, sqlite3 %s 'PRAGMA journal_mode=DELETE' takes it in; else "
		"move it away",
		wal, name, name);
}

/* A folder, or a link, which SQLite does not follow. */
static int refuse_other(int dir, const char *name, enum db_mode mode, struct err *e)
{
	struct stat st;
	const int rc = fsx_stat(dir, name, &st, e);

	if (rc == 0 && mode != DB_MAKE)
		return err_set(e, ERR_ABSENT, "ledger %s is not there", name);
	if (rc != 1 || S_ISREG(st.st_mode))
		return rc == -1 ? -1 : 0;
	return err_set(e, ERR_CORRUPT,
		"ledger: %s is a %s, expected a plain file: move it away, and put %s back", name,
		S_ISLNK(st.st_mode)	      ? "symbolic link"
			: S_ISDIR(st.st_mode) ? "folder"
					      : "device or pipe",
		name);
}

static int settings(struct db *db, enum db_mode mode, struct err *e)
{
	static const char pragmas[] =
		"PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;"
		"PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
		"PRAGMA temp_store=MEMORY; PRAGMA cache_size=-10000;";

	(void)sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_busy_timeout(db->h, BUSY_MS);
	(void)sqlite3_extended_result_codes(db->h, 1);
	if (sqlite3_exec(db->h, pragmas, NULL, NULL, NULL) != SQLITE_OK ||
		(mode == DB_LOOK &&
			sqlite3_exec(db->h, "PRAGMA query_only=ON", NULL, NULL, NULL) != SQLITE_OK))
		return fail(db, e, "open");
	return 0;
}

static void sqlite_close(struct db *db)
{
	for (size_t i = 0; i < db->n; i++)
		(void)sqlite3_finalize(db->cache[i].stmt);
	if (db->h)
		(void)sqlite3_close(db->h);
	mem_free(db);
}

/* SQLite opens by path, and follows no link in it: that of the open folder as it is now. */
static int real_path(int dir, const char *name, char real[PATH_ROOM], struct err *e)
{
	char link[64];
	ssize_t n = 0;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, real, PATH_ROOM - 1 - strlen(name) - 1);
	if (n <= 0)
		return err_errno(e, ERR_IO, "ledger %s: where is its folder", name);
	(void)snprintf(real + n, PATH_ROOM - (size_t)n, "/%s", name);
	return 0;
}

static int sqlite_open(int dir, const char *name, enum db_mode mode, struct db **out, struct err *e)
{
	struct db *db = NULL;
	/* For looking too: a journal that a cut left can only be rolled back by writing. */
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
		(mode == DB_MAKE ? SQLITE_OPEN_CREATE : 0);

	if (refuse_network(dir, e) == -1 || refuse_wal(dir, name, e) == -1 ||
		refuse_other(dir, name, mode, e) == -1 || db_journal_check(dir, name, e) == -1)
		return -1;
	char real[PATH_ROOM];
	if (real_path(dir, name, real, e) == -1)
		return -1;
	db = mem_alloc(sizeof(*db));
	db->base.ops = &db_sqlite_ops;
	if (sqlite3_open_v2(real, &db->h, flags, NULL) != SQLITE_OK) {
		const int rc = fail(db, e, "open");
		sqlite_close(db);
		return rc;
	}
	if (settings(db, mode, e) == -1) {
		sqlite_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

static int exec(struct db *db, const char *sql, const char *what, struct err *e)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, e, what);
	return 0;
}

static int sqlite_begin(struct db *db, struct err *e)
{
	return exec(db, "BEGIN IMMEDIATE", "begin", e);
}

static int sqlite_commit(struct db *db, struct err *e)
{
	return exec(db, "COMMIT", "commit", e);
}

static void sqlite_rollback(struct db *db)
{
	if (sqlite3_get_autocommit(db->h) == 0) /* inside a transaction */
		(void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
}

/* A prepared statement for a literal; a busy one (a query inside a query) is prepared afresh. */
static int prepare(
	struct db *db, const char *sql, sqlite3_stmt **stmt, struct statement **slot, struct err *e)
{
	*slot = NULL;
	for (size_t i = 0; i < db->n; i++) {
		if (db->cache[i].sql == sql && !db->cache[i].busy) {
			*slot = &db->cache[i];
			*stmt = db->cache[i].stmt;
			return 0;
		}
	}
	if (sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) != SQLITE_OK)
		return fail(db, e, sql);
	if (db->n < STATEMENTS) {
		*slot = &db->cache[db->n++];
		(*slot)->sql = sql;
		(*slot)->stmt = *stmt;
	}
	return 0;
}

/* life: SQLITE_STATIC where the texts outlive the bindings, else SQLITE_TRANSIENT. */
static int bind(sqlite3_stmt *stmt, sqlite3_destructor_type life, const char *binds, va_list ap)
{
	int rc = SQLITE_OK;

	for (int i = 0; binds[i] && rc == SQLITE_OK; i++) {
		if (binds[i] == 'i') {
			rc = sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
		} else if (binds[i] == 's') {
			const struct str s = va_arg(ap, struct str);
			rc = sqlite3_bind_text64(
				stmt, i + 1, s.p ? s.p : "", s.n, life, SQLITE_UTF8);
		} else {
			BUG_IF(binds[i] != 'c');
			const char *s = va_arg(ap, const char *);
			rc = s ? sqlite3_bind_text(stmt, i + 1, s, -1, life)
			       : sqlite3_bind_null(stmt, i + 1);
		}
	}
	return rc;
}

static void release(sqlite3_stmt *stmt, struct statement *slot)
{
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	if (slot)
		slot->busy = false;
	else
		(void)sqlite3_finalize(stmt);
}

static int sqlite_run(struct db *db, struct err *e, const char *sql, const char *binds, va_list ap)
{
	sqlite3_stmt *stmt = NULL;
	struct statement *slot = NULL;
	int rc = 0;

	if (prepare(db, sql, &stmt, &slot, e) == -1)
		return -1;
	if (bind(stmt, SQLITE_STATIC, binds, ap) != SQLITE_OK)
		rc = fail(db, e, sql);
	else if (sqlite3_step(stmt) != SQLITE_DONE)
		rc = fail(db, e, sql);
	release(stmt, slot);
	return rc;
}

static int64_t sqlite_changes(const struct db *db)
{
	return sqlite3_changes64(db->h);
}

static int sqlite_query(struct db *db, struct db_rows **rows, struct err *e, const char *sql,
	const char *binds, va_list ap)
{
	sqlite3_stmt *stmt = NULL;
	struct statement *slot = NULL;
	struct db_rows *r = NULL;

	if (prepare(db, sql, &stmt, &slot, e) == -1)
		return -1;
	if (bind(stmt, SQLITE_TRANSIENT, binds, ap) != SQLITE_OK) {
		(void)fail(db, e, sql);
		release(stmt, slot);
		return -1;
	}
	if (slot)
		slot->busy = true;
	r = mem_alloc(sizeof(*r));
	r->base.ops = &db_sqlite_ops;
	r->db = db;
	r->stmt = stmt;
	r->slot = slot;
	*rows = r;
	return 0;
}

static int sqlite_next(struct db_rows *rows, struct err *e)
{
	switch (sqlite3_step(rows->stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return fail(rows->db, e, sqlite3_sql(rows->stmt));
	}
}

static int64_t sqlite_int(const struct db_rows *rows, int column)
{
	return sqlite3_column_int64(rows->stmt, column);
}

static struct str sqlite_text(const struct db_rows *rows, int column)
{
	const char *p = (const char *)sqlite3_column_text(rows->stmt, column);

	return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(rows->stmt, column)};
}

static void sqlite_end(struct db_rows *rows)
{
	release(rows->stmt, rows->slot);
	mem_free(rows);
}

static int sqlite_script(struct db *db, const char *sql, struct err *e)
{
	return exec(db, sql, "schema", e);
}

/* What SQLite says of a page has a line of its own. */
static const char *in_one_line(char *p)
{
	for (char *c = p; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return p;
}

static int sqlite_check(struct db *db, bool whole, struct err *e)
{
	const char *pragma = whole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
	sqlite3_stmt *stmt = NULL;
	char line[300];
	int rc = 0;

	if (sqlite3_prepare_v2(db->h, pragma, -1, &stmt, NULL) != SQLITE_OK)
		return fail(db, e, "check");
	if (sqlite3_step(stmt) != SQLITE_ROW)
		rc = fail(db, e, "check");
	else
		(void)snprintf(
			line, sizeof(line), "%s", (const char *)sqlite3_column_text(stmt, 0));
	if (rc == 0 && strcmp(line, "ok") != 0)
		rc = err_set(e, ERR_CORRUPT, "ledger: damaged: %s; " AS_BACKUP, in_one_line(line));
	(void)sqlite3_finalize(stmt);
	return rc;
}

static int sqlite_copy(struct db *db, int dir, const char *name, struct err *e)
{
	char path[PATH_ROOM];
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (real_path(dir, name, path, e) == -1)
		return -1;
	if (sqlite3_prepare_v2(db->h, "VACUUM INTO ?1", -1, &stmt, NULL) != SQLITE_OK)
		return fail(db, e, "copy");
	if (sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(stmt) != SQLITE_DONE)
		rc = fail(db, e, "copy");
	(void)sqlite3_finalize(stmt);
	return rc;
}

const struct db_ops db_sqlite_ops = {
	.name = "sqlite",
	.start = sqlite_start,
	.stop = sqlite_stop,
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.run = sqlite_run,
	.changes = sqlite_changes,
	.query = sqlite_query,
	.next = sqlite_next,
	.get_int = sqlite_int,
	.get_text = sqlite_text,
	.end = sqlite_end,
	.script = sqlite_script,
	.check = sqlite_check,
	.copy = sqlite_copy,
};
