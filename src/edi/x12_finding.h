/* Inside of x12_check: a finding about one element, told at its place and by its name. */
#ifndef EDI_X12_FINDING_H
#define EDI_X12_FINDING_H

#include "edi/x12_check.h"

struct x12_place {
	const struct x12_check *c;
	const struct segment *s;
	const struct value *v; /* NULL: an element that is not there */
	uint16_t element;
	uint16_t component;
	uint16_t repetition;
	const struct def_part *part;
	struct str text; /* of v; when writing without blanks at the end */
};

/* The part at a position (from 1) among n, or NULL. */
const struct def_part *x12_finding_part(const struct def_part *parts, size_t n, uint16_t position);
/* Adds a finding; fmt is what was expected there. */
void x12_finding_add(const struct x12_place *a, const char *code, enum severity sev,
	const char *rule, const char *fmt, ...) ATTR_PRINTF(5, 6);

#endif
