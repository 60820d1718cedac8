/* One row of CSV (RFC 4180) cut into cells. Knows bytes only: no names, no files. */
#ifndef FORMAT_CSV_ROW_H
#define FORMAT_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct csv_cell {
	uint32_t at;  /* of its text in the row, behind an opening quote */
	uint32_t n;   /* bytes as they stand there */
	bool doubled; /* has quotes that are doubled */
};

enum csv_fault {
	CSV_FINE,
	CSV_AFTER_QUOTE,
	CSV_INNER_QUOTE,
	CSV_BARE_CR,
	CSV_TOO_MANY,
	CSV_SHORT, /* of fixed widths: see fixed_row.h */
	CSV_LONG
};

struct csv_row {
	char separator;
	char quote;
	struct csv_cell *cells;
	size_t n;
	size_t cap;
	size_t size;	      /* bytes of the row without its line end */
	size_t whole;	      /* bytes with it */
	uint32_t lines;	      /* line feeds in it, its own included */
	enum csv_fault fault; /* the first one; the row is cut as well as can be */
	size_t fault_at;
	bool narrow; /* of fixed widths: it ends in front of its last column's end */
	size_t open; /* where a quote stands that these bytes do not close, or SIZE_MAX */
};

/* CSV_ROW_MORE: the row does not end in these bytes; CSV_ROW_OPEN: they are the last, and it
 * ends inside quotes. */
enum csv_cut { CSV_ROW, CSV_ROW_MORE, CSV_ROW_OPEN };

void csv_row_init(struct csv_row *r, char separator, char quote);
void csv_row_done(struct csv_row *r);
/* Cuts the row at the start of bytes (not empty); last: nothing follows them. May read 8 bytes
 * more. */
enum csv_cut csv_row_cut(struct csv_row *r, struct str bytes, bool last);

#endif
