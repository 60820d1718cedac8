/*
 * Sets of a file, one after the other: each is read to its end by the rules of its level before anybody gets a
 * segment of it. Its segments are kept meanwhile; of a set with more of them than there is room for, the others
 * are read once more.
 */
#ifndef EDI_EDI_SETS_H
#define EDI_EDI_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "format/reader.h"
#include "format/segment.h"
#include "model/diag.h"

struct edi_sets;

/* Borrowed until the next one. */
struct edi_set {
	struct segment head;	/* ST, UNH */
	struct str id, version; /* "832", "004010" */
	uint64_t end;		/* offset behind its body */
	struct diag *d;		/* what is wrong with it, and with the headers that it stands in */
};

/* r is borrowed; its spec says what is read, and by which rules. */
struct edi_sets *edi_sets_open(const struct reader *r, struct err *e);
void edi_sets_close(struct edi_sets *x);
/* The next set: 1; 0 there is none, and the file is whole; -1. */
int edi_sets_next(struct edi_sets *x, struct edi_set *set, struct err *e) ATTR_CHECK;
/* The next segment of a set without errors, behind its head: 1; 0 with its trailer; -1. Borrowed until the
 * next one; lasting: the texts live as long as the set. */
int edi_sets_segment(struct edi_sets *x, struct segment *s, bool *lasting, struct err *e)
	ATTR_CHECK;

#endif
