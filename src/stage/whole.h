/*
 * Is a file whole? A file that would replace the current version of its source is read once from
 * its start to its end in a closed-in worker, so that a damaged one never takes a good one's place.
 */
#ifndef STAGE_WHOLE_H
#define STAGE_WHOLE_H

#include "stage/env.h"
#include "stage/proc.h"
#include "store/ledger_input.h"

/* Reads the file at the row's place as its source and each map that reads it say. 0 it is whole; -1 with ERR_INPUT or
 * ERR_LIMIT: it is not, with the place, or (reason CONVERTER-CRASH, CONVERTER-HUNG) reading it
 * ended so three times. Any other code: nobody knows yet. */
int whole_check(struct env *v, const struct input_row *r, const struct config_source *s,
	struct err *e) ATTR_CHECK;
/* The frames of such a worker. 0 it is whole, 1 the attempt came to nothing, with the reason; else as
 * above. */
int whole_take(struct env *v, struct proc *p, const struct proc_patience *w, struct err *e)
	ATTR_CHECK;

#endif
