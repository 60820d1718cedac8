/*
 * Collect: picks up what exporters dropped into inbox/<source>/ (reliability 2.3, P1 to P6). The
 * name in the inbox is data only; ours is made from the ledger's number.
 */
#ifndef STAGE_COLLECT_H
#define STAGE_COLLECT_H

#include "stage/env.h"

/* Finishes what an earlier run began, then takes in all that is ready. Faults of one file do not
 * stop the others. */
int collect_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
