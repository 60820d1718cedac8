/*
 * Schemas of content types (JSON Schema, draft 4 to 7) as they are exported: NAME.json in a folder
 * content-type-schema/ says schemaId and body, the file with the schema. The folder is looked for where a map's
 * tables are: in the bundle, beside the map. What they say of names is taken, nothing else.
 */
#ifndef MAP_SCHEMA_H
#define MAP_SCHEMA_H

#include "map/shape.h"

/* A content item of the source's type; NULL: there is no schema of it, or it cannot be read (a fault). */
struct shape *schema_item(struct load *l);
/* Adds the children that its schema tells of; s->any when it leaves them open. */
void schema_expand(struct load *l, struct shape *s);

/* The type= of this element should have a schema: a warning where an export lacks it, or, always, where there is
 * no export either, since then nothing is checked. */
void schema_expect(struct load *l, const struct xml *x, struct str id, bool always);

#define SCHEMA_CORE "http://bigcontent.io/cms/schema/v1/core"

/* Inside: the schema of this id; its root; a member's text; what a $ref names (NULL: nobody knows). */
const struct load_schema *schema_find(struct load *l, struct str id);
const struct node *schema_root(const struct load_schema *s);
struct str schema_member(const struct load *l, const struct node *n, const char *name);
const struct node *schema_refer(struct load *l, struct str ref, const struct load_schema **in);

#endif
