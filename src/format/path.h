/* The path to the items of a document: "products/product", "/c:catalog/c:product". A step is a name. */
#ifndef FORMAT_PATH_H
#define FORMAT_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum { PATH_STEPS = 16 };

struct path {
	struct str steps[PATH_STEPS]; /* views of the text */
	size_t n;
};

/* The text is borrowed; a '/' in front says nothing. An empty text has no steps. -1: ERR_CONFIG. */
int path_parse(struct path *p, struct str text, struct err *e) ATTR_CHECK;
/* Is name the step of that number, from 0? */
bool path_is(const struct path *p, size_t step, struct str name);

#endif
