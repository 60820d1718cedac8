/* The columns that the maps of an environment read, looked for in the newest files of their CSV sources. */
#ifndef STAGE_HEADERS_H
#define STAGE_HEADERS_H

#include "model/faults.h"
#include "stage/env.h"

/* Adds a warning for each that is not there. */
void headers_check(struct env *v, struct faults *f);

#endif
