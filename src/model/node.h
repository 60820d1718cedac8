/*
 * The tree of an item: one form for every format (MAP-LANGUAGE section 1). Nodes and values live
 * in the record arena of the reader that made them and go with it at the next item.
 */
#ifndef MODEL_NODE_H
#define MODEL_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/names.h"

enum node_kind {
	NODE_OBJECT, /* has children; value is empty */
	NODE_TEXT,
	NODE_NUMBER, /* value is the raw token of the source */
	NODE_BOOL,   /* "true" or "false" */
	NODE_NULL
};

/* Where a value stands in its file. line and column count from 1; 0 means not known (offset is). */
struct place {
	uint64_t offset; /* bytes from the start of the file (packed: the member) */
	uint32_t line;
	uint32_t column; /* bytes from the start of the line, from 1; X12: the element */
};

/* Elements of an array carry the array's name, those of an array in an array "item". */
struct node {
	uint32_t name; /* names.h */
	uint8_t kind;  /* enum node_kind */
	struct str value;
	struct place place;
	struct node *parent;
	struct node *child; /* first */
	struct node *last;  /* last child, so that adding is quick */
	struct node *next;  /* next sibling */
};

struct node *node_new(struct arena *a, struct node *parent, uint32_t name, enum node_kind kind);
/* First child of that name, or NULL. */
struct node *node_child(const struct node *n, uint32_t name);
/* Next sibling of the same name, or NULL. */
struct node *node_again(const struct node *n);
/* "body/name/values[2]/value": for messages; positions only where a name repeats; the root of the
 * tree is left out, its own path is empty. Lives in a. */
struct str node_path(const struct node *n, const struct names *names, struct arena *a);

#endif
