/*
 * Reason codes: why a file, an interchange or a connection stands where it stands, in NAME.reason,
 * in `show` and in the log. One row a code: what it means, whose turn it is, and what to do. Codes
 * of findings in data are another table (model/codes.h). A code is never renamed once released.
 */
#ifndef STAGE_REASON_H
#define STAGE_REASON_H

#include <stddef.h>

#include "base/str.h"

struct reason {
	const char *code;
	const char *meaning; /* plain words, no full stop */
	const char *owner;   /* operator, exporter, engineer, content team, partner */
	const char *command; /* what to do; gridspool commands first where there are any */
};

/* All of them, sorted by code. */
const struct reason *reason_all(size_t *n);
/* NULL when there is no such reason. */
const struct reason *reason_find(struct str code);

#endif
