/*
 * What a conversion writes: the interchange and, beside it, the line files of lineage, items set
 * aside and results. Kept in memory until there is enough of it, then appended in this order.
 */
#ifndef STAGE_OUTCOME_H
#define STAGE_OUTCOME_H

#include <sys/types.h>

#include "map/map.h"
#include "stage/target.h"

enum { OUTCOME_KEY_MAX = 1000 };  /* bytes of a key that a line takes */
enum { OUTCOME_FLUSH = 1 << 20 }; /* bytes that are worth a write */

struct outcome_file {
	int fd;
	off_t start; /* where fd stood: a file of several conversions */
	struct buf buf;
};

struct outcome {
	struct outcome_file interchange, lineage, aside, result;
};

/* An item that goes out. */
struct outcome_item {
	const struct item *item;
	struct str key;
	const char *hash; /* of its content */
	const struct map_joined *joined;
	size_t n;
	struct str action;	     /* what the partner is told to do with it */
	uint64_t head;		     /* of its segments, the first that are heads of groups */
	const struct finding *noted; /* what was found in it all the same */
};

/* Descriptors are borrowed; -1: that file is not wanted. */
void outcome_init(struct outcome *o, int interchange, int lineage, int aside, int result);
void outcome_done(struct outcome *o);
/* Writes the files whose buffers hold more than `over` bytes. */
int outcome_flush(struct outcome *o, size_t over, struct err *e) ATTR_CHECK;
/* Takes back all that was written since outcome_init. */
int outcome_again(struct outcome *o, struct err *e) ATTR_CHECK;
struct buf *outcome_interchange(struct outcome *o);

void outcome_start(struct outcome *o);
/* The header of the open set, from segment `first` to the last written. */
void outcome_header(struct outcome *o, const struct target_at *at, uint64_t first);
/* The trailer of the set just closed, from segment `first`, and the number of its items. */
void outcome_trailer(struct outcome *o, const struct target_at *at, uint64_t first, uint32_t items);
/* What is behind the items of groups, from segment `first` to the last written. */
void outcome_foot(struct outcome *o, const struct target_at *at, uint64_t first);
/* What was found all the same in what was written last, which is of the item with this key, or "header". */
void outcome_noted(
	struct outcome *o, const struct target_at *at, struct str key, const struct finding *first);
void outcome_item(struct outcome *o, const struct target_at *at, uint64_t first,
	const struct outcome_item *it);
int outcome_aside(struct outcome *o, const struct item *it, struct str key, const struct diag *d,
	struct err *e) ATTR_CHECK;
/* An item that is good, and left for the next interchange. */
void outcome_left(struct outcome *o, struct str key);
/* A part of a joined source that cannot be read. */
void outcome_broken(struct outcome *o, const struct finding *f);
/* A row of a join that no item has. */
void outcome_orphan(struct outcome *o, const struct finding *f);

#endif
