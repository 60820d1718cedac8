/*
 * audit.log: one line an event, appended after its commit, for people to read. The ledger is the truth; where the log
 * is behind it is caught up, where it differs that is told.
 */
#ifndef STORE_LEDGER_AUDIT_H
#define STORE_LEDGER_AUDIT_H

#include "store/ledger.h"

/* look: what is there is read, and nothing is made or changed. Why it cannot be written is kept in l->audit. */
void ledger_audit_open(struct ledger *l, int dir, bool look);
/* Appends what it does not have yet; a log that cannot be written stops nothing, l->audit says why. */
void ledger_audit_catch_up(struct ledger *l);
/* Is it ahead of the ledger? Then that is an older one: l->older and l->ahead. Or does it lack what it had:
 * l->audit_lost. */
int ledger_audit_ahead(struct ledger *l, struct err *e) ATTR_CHECK;
/* Compares audit.log with the event rows, line by line. *bad: the first event whose line is wrong, one
 * behind the last when there is more than events, else 0. That it lacks the last ones is no fault. */
int ledger_audit_check(struct ledger *l, int64_t *bad, struct err *e) ATTR_CHECK;
/* The same; one that differs is moved to log/ as aside and written anew, one that has lost lines gets them again. */
int ledger_audit_mend(struct ledger *l, int dir, const char *aside, int64_t *bad, struct err *e)
	ATTR_CHECK;

/* Is the chain of events whole, and audit.log what it says? *wrong: AUDIT-BROKEN or AUDIT-CHANGED and what is to be
 * seen, one for one fault; ERR_NONE: nothing. */
int ledger_audit_whole(struct ledger *l, int64_t *events, struct err *wrong, struct err *e)
	ATTR_CHECK;
/* Within a transaction: what the log has now it has for good, so that it cannot be emptied unseen. */
int ledger_audit_mark(struct ledger *l, struct err *e) ATTR_CHECK;

/* An event as audit.log has it. */
struct ledger_line {
	int64_t seq, at;
	struct str run, actor, what, subject, detail, hash;
};
/* Each event of audit.log that an older ledger lacks; each gives 0 to go on. */
int ledger_audit_lacks(struct ledger *l,
	int (*each)(void *ctx, const struct ledger_line *x, struct err *e), void *ctx,
	struct err *e) ATTR_CHECK;

#endif
