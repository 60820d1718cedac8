/* The converter worker: no names, no network, no keys, no ledger; descriptors and a pair only. */
#ifndef STAGE_CONVERT_WORKER_H
#define STAGE_CONVERT_WORKER_H

#include "stage/inputs.h"
#include "stage/produce.h"

struct convert_job {
	struct env *env;
	const struct env_route *route;
	struct inputs in;
	int64_t fixed_at;
	char run[40];
	bool only_due;
	int out, lineage, aside, result, known;
	int scratch; /* or -1 */
};

/* Frames: NUMBER(kind) answered by NUMBER(number); PROGRESS(items, bytes, size);
 * DONE(items, out, unselected, aside, unchanged, waiting, orphans, sets, isa, gs, noted,
 * left);
 * FAIL(error code, reason, text). */
int convert_worker_main(int fd, void *job);

#endif
