/*
 * The ledger's engine: the few calls that any SQL database must give. The family: one struct
 * db_ops an engine (SQLite now), one row in db.c. The SQL of store/ is what SQLite and PostgreSQL
 * both take; values are always bound, never printed into a statement.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;
struct db_rows;

/* Start and end of the engines' libraries, called once by main, before and after all else here: they take
 * our allocator. */
void db_start(void);
void db_stop(void);

enum db_mode {
	DB_WRITE,
	DB_MAKE, /* create it when it is not there; else ERR_ABSENT */
	DB_LOOK	 /* nothing is changed, but that what a cut left half done is put back */
};

/* name: the database file, in an open folder.
 * Refuses network file systems; a file that is no database is ERR_CORRUPT, here or by
 * db_quick_check. */
int db_open(const char *engine, int dir, const char *name, enum db_mode mode, struct db **out,
	struct err *e) ATTR_CHECK;
void db_close(struct db *db);

/* One writer at a time: waits up to 30 s, then ERR_BUSY. A second one inside the first is refused. */
int db_begin(struct db *db, struct err *e) ATTR_CHECK;
/* Waits for readers, as db_begin. After -1 call db_rollback. */
int db_commit(struct db *db, struct err *e) ATTR_CHECK;
void db_rollback(struct db *db); /* without a transaction: does nothing */

/* Runs one statement. binds: a letter an argument: 's' struct str, 'c' const char * (NULL is
 * NULL), 'i' int64_t. sql must be a literal: statements are prepared once. ERR_EXISTS: a row with
 * that key is there; ERR_CONFIG: the database has no such table or column. */
int db_run(struct db *db, struct err *e, const char *sql, const char *binds, ...) ATTR_CHECK;
int64_t db_changes(const struct db *db); /* rows of the last db_run */
/* Starts a query; rows must be ended. */
int db_query(struct db *db, struct db_rows **rows, struct err *e, const char *sql,
	const char *binds, ...) ATTR_CHECK;
int db_next(struct db_rows *rows, struct err *e) ATTR_CHECK; /* 1 row, 0 end, -1 */
int64_t db_int(const struct db_rows *rows, int column);	     /* NULL is 0 */
struct str db_text(const struct db_rows *rows, int column);  /* borrowed until db_next */
void db_end(struct db_rows *rows);			     /* accepts NULL */
/* One value of one row: 1 found, 0 no row, -1. */
int db_one_int(struct db *db, int64_t *out, struct err *e, const char *sql, const char *binds, ...)
	ATTR_CHECK;
/* Several statements, for the schema. */
int db_script(struct db *db, const char *sql, struct err *e) ATTR_CHECK;
/* Structure of the file is sound? */
int db_quick_check(struct db *db, struct err *e) ATTR_CHECK;
/* The same, and whether each index has what its table has. Writers wait meanwhile. */
int db_full_check(struct db *db, struct err *e) ATTR_CHECK;
/* The whole of it, as it is committed now, into an empty file below an open folder, which is not fsynced. */
int db_copy(struct db *db, int dir, const char *name, struct err *e) ATTR_CHECK;

#endif
