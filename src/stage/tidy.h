/*
 * What a run that was cut left lying: the ledger had already said where a file belongs, or that it
 * is no longer needed, but the file itself had not followed; or it lies in its place for a person
 * and the sentence beside it is missing. Only what the ledger proves is moved or removed.
 */
#ifndef STAGE_TIDY_H
#define STAGE_TIDY_H

#include "stage/env.h"

/* Under the run's lock, before the first stage. */
int tidy_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
