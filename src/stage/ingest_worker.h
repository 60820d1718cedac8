/* The ingest worker: one received file and the definitions; verdicts come back as frames. */
#ifndef STAGE_INGEST_WORKER_H
#define STAGE_INGEST_WORKER_H

#include "edi/ack.h"
#include "stage/env.h"
#include "stage/proc.h"
#include "store/ledger_received.h"

/* Reads the acknowledgments of one stored file in a closed-in worker. */
int ingest_worker_read(struct env *v, const struct received_row *r, struct ack **first,
	struct str *others, struct arena *a, struct err *e) ATTR_CHECK;
/* The supervisor's side: what a worker tells, until DONE. ERR_INPUT, ERR_LIMIT: the file is at fault,
 * or, with a reason, the attempt came to nothing; ERR_STOP, ERR_MEMORY: it does not count. */
int ingest_worker_take(struct env *v, struct proc *p, const struct proc_patience *w,
	struct ack **first, struct str *others, struct arena *a, struct err *e) ATTR_CHECK;

#endif
