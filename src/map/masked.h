/* Which values differ from night to night by design, and so say nothing about the item. */
#ifndef MAP_MASKED_H
#define MAP_MASKED_H

#include <stdbool.h>

#include "map/compiled.h"

/* Is the value made from item-number(), item-count(), counter(), total() or $run/...? What only
 * chooses among nodes (a predicate) does not count. */
bool masked_is(const struct map *m, const struct expr *x);
/* Does the map ever put such a value into this element of such segments? component counts from 1. */
bool masked_element(const struct map *m, struct str tag, uint16_t element, uint16_t component);
/* The same of a value in a record of a file without segments: a column "price", a member "body/sizes[2]/label", an
 * element "c:name" or attribute "c:name/@id"; positions do not matter. */
bool masked_made(const struct map *m, struct str path);

#endif
