/*
 * Rows as targets: CSV (RFC 4180) and fixed-width. The columns stand in the order of the definition,
 * whatever the order of the map. The read-back cuts the rows again, knowing only the marks.
 */
#include "stage/target_rows.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/csv_row.h"
#include "format/window.h"
#include "stage/read_back.h"
#include "stage/target_tree.h"

struct rows_target {
	const struct def_layout *layout;
	struct target_tree tree;
	struct buf *out;
	struct target_at at;
};

/* --- what both share --- */

static struct rows_target *new_rows(const struct def_message *m, struct err *e)
{
	struct rows_target *t = NULL;

	if (!m->layout) {
		(void)err_set(e, ERR_CONFIG, "a file of rows needs a definition of its columns");
		return NULL;
	}
	t = mem_alloc(sizeof(*t));
	t->layout = m->layout;
	t->tree.layout = m->layout;
	t->tree.carries_what = m->layout->latin1 ? "characters of ISO 8859-1"
						 : "characters that a row can hold";
	return t;
}

static void close_rows(void *self)
{
	mem_free(self);
}

static void start(void *self, struct buf *out)
{
	struct rows_target *t = self;

	t->out = out;
	t->at = (struct target_at){.set = "1"};
}

static const char *numbers(const void *self)
{
	(void)self;
	return "";
}

static void begin(void *self, uint64_t interchange, uint64_t group)
{
	struct rows_target *t = self;

	(void)interchange;
	(void)group;
	if (t->layout->bom && !t->layout->latin1)
		buf_c(t->out, "\xef\xbb\xbf");
}

static void nothing(void *self)
{
	(void)self;
}

static bool check_tree(void *self, const struct made *m, struct diag *d,
	const struct finding *about, const struct target_blame *b)
{
	const struct rows_target *t = self;

	return target_tree_check(&t->tree, m, d, about, b);
}

static bool carries(const void *self, uint32_t cp)
{
	const struct rows_target *t = self;

	return target_tree_carries(&t->tree, cp);
}

static const struct target_at *at(const void *self)
{
	const struct rows_target *t = self;

	return &t->at;
}

/* Text in the character set of the file; it was checked. */
static void encode(const struct rows_target *t, struct str s)
{
	if (!t->layout->latin1) {
		buf_str(t->out, s);
		return;
	}
	for (size_t i = 0; i < s.n;) {
		const uint32_t cp = utf8_next(s, &i);

		BUG_IF(cp > 0xff);
		buf_ch(t->out, (char)(unsigned char)cp);
	}
}

static void end_row(struct rows_target *t)
{
	buf_c(t->out, t->layout->crlf ? "\r\n" : "\n");
	t->at.segments++;
}

static const struct made *cell_of(const struct made *row, struct str column)
{
	const struct made *k = row->child;

	while (k && (k->absent || !str_eq(k->name, column)))
		k = k->next;
	return k;
}

struct str target_rows_shown(const struct def_layout *y, const struct def_field *f, struct str s,
	char room[TARGET_ROWS_NUMBER])
{
	const size_t mark = f->kind == FIELD_NUMBER ? str_chr(s, '.') : SIZE_MAX;

	if (f->kind == FIELD_BOOL)
		return str_is(s, "true") ? f->yes : f->no;
	if (mark == SIZE_MAX || y->decimal == '.' || s.n > TARGET_ROWS_NUMBER)
		return s;
	memcpy(room, s.p, s.n);
	room[mark] = y->decimal;
	return (struct str){room, s.n};
}

/* The text of a cell; "" when the map fills none. */
static struct str shown(const struct rows_target *t, const struct def_field *f,
	const struct made *cell, char room[TARGET_ROWS_NUMBER])
{
	return cell ? target_rows_shown(t->layout, f, cell->text, room) : STR("");
}

/* --- CSV --- */

static bool csv_carries(const struct def_layout *y, uint32_t cp)
{
	return layout_carries(y, false, cp);
}

static void *open_csv(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct rows_target *t = new_rows(m, e);

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

static void put_cell(struct rows_target *t, struct str s, bool text)
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
		encode(t, str_sub(s, 0, n));
		buf_ch(t->out, y->quote);
		buf_ch(t->out, y->quote);
		s = str_from(s, n + 1);
	}
	encode(t, s);
	if (quoted)
		buf_ch(t->out, y->quote);
}

static void csv_header(void *self)
{
	struct rows_target *t = self;

	for (const struct def_field *f = t->layout->fields; t->layout->header && f; f = f->next) {
		if (f != t->layout->fields)
			buf_ch(t->out, t->layout->delimiter);
		put_cell(t, f->name, true);
	}
	if (t->layout->header)
		end_row(t);
}

static void csv_row(void *self, const struct made *row)
{
	struct rows_target *t = self;
	const struct def_field *first = t->layout->fields;

	for (const struct def_field *f = first; f; f = f->next) {
		const struct made *c = cell_of(row, f->name);
		char room[TARGET_ROWS_NUMBER];
		const struct str s = shown(t, f, c, room);
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
	end_row(t);
}

/* --- fixed width --- */

static bool fixed_carries(const struct def_layout *y, uint32_t cp)
{
	return layout_carries(y, true, cp);
}

static void *open_fixed(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct rows_target *t = new_rows(m, e);

	(void)v;
	if (t)
		t->tree.carries = fixed_carries;
	return t;
}

static void put_fixed(struct rows_target *t, const struct def_field *f, struct str s)
{
	const size_t n = utf8_count(s);
	const size_t room = f->width > n ? f->width - n : 0;

	t->at.values++;
	/* Zeros in front of a number stand behind its sign. */
	if (f->right && f->pad == '0' && s.n > 0 && s.p[0] == '-') {
		buf_ch(t->out, '-');
		s = str_from(s, 1);
	}
	for (size_t i = 0; f->right && i < room; i++)
		buf_ch(t->out, f->pad);
	encode(t, s);
	for (size_t i = 0; !f->right && i < room; i++)
		buf_ch(t->out, f->pad);
}

/* Names of columns are cut to their width: the header is for people. */
static void fixed_header(void *self)
{
	struct rows_target *t = self;

	for (const struct def_field *f = t->layout->fields; t->layout->header && f; f = f->next) {
		struct def_field left = *f;
		left.right = false;
		left.pad = ' ';
		put_fixed(t, &left, utf8_left(f->name, f->width));
	}
	if (t->layout->header)
		end_row(t);
}

static void fixed_row(void *self, const struct made *row)
{
	struct rows_target *t = self;

	for (const struct def_field *f = t->layout->fields; f; f = f->next) {
		const struct made *c = cell_of(row, f->name);
		struct def_field blank = *f;
		char room[TARGET_ROWS_NUMBER];
		blank.pad = ' ';
		put_fixed(t, c ? f : &blank, shown(t, f, c, room));
	}
	end_row(t);
}

/* --- reading back --- */

static int not_read(const char *what, uint64_t row, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "what was written does not read back: row %llu %s",
		(unsigned long long)row, what);
}

static int not_as_many(const char *what, size_t found, size_t expected, uint64_t row, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
		"what was written does not read back: row %llu has %zu %s, expected %zu",
		(unsigned long long)row, found, what, expected);
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
			return not_read("has a quote that is not closed", *rows + 1, e);
		if (cut == CSV_ROW) {
			w->at += row->whole;
			++*rows;
			if (row->fault != CSV_FINE || row->size == 0)
				return not_read(
					row->size == 0 ? "is empty" : faults[row->fault], *rows, e);
			if (row->n != columns)
				return not_as_many("cells", row->n, columns, *rows, e);
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

static int fixed_read_back(int fd, const struct target_wrote *w, struct err *e)
{
	const struct def_layout *y = w->message->layout;
	struct window in;
	struct str line;
	uint64_t rows = 0;
	size_t width = y->crlf ? 1 : 0;
	bool ended = false;
	int rc = 1;

	for (const struct def_field *f = y->fields; f; f = f->next)
		width += f->width;
	window_init(&in, fd, READ_BLOCK, LIMIT_ITEM + 1);
	window_seek(&in, y->bom && !y->latin1 ? 3 : 0);
	while (rc == 1 && (rc = window_line(&in, &line, &ended, e)) == 1) {
		const size_t n = y->latin1 ? line.n : utf8_count(line);
		rows++;
		if (!ended || (y->crlf && (n == 0 || line.p[line.n - 1] != '\r')))
			rc = not_read("has not the line end of its definition", rows, e);
		else if (n != width)
			rc = not_as_many("characters", n - y->crlf, width - y->crlf, rows, e);
	}
	window_done(&in);
	return rc == 0 ? read_back_same("rows", rows, w->at.segments, e) : -1;
}

const struct target_ops target_rows_csv_ops = {
	.format = "csv",
	.ending = "csv",
	.record = "row",
	.open = open_csv,
	.close = close_rows,
	.start = start,
	.numbers = numbers,
	.begin = begin,
	.end = nothing,
	.open_set = csv_header,
	.close_set = nothing,
	.check_tree = check_tree,
	.put_tree = csv_row,
	.carries = carries,
	.at = at,
	.read_back = csv_read_back,
};

const struct target_ops target_rows_fixed_ops = {
	.format = "fixed",
	.ending = "txt",
	.record = "row",
	.open = open_fixed,
	.close = close_rows,
	.start = start,
	.numbers = numbers,
	.begin = begin,
	.end = nothing,
	.open_set = fixed_header,
	.close_set = nothing,
	.check_tree = check_tree,
	.put_tree = fixed_row,
	.carries = carries,
	.at = at,
	.read_back = fixed_read_back,
};
