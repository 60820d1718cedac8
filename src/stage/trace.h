/*
 * From a position in something sent back to where it came from: lineage (segment, row or line to item),
 * then the map once more on that one item (element, column or value to field and map line).
 */
#ifndef STAGE_TRACE_H
#define STAGE_TRACE_H

#include "stage/env.h"
#include "stage/proc.h"
#include "store/ledger_interchange.h"

enum trace_part {
	TRACE_NOWHERE,
	TRACE_HEADER,
	TRACE_ITEM,
	TRACE_TRAILER,
	TRACE_GROUP, /* the head of groups, which an item began */
	TRACE_FOOT   /* what is behind the items of groups */
};

struct trace_point {
	/* asked */
	struct str st;		    /* ST02 */
	int64_t segment_at;	    /* ST = 1; the row or line of a file without segments */
	int64_t element, component; /* 0 none; element: its column, too */
	struct str name;	    /* instead of the number of a column, its name or a path */
	struct str references; /* instead of a segment: what may be the item's key, a line each */
	bool of_all;	       /* the segment leads to its item, not to one of its fields */
	/* found; texts live in the arena of the call */
	enum trace_part part;
	struct str key;	      /* of the item */
	struct str file;      /* file or member of the source */
	struct str field;     /* path in the item, "" when the map made the value by itself */
	struct str segment;   /* tag; name of the column, path of the value */
	struct str found;     /* the value that was sent */
	int64_t line, column; /* of the field in file; 0 unknown */
	struct str noted; /* what was found in its item or around it all the same, a line each */
	struct str map;	  /* the map of that night, and its line */
	int64_t map_line;
	bool absent; /* by the definition there is no such element, component or column */
	/* for the worker */
	int64_t locator, first, last, number;
	struct str action; /* that the item was made for, "" an add */
	bool of_item;	   /* a header, and the item it may be made of has been met */
};

/* Fills the points. Without inputs or map of that night (gone from the archive) the fields stay
 * empty and *note says why; items are found all the same. -1: lineage itself is gone or changed, or
 * ERR_STOP. */
int trace_points(struct env *v, const struct interchange_row *r, struct trace_point *points,
	size_t n, struct arena *a, char note[300], struct err *e) ATTR_CHECK;
/* The lineage of an interchange, from its place or the archive, as the ledger knows it: a descriptor, or -1. */
int trace_open_lineage(struct env *v, const struct interchange_row *r, struct err *e) ATTR_CHECK;
/* The first half of it: items from a lineage file. */
int trace_lineage(int fd, struct trace_point *points, size_t n, struct arena *a, struct err *e)
	ATTR_CHECK;
/* The supervisor's side of the second: what the tracing worker tells, until DONE. */
int trace_take(struct env *v, struct proc *p, const struct proc_patience *w,
	struct trace_point *points, size_t n, struct arena *a, struct err *e) ATTR_CHECK;

#endif
