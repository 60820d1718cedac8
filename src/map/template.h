/* Runs the template: parts of a map in, segments out. */
#ifndef MAP_TEMPLATE_H
#define MAP_TEMPLATE_H

#include "map/run.h"

struct template_out {
	struct segment *first;
	struct segment *last;
	size_t n;
};

/* The nodes that each gives, in the order asked for; a text counts as a list of one. */
struct turns {
	const struct node **at;
	size_t n;
};

struct turns template_turns(
	struct ev *ev, const struct expr *each, const struct expr_list *sort, const struct ctx *c);
/* Adds to the totals of a part that has written something. */
void template_totals(struct ev *ev, const struct map_part *p, const struct ctx *c);
/* "X12-LOOP-REPEAT", "EDIFACT-LOOP-REPEAT": the finding of that name of the target's standard. */
struct str template_code(struct ev *ev, const char *name);
/* template_segment.c: appends the segment that a part makes, unless all of it is empty. */
void template_segment_make(
	struct ev *ev, const struct map_part *p, const struct ctx *c, struct template_out *out);
/* Puts one list behind another. */
void template_append(struct template_out *out, const struct template_out *inner);
/* What stands before the items of a group, or of a message. */
void template_head(struct ev *ev, const struct map_level *level, const struct ctx *c,
	struct template_out *out);
/* All parts of a list, in order, appended to *out. */
void template_run(
	struct ev *ev, const struct map_part *parts, const struct ctx *c, struct template_out *out);

#endif
