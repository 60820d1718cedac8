/* Checks a template against its definition while it is loaded. Faults name the place. */
#ifndef MAP_CHECK_H
#define MAP_CHECK_H

#include "map/load.h"

/* Where in the structure of the message the template has arrived. */
struct check_level {
	const struct def_node *parent; /* the loop or the root; NULL: unknown, nothing is checked */
	const struct def_node *at;     /* children before it are behind us */
};

/* The place of a segment, or of the loop that it begins (trigger). NULL with a fault. */
const struct def_node *check_segment(struct load *l, const struct xml *x, struct check_level *v);
/* Is there a segment of this name at this level, or a loop that begins with it? */
bool check_knows(const struct check_level *v, struct str tag);
const struct def_node *check_loop(
	struct load *l, const struct xml *x, const struct xml *trigger, struct check_level *v);
/* Segments and loops the definition demands here and the template never writes; too many. */
void check_complete(struct load *l, const struct xml *x, const struct check_level *v,
	const struct map_part *parts);
/* Elements of a segment that are demanded and never filled. */
void check_filled(struct load *l, const struct xml *x, const struct map_part *p);
/* A value against its element: type, length, code list, bare names that are codes. */
void check_value(struct load *l, const struct xml *x, struct str attr,
	const struct def_element *def, struct str ref, const struct expr *e);
/* A value of which nothing is known: does a quotient leave that nobody rounds? at: bytes into the attribute. */
void check_rounded(struct load *l, const struct xml *x, struct str attr, size_t at, struct str ref,
	const struct expr *e);

#endif
