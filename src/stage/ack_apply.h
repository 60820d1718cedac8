/* What an acknowledgment does to what we sent: the refusal rules of the design, section 5. */
#ifndef STAGE_ACK_APPLY_H
#define STAGE_ACK_APPLY_H

#include "edi/ack.h"
#include "stage/env.h"
#include "store/ledger_received.h"

/* What became of one: applied or a repeat, or why it was only kept. */
struct ack_outcome {
	const char *word; /* "applied", "repeat", "orphan", "contradiction" */
	char note[200];	  /* of an orphan or contradiction: what it is about and why */
};

/* Matches one acknowledgment and applies it in one transaction. */
int ack_apply_one(struct env *v, const struct received_row *from, const struct ack *x,
	struct ack_outcome *out, struct err *e) ATTR_CHECK;

#endif
