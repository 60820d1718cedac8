/* The states that rows may be in. A gridspool that does not know one must not touch the ledger. */
#ifndef STORE_LEDGER_STATES_H
#define STORE_LEDGER_STATES_H

#include "store/ledger.h"

/* -1 with reason STATE-UNKNOWN naming the first row of an input, unit, interchange or received file in a state
 * that is none. Looks states up, not rows. */
int ledger_states_check(struct ledger *l, struct err *e) ATTR_CHECK;

#endif
