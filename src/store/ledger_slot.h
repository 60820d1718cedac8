/*
 * Slots: at which instants of its <when> an agreement was begun. The clock may have been wrong when a row
 * was made: one that lies more than a day behind now, or behind a row that was made later, is of a time that
 * has not been yet, and does not count.
 */
#ifndef STORE_LEDGER_SLOT_H
#define STORE_LEDGER_SLOT_H

#include "store/ledger.h"

enum { LEDGER_SLOT_NAME = 128 };

struct slot_row {
	int64_t at; /* INT64_MIN: there is none */
	char name[LEDGER_SLOT_NAME];
};

/* Is the slot of that name, at that instant, done, or a later one? The rules of a zone may change, and with
 * them the instant of a name. *last: the last that is done. 1, 0, -1. */
int ledger_slot_done(struct ledger *l, struct str agreement, int64_t at, const char *name,
	int64_t now, struct slot_row *last, struct err *e) ATTR_CHECK;
/* Has the agreement rows at all? 1, 0, -1. */
int ledger_slot_known(struct ledger *l, struct str agreement, struct err *e) ATTR_CHECK;
/* It is done. The oldest rows go when there are many. */
int ledger_slot_add(struct ledger *l, struct str agreement, int64_t at, const char *name,
	struct err *e) ATTR_CHECK;
/* What the event says of the newest one, when that was passed over ("slot-missed", not "slot"); else "". */
int ledger_slot_missed(
	struct ledger *l, struct str agreement, char *out, size_t size, struct err *e) ATTR_CHECK;

#endif
