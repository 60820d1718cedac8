/* An item as bytes and back, for what has to be read twice in another order. Only for the process that wrote
 * them: names are those of its table. */
#ifndef FORMAT_ITEM_BYTES_H
#define FORMAT_ITEM_BYTES_H

#include "base/buf.h"
#include "format/reader.h"

void item_bytes_put(struct buf *b, const struct item *it);
/* The item with its tree in a; texts are borrowed from bytes. -1: these are no such bytes. */
int item_bytes_get(struct str bytes, struct item *it, struct arena *a, struct err *e) ATTR_CHECK;

#endif
