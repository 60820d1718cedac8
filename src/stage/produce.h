/*
 * The conversion itself: items in, one interchange out. Used by the converter worker and by
 * `gridspool convert`. Everything comes by descriptor; nothing is opened by name.
 */
#ifndef STAGE_PRODUCE_H
#define STAGE_PRODUCE_H

#include "map/map.h"
#include "stage/known.h"
#include "stage/target.h"

struct produce_counts {
	uint64_t items; /* = out + unselected + aside + unchanged + waiting */
	uint64_t out, unselected, aside, unchanged;
	uint64_t waiting; /* rejected by the partner, content not changed since; or left */
	uint64_t left;	  /* good, and the interchange is full: for the next one */
	uint64_t orphans; /* rows of joins that no item has */
	uint64_t broken;  /* errors in what is joined: the rows there are joined to none */
	uint64_t noted;	  /* of those that are out: with findings that stop nothing */
	uint64_t sets, isa, gs;
	const struct def_node *loop; /* the loop that one item is, or NULL */
	struct target_at wrote;	     /* where the writer ended */
};

struct produce {
	const struct map *map;
	struct reader *source; /* the items */
	struct map_input
		input; /* its source is a reader of its own, for links; scratch where map_uses_scratch */
	const struct target_envelope *envelope;
	struct defs *defs;
	const struct known *known;	 /* NULL: nothing is known */
	bool only_due;			 /* only items that are due again */
	bool only_changes;		 /* leave out what the partner holds or has been sent */
	struct map_limits most;		 /* of the interchange; with the key of the map unique */
	int out, lineage, aside, result; /* -1: not wanted */
	/* Next control number: kind 'I' interchange, 'G' group. */
	int (*number)(void *ctx, char kind, uint64_t *number, struct err *e);
	void (*progress)(void *ctx, uint64_t items, uint64_t bytes, uint64_t size);
	/* Every finding, also those that stop nothing. May be NULL. */
	void (*finding)(void *ctx, const struct finding *f);
	/* All begins again: what finding was told is void. MUST be there with finding. */
	void (*anew)(void *ctx);
	void *ctx;
};

/* -1: the input as a whole, the map or the disk is at fault; what was written is to be dropped. */
int produce_run(const struct produce *p, struct produce_counts *c, struct err *e) ATTR_CHECK;

#endif
