/*
 * Units of work: one input (with its references) converted for one agreement. States: due,
 * converting, done, quarantined (three crashes), failed (input or map at fault; see reason). The
 * fence counts starts: a worker's answer with an older fence is refused. Attempts are those that the
 * unit spent: its worker died.
 */
#ifndef STORE_LEDGER_UNIT_H
#define STORE_LEDGER_UNIT_H

#include "base/arena.h"
#include "store/ledger.h"

struct unit_counts {
	int64_t items, out, unselected, aside, unchanged, waiting, orphans;
};

struct unit_row {
	int64_t id;
	struct str agreement, fingerprint;
	struct str mode; /* "all": every item is looked at; "due": only items that are due again */
	struct str state;
	int64_t attempts, fence;
	struct str run;
	int64_t fixed_at;    /* the time that maps and envelopes see, the same for every attempt */
	struct str inputs;   /* "source=12,master=13," */
	struct str bundle;   /* hash */
	int64_t interchange; /* 0 none */
	struct unit_counts counts;
	struct str reason, note;
};

struct unit_rows {
	struct unit_row *row;
	size_t n;
};

/* Adds in state due. */
int ledger_unit_add(struct ledger *l, const struct unit_row *r, int64_t *id, struct err *e)
	ATTR_CHECK;
/* due or converting -> converting, the fence one up; bundle is what it is converted with.
 * ERR_STALE when somebody else has it. */
int ledger_unit_start(struct ledger *l, int64_t id, int64_t fence, int64_t interchange,
	const char *bundle, struct err *e) ATTR_CHECK;
/* The worker died: one attempt more. ERR_STALE as below. */
int ledger_unit_attempt(struct ledger *l, int64_t id, int64_t fence, struct err *e) ATTR_CHECK;
/* due or converting -> state. ERR_STALE when it ended already or somebody else has it. */
int ledger_unit_end(struct ledger *l, int64_t id, int64_t fence, const char *state,
	const struct unit_counts *c, const char *reason, const char *note, struct err *e)
	ATTR_CHECK;
int ledger_unit_find(struct ledger *l, int64_t id, struct arena *a, struct unit_row *out,
	struct err *e) ATTR_CHECK;
/* The newest unit of an agreement. 1 found, 0 none. */
int ledger_unit_newest(struct ledger *l, struct str agreement, struct arena *a,
	struct unit_row *out, struct err *e) ATTR_CHECK;
/* Units in state due or converting, oldest first. */
int ledger_unit_open(struct ledger *l, struct arena *a, struct unit_rows *out, struct err *e)
	ATTR_CHECK;

#endif
