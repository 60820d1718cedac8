/*
 * Ingest: what partners sent is stored already; here it is understood, matched to what we sent and
 * applied, each acknowledgment in one transaction. Twice is once; a contradiction changes nothing
 * and is told; what matches nothing is kept.
 */
#ifndef STAGE_INGEST_H
#define STAGE_INGEST_H

#include "stage/env.h"
#include "store/ledger_received.h"

int ingest_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;
/* A received file that is damaged, lost, changed or not for us: whole into quarantine, with the sentence. */
int ingest_put_away(struct env *v, const struct received_row *r, const char *reason,
	const char *note, struct err *e) ATTR_CHECK;

#endif
