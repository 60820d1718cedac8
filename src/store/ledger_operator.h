/*
 * What the operator's verbs change in the ledger and no stage does. Writers are called inside a
 * transaction; what may be changed now is decided by stage/verbs.c.
 */
#ifndef STORE_LEDGER_OPERATOR_H
#define STORE_LEDGER_OPERATOR_H

#include "store/ledger_interchange.h"

/* sent or in doubt -> queued again with the same bytes: receipt '', one more resend. */
int ledger_operator_resend(struct ledger *l, int64_t interchange, const char *place,
	const char *note, struct err *e) ATTR_CHECK;
/* How many of its items went out with another interchange since. */
int ledger_operator_moved_on(
	struct ledger *l, const struct interchange_row *r, int64_t *n, struct err *e) ATTR_CHECK;
/* Every item that is still this interchange's is due again; *n how many. */
int ledger_operator_items_due(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
	ATTR_CHECK;
/* It never left: its pending items are again what they were before; *n how many. */
int ledger_operator_items_back(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
	ATTR_CHECK;
/* It is given up: its held items are rejected, so that only other content of them is sent; *n how many. */
int ledger_operator_items_drop(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
	ATTR_CHECK;

/* failed or quarantined -> due with no attempt counted; what it was to make is open again. */
int ledger_operator_unit_retry(struct ledger *l, int64_t unit, struct err *e) ATTR_CHECK;
int ledger_operator_unit_close(struct ledger *l, int64_t unit, const char *note, struct err *e)
	ATTR_CHECK;
/* The same inputs once more, for the items that are due again; *id is the new unit. */
int ledger_operator_unit_again(struct ledger *l, int64_t unit, int64_t fixed_at, const char *bundle,
	int64_t *id, struct err *e) ATTR_CHECK;

/* A received file is to be understood once more. */
int ledger_operator_received_retry(
	struct ledger *l, int64_t received, const char *place, struct err *e) ATTR_CHECK;
/* Open findings of an item, in all agreements; *n how many. */
int ledger_operator_aside_open(struct ledger *l, struct str key, int64_t *n, struct err *e)
	ATTR_CHECK;
int ledger_operator_aside_close(struct ledger *l, struct str key, struct err *e) ATTR_CHECK;

/* Ids up to this one are not given again, since a ledger that is no more gave them: a row without a file, with its
 * event. */
int ledger_operator_skip_inputs(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_operator_skip_interchanges(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_operator_skip_received(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;

#endif
