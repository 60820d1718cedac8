/*
 * An answer beside the sets that were sent: which of them it means, and whether its counts (AK9) leave
 * a refusal that it does not name.
 */
#ifndef STAGE_ACK_SETS_H
#define STAGE_ACK_SETS_H

#include "edi/ack.h"
#include "store/ledger.h"

struct ack_named {
	const struct ack_set *set;
	struct str st; /* the set as it was sent: "0001" */
};

struct ack_sets {
	struct ack_named *named; /* those that it speaks of */
	size_t n, sent;
	enum ack_verdict verdict; /* of the whole, as its counts have it */
	bool unnamed;	    /* it refuses sets and does not say which: nothing is known of any */
	struct str strange; /* what it speaks of was not sent: why nothing is applied */
	struct str doubt;   /* counts that cannot be, for people */
};

/* Is it less than accepted? Of a set that was taken in part nobody knows what the partner has. */
bool ack_sets_refused(const struct ack_set *s);
/* Results live in a. */
int ack_sets_read(struct ledger *l, int64_t interchange, const struct ack *x, struct arena *a,
	struct ack_sets *out, struct err *e) ATTR_CHECK;

#endif
