/*
 * Checks of the elements of one segment against its definition (X12.6 and the relational notes of
 * X12.22), shared by reader and writer.
 */
#ifndef EDI_X12_CHECK_H
#define EDI_X12_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "edi/x12_read.h"
#include "edi/x12_write.h"
#include "format/segment.h"
#include "model/diag.h"

/* What values may hold, made ready once: to write with a profile, or to read (p is NULL). Borrows
 * p. Remembers the codes that come again and again. */
struct x12_rules;
struct x12_rules *x12_check_rules_new(const struct x12_profile *p);
void x12_check_rules_free(struct x12_rules *r);

struct x12_check {
	struct diag *d;
	const struct finding *about; /* file, item, segment, position, offset: copied */
	enum x12_level level;
	struct x12_rules *rules;
	const uint32_t *at; /* of each value in the segment, when reading; else NULL */
	bool plain;	    /* reading: no control character and only ASCII in the segment */
	bool padded;	    /* ISA: blanks are content */
};

/* True when nothing of error severity was added. */
bool x12_check_segment(const struct x12_check *c, const struct segment *s);

#endif
