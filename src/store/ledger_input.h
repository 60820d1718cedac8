/*
 * Inputs: files and trees picked up from sources. States: claiming (intent), claimed (in work/),
 * current, superseded, pending (an event waiting for conversion), done, unchanged, held,
 * quarantined, archived, abandoned. Writers are called inside a transaction.
 */
#ifndef STORE_LEDGER_INPUT_H
#define STORE_LEDGER_INPUT_H

#include "base/arena.h"
#include "store/ledger.h"

struct input_row {
	int64_t id;
	struct str source, name, state, place;
	int64_t dev, ino, size, mtime, tree;
	struct str sha, content;
	int64_t members;
	struct str reason, note;
	int64_t at;
	struct str run;
	int64_t stays; /* of a tree that cannot leave the inbox: its newest change, in nanoseconds */
};

struct input_rows {
	struct input_row *row;
	size_t n;
};

/* Adds in state claiming; place is made from the id: "work/in-000012", of a tree "work/in-000012.tree". *id is the new row. */
int ledger_input_add(struct ledger *l, const struct input_row *r, int64_t *id, struct err *e)
	ATTR_CHECK;
int ledger_input_stored(struct ledger *l, int64_t id, const char *sha, const char *content,
	int64_t members, int64_t size, struct err *e) ATTR_CHECK;
int ledger_input_stays(struct ledger *l, int64_t id, int64_t changed, struct err *e) ATTR_CHECK;
/* The newest change, when it was taken last, of a tree that stayed in the inbox. 1 there is one, 0. */
int ledger_input_stayed(struct ledger *l, struct str source, struct str name, int64_t ino,
	int64_t *changed, struct err *e) ATTR_CHECK;
/* New state; place, reason and note as they now are. */
int ledger_input_state(struct ledger *l, int64_t id, const char *state, const char *place,
	const char *reason, const char *note, struct err *e) ATTR_CHECK;

int ledger_input_by_state(struct ledger *l, const char *state, struct arena *a,
	struct input_rows *out, struct err *e) ATTR_CHECK;
/* 1 found, 0 none. */
int ledger_input_find(struct ledger *l, int64_t id, struct arena *a, struct input_row *out,
	struct err *e) ATTR_CHECK;
int ledger_input_current(struct ledger *l, struct str source, struct arena *a,
	struct input_row *out, struct err *e) ATTR_CHECK;
/* The newest version of a source that another one replaced, when none is in use and none that came later was
 * converted or is about to be. 1, 0 none. */
int ledger_input_replaced(struct ledger *l, struct str source, struct arena *a,
	struct input_row *out, struct err *e) ATTR_CHECK;
/* Is there something that was made of it? 1, 0. */
int ledger_input_converted(struct ledger *l, int64_t id, struct err *e) ATTR_CHECK;
/* Why the newest delivery of a source is in quarantine. 1, 0 it is not. */
int ledger_input_put_away(struct ledger *l, struct str source, struct arena *a, struct str *reason,
	struct err *e) ATTR_CHECK;
/* The newest input of that source with that content that was taken in, other than id. */
int ledger_input_same(struct ledger *l, struct str source, struct str content, int64_t id,
	struct arena *a, struct input_row *out, struct err *e) ATTR_CHECK;
/* Superseded inputs that no unfinished unit of work needs. */
int ledger_input_spent(struct ledger *l, struct arena *a, struct input_rows *out, struct err *e)
	ATTR_CHECK;

#endif
