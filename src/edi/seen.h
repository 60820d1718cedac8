/*
 * Which control numbers or references occurred in a group or an interchange, in little memory: numbers
 * that follow one another are one range; others are kept as 64-bit fingerprints, up to a limit.
 */
#ifndef EDI_SEEN_H
#define EDI_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct seen {
	uint64_t first; /* the range, of numbers of width digits; width 0: none yet */
	uint64_t last;
	size_t width;
	uint64_t *slots; /* 0 is free */
	size_t cap;
	size_t n;
};

void seen_clear(struct seen *s);
void seen_done(struct seen *s);
/* False when this text was added before. Beyond the limit nothing is remembered any more. */
bool seen_add(struct seen *s, struct str text);

#endif
