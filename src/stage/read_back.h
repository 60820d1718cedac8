/*
 * The read-back: what a conversion wrote is read by the independent reader before it may leave.
 */
#ifndef STAGE_READ_BACK_H
#define STAGE_READ_BACK_H

#include "stage/produce.h"

/* Reads p->out from its start: envelopes whole, no error, as many sets and items as counted. */
int read_back_run(const struct produce *p, const struct produce_counts *c, struct err *e)
	ATTR_CHECK;

#endif
