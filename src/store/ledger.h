/*
 * The ledger: what happened and what is due; the truth about state. Every change is made inside
 * ledger_begin ... ledger_commit together with at least one event row (reliability I8); event rows
 * are chained by SHA-256 and are the audit. No file or network work inside a transaction.
 *
 * Tables and states are described in store/README.md. Functions of one table live in the file
 * ledger_<table>.c and are declared in its header.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdint.h>

#include "base/clock.h"
#include "store/db.h"

struct ledger {
	struct db *db;
	const struct clock *clock;
	char run[40];	/* run id written into events, or "" for an operator's command */
	char actor[64]; /* "run", or the user of a command */
	bool look;	/* opened to look only */
	bool of_before; /* of an older version, which is looked at only: what a step adds is not there */
	int audit_fd; /* audit.log, appended to after commit; -1 none */
	struct err
		audit; /* why audit.log lacks what is committed, or cannot be written; ERR_NONE: it can */
	int64_t events;	 /* event rows of this transaction */
	int64_t changes; /* writes of this transaction */
	char last[65];	 /* hash of the newest event row */
	int64_t older; /* the first event that only audit.log has: the ledger is an older one; 0: it is not */
	int64_t ahead; /* and the last one */
	int64_t audit_lost; /* an event that audit.log had, as the ledger knows, and has no more; 0: none */
};

/* Makes an empty ledger in an open folder. instance identifies the environment for ever. */
int ledger_create(int dir, const char *instance, const char *environment, const struct clock *clock,
	struct err *e) ATTR_CHECK;
/* Opens it; refuses another environment's ledger, another schema, rows in states that are not known, a damaged
 * file (ERR_CORRUPT), and an older ledger than audit.log tells of, each with its reason. Brings audit.log up to
 * date; l->audit says when that failed, which stops nothing. */
int ledger_open(struct ledger *l, int dir, const char *instance, const struct clock *clock,
	struct err *e) ATTR_CHECK;
/* The same of one that may be older: audit.log stays as it is. */
int ledger_open_older(struct ledger *l, int dir, const char *instance, const struct clock *clock,
	struct err *e) ATTR_CHECK;
/* -1 with reason LEDGER-OLDER when it is, of one that is open. */
int ledger_older(const struct ledger *l, struct err *e) ATTR_CHECK;

/* As ledger_open, to look only: what is not sound in it is met where it is read (db_quick_check), and an older one
 * is not refused. Nothing is made or changed, but that the engine puts back what a cut left half done, as whoever
 * comes first must. No transaction is begun. */
int ledger_look(struct ledger *l, int dir, const char *instance, const struct clock *clock,
	struct err *e) ATTR_CHECK;
void ledger_close(struct ledger *l);

int ledger_begin(struct ledger *l, struct err *e) ATTR_CHECK;
/* Commits and appends the events to audit.log. Without an event row it is a bug. */
int ledger_commit(struct ledger *l, struct err *e) ATTR_CHECK;
void ledger_rollback(struct ledger *l);

/* One event row. what: "collected", "sent" ...; subject: "interchange 000123", "input 12"; detail: key=value text. */
int ledger_event(struct ledger *l, const char *what, const char *subject, struct err *e,
	const char *fmt, ...) ATTR_PRINTF(5, 6) ATTR_CHECK;
/* The same in a transaction of its own. */
int ledger_event_now(struct ledger *l, const char *what, const char *subject, struct err *e,
	const char *fmt, ...) ATTR_PRINTF(5, 6) ATTR_CHECK;
/* A write inside the transaction; counts towards the need of an event. Binds as in db.h. */
#define ledger_run(l, e, sql, ...) ((l)->changes++, db_run((l)->db, (e), (sql), __VA_ARGS__))

/* Walks the chain. -1 with reason AUDIT-BROKEN naming the first bad row and how many there are. *n rows
 * seen. */
int ledger_verify(struct ledger *l, int64_t *n, struct err *e) ATTR_CHECK;
/* The events of a subject, oldest first. */
int ledger_story(struct ledger *l, const char *subject,
	int (*each)(void *ctx, int64_t at, struct str run, struct str actor, struct str what,
		struct str detail),
	void *ctx, struct err *e) ATTR_CHECK;

/* Control numbers. Request n of a unit of work always gets the same number (committed before it is
 * returned). scope "ISA:ZZ:US:ZZ:ACME" or "GS:...:SC"; wraps after max to 1. */
int ledger_number(struct ledger *l, int64_t unit, int64_t request, const char *scope, int64_t max,
	int64_t *number, struct err *e) ATTR_CHECK;
/* What ledger_number would give: 1 it was drawn before, 0 it is the next of the counter, -1. */
int ledger_number_next(struct ledger *l, int64_t unit, int64_t request, const char *scope,
	int64_t max, int64_t *number, struct err *e) ATTR_CHECK;
/* Starts a scope at next, after an older system; *was the number that would have come. Compared and set in
 * one transaction: ERR_STALE below *was, whatever a run draws meanwhile. dry_run: compared only. */
int ledger_number_set(struct ledger *l, const char *scope, int64_t next, bool dry_run, int64_t *was,
	struct err *e) ATTR_CHECK;
/* The same within a transaction of the caller's. */
int ledger_number_put(
	struct ledger *l, const char *scope, int64_t next, int64_t *was, struct err *e) ATTR_CHECK;

#endif
