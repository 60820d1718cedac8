/*
 * What is known of the tree of a source before any item is seen: the names below each name. Of a message its
 * definition tells it, of content items the exported schema of their type (schema.h). Only for checks.
 */
#ifndef MAP_SHAPE_H
#define MAP_SHAPE_H

#include "map/load.h"

struct schema_part;

struct shape {
	uint32_t name;
	bool any;      /* names may be below it that nobody told of */
	bool expanded; /* its children are there */
	const struct def_node *loop;
	const struct def_segment *segment;
	const struct schema_part *schema; /* of content: all that is said of it */
	struct shape *parent, *child, *last, *next;
};

/* A child of that name, made if it is not there yet; without a parent a top. */
struct shape *shape_add(struct load *l, struct shape *parent, struct str name);
/* The item of the map's source, and what $message is. NULL: nothing is known of it. */
struct shape *shape_item(struct load *l);
struct shape *shape_message(struct load *l);
/* A row of the join of this number. */
struct shape *shape_row(struct load *l, size_t join);
/* What has this name below; NULL: nobody told of it, which is a fault unless s->any. */
struct shape *shape_below(struct load *l, struct shape *s, uint32_t name);
/* "; did you mean 'X'?" of the names below, or "". */
const char *shape_near(struct load *l, const struct shape *s, struct str name);

#endif
