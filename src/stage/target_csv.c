/*
 * CSV (RFC 4180) as a target. The columns stand in the order of the definition, whatever the order of
 * the map. The read-back cuts the rows again, knowing only the marks.
 */
#include <string.h>

#include "base/limits.h"
#include "format/csv_row.h"
#include "format/window.h"
#include "stage/read_back.h"
#include "stage/target.h"
#include "stage/target_rows.h"

static bool csv_carries(const struct def_layout *y, uint32_t cp)
{
	return layout_carries(y, false, cp);
}

static void *open_csv(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct target_rows *t = target_rows_new(m, e);

	(void)v;
	if (t)
		t->tree.carries = csv_carries;
	return t;
}

/* What a spreadsheet would compute instead of showing. */
static bool is_formula(struct str s)
{
	return s.n > 0 && memchr("=+-@\t\r", s.p[0], 6) != NULL;
}

static bool needs_quotes(const struct def_layout *y, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == y->delimiter || s.p[i] == y->quote || s.p[i] == '\r' ||
			s.p[i] == '\n')
			return true;
	return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void put_cell(struct target_rows *t, struct str s, bool text)
{
	const struct def_layout *y = t->layout;
	const bool neutral = y->formulas && text && is_formula(s);
	const bool quoted = y->quoting == QUOTE_ALL ||
		(y->quoting == QUOTE_TEXT && text && s.n > 0) || needs_quotes(y, s);

	t->at.values++;
	if (quoted)
		buf_ch(t->out, y->quote);
	if (neutral)
		buf_ch(t->out, '\'');
	while (quoted && s.n > 0) {
		const size_t n = str_chr(s, y->quote);
		if (n == SIZE_MAX)
			break;
		target_rows_encode(t, str_sub(s, 0, n));
		buf_ch(t->out, y->quote);
		buf_ch(t->out, y->quote);
		s = str_from(s, n + 1);
	}
	target_rows_encode(t, s);
	if (quoted)
		buf_ch(t->out, y->quote);
}

static void csv_header(void *self)
{
	struct target_rows *t = self;

	for (const struct def_field *f = t->layout->fields; t->layout->header && f; f = f->next) {
		if (f != t->layout->fields)
			buf_ch(t->out, t->layout->delimiter);
		put_cell(t, f->name, true);
	}
	if (t->layout->header)
		target_rows_end(t);
}

static void csv_row(void *self, const struct made *row)
{
	struct target_rows *t = self;
	const struct def_field *first = t->layout->fields;

	for (const struct def_field *f = first; f; f = f->next) {
		const struct made *c = target_rows_cell(row, f->name);
		char room[TARGET_ROWS_NUMBER];
		const struct str s = target_rows_text(t, f, c, room);
		if (f != first)
			buf_ch(t->out, t->layout->delimiter);
		/* A row of one empty cell would be an empty line, which is none. */
		if (s.n == 0 && !first->next && t->layout->quoting != QUOTE_ALL) {
			buf_ch(t->out, t->layout->quote);
			buf_ch(t->out, t->layout->quote);
			t->at.values++;
		} else {
			put_cell(t, s, f->kind == FIELD_TEXT || f->kind == FIELD_DATE);
		}
	}
	target_rows_end(t);
}

static size_t count_fields(const struct def_layout *y)
{
	size_t n = 0;

	for (const struct def_field *f = y->fields; f; f = f->next)
		n++;
	return n;
}

/* Rows of the window, to its end. */
static int cut_rows(
	struct window *w, struct csv_row *row, size_t columns, uint64_t *rows, struct err *e)
{
	static const char *const faults[] = {[CSV_FINE] = "",
		[CSV_AFTER_QUOTE] = "has text behind a closing quote",
		[CSV_INNER_QUOTE] = "has a quote inside of a cell without quotes",
		[CSV_BARE_CR] = "has a CR without LF",
		[CSV_TOO_MANY] = "has too many cells"};

	for (;;) {
		const struct str bytes = {w->p + w->at, w->end - w->at};
		enum csv_cut cut = CSV_ROW_MORE;
		int more = 0;
		if (bytes.n > 0)
			cut = csv_row_cut(row, bytes, w->eof);
		if (cut == CSV_ROW_OPEN)
			return target_rows_not_read("has a quote that is not closed", *rows + 1, e);
		if (cut == CSV_ROW) {
			w->at += row->whole;
			++*rows;
			if (row->fault != CSV_FINE || row->size == 0)
				return target_rows_not_read(
					row->size == 0 ? "is empty" : faults[row->fault], *rows, e);
			if (row->n != columns)
				return target_rows_not_as_many("cells", row->n, columns, *rows, e);
			continue;
		}
		if (w->eof)
			return 0;
		more = window_more(w, e);
		if (more == -1)
			return -1;
	}
}

static int csv_read_back(int fd, const struct target_wrote *w, struct err *e)
{
	const struct def_layout *y = w->message->layout;
	const size_t columns = count_fields(y);
	struct window in;
	struct csv_row row;
	uint64_t rows = 0;
	int rc = -1;

	window_init(&in, fd, READ_BLOCK, LIMIT_ITEM + 1);
	csv_row_init(&row, y->delimiter, y->quote);
	window_seek(&in, y->bom && !y->latin1 ? 3 : 0);
	rc = cut_rows(&in, &row, columns, &rows, e);
	csv_row_done(&row);
	window_done(&in);
	if (rc == 0)
		rc = read_back_same("rows", rows, w->at.segments, e);
	return rc == 0 ? read_back_same("cells", rows * columns, w->at.values, e) : rc;
}

const struct target_ops target_csv_ops = {
	.format = "csv",
	.ending = "csv",
	.record = "row",
	.open = open_csv,
	.close = target_rows_close,
	.start = target_rows_start,
	.numbers = target_rows_numbers,
	.begin = target_rows_begin,
	.end = target_rows_nothing,
	.open_set = csv_header,
	.close_set = target_rows_nothing,
	.check_tree = target_rows_check,
	.put_tree = csv_row,
	.carries = target_rows_carries,
	.at = target_rows_at,
	.read_back = csv_read_back,
};
