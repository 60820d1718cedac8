/*
 * What may leave the archive for ever. The intent to remove a file is a row of meta, "purge:KIND:ID"
 * with its place, until the file is gone; then the row of the thing itself has no place any more.
 */
#ifndef STORE_LEDGER_PURGE_H
#define STORE_LEDGER_PURGE_H

#include "base/arena.h"
#include "store/ledger.h"

enum ledger_purge_kind {
	LEDGER_PURGE_INTERCHANGE,
	LEDGER_PURGE_INPUT,
	LEDGER_PURGE_RECEIVED,
	LEDGER_PURGE_KINDS
};

struct purge_row {
	enum ledger_purge_kind kind;
	int64_t id;
	struct str name;  /* of an interchange */
	struct str place; /* archive/... */
};

struct purge_rows {
	struct purge_row *row;
	size_t n;
};

/* Inputs that units of work still need, which were not at rest since `before` or whose interchange is still there. */
struct purge_kept {
	int64_t *id; /* sorted */
	size_t n;
};
/* All of them in one pass over the units; freed by ledger_purge_keep_done. */
int ledger_purge_keep(struct ledger *l, int64_t before, struct purge_kept *out, struct err *e)
	ATTR_CHECK;
void ledger_purge_keep_done(struct purge_kept *kept);
/* At most max of a kind, behind *after, to which nothing has happened since `before` and which
 * nothing open needs: no open interchange, item or finding, and, of inputs, none that is kept. *after moves on, to
 * INT64_MAX when all were looked at. */
int ledger_purge_due(struct ledger *l, enum ledger_purge_kind kind, int64_t before, size_t max,
	const struct purge_kept *kept, int64_t *after, struct arena *a, struct purge_rows *out,
	struct err *e) ATTR_CHECK;
/* In a transaction: the intent, with its event. */
int ledger_purge_intend(struct ledger *l, const struct purge_row *r, struct err *e) ATTR_CHECK;
/* All intents that stand, as rows. An intent whose row is in another place by now has name and place
 * empty. */
int ledger_purge_intended(struct ledger *l, struct arena *a, struct purge_rows *out, struct err *e)
	ATTR_CHECK;
/* In a transaction: it is gone (or, without a place, it stays), the intent is done. */
int ledger_purge_done(struct ledger *l, const struct purge_row *r, struct err *e) ATTR_CHECK;

#endif
