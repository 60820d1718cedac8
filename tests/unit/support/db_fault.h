/* A ledger's database that fails at one of its calls, which are counted. */
#ifndef UNIT_SUPPORT_DB_FAULT_H
#define UNIT_SUPPORT_DB_FAULT_H

#include "store/db.h"

#define DB_FAULT_TEXT "ledger: refused by a test"

/* From now on; call number at, from 1, fails with ERR_FULL and DB_FAULT_TEXT; 0: none does. */
void db_fault_arm(struct db *db, int64_t at);
/* As before. Was that call made? */
bool db_fault_off(struct db *db);

#endif
