/*
 * Which control numbers occurred in a group, in little memory: numbers that follow one another are
 * one range; others are kept as 64-bit fingerprints, up to a limit.
 */
#ifndef EDI_X12_SEEN_H
#define EDI_X12_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct x12_seen {
	uint64_t first;		/* the range, of numbers of width digits; width 0: none yet */
	uint64_t last;
	size_t width;
	uint64_t *slots;	/* 0 is free */
	size_t cap;
	size_t n;
};

void x12_seen_clear(struct x12_seen *s);
void x12_seen_done(struct x12_seen *s);
/* False when this text was added before. Beyond the limit nothing is remembered any more. */
bool x12_seen_add(struct x12_seen *s, struct str text);

#endif
