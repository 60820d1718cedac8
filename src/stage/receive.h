/*
 * Receive: takes what partners left for us in their mailboxes, byte for byte, and removes it there
 * only when it is durable here. Understanding it is ingest's business.
 */
#ifndef STAGE_RECEIVE_H
#define STAGE_RECEIVE_H

#include "stage/env.h"

int receive_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;

#endif
