/* Which field of the source an expression is made from, as people would name it. */
#ifndef MAP_ORIGIN_H
#define MAP_ORIGIN_H

#include "map/compiled.h"

/* The first path in x: "body/name" of localized(body/name, 'de-DE'), "$master/net_weight" of a
 * joined row; empty when there is none. Lets must be loaded up to those that x reads. Lives in a. */
struct str origin_text(const struct map *m, const struct expr *x, struct arena *a);

#endif
