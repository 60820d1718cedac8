/* What the targets of rows share, CSV (target_csv.c) and fixed-width (target_fixed.c); and how a value stands in a
 * row. */
#ifndef STAGE_TARGET_ROWS_H
#define STAGE_TARGET_ROWS_H

#include "defs/layout.h"
#include "stage/target_tree.h"

enum { TARGET_ROWS_NUMBER = 64 };

struct target_rows {
	const struct def_layout *layout;
	struct target_tree tree;
	struct buf *out;
	struct target_at at;
};

/* NULL when the message has no columns. */
struct target_rows *target_rows_new(const struct def_message *m, struct err *e);

/* Slots of target_ops that are the same in both. */
void target_rows_close(void *self);
void target_rows_start(void *self, struct buf *out);
const char *target_rows_numbers(const void *self);
void target_rows_begin(void *self, uint64_t interchange, uint64_t group);
void target_rows_nothing(void *self);
bool target_rows_check(void *self, const struct made *m, struct diag *d,
	const struct finding *about, const struct target_blame *b);
bool target_rows_carries(const void *self, uint32_t cp);
const struct target_at *target_rows_at(const void *self);

/* Text in the character set of the file; it was checked. */
void target_rows_encode(const struct target_rows *t, struct str s);
void target_rows_end(struct target_rows *t);
/* The cell of a column, or NULL. */
const struct made *target_rows_cell(const struct made *row, struct str column);
/* A number with the mark of the file, a truth in its words; borrowed from s, f or room. */
struct str target_rows_shown(const struct def_layout *y, const struct def_field *f, struct str s,
	char room[TARGET_ROWS_NUMBER]);
/* The same of a cell; "" when the map fills none. */
struct str target_rows_text(const struct target_rows *t, const struct def_field *f,
	const struct made *cell, char room[TARGET_ROWS_NUMBER]);

/* ERR_CORRUPT: a row that was written does not read back. Always -1. */
int target_rows_not_read(const char *what, uint64_t row, struct err *e) ATTR_CHECK;
int target_rows_not_as_many(
	const char *what, size_t found, size_t expected, uint64_t row, struct err *e) ATTR_CHECK;

#endif
