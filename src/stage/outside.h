/*
 * Partners' folders on this machine lie outside of the environment: what is sent into an inbox
 * would come in again, and what is fetched from the spool would be taken from it.
 */
#ifndef STAGE_OUTSIDE_H
#define STAGE_OUTSIDE_H

#include "config/config.h"

/* dir: the environment. A folder that is not there yet is judged when it is. */
void outside_check(int dir, const struct config *c, struct faults *f);

#endif
