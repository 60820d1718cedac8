/*
 * Paths of a map against what is known of its sources: the names that the definition of a message, or the exported
 * schema of a content type, has not are faults; columns of CSV sources are remembered for their headers
 * (columns.h), which a run sees first.
 */
#ifndef MAP_PATHS_H
#define MAP_PATHS_H

#include "map/load.h"

/* A bare name that is a code of the element it fills: a fault, unless the source has a field of that name. */
struct load_code {
	const struct expr *e;
	const struct xml *x;
	struct str attr, ref;
	bool known;
	struct load_code *next;
};

/* Checks a map that is loaded, root its document; fills m->columns. */
void paths_check(struct load *l, const struct xml *root);

#endif
