/*
 * A file to put bytes aside in that memory is too small for, and to read them back from. One process has it for one
 * purpose after the other, each behind what the ones before have put.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Reasons: there is no room for more; what was put is not there any more. */
#define SCRATCH_FULL "SCRATCH-FULL"
#define SCRATCH_DAMAGED "SCRATCH-DAMAGED"

struct scratch {
	int fd;	       /* borrowed; at its end */
	uint64_t size; /* of all that was put */
};

/* Behind what is there. ERR_FULL with SCRATCH_FULL. */
int scratch_put(struct scratch *s, const void *p, size_t n, struct err *e) ATTR_CHECK;
/* n bytes at an offset. ERR_IO with SCRATCH_DAMAGED. */
int scratch_get(const struct scratch *s, void *p, size_t n, uint64_t at, struct err *e) ATTR_CHECK;
int scratch_damaged(struct err *e, uint64_t at) ATTR_CHECK;

#endif
