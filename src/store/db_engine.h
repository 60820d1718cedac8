/* What an engine of the ledger gives; every slot MUST be there. Private to store/. */
#ifndef STORE_DB_ENGINE_H
#define STORE_DB_ENGINE_H

#include <stdarg.h>

#include "store/db.h"

struct db_ops {
	const char *name;
	void (*start)(void);
	void (*stop)(void);
	int (*open)(int dir, const char *name, enum db_mode mode, struct db **out, struct err *e);
	void (*close)(struct db *db);
	int (*begin)(struct db *db, struct err *e);
	int (*commit)(struct db *db, struct err *e);
	void (*rollback)(struct db *db);
	int (*run)(struct db *db, struct err *e, const char *sql, const char *binds, va_list ap);
	int64_t (*changes)(const struct db *db);
	int (*query)(struct db *db, struct db_rows **rows, struct err *e, const char *sql,
		const char *binds, va_list ap);
	int (*next)(struct db_rows *rows, struct err *e);
	int64_t (*get_int)(const struct db_rows *rows, int column);
	struct str (*get_text)(const struct db_rows *rows, int column);
	void (*end)(struct db_rows *rows);
	int (*script)(struct db *db, const char *sql, struct err *e);
	int (*check)(struct db *db, bool whole, struct err *e);
	int (*copy)(struct db *db, int dir, const char *name, struct err *e);
};

/* First member of an engine's struct db and struct db_rows. */
struct db_base {
	const struct db_ops *ops;
};

extern const struct db_ops db_sqlite_ops;
/* The name of a file system that no ledger may lie on, by its number in statfs; NULL: it may. */
const char *db_sqlite_network(uint32_t magic);

#endif
