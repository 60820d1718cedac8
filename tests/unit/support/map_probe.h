/* Values of expressions on one JSON item, by way of a map that keeps them. */
#ifndef UNIT_SUPPORT_MAP_PROBE_H
#define UNIT_SUPPORT_MAP_PROBE_H

#include "unit/support/map_world.h"

/* The text of the expression on the item; findings are in w->diag. A view with p == NULL when the
 * map could not be loaded: faults are in w->faults. The world is started here. */
struct str map_probe(struct map_world *w, const char *expression, const char *json);

#endif
