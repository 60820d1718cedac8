/* Bounded loops (LS ... LE), X12.6: LE01 is the id that LS01 began the loop with. */
#ifndef EDI_X12_BOUND_H
#define EDI_X12_BOUND_H

#include <stddef.h>

#include "format/segment.h"
#include "model/diag.h"

enum { X12_BOUND_ID = 6, X12_BOUND_DEPTH = 16 };

/* Loops that are open, of one set. Zeroed: none. */
struct x12_bound {
	struct {
		char id[X12_BOUND_ID];
		size_t n;
	} open[X12_BOUND_DEPTH];
	size_t n;
};

/* An LS or LE; about is its place. */
void x12_bound_take(
	struct x12_bound *b, const struct segment *s, struct diag *d, const struct finding *about);

#endif
