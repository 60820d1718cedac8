/* A ledger of an older version is brought up to date: a copy is kept, then all steps in one transaction. */
#ifndef STORE_LEDGER_MIGRATE_H
#define STORE_LEDGER_MIGRATE_H

#include "store/ledger.h"

/* Called by who has the lock of the run. *from is "" when there was nothing to do: it is of this version, or of one
 * that ledger_open refuses. Cut at any point, the ledger is of the one version or of the other. */
int ledger_migrate_up(int dir, const char *instance, const struct clock *clock, char from[40],
	struct err *e) ATTR_CHECK;

#endif
