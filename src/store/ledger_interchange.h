/*
 * Interchanges on their way out, and the items in them. Processing states: making (a unit is being
 * converted), queued, sending, sent, in-doubt, held, quarantined, archived, closed. Receipt,
 * syntax, application and load are axes of their own: '' unknown, 'accepted', 'with-errors',
 * 'partial', 'rejected'.
 */
#ifndef STORE_LEDGER_INTERCHANGE_H
#define STORE_LEDGER_INTERCHANGE_H

#include "base/arena.h"
#include "store/ledger.h"

struct interchange_row {
	int64_t id, unit;
	struct str agreement, partner, message, name;
	struct str place; /* folder: "outbox/acme" */
	struct str state;
	struct str before; /* state that a hold interrupted */
	struct str sha, lineage_sha;
	int64_t size, items, isa, gs;
	struct str receipt, ta1, syntax, application, load;
	int64_t attempts;
	struct str reason, note, evidence;
	int64_t queued_at, sent_at, overdue_at, resent;
	int64_t reissued_as; /* the newest interchange that has items of it again, once it was reissued */
};

struct interchange_rows {
	struct interchange_row *row;
	size_t n;
};

/* Adds in state making; *id and the name, "STAMP-000123.PARTNER.MESSAGE.ENDING", are final from here on. */
int ledger_interchange_add(struct ledger *l, int64_t unit, struct str agreement, struct str partner,
	struct str message, struct str stamp, const char *ending, int64_t *id, struct err *e)
	ATTR_CHECK;
/* What the names of the files beside it begin with: the name without its ending. */
struct str ledger_interchange_stem(struct str name);
/* The interchange whose file has this name, or beside which that file lies (".items"). 1, 0. */
int ledger_interchange_named(struct ledger *l, struct str name, int64_t *id, struct err *e)
	ATTR_CHECK;
int ledger_interchange_queue(struct ledger *l, int64_t id, const char *sha, const char *lineage_sha,
	int64_t size, int64_t items, int64_t isa, int64_t gs, struct err *e) ATTR_CHECK;
/* From one of the states in the list "a|b" to state; place too. ERR_STALE when it is in another. */
int ledger_interchange_state(struct ledger *l, int64_t id, const char *from, const char *state,
	const char *place, const char *reason, const char *note, struct err *e) ATTR_CHECK;
/* Counts an attempt: queued|sending -> sending. */
int ledger_interchange_sending(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_interchange_sent(struct ledger *l, int64_t id, const char *place, const char *evidence,
	struct err *e) ATTR_CHECK;
/* It stays to be sent, for this reason; when its partner is tried again is the partner's. */
int ledger_interchange_later(struct ledger *l, int64_t id, const char *reason, const char *note,
	struct err *e) ATTR_CHECK;
/* axis: "receipt", "ta1", "syntax", "application", "load". */
int ledger_interchange_axis(struct ledger *l, int64_t id, const char *axis, const char *value,
	struct err *e) ATTR_CHECK;
/* It has its items: those that are in it again because of a reissue are linked to it. */
int ledger_interchange_reissued(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_interchange_overdue(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;

int ledger_interchange_find(struct ledger *l, int64_t id, struct arena *a,
	struct interchange_row *out, struct err *e) ATTR_CHECK;
int ledger_interchange_by_state(struct ledger *l, const char *states, struct arena *a,
	struct interchange_rows *out, struct err *e) ATTR_CHECK;
/* Those that were given up and whose file still lies where it waited. */
int ledger_interchange_left(
	struct ledger *l, struct arena *a, struct interchange_rows *out, struct err *e) ATTR_CHECK;
/* The newest interchange of partner with this number, drawn from scope, since the counter came to max: column "isa"
 * or "gs". 1, 0. highest gets the highest number of that column that partner has, 0 none. */
int ledger_interchange_with_number(struct ledger *l, struct str partner, const char *column,
	const char *scope, int64_t number, int64_t max, int64_t *id, int64_t *highest,
	struct err *e) ATTR_CHECK;
/* By control number, the newest with an id below: column "isa" or "gs". 1, 0. */
int ledger_interchange_by_number(struct ledger *l, struct str partner, const char *column,
	int64_t number, int64_t below, struct arena *a, struct interchange_row *out, struct err *e)
	ATTR_CHECK;

#endif
