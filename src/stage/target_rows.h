/* How a value stands in a row; the targets themselves are in target.h. */
#ifndef STAGE_TARGET_ROWS_H
#define STAGE_TARGET_ROWS_H

#include "defs/layout.h"

enum { TARGET_ROWS_NUMBER = 64 };

/* A number with the mark of the file, a truth in its words; borrowed from s, f or room. */
struct str target_rows_shown(const struct def_layout *y, const struct def_field *f, struct str s,
	char room[TARGET_ROWS_NUMBER]);

#endif
