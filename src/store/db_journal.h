/*
 * The rollback journal beside a database (SQLite, "Database File Format", 3: The Rollback Journal). SQLite rolls one
 * that a cut left back into whatever file has the name now, of a backup that was put back, too, and so ruins it.
 */
#ifndef STORE_DB_JOURNAL_H
#define STORE_DB_JOURNAL_H

#include "base/err.h"

/* Before SQLite opens it: ERR_CORRUPT when the journal is of another file than the database is now, or no file. */
int db_journal_check(int dir, const char *name, struct err *e) ATTR_CHECK;

#endif
