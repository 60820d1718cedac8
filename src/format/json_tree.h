/* A packed export tree (ZIP) of JSON items: one a member that ends in .json, in the order of the archive. */
#ifndef FORMAT_JSON_TREE_H
#define FORMAT_JSON_TREE_H

#include <stdbool.h>

#include "format/json_simd.h"
#include "format/reader.h"

struct json_tree;

/* NULL when the archive is not whole. r and parser are borrowed. */
struct json_tree *json_tree_open(struct reader *r, struct json_simd *parser, struct err *e);
void json_tree_close(struct json_tree *t);
/* As the reader's next and at; the locator is the index of the member. */
int json_tree_next(struct json_tree *t, struct item *it, struct diag *d, struct err *e) ATTR_CHECK;
int json_tree_at(struct json_tree *t, uint64_t index, struct item *it, struct diag *d, struct err *e) ATTR_CHECK;

#endif
