/* Inside of an acknowledgment that is applied: what it is about, and what it does to items. */
#ifndef STAGE_ACK_PARTS_H
#define STAGE_ACK_PARTS_H

#include "stage/ack_apply.h"
#include "stage/ack_sets.h"
#include "stage/trace.h"
#include "store/ledger_interchange.h"

struct ack_applying {
	struct env *v;
	struct ack_outcome *out;
	const struct received_row *from;
	const struct ack *x;
	struct interchange_row row; /* what it is about */
	struct ack_sets sets;
	struct arena a;
	const struct ack_fault **faults;
	struct trace_point *points; /* one a fault: what tracing found */
	size_t n;
	char trace_note[300];
	char subject[40];
	int64_t rejected, due, accepted, held;
	char whole[400]; /* of what holds: who refused what, with which code */
	bool holds; /* the whole was refused without a word why, and nobody has dealt with it yet */
};

/* "accepted", as rows and events have it. */
const char *ack_items_word(enum ack_verdict v);
/* All findings of its sets, and the points to be traced: one a finding. */
void ack_items_faults(struct ack_applying *p);
/* The segments of line items that findings name by their numbers, in the file that was sent. */
int ack_lines_find(struct ack_applying *p, struct err *e) ATTR_CHECK;
/* Was something refused without a word about which item? Then a person has to look. Only tracing tells. */
bool ack_items_unexplained(const struct ack_applying *p);
/* In a transaction: feedback, and the fate of each item. */
int ack_items_apply(struct ack_applying *p, struct err *e) ATTR_CHECK;

#endif
