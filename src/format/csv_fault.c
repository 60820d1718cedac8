/* What is told of files of rows, CSV and fixed-width: of a file, a row, a cell. */
#include "format/csv_fault.h"

#include <stdio.h>

int csv_fault_file(const struct reader *r, uint32_t line, uint64_t offset, const char *reason,
	const char *what, struct err *e)
{
	(void)err_set(e, ERR_INPUT, STR_FMT ":%u: byte %llu: %s", STR_ARG(r->spec.file), line,
		(unsigned long long)offset, what);
	return err_reason(e, reason);
}

static const struct {
	const char *code;
	const char *rule;
	const char *remedy;
} faults[] = {
	[CSV_AFTER_QUOTE] = {"CSV-QUOTE", "text follows after the closing quote of a cell",
		"double the quotes that belong to the text"},
	[CSV_INNER_QUOTE] = {"CSV-QUOTE", "a quote stands inside a cell that is not quoted",
		"put the cell in quotes and double the quotes in it"},
	[CSV_BARE_CR] = {"CSV-LINE-END",
		"a carriage return stands inside a cell that is not quoted",
		"put the cell in quotes, or end the line with CR LF"},
	[CSV_TOO_MANY] = {"CSV-COLUMNS", "the row has more cells than a row can have",
		"look for a wrong separator"},
	[CSV_SHORT] = {"FIXED-WIDTH", "the line ends inside a column",
		"look for a missing character, or correct the layout"},
	[CSV_LONG] = {"FIXED-WIDTH", "the line goes on behind its last column",
		"look for an extra character, or correct the layout"},
};

void csv_fault_row(
	const struct csv_row *row, struct str found, const struct item *it, struct diag *d)
{
	const struct place place = reader_place(it, it->offset + row->fault_at);
	const struct finding f = {
		.code = str_c(faults[row->fault].code),
		.severity = SEV_ERROR,
		.file = it->file,
		.offset = place.offset,
		.line = place.line,
		.column = place.column,
		.found = found,
		.rule = str_c(faults[row->fault].rule),
		.remedy = str_c(faults[row->fault].remedy),
	};

	diag_add(d, &f);
}

void csv_fault_count(
	const struct item *it, size_t cells, size_t columns, uint64_t record, struct diag *d)
{
	char found[80];
	char expected[40];
	const struct finding f = {
		.code = STR("CSV-COLUMNS"),
		.severity = SEV_ERROR,
		.file = it->file,
		.offset = it->offset,
		.line = it->line,
		.column = it->line > 0 ? 1 : 0,
		.found = {found, 0},
		.expected = {expected, 0},
		.rule = STR("the row has another number of cells than the header"),
		.remedy = STR("look for a missing cell, or for a separator in a text "
			      "that is not in quotes"),
	};
	struct finding told = f;

	if (record > 0)
		(void)snprintf(found, sizeof(found), "%zu cells in row %llu", cells,
			(unsigned long long)record);
	else
		(void)snprintf(found, sizeof(found), "%zu cells", cells);
	(void)snprintf(expected, sizeof(expected), "%zu cells", columns);
	told.found = str_c(found);
	told.expected = str_c(expected);
	diag_add(d, &told);
}

void csv_fault_cell(const struct item *it, const struct node *n, struct str column,
	const char *code, enum severity severity, struct str expected, const char *rule,
	const char *remedy, struct diag *d)
{
	const struct place place = reader_place(it, n->place.offset);
	const struct finding f = {
		.code = str_c(code),
		.severity = (uint8_t)severity,
		.file = it->file,
		.field = column,
		.offset = place.offset,
		.line = place.line,
		.column = place.column,
		.found = str_sub(n->value, 0, CSV_FAULT_FOUND),
		.expected = expected,
		.rule = str_c(rule),
		.remedy = str_c(remedy),
	};

	diag_add(d, &f);
}
