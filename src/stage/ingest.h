/*
 * Ingest: what partners sent is stored already; here it is understood, matched to what we sent and
 * applied, each acknowledgment in one transaction. Twice is once; a contradiction changes nothing
 * and is told; what matches nothing is kept.
 */
#ifndef STAGE_INGEST_H
#define STAGE_INGEST_H

#include "stage/env.h"

int ingest_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;

#endif
