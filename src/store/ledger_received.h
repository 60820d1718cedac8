/*
 * What partners sent us, byte for byte, and what was made of it. States: fetching, stored,
 * ingested, orphan, contradiction, repeat, quarantined, archived, abandoned, closed.
 */
#ifndef STORE_LEDGER_RECEIVED_H
#define STORE_LEDGER_RECEIVED_H

#include "base/arena.h"
#include "store/ledger.h"

struct received_row {
	int64_t id;
	struct str partner, endpoint;
	struct str remote; /* the partner's name for it: data, never a path of ours */
	int64_t rsize, rmtime;
	struct str name;  /* ours: "r-000012" */
	struct str place; /* "received/acme/r-000012" */
	struct str state;
	struct str sha;
	int64_t size, attempts;
	struct str reason, note;
	int64_t at;
};

struct received_rows {
	struct received_row *row;
	size_t n;
};

/* Intent to fetch: state fetching. */
int ledger_received_add(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, int64_t *id, struct err *e) ATTR_CHECK;
/* fetching -> stored; ERR_STALE when it is in another state. */
int ledger_received_stored(
	struct ledger *l, int64_t id, const char *sha, int64_t size, struct err *e) ATTR_CHECK;
int ledger_received_state(struct ledger *l, int64_t id, const char *state, const char *place,
	const char *reason, const char *note, struct err *e) ATTR_CHECK;
/* It is no longer in the mailbox: what lies there now under its name, of its size and time, is new. */
int ledger_received_gone(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
/* One more attempt to read it came to nothing. */
int ledger_received_attempt(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
int ledger_received_find(struct ledger *l, int64_t id, struct arena *a, struct received_row *out,
	struct err *e) ATTR_CHECK;
/* The same file of that mailbox (name, size, time), taken before. 1, 0. */
int ledger_received_seen(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, struct arena *a, struct received_row *out,
	struct err *e) ATTR_CHECK;
/* Since when that file of the mailbox has the same name, size and time in each look, and was not taken. 1, 0. */
int ledger_received_looked(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, int64_t *at, struct err *e) ATTR_CHECK;
/* An earlier file of that partner with the same bytes that was ingested. 1, 0. */
int ledger_received_same(struct ledger *l, struct str partner, struct str sha, int64_t id,
	int64_t *other, struct err *e) ATTR_CHECK;
int ledger_received_by_state(struct ledger *l, const char *state, struct arena *a,
	struct received_rows *out, struct err *e) ATTR_CHECK;

/* --- acknowledgments and feedback --- */

struct ack_row {
	int64_t received;
	const char *kind;
	int64_t about;	     /* control number acknowledged */
	int64_t interchange; /* 0: none was found */
	const char *verdict;
	const char *outcome; /* applied, repeat, orphan, contradiction */
	struct str codes, note;
};

int ledger_received_ack(struct ledger *l, const struct ack_row *r, struct err *e) ATTR_CHECK;
/* Was an acknowledgment of one of these kinds (" TA1 CONTRL-8 ", each between blanks) applied to the
 * interchange? 1, which it was and its verdict, of the last; 0. */
int ledger_received_ack_applied(struct ledger *l, int64_t interchange, struct str kinds,
	struct arena *a, struct str *which, struct str *verdict, struct err *e) ATTR_CHECK;

struct feedback_row {
	struct str agreement, partner, key;
	int64_t interchange, received;
	struct str segment;
	int64_t segment_at, element, component;
	struct str code, field, found, file;
	int64_t map_line;
	struct str note;
};

int ledger_received_feedback(struct ledger *l, const struct feedback_row *r, struct err *e)
	ATTR_CHECK;

#endif
