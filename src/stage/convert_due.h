/* Which agreements have work: makes the units of work that convert.c then runs. */
#ifndef STAGE_CONVERT_DUE_H
#define STAGE_CONVERT_DUE_H

#include "stage/env.h"

/* An agreement is due when its source, one of its references, its map or its settings changed, or
 * when items are due again; it starts when all its inputs are usable, else it waits with a reason. One with
 * <when> is due once for each of its times. */
int convert_due_make(struct env *v, struct err *e) ATTR_CHECK;

#endif
