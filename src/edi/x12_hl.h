/*
 * Hierarchies (HL) of one set, X12.22: HL01 is unique in its set, HL02 names an earlier HL01, and
 * HL04 says whether others name this one. Numbers need not follow one another; they are texts.
 */
#ifndef EDI_X12_HL_H
#define EDI_X12_HL_H

#include <stddef.h>
#include <stdint.h>

#include "format/segment.h"
#include "model/diag.h"

enum { X12_HL_ID = 12 }; /* the longest HL01 */

struct x12_hl_entry;

/* Zeroed: none yet. */
struct x12_hl {
	struct x12_hl_entry *all;
	uint32_t *slots; /* numbers in all, from 1; 0 is free */
	size_t n;
	size_t cap; /* of all; a power of two, and there are twice as many slots */
};

void x12_hl_clear(struct x12_hl *h);
void x12_hl_done(struct x12_hl *h);
/* One HL segment; about is its place. Beyond 131,072 in a set nothing more is looked at. */
void x12_hl_take(
	struct x12_hl *h, const struct segment *s, struct diag *d, const struct finding *about);
/* The set ends: what was said of children is compared with what came. about has the file. */
void x12_hl_end(struct x12_hl *h, struct diag *d, const struct finding *about);

#endif
