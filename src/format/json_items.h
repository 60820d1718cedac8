/* Items inside one JSON document: the elements of an array, the root or at a path ("products/product").
 * Where an array stands on the way, the path goes on in each of its elements. */
#ifndef FORMAT_JSON_ITEMS_H
#define FORMAT_JSON_ITEMS_H

#include "format/json_simd.h"
#include "format/reader.h"

struct json_items;

/* The document begins at offset first. r and parser are borrowed. NULL when spec.item is no path. */
struct json_items *json_items_open(
	struct reader *r, struct json_simd *parser, uint64_t first, struct err *e);
void json_items_close(struct json_items *j);
/* As the reader's next, at and line; the locator is the offset of the item. */
int json_items_next(struct json_items *j, struct item *it, struct diag *d, struct err *e)
	ATTR_CHECK;
int json_items_at(struct json_items *j, uint64_t offset, struct item *it, struct diag *d,
	struct err *e) ATTR_CHECK;

#endif
