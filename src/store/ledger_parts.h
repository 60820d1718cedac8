/* Inside of the ledger's files: what an event row and its line in audit.log are made of; ids of new rows. */
#ifndef STORE_LEDGER_PARTS_H
#define STORE_LEDGER_PARTS_H

#include "secure/hash.h"
#include "store/ledger.h"

enum {
	LEDGER_PARTS_SUBJECT = 200, /* bytes of a subject */
	LEDGER_PARTS_DETAIL = 2000, /* bytes of a detail */
	LEDGER_PARTS_EVENTS =
		2000, /* read at once; then writers, who wait for readers, have their turn */
	LEDGER_PARTS_VERSION = 40
};

/* ?1 the event before, ?2 so many at most. */
#define LEDGER_PARTS_BEHIND                                                                           \
	"SELECT seq, at, run, actor, what, subject, detail, hash FROM event WHERE seq > ?1 ORDER BY " \
	"seq LIMIT ?2"

/* One event is one line. */
void ledger_parts_one_line(char *p);
/* The hash of an event that comes after one with hash prev. */
void ledger_parts_hash(const char *prev, int64_t at, struct str run, struct str actor,
	struct str what, struct str subject, struct str detail, char out[HASH_HEX]);
/* The version that wrote it, "" when it names none. */
int ledger_parts_version(struct ledger *l, char out[LEDGER_PARTS_VERSION], struct err *e)
	ATTR_CHECK;
/* l->last, as the ledger is now. */
int ledger_parts_last(struct ledger *l, struct err *e) ATTR_CHECK;

enum ledger_parts_table {
	LEDGER_PARTS_INPUT,
	LEDGER_PARTS_UNIT,
	LEDGER_PARTS_INTERCHANGE,
	LEDGER_PARTS_RECEIVED
};
/* The id of a new row: behind all that are there, and none that events tell of, whatever became of its row. */
int ledger_parts_next_id(struct ledger *l, enum ledger_parts_table t, int64_t *id, struct err *e)
	ATTR_CHECK;

#endif
