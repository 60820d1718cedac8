/*
 * Interchanges on their way out, and the items in them. Processing states: making (a unit is being
 * converted), queued, sending, sent, in-doubt, held, quarantined, archived, closed. Receipt,
 * syntax, application and load are axes of their own: '' unknown, 'accepted', 'with-errors',
 * 'partial', 'rejected'.
 *
 * Item states per agreement (what the partner is known to hold): pending, accepted, rejected
 * (waits for changed content), due (to be sent again).
 */
#ifndef STORE_LEDGER_INTERCHANGE_H
#define STORE_LEDGER_INTERCHANGE_H

#include "base/arena.h"
#include "store/ledger.h"

struct interchange_row {
	int64_t id, unit;
	struct str agreement, partner, message, name;
	struct str place;	/* folder: "outbox/acme" */
	struct str state;
	struct str before;	/* state that a hold interrupted */
	struct str sha, lineage_sha;
	int64_t size, items, isa, gs;
	struct str receipt, ta1, syntax, application, load;
	int64_t attempts, next_try;
	struct str reason, note, evidence;
	int64_t queued_at, sent_at, overdue_at, resent, reissue_of;
};

struct interchange_rows {
	struct interchange_row *row;
	size_t n;
};

/* Adds in state making; *id and the name are final from here on. */
int ledger_interchange_add(struct ledger *l, int64_t unit, struct str agreement, struct str partner,
	struct str message, struct str stamp, int64_t *id, struct err *e) ATTR_CHECK;
int ledger_interchange_queue(struct ledger *l, int64_t id, const char *sha, const char *lineage_sha, int64_t size,
	int64_t items, int64_t isa, int64_t gs, struct err *e) ATTR_CHECK;
/* From one of the states in the list "a|b" to state; place too. ERR_STALE when it is in another. */
int ledger_interchange_state(struct ledger *l, int64_t id, const char *from, const char *state, const char *place,
	const char *reason, const char *note, struct err *e) ATTR_CHECK;
/* Counts an attempt: queued|sending -> sending. */
int ledger_interchange_sending(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_interchange_sent(struct ledger *l, int64_t id, const char *place, const char *evidence, struct err *e)
	ATTR_CHECK;
/* Back to queued, not before next_try. */
int ledger_interchange_later(struct ledger *l, int64_t id, int64_t next_try, const char *reason, const char *note,
	struct err *e) ATTR_CHECK;
/* axis: "receipt", "ta1", "syntax", "application", "load". */
int ledger_interchange_axis(struct ledger *l, int64_t id, const char *axis, const char *value, struct err *e)
	ATTR_CHECK;
int ledger_interchange_overdue(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;

int ledger_interchange_find(struct ledger *l, int64_t id, struct arena *a, struct interchange_row *out, struct err *e)
	ATTR_CHECK;
int ledger_interchange_by_state(struct ledger *l, const char *states, struct arena *a, struct interchange_rows *out,
	struct err *e) ATTR_CHECK;
/* By control number, the newest first: column "isa" or "gs". 1, 0. */
int ledger_interchange_by_number(struct ledger *l, struct str partner, const char *column, int64_t number,
	struct arena *a, struct interchange_row *out, struct err *e) ATTR_CHECK;

/* --- sets and items of an interchange --- */

int ledger_item_set(struct ledger *l, int64_t interchange, struct str st, int64_t items, struct err *e) ATTR_CHECK;
/* The item goes out with this interchange: pending; what it was before is remembered. */
int ledger_item_out(struct ledger *l, struct str agreement, struct str key, struct str hash, int64_t interchange,
	struct str st, struct err *e) ATTR_CHECK;
/* Every pending item of the interchange (of one set, or of all when st is empty) becomes state. *n how many. */
int ledger_item_all(struct ledger *l, int64_t interchange, struct str st, const char *state, const char *reason,
	int64_t *n, struct err *e) ATTR_CHECK;
/* One item of the interchange: rejected with its reason. */
int ledger_item_reject(struct ledger *l, int64_t interchange, struct str key, const char *reason, int64_t *n,
	struct err *e) ATTR_CHECK;
int ledger_item_count(struct ledger *l, struct str agreement, const char *state, int64_t *n, struct err *e) ATTR_CHECK;
/* Has another interchange carried items of this one since? How many? */
int ledger_item_newer(struct ledger *l, int64_t interchange, int64_t *n, struct err *e) ATTR_CHECK;
/* State, hash and key of every item of an agreement, by key. each returns 0 to go on. */
int ledger_item_each(struct ledger *l, struct str agreement,
	int (*each)(void *ctx, struct str key, struct str state, struct str hash), void *ctx, struct err *e) ATTR_CHECK;

/* Items set aside. A later good version closes them. */
int ledger_item_aside(struct ledger *l, struct str agreement, struct str key, struct str file, int64_t unit,
	struct str name, struct str codes, struct str note, struct err *e) ATTR_CHECK;
/* Closes what is open of the agreement and not of this unit; *n how many keys were open before and are no more. */
int ledger_item_aside_close(struct ledger *l, struct str agreement, int64_t unit, int64_t *n, struct err *e) ATTR_CHECK;

#endif
