/* What is told of files of rows: why a file cannot be read on, what is wrong with a row or a cell. */
#ifndef FORMAT_CSV_FAULT_H
#define FORMAT_CSV_FAULT_H

#include "format/csv_row.h"
#include "format/reader.h"

/* The most bytes of what was found that are told. */
enum { CSV_FAULT_FOUND = 60 };

/* The file is condemned: ERR_INPUT with its place and this reason. Always -1. line 0: not known. */
int csv_fault_file(const struct reader *r, uint32_t line, uint64_t offset, const char *reason,
	const char *what, struct err *e) ATTR_CHECK;
/* The row is set aside for row->fault; found: its bytes from there. */
void csv_fault_row(
	const struct csv_row *row, struct str found, const struct item *it, struct diag *d);
/* It has another number of cells than there are columns. record: number of the row, 0 not known. */
void csv_fault_count(
	const struct item *it, size_t cells, size_t columns, uint64_t record, struct diag *d);
/* The value of a column. */
void csv_fault_cell(const struct item *it, const struct node *n, struct str column,
	const char *code, enum severity severity, struct str expected, const char *rule,
	const char *remedy, struct diag *d);

#endif
