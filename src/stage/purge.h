/*
 * Purge: what the archive has kept long enough goes for ever, by kind, as <retention> says. Nothing
 * that is open goes, nor what something kept still needs.
 */
#ifndef STAGE_PURGE_H
#define STAGE_PURGE_H

#include "stage/env.h"

/* The last stage of a run. *worked: files that went. */
int purge_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;

#endif
