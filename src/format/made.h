/*
 * A tree as data: what a map makes for a target without segments, and what its writer serialises. A
 * row is an object of columns, an element of XML has its attributes and elements as children.
 */
#ifndef FORMAT_MADE_H
#define FORMAT_MADE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "defs/layout.h"
#include "model/node.h"

enum made_kind {
	MADE_OBJECT,
	MADE_ARRAY,
	MADE_TEXT,
	MADE_NUMBER, /* text is a number as JSON writes it */
	MADE_BOOL,   /* "true" or "false" */
	MADE_NULL,
	MADE_ELEMENT, /* with text, or with children, or with neither */
	MADE_ATTRIBUTE
};

/* What is around the items is written in two parts. */
enum made_extent {
	MADE_WHOLE,
	MADE_BEGUN, /* its beginning and the children that are here; it stays open */
	MADE_ENDED  /* it is open: the children that are here, and its end */
};

struct made {
	uint8_t kind;	   /* enum made_kind */
	uint8_t extent;	   /* enum made_extent */
	bool absent;	   /* a value that has to be there and is not: nothing is written */
	bool told;	   /* of an absent one: a finding says why */
	bool masked;	   /* differs between nights by design: see format/segment.h */
	struct str name;   /* of a member, column, element (with its prefix); empty in an array */
	struct str quoted; /* the name as JSON writes it; "" where nobody has written it yet */
	struct str text;   /* UTF-8 */
	const struct def_field *field; /* NULL: no definition knows it */
	const struct node *from;       /* the source value it came from, or NULL */
	struct str origin;	       /* the path that it is made from, for an absent one */
	uint32_t map_line;
	struct made *child;
	struct made *last;
	struct made *next;
};

/* A list of trees, in order. */
struct made_list {
	struct made *first;
	struct made *last;
	size_t n;
};

void made_add(struct made *parent, struct made *child);
void made_append(struct made_list *l, struct made *m);
static inline bool made_is_leaf(const struct made *m)
{
	if (m->kind == MADE_ELEMENT)
		return m->text.n > 0 || m->absent;
	return m->kind != MADE_OBJECT && m->kind != MADE_ARRAY;
}

#endif
