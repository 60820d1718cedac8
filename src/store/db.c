/* The table of ledger engines and the helpers that need no engine; see db.h. */
#include "store/db.h"

#include <string.h>

#include "store/db_engine.h"

static const struct db_ops *const engines[] = {&db_sqlite_ops};

void db_start(void)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		engines[i]->start();
}

void db_stop(void)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		engines[i]->stop();
}

int db_open(const char *engine, int dir, const char *name, enum db_mode mode, struct db **out,
	struct err *e)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (strcmp(engines[i]->name, engine) == 0)
			return engines[i]->open(dir, name, mode, out, e);
	}
	return err_set(e, ERR_CONFIG, "ledger engine '%s' is not known; known is: sqlite", engine);
}

static const struct db_ops *ops(const struct db *db)
{
	return ((const struct db_base *)db)->ops;
}

void db_close(struct db *db)
{
	if (db)
		ops(db)->close(db);
}

int db_begin(struct db *db, struct err *e)
{
	return ops(db)->begin(db, e);
}

int db_commit(struct db *db, struct err *e)
{
	return ops(db)->commit(db, e);
}

void db_rollback(struct db *db)
{
	ops(db)->rollback(db);
}

int db_run(struct db *db, struct err *e, const char *sql, const char *binds, ...)
{
	va_list ap;
	int rc = 0;

	va_start(ap, binds);
	rc = ops(db)->run(db, e, sql, binds, ap);
	va_end(ap);
	return rc;
}

int64_t db_changes(const struct db *db)
{
	return ops(db)->changes(db);
}

int db_query(struct db *db, struct db_rows **rows, struct err *e, const char *sql,
	const char *binds, ...)
{
	va_list ap;
	int rc = 0;

	va_start(ap, binds);
	rc = ops(db)->query(db, rows, e, sql, binds, ap);
	va_end(ap);
	return rc;
}

static const struct db_ops *row_ops(const struct db_rows *rows)
{
	return ((const struct db_base *)rows)->ops;
}

int db_next(struct db_rows *rows, struct err *e)
{
	return row_ops(rows)->next(rows, e);
}

int64_t db_int(const struct db_rows *rows, int column)
{
	return row_ops(rows)->get_int(rows, column);
}

struct str db_text(const struct db_rows *rows, int column)
{
	return row_ops(rows)->get_text(rows, column);
}

void db_end(struct db_rows *rows)
{
	if (rows)
		row_ops(rows)->end(rows);
}

int db_one_int(struct db *db, int64_t *out, struct err *e, const char *sql, const char *binds, ...)
{
	struct db_rows *rows = NULL;
	va_list ap;
	int rc = 0;

	va_start(ap, binds);
	rc = ops(db)->query(db, &rows, e, sql, binds, ap);
	va_end(ap);
	if (rc == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		*out = db_int(rows, 0);
	db_end(rows);
	return rc;
}

int db_script(struct db *db, const char *sql, struct err *e)
{
	return ops(db)->script(db, sql, e);
}

int db_quick_check(struct db *db, struct err *e)
{
	return ops(db)->check(db, false, e);
}

int db_full_check(struct db *db, struct err *e)
{
	return ops(db)->check(db, true, e);
}

int db_copy(struct db *db, int dir, const char *name, struct err *e)
{
	return ops(db)->copy(db, dir, name, e);
}
