/*
 * Which expressions of a map run, how often, and which fields of the items they read: for `map coverage`.
 * A map that is not watched has nothing of it in its way: watching turns its expressions into ones that
 * count and pass on (EXPR_WATCH).
 */
#ifndef MAP_WATCH_H
#define MAP_WATCH_H

#include "map/eval.h"
#include "map/map.h"

struct watch_fields;
struct expr;

/* An expression, or the part of one that may be left out: the right side of and, or; a condition in []. */
struct watch {
	struct str element; /* of the map: "LIN", "loop", "require" */
	struct str attr;    /* "LIN03", "if" */
	struct str text;    /* of the attribute */
	uint32_t at;	    /* of the part in it */
	bool part;
	bool whole; /* what is below the nodes that it gives counts as read, too */
	uint32_t line;
	uint64_t runs, gave; /* gave: something that is true */
	struct expr *x;
	struct watch_fields *fields;
	struct watch *next;
};

/* While the map is loaded: the expression of an attribute, to be watched if that is asked for. */
void watch_note(struct map *m, const struct watch *w);
/* From now on the map is watched: before its first run. */
void watch_start(struct map *m);
/* All that is watched, in the order of the map. */
const struct watch *watch_first(const struct map *m);
/* Each field with a value that was seen in items: its path, how often it was there and how often read. */
void watch_each_field(const struct map *m,
	void (*each)(void *ctx, struct str path, uint64_t seen, uint64_t read), void *ctx);
/* Has the map read this column of the join of this number, or would it in its key or by its name? */
bool watch_reads(const struct map *m, int join, uint32_t column);

/* EXPR_WATCH, for eval.c. */
void watch_value(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out);

#endif
