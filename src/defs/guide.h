/*
 * Inside of defs/: a guide narrows a message for one partner: fewer codes, shorter lengths, fixed
 * values, lower maximums, required and forbidden segments, loops and elements. It can only
 * narrow; anything wider than its base is a fault.
 */
#ifndef DEFS_GUIDE_H
#define DEFS_GUIDE_H

#include "defs/dict.h"

/* A narrowed copy of base; NULL when faults were added. base is not changed. */
struct dict_message *guide_apply(struct defs *d, const struct dict_message *base,
	const struct xml *root, const char *file, struct faults *f);

#endif
