/* Tables on a terminal: cells escaped, columns lined up by characters. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { COLUMNS_MAX = 8, COLUMNS_WIDEST = 60 };

struct columns_row;

struct columns {
	struct arena *arena; /* borrowed; cells are copied into it */
	size_t n;
	size_t width[COLUMNS_MAX];
	bool right[COLUMNS_MAX]; /* numbers */
	struct columns_row *first;
	struct columns_row *last;
};

void columns_init(struct columns *c, struct arena *arena, size_t n);
/* One row; each cell is escaped by utf8_quote. The first row is the header. */
void columns_add(struct columns *c, const struct str *cells);
/* Blanks between the columns, none at the end of a line. A cell wider than COLUMNS_WIDEST pushes its line. */
void columns_print(const struct columns *c, struct buf *out);

#endif
