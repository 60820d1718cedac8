/*
 * Memory that runs out under a worker is the machine's fault and costs no attempt: something else
 * may have had it. When it does so in run after run it is the work's, and a person decides.
 */
#ifndef STAGE_EXHAUSTED_H
#define STAGE_EXHAUSTED_H

#include "stage/env.h"

/* Records that memory ran out in this run; why is told. *last: so it did in LIMIT_EXHAUSTED runs since
 * the subject ("received 12", "unit 5") was last told to be tried again. */
int exhausted_record(struct env *v, const char *subject, const char *why, bool *last, struct err *e)
	ATTR_CHECK;

#endif
