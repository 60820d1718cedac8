/* Notes of a segment (relational in X12.22, dependency in ISO 9735): which elements need, or exclude,
 * each other. */
#ifndef EDI_NOTES_H
#define EDI_NOTES_H

#include "base/limits.h"
#include "edi/finding.h"

/* Which elements are there, as bits; bit 0 of word 0 is element 1. */
struct notes_present {
	uint64_t bits[LIMIT_ELEMENTS / 64];
};

static inline void notes_set(struct notes_present *p, uint16_t element)
{
	const unsigned i = (unsigned)element - 1;

	if (i < LIMIT_ELEMENTS)
		p->bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline bool notes_has(const struct notes_present *p, uint16_t element)
{
	const unsigned i = (unsigned)element - 1;

	return i < LIMIT_ELEMENTS && (p->bits[i / 64] >> (i % 64) & 1);
}

/* Checks the notes of the segment at a against the elements that are there; last is the last of them.
 * a is as before afterwards. True when all hold. */
bool notes_check(struct finding_place *a, const struct notes_present *there, uint16_t last);

#endif
