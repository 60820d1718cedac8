/* Partners that cannot be reached, and, as "acme/main", mailboxes that cannot be listed: when they are
 * tried again. No row: nothing is wrong. */
#ifndef STORE_LEDGER_PARTNER_H
#define STORE_LEDGER_PARTNER_H

#include "base/arena.h"
#include "store/ledger.h"

struct partner_row {
	struct str name;
	int64_t failures, next_try, at;
	struct str reason, note;
};

/* 1 there is something wrong, 0 not. */
int ledger_partner_find(struct ledger *l, struct str name, struct arena *a, struct partner_row *out,
	struct err *e) ATTR_CHECK;
int ledger_partner_failed(struct ledger *l, struct str name, int64_t next_try, const char *reason,
	const char *note, struct err *e) ATTR_CHECK;
/* It works: the row goes. */
int ledger_partner_clear(struct ledger *l, struct str name, struct err *e) ATTR_CHECK;
/* The same of a partner or else of one of its mailboxes; all of them are to be tried at once. */
int ledger_partner_any(struct ledger *l, struct str name, struct arena *a, struct partner_row *out,
	struct err *e) ATTR_CHECK;
int ledger_partner_clear_all(struct ledger *l, struct str name, struct err *e) ATTR_CHECK;

#endif
