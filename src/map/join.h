/* Rows of a reference source by key: an index (index.h) over an open reader. */
#ifndef MAP_JOIN_H
#define MAP_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "map/index.h"

struct arena;
struct err;
struct map_run;
struct node;
struct ev;
struct val;
struct map_join_def;
struct reader;

/* A join in a run. */
struct join {
	const struct map_join_def *def;
	struct reader *reader;
	bool copied; /* the index leads to copies of rows in its scratch file, not into the reader's */
	struct index index; /* initialised */
	uint8_t *used; /* a bit for each entry of the index; NULL unless orphans are reported */
};

/* Reads all rows once. Findings of unreadable rows go to the run's diag. -1 when the source as a
 * whole cannot be read. */
int join_build(struct join *j, struct ev *ev, struct err *e) ATTR_CHECK;
void join_done(struct join *j);
/* A deep copy of a tree that a reader lends. */
struct node *join_copy(const struct node *n, struct node *parent, struct arena *a);
/* The rows for the current item, copied into the item's arena. Findings say what is missing. */
void join_rows(struct join *j, struct ev *ev, struct val *out);
/* Marks the rows of the current item's key as used. */
void join_mark(struct join *j, struct ev *ev);
/* A finding for each row that was never used. */
int join_orphans(struct join *j, struct ev *ev, struct err *e) ATTR_CHECK;

#endif
