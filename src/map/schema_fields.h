/* The schema of a content type as the definition of what a map makes. */
#ifndef MAP_SCHEMA_FIELDS_H
#define MAP_SCHEMA_FIELDS_H

#include "defs/layout.h"
#include "map/load.h"

/* The body of a definition as a copy, with the members that the schema of this id has besides; body itself when
 * there is no such schema, or it cannot be read (a fault). What it does not say plainly may be anything. */
const struct def_field *schema_fields_body(
	struct load *l, const struct def_field *body, struct str id);

#endif
