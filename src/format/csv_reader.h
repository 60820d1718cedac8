/* CSV by RFC 4180 with any separator and quote: one item a row, one text a cell. */
#ifndef FORMAT_CSV_READER_H
#define FORMAT_CSV_READER_H

#include "format/reader.h"

extern const struct reader_ops csv_reader_ops;
/* Files of fixed widths: one item a line, read by a layout. */
extern const struct reader_ops csv_reader_fixed_ops;

#endif
