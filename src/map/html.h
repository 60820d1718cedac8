/* HTML to text: tags go, entities are decoded, what is not shown is dropped. Any input will do. */
#ifndef MAP_HTML_H
#define MAP_HTML_H

#include "base/arena.h"
#include "base/str.h"

/* gap stands between blocks (paragraphs, list items, lines): a blank, or a line end. Blanks are
 * joined. The result lives in a. */
struct str html_text(struct str html, char gap, struct arena *a);

#endif
