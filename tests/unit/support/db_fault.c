/* A database that fails; see db_fault.h. */
#include "unit/support/db_fault.h"

#include <string.h>

#include "store/db_engine.h"

static int64_t left; /* calls until the one that fails; below 0: it was made */

static bool fails(struct err *e)
{
	if (left <= 0 || --left != 0)
		return false;
	left = -1;
	(void)err_set(e, ERR_FULL, DB_FAULT_TEXT);
	return true;
}

static int begin(struct db *db, struct err *e)
{
	return fails(e) ? -1 : db_sqlite_ops.begin(db, e);
}

static int commit(struct db *db, struct err *e)
{
	return fails(e) ? -1 : db_sqlite_ops.commit(db, e);
}

static int run(struct db *db, struct err *e, const char *sql, const char *binds, va_list ap)
{
	return fails(e) ? -1 : db_sqlite_ops.run(db, e, sql, binds, ap);
}

static int next(struct db_rows *rows, struct err *e)
{
	return fails(e) ? -1 : db_sqlite_ops.next(rows, e);
}

static const struct db_ops *failing(void);

static int query(struct db *db, struct db_rows **rows, struct err *e, const char *sql,
	const char *binds, va_list ap)
{
	/* audit.log, which is written behind the ledger and stops nothing */
	if (strstr(sql, "FROM event WHERE seq > ?1"))
		return db_sqlite_ops.query(db, rows, e, sql, binds, ap);
	if (fails(e) || db_sqlite_ops.query(db, rows, e, sql, binds, ap) == -1)
		return -1;
	((struct db_base *)*rows)->ops = failing();
	return 0;
}

static int script(struct db *db, const char *sql, struct err *e)
{
	return fails(e) ? -1 : db_sqlite_ops.script(db, sql, e);
}

static struct db_ops ops;

static const struct db_ops *failing(void)
{
	ops = db_sqlite_ops;
	ops.begin = begin;
	ops.commit = commit;
	ops.run = run;
	ops.next = next;
	ops.query = query;
	ops.script = script;
	return &ops;
}

void db_fault_arm(struct db *db, int64_t at)
{
	left = at;
	((struct db_base *)db)->ops = failing();
}

bool db_fault_off(struct db *db)
{
	const bool made = left < 0;

	left = 0;
	((struct db_base *)db)->ops = &db_sqlite_ops;
	return made;
}
