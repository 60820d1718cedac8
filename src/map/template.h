/* Runs the template: parts of a map in, segments out. */
#ifndef MAP_TEMPLATE_H
#define MAP_TEMPLATE_H

#include "map/run.h"

struct template_out {
	struct segment *first;
	struct segment *last;
	size_t n;
};

/* All parts of a list, in order, appended to *out. */
void template_run(struct ev *ev, const struct map_part *parts, const struct ctx *c, struct template_out *out);

#endif
