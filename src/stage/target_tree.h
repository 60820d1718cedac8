/* What the targets of trees share: the checks of values against their definition. */
#ifndef STAGE_TARGET_TREE_H
#define STAGE_TARGET_TREE_H

#include "stage/target.h"

struct target_tree {
	/* MUST. Can the target carry the character in a value? */
	/* NULL: all. */
	bool (*carries)(const struct def_layout *y, uint32_t cp);
	const char *carries_what;	 /* "characters of ISO 8859-1" */
	const struct def_layout *layout; /* or NULL */
};

/* Lines that are complete in the bytes of out from `from` on. */
uint64_t target_tree_lines(const struct buf *out, size_t from);
/* Tells w, unless it is NULL, that m stands in the bytes of out from `from` to its end. */
void target_tree_wrote(
	const struct target_watch *w, const struct made *m, const struct buf *out, size_t from);

/* As target_ops.check_tree. */
bool target_tree_check(const struct target_tree *x, const struct made *t, struct diag *d,
	const struct finding *about, const struct target_blame *b);

/* The carries of a target's operations. */
static inline bool target_tree_carries(const struct target_tree *x, uint32_t cp)
{
	return x->carries(x->layout, cp);
}

#endif
