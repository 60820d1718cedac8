/*
 * Random messages that keep to a definition: structure, lengths, types, lists, notes. Knows no
 * format; what segments say of one another (counts, ids of hierarchies) is the caller's.
 */
#ifndef UNIT_SUPPORT_DEF_RANDOM_H
#define UNIT_SUPPORT_DEF_RANDOM_H

#include <stdint.h>

#include "base/arena.h"
#include "defs/defs.h"
#include "format/segment.h"

struct def_random {
	uint64_t state;	  /* the seed, before the first */
	unsigned chance;  /* of what is optional, in 1000 */
	struct str signs; /* that texts are made of: ASCII; a blank only inside */
};

/* 0 to n - 1. */
uint64_t def_random_below(struct def_random *r, uint64_t n);
/* Its segments in order, linked by next, positions from 1. */
struct segment *def_random_message(
	struct def_random *r, const struct def_message *m, struct arena *a);
/* The text of an element put in, or taken out when it is empty. */
void def_random_set(struct segment *s, uint16_t element, struct str text, struct arena *a);

#endif
