/* One line of a fixed-width file, by its layout: cut into cells, and what a cell holds. */
#ifndef FORMAT_FIXED_ROW_H
#define FORMAT_FIXED_ROW_H

#include "defs/layout.h"
#include "format/charset.h"
#include "format/csv_row.h"
#include "model/node.h"

/* As csv_row_cut: a cell for each column, those behind the end of a line that may end early are empty. */
enum csv_cut fixed_row_cut(struct csv_row *r, struct str bytes, bool last,
	const struct def_layout *y, enum charset set);
/* Takes the padding off the value of n and gives it its kind: a number, a date as ISO 8601 has it, true or
 * false. NULL, or the code of what is wrong with it, and what was expected. */
const char *fixed_row_value(struct node *n, const struct def_layout *y, const struct def_field *f,
	struct arena *a, struct str *expected);

#endif
