/*
 * The read-back: what a conversion wrote is read by the independent reader before it may leave.
 */
#ifndef STAGE_READ_BACK_H
#define STAGE_READ_BACK_H

#include "stage/produce.h"

/* Reads p->out from its start: envelopes whole, no error, as many sets and items as counted. */
int read_back_run(const struct produce *p, const struct produce_counts *c, struct err *e)
	ATTR_CHECK;

/* What target_ops.read_back is for interchanges. */
int read_back_segments(int fd, const struct target_wrote *w, struct err *e) ATTR_CHECK;
/* As many as were written? -1 with what: "rows". */
int read_back_same(const char *what, uint64_t found, uint64_t wrote, struct err *e) ATTR_CHECK;

#endif
