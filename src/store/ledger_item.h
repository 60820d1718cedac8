/*
 * Item states per agreement (what the partner is known to hold): pending, accepted, rejected
 * (waits for changed content), due (to be sent again).
 */
#ifndef STORE_LEDGER_ITEM_H
#define STORE_LEDGER_ITEM_H

#include "base/arena.h"
#include "store/ledger.h"

int ledger_item_set(struct ledger *l, int64_t interchange, struct str st, int64_t items,
	struct err *e) ATTR_CHECK;
/* The sets of an interchange, by number. */
int ledger_item_sets(struct ledger *l, int64_t interchange, struct arena *a, struct str **st,
	size_t *n, struct err *e) ATTR_CHECK;
/* Interchanges to a partner, this one left out, that have a set of that reference. */
int ledger_item_sets_elsewhere(struct ledger *l, struct str partner, int64_t interchange,
	struct str st, int64_t *n, struct err *e) ATTR_CHECK;
/* What the partner said of one set, or, when st is empty, of all that it did not speak of. */
int ledger_item_verdict(struct ledger *l, int64_t interchange, struct str st, const char *verdict,
	struct err *e) ATTR_CHECK;
/* The item goes out with this interchange: pending; what it was before is remembered. */
int ledger_item_out(struct ledger *l, struct str agreement, struct str key, struct str hash,
	int64_t interchange, struct str st, struct err *e) ATTR_CHECK;
/* The item is due, since there was no room in the interchange; what it was is remembered. */
int ledger_item_left(struct ledger *l, struct str agreement, struct str key, struct err *e)
	ATTR_CHECK;
/* Every pending item of the interchange (of one set, or of all when st is empty) becomes state. *n how many. */
int ledger_item_all(struct ledger *l, int64_t interchange, struct str st, const char *state,
	const char *reason, int64_t *n, struct err *e) ATTR_CHECK;
/* The same for those that were accepted before as well: a later answer refuses what an earlier one took. */
int ledger_item_recall(struct ledger *l, int64_t interchange, struct str st, const char *state,
	const char *reason, int64_t *n, struct err *e) ATTR_CHECK;
/* One item of the interchange: rejected with its reason. */
int ledger_item_reject(struct ledger *l, int64_t interchange, struct str key, const char *reason,
	int64_t *n, struct err *e) ATTR_CHECK;
int ledger_item_count(struct ledger *l, struct str agreement, const char *state, int64_t *n,
	struct err *e) ATTR_CHECK;
/* Items that are due are offered to a unit as it starts. Those that no unit since has been offered
 * make the next one due; one that is no longer in the source is offered once. */
int ledger_item_offer(struct ledger *l, struct str agreement, int64_t unit, struct err *e)
	ATTR_CHECK;
int ledger_item_not_offered(
	struct ledger *l, struct str agreement, int64_t unit, int64_t *n, struct err *e) ATTR_CHECK;
/* Closes what was set aside of items that are in an interchange, and what units before this one found broken in
 * joined sources: it has read them anew. */
int ledger_item_aside_mended(struct ledger *l, struct str agreement, int64_t unit,
	int64_t interchange, struct err *e) ATTR_CHECK;
/* Are there items that an operator's reissue has made due, and that no unit of work has been offered? 1, 0. */
int ledger_item_reissued(struct ledger *l, struct str agreement, struct err *e) ATTR_CHECK;
/* Has another interchange carried items of this one since? How many? */
int ledger_item_newer(struct ledger *l, int64_t interchange, int64_t *n, struct err *e) ATTR_CHECK;
/* State, hash and key of every item of an agreement, by key. settled: the state that its hash had; it is an
 * earlier one while an item is due that there was no room for. each returns 0 to go on. */
int ledger_item_each(struct ledger *l, struct str agreement,
	int (*each)(
		void *ctx, struct str key, struct str state, struct str hash, struct str settled),
	void *ctx, struct err *e) ATTR_CHECK;

/* How many items of an agreement there are is an event, so that rows that somebody took out are missed: what was
 * known before, and what has come or gone in this transaction, which began with `before` of them. */
int ledger_item_known(struct ledger *l, struct str agreement, int64_t *n, struct err *e) ATTR_CHECK;
int ledger_item_note(struct ledger *l, struct str agreement, int64_t before, struct err *e)
	ATTR_CHECK;
/* As they are now: what is missing is missed no more. */
int ledger_item_note_all(struct ledger *l, struct str agreement, struct err *e) ATTR_CHECK;
/* How many more events know than are there; 0 when none says. */
int ledger_item_missing(struct ledger *l, struct str agreement, int64_t *n, struct err *e)
	ATTR_CHECK;

/* Items set aside. A later good version closes them. */
int ledger_item_aside(struct ledger *l, struct str agreement, struct str key, struct str file,
	int64_t unit, struct str name, struct str codes, struct str note, struct err *e) ATTR_CHECK;
/* Closes what is open of the agreement and not of this unit. */
int ledger_item_aside_close(struct ledger *l, struct str agreement, int64_t unit, struct err *e)
	ATTR_CHECK;

#endif
