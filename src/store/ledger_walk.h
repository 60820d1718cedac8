/*
 * The ledger beside the spool: all rows that have a file, walked some at a time, so that neither memory grows
 * with the ledger nor a writer waits for who only looks. Nothing is changed.
 */
#ifndef STORE_LEDGER_WALK_H
#define STORE_LEDGER_WALK_H

#include <stdbool.h>

#include "base/arena.h"
#include "store/ledger.h"

/* With "input:12" behind it, the key in meta of what is lost and known to be. */
#define LEDGER_WALK_GONE "gone:"

enum ledger_walk_kind {
	LEDGER_WALK_INPUT,
	LEDGER_WALK_INTERCHANGE,
	LEDGER_WALK_RECEIVED,
	LEDGER_WALK_KINDS
};

struct walk_row {
	enum ledger_walk_kind kind;
	int64_t id;
	struct str state;
	struct str place; /* of the file itself: "outbox/acme/NAME"; "" when it has none */
	struct str sha, lineage_sha;
	struct str reason;
	int64_t size, sent_at;
	bool tree;
	bool going;    /* the intent to purge it stands */
	bool gone;     /* that it is lost is known, and somebody said that it may be */
	struct str is; /* "sha256=... size=12": what it is, in the words of its event */
};

struct walk_rows {
	struct walk_row *row;
	size_t n;
};

/* Within a transaction: that a file of a subject, "interchange 000012", is lost is known from now on. */
int ledger_walk_accept(struct ledger *l, struct str subject, struct str place, struct err *e)
	ATTR_CHECK;
/* "interchange", as events and meta call the kind. */
const char *ledger_walk_name(enum ledger_walk_kind kind);
/* The subject of its events: "interchange 000012". */
void ledger_walk_subject(enum ledger_walk_kind kind, int64_t id, char out[40]);
/* At most max rows with an id behind `after`, by id. */
int ledger_walk_next(struct ledger *l, enum ledger_walk_kind kind, int64_t after, size_t max,
	struct arena *a, struct walk_rows *out, struct err *e) ATTR_CHECK;
/* 1 found, 0 none. */
int ledger_walk_find(struct ledger *l, enum ledger_walk_kind kind, int64_t id, struct arena *a,
	struct walk_row *out, struct err *e) ATTR_CHECK;
/* The newest event of a subject that says what state it is in; of each event `says` is asked whether it does.
 * 1 and its words, 0 there is none. */
int ledger_walk_said(struct ledger *l, const char *subject, bool (*says)(struct str what),
	struct arena *a, struct str *what, struct str *detail, struct err *e) ATTR_CHECK;
/* What its event said that it is, beside `is` of its row: 1, 0 there is no such event. */
int ledger_walk_was(struct ledger *l, const struct walk_row *r, struct arena *a, struct str *was,
	struct err *e) ATTR_CHECK;
/* Each subject of events, "interchange 000012", whose rows are not all there, and what it has instead: of these
 * kinds, units of work, runs, and the sets, control numbers and items that belong to them. */
int ledger_walk_missing(struct ledger *l,
	int (*each)(void *ctx, struct str subject, const char *lacks, struct err *e), void *ctx,
	struct err *e) ATTR_CHECK;
/* What an event says of a control number: that of scope comes next. False: it says nothing of one. */
bool ledger_walk_number(
	struct str what, struct str subject, struct str detail, struct str *scope, int64_t *next);
/* Each draw and each setting of a control number, in their order. number-set: number is what comes next. */
int ledger_walk_numbers(struct ledger *l,
	void (*each)(void *ctx, int64_t seq, bool set, struct str scope, int64_t number), void *ctx,
	struct err *e) ATTR_CHECK;
/* The number that a scope gives next; 0 when it gave none yet. */
int ledger_walk_counter(struct ledger *l, struct str scope, int64_t *next, struct err *e)
	ATTR_CHECK;

#endif
