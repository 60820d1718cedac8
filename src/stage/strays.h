/* Files of the spool that nobody knows: UNKNOWN-FILE. */
#ifndef STAGE_STRAYS_H
#define STAGE_STRAYS_H

#include "stage/env.h"

/* Looks for them, raises their alarms, or ends them. Nothing is touched, and nothing of it is ever sent:
 * only rows of the ledger are. When all work of a run is done, so that each file has its row. */
int strays_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
