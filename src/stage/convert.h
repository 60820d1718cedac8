/*
 * Convert: one unit of work is one input (with its references) for one agreement (reliability 2.4,
 * C1 to C5). The supervisor commits the intent with its numbers and times, a closed-in worker
 * writes, the supervisor publishes and commits the evidence.
 */
#ifndef STAGE_CONVERT_H
#define STAGE_CONVERT_H

#include "stage/env.h"

/* Makes units for every agreement that is due, and works off all that are open. *worked gets how
 * many units ended. */
int convert_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;

#endif
