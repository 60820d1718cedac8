/*
 * The machine that an environment works on. A copy of it (a snapshot, a restored disk, an rsync to a test machine)
 * that ran beside the original would send everything twice: a run on another machine is refused until a person says
 * that the environment has moved.
 */
#ifndef STAGE_HOST_H
#define STAGE_HOST_H

#include "stage/env.h"

enum { HOST_NAMED = 120 }; /* bytes of what names a machine, "0f2c... web01" */

/* -1 with reason HOST-CHANGED when the ledger names another machine. One that has no id (/etc/machine-id) fits. */
int host_check(struct ledger *l, struct str instance, struct err *e) ATTR_CHECK;
/* The same before the ledger is opened for a run, which may change it. What cannot be looked at fits: opening it says why. */
int host_look(struct env *v, struct err *e) ATTR_CHECK;
/* The same at the start of a run: a ledger that names none gets this one. */
int host_start(struct env *v, struct err *e) ATTR_CHECK;
/* Within a transaction: from now on it is this machine; was: what the ledger named, for the event. ERR_STALE when there
 * is nothing to change. */
int host_adopt(struct env *v, char was[HOST_NAMED], struct err *e) ATTR_CHECK;

#endif
