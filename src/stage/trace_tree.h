/*
 * A position in a file without segments: a row and its column, a line and what stands in it. The map has
 * made the trees once more, their target writes them, and this tells which value it is.
 */
#ifndef STAGE_TRACE_TREE_H
#define STAGE_TRACE_TREE_H

#include "map/map.h"
#include "stage/target.h"

struct trace_tree {
	const struct def_message *message;
	const struct made *head; /* what the header is made of */
	/* And the heads of all groups of the item, with the item behind them; NULL: the position is in the header. */
	const struct made *item;
	const struct made *behind; /* the item itself; item where there are no heads */
	uint64_t
		first; /* row or line that the item, the header or what was written of heads begins with */
	uint64_t
		written; /* rows or lines of the heads, the last ones, when the position is in them; 0: in the item */
};

/* What is asked: 4 or "price" in "12:4", "12:price"; neither: the row or line itself. */
struct trace_tree_asked {
	uint64_t at;
	uint64_t number;
	struct str name;
};

struct trace_tree_found {
	const struct made *made; /* NULL: nothing was written there */
	struct str name;	 /* of the column, or path of the value in its tree */
	struct str text;	 /* as it was sent */
	bool absent;		 /* there is no such column, character or name */
};

/* -1 when no target can be opened. Texts live in the arena. */
int trace_tree_find(const struct trace_tree *x, const struct trace_tree_asked *asked,
	struct trace_tree_found *out, struct arena *a, struct err *e) ATTR_CHECK;

#endif
