/* Trees out of segments: loops of the definition, segments in them, elements in those (MAP-LANGUAGE section 1). */
#ifndef EDI_EDI_TREE_H
#define EDI_EDI_TREE_H

#include <stdbool.h>

#include "base/arena.h"
#include "defs/defs.h"
#include "format/segment.h"
#include "model/names.h"
#include "model/node.h"

enum { EDI_TREE_LOOPS = 16, EDI_TREE_KNOWN = 1024 };

/* The name of a node by what it is an occurrence of: a part, a segment, a loop of the definition. */
struct edi_tree_known {
	const void *of;
	uint32_t id;
};

struct edi_tree_names {
	struct names *names; /* borrowed */
	struct edi_tree_known known[EDI_TREE_KNOWN];
};

/* A loop around the segment that was added last. */
struct edi_tree_loop {
	const struct def_node *def;
	struct node *node;
};

/* Starts zeroed; its arena is the caller's to end. */
struct edi_tree {
	struct arena arena;
	struct node *root;
	struct edi_tree_loop loops[EDI_TREE_LOOPS];
	size_t nloops;
	size_t nodes; /* also those over LIMIT_NODES, which are not made */
};

/* Forgets what there was. */
void edi_tree_start(struct edi_tree *t);
/* The segment behind the last one, with the loops below base around it. lasting: its texts live as long as
 * the tree, else they are copied. */
void edi_tree_add(struct edi_tree *t, struct edi_tree_names *names, const struct segment *s,
	const struct def_node *base, bool lasting);

#endif
