/*
 * Workers closed in: each does it before it sees foreign bytes, and has the supervisor log what the
 * kernel lacks for it, since it has no log of its own.
 */
#ifndef STAGE_CLOSED_H
#define STAGE_CLOSED_H

#include "secure/sandbox.h"
#include "stage/env.h"
#include "stage/frame.h"

/* The worker: no path, no port; a LOG frame where something is lacking. -1: nobody listens. */
int closed_enter(int fd, enum sandbox_role role, struct frame *f, struct err *e) ATTR_CHECK;
/* The supervisor: a LOG frame, logged once a run. */
void closed_told(struct env *v, const char *who, struct frame *f);

#endif
