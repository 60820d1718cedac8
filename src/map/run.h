/* The state of a run of a map; see map.h for what it does. Internal to this folder. */
#ifndef MAP_RUN_H
#define MAP_RUN_H

#include "base/limits.h"
#include "map/compiled.h"
#include "map/eval.h"
#include "map/join.h"
#include "map/link.h"

enum slot_state { SLOT_UNSET, SLOT_READY, SLOT_DONE };

/* A let: evaluated when it is first read, where it was declared. */
struct run_slot {
	uint8_t state;
	struct ctx c;
	struct val v;
};

struct run_joined {
	bool done;
	struct val v;
};

/* A tree that findings can point into: the item, a joined row, a linked item. */
struct run_tree {
	const struct node *root;
	struct str file;
	struct reader *reader; /* NULL for the item itself */
	uint64_t locator;
	struct run_tree *next;
};

/* The message, or a group that is open in it: how it began, and what it has counted. Texts and trees live in
 * its arena. */
struct run_level {
	struct arena arena;
	struct str key;	   /* what its items have in common */
	struct item first; /* the item that began it; root NULL: none did */
	struct segment *head;
	struct made *made; /* its head likewise, of trees */
	struct val *lets;  /* those of the group that differ by design, as its head had them */
	struct dec *totals, *totals_before;
	uint64_t items, items_before;
};

struct map_run {
	const struct map *m;
	struct names *names;
	const struct map_input *in;
	struct str *vars; /* of the profiles, by slot */
	struct join **joins;
	struct link *links;
	struct run_slot *lets;
	const struct node **as;
	struct run_joined *joined; /* rows of this item */
	struct run_tree *trees;
	struct run_level levels[MAP_LEVELS];
	size_t nopen, nopen_before;  /* levels that are open */
	struct str keys[MAP_LEVELS]; /* of the item in hand */
	size_t level;		     /* that what is evaluated stands in */
	bool in_item;
	struct str action; /* $action of items */
	int64_t *counters, *counters_before;
	uint32_t item_number;

	struct ctx root; /* of the item */
	const struct item *item;
	const struct item *looked; /* map_key had a look at it, without a finding */
	enum map_verdict verdict;  /* of the item */
	struct str key;
	struct diag *d;
	struct finding *seen; /* last finding before this item: newer ones are not repeated */
	struct err *e;
	uint64_t steps;		 /* that this item, header or trailer took */
	size_t bytes_before;	 /* of the arena, when it began */
	bool spent;		 /* too many: nothing more is evaluated, MAP-LIMIT says why */
	bool failed;		 /* a reader failed; *e says why */
	struct map_joined *used; /* rows that this item joined, for the lineage */
	size_t nused, used_cap;
};

/* All that is evaluated next is of this item; NULL: of none. */
void run_item(struct ev *ev, const struct item *it);
void run_var(struct ev *ev, const struct expr *x, struct val *out);
/* Rows of a join for this item, read once. */
void run_join(struct ev *ev, uint32_t slot, struct val *out);
/* Makes a tree known to findings; reader NULL for the item. */
void run_tree_add(struct ev *ev, const struct node *root, struct str file, struct reader *r,
	uint64_t locator);
/* The message of the interchange that a node is of; NULL: of none. */
const struct def_message *run_message(const struct map_run *r, const struct node *n);
/* The lets first .. first + n are to be evaluated anew, at c. */
void run_lets(struct map_run *r, uint32_t first, uint32_t n, const struct ctx *c);
/* The value of a let, evaluated at its first use. */
void run_let(struct ev *ev, uint32_t slot, struct val *out);
/* File and place of a node of a tree. */
void run_place(struct ev *ev, const struct run_tree *t, const struct node *n, struct finding *f);
/* The item has taken more than it may: told once. False. */
bool run_spent(struct ev *ev);

/* Counts steps. False: it were too many, and what is evaluated is absent from here on. */
static inline bool run_spend(struct ev *ev, uint64_t steps)
{
	struct map_run *r = ev->run;

	r->steps += steps;
	return r->steps <= LIMIT_MAP_STEPS && ev->a->used - r->bytes_before <= LIMIT_MAP_BYTES
		? true
		: run_spent(ev);
}

/* The steps of what is evaluated next are counted from here on. */
void run_budget(struct ev *ev);
/* A finding with everything known about node filled in. */
void run_finding(struct ev *ev, struct finding *f, const struct node *at);

#endif
