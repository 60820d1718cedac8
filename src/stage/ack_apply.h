/* What an acknowledgment does to what we sent: the refusal rules of the design, section 5. */
#ifndef STAGE_ACK_APPLY_H
#define STAGE_ACK_APPLY_H

#include "edi/ack.h"
#include "stage/env.h"
#include "store/ledger_received.h"

/* Matches one acknowledgment and applies it in one transaction. */
int ack_apply_one(struct env *v, const struct received_row *from, const struct ack *x,
	struct err *e) ATTR_CHECK;

#endif
