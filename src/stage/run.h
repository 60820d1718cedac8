/*
 * One run of the batch: receive, ingest, collect, convert, transfer; then receive, ingest, convert
 * and transfer again until nothing is due or the time is up; then report, then purge.
 */
#ifndef STAGE_RUN_H
#define STAGE_RUN_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

enum run_stage {
	RUN_RECEIVE,
	RUN_INGEST,
	RUN_COLLECT,
	RUN_CONVERT,
	RUN_TRANSFER,
	RUN_REPORT,
	RUN_PURGE,
	RUN_STAGES
};

struct run_options {
	bool stages[RUN_STAGES];
	bool progress; /* a terminal watches */
};

/* Name of a stage as --only takes it, or NULL behind the last. */
const char *run_stage_name(enum run_stage s);
/* *status gets 0, or 1 when something new needs a person. -1: *e says what stopped the run; its
 * exit status is err_exit(e). All faults of the configuration are printed on standard error. */
int run_all(const char *path, const struct clock *clock, const struct run_options *o, int *status,
	struct err *e) ATTR_CHECK;

#endif
