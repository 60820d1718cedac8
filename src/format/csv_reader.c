/*
 * CSV (RFC 4180): rows to items. A row with a wrong number of cells or a quote out of place is
 * set aside; a quote that never closes, bytes that are no UTF-8, NUL and a last row that is cut
 * off condemn the file, because from there on nobody can say where a row begins.
 */
#include "format/csv_reader.h"

#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/csv_fault.h"
#include "format/csv_row.h"
#include "format/fixed_row.h"
#include "format/window.h"

enum { BLOCK_AT = READ_BLOCK / 64, MARK_EVERY = 64 << 10 };

struct column {
	uint32_t name;
	bool number;
	bool unread;
	const struct def_field *field; /* of fixed widths */
};

/* A row whose line is known. */
struct mark {
	uint64_t offset;
	uint32_t line;
};

struct source {
	struct window rows;
	struct window other; /* for at */
	struct arena arena;
	struct arena other_arena;
	struct csv_row row;
	const struct def_layout *layout; /* of fixed widths, or NULL */
	enum charset set;
	struct column *columns;
	size_t ncolumns;
	struct mark *marks; /* one each MARK_EVERY bytes that next has read */
	size_t nmarks, marks_cap;
	uint32_t line;	 /* of the next row */
	uint64_t record; /* rows of data so far */
};

/* A row that has been read. */
struct taken {
	struct str bytes; /* without the line end */
	uint64_t offset;
	uint32_t line;
	bool ended; /* by a line feed */
};

/* Nothing in a row that cannot be text. */
static int check_bytes(const struct reader *r, const struct taken *t, struct err *e)
{
	const struct source *s = r->self;
	size_t at = charset_bad(s->set, t->bytes);

	if (at != SIZE_MAX)
		return csv_fault_file(r, t->line, t->offset + at, "CSV-ENCODING",
			s->set == CHARSET_UTF8
				? "a byte is no UTF-8; export the file again as UTF-8, or name its "
				  "encoding at the source"
				: "a byte is no character of Windows 1252; correct the encoding of "
				  "the source",
			e);
	at = str_chr(t->bytes, '\0');
	if (at != SIZE_MAX)
		return csv_fault_file(r, t->line, t->offset + at, "CSV-ENCODING",
			"there is a NUL byte; is this file UTF-16 or no text at all?", e);
	return 0;
}

static int open_quote(const struct reader *r, const struct source *s, uint64_t offset,
	uint32_t line, struct str bytes, struct err *e)
{
	const struct str before = str_sub(bytes, 0, s->row.open);

	for (size_t i = 0; i < before.n; i++)
		if (line > 0 && before.p[i] == '\n')
			line++;
	return csv_fault_file(r, line, offset + s->row.open, "CSV-QUOTE",
		"the quote that opens here is not closed before the end of the file, "
		"or not within 4 MB; "
		"quotes inside a cell must be doubled",
		e);
}

static enum csv_cut cut_row(struct source *s, struct str bytes, bool last)
{
	return s->layout ? fixed_row_cut(&s->row, bytes, last, s->layout, s->set)
			 : csv_row_cut(&s->row, bytes, last);
}

/* The next row that is not an empty line. line is 0 when it is not known. 1, 0, -1. */
static int take(struct reader *r, struct source *s, struct window *w, uint32_t *line,
	struct taken *t, struct err *e)
{
	for (;;) {
		const struct str bytes = {w->p + w->at, w->end - w->at};
		const uint64_t offset = w->base + w->at;
		enum csv_cut cut = CSV_ROW_MORE;
		int more = 0;
		if (bytes.n > 0)
			cut = cut_row(s, bytes, w->eof);
		if (cut == CSV_ROW) {
			*t = (struct taken){{bytes.p, s->row.size}, offset, *line, false};
			t->ended = s->row.whole > s->row.size && bytes.p[s->row.whole - 1] == '\n';
			w->at += s->row.whole;
			*line += *line > 0 ? s->row.lines : 0;
			if (s->row.size > 0)
				return check_bytes(r, t, e) == -1 ? -1 : 1;
			continue;
		}
		if (cut == CSV_ROW_OPEN)
			return open_quote(r, s, offset, *line, bytes, e);
		if (w->eof)
			return 0;
		more = window_more(w, e);
		if (more == -1 && e->code == ERR_LIMIT && s->row.open != SIZE_MAX)
			return open_quote(r, s, offset, *line, bytes, e);
		if (more == -1)
			return err_wrap(e, STR_FMT ":%u: byte %llu: cannot read this row",
				STR_ARG(r->spec.file), *line, (unsigned long long)offset);
	}
}

/* Bytes of the file as UTF-8. */
static struct str text_of(const struct source *s, struct str raw, struct arena *a)
{
	size_t made = 0;
	size_t used = 0;
	char *p = NULL;

	if (s->set == CHARSET_UTF8)
		return raw;
	p = arena_raw(a, raw.n * CHARSET_GROWS);
	(void)!charset_decode(s->set, raw, p, &made, &used); /* check_bytes has seen all of them */
	return (struct str){p, made};
}

/* The text of a cell; doubled quotes are made single in a. */
static struct str cell_text(
	const struct source *s, const struct csv_cell *c, struct str bytes, struct arena *a)
{
	const struct str raw = {bytes.p + c->at, c->n};
	char *p = NULL;
	size_t n = 0;

	if (!c->doubled)
		return text_of(s, raw, a);
	p = arena_raw(a, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		p[n++] = raw.p[i];
		if (raw.p[i] == s->row.quote)
			i++;
	}
	return text_of(s, (struct str){p, n}, a);
}

static bool is_number_column(const struct reader_spec *spec, struct str name)
{
	for (size_t i = 0; i < spec->nnumbers; i++)
		if (str_eq(spec->numbers[i], name))
			return true;
	return false;
}

/* The columns are called names[0..n). */
static int name_columns(
	struct reader *r, struct source *s, const struct str *names, size_t n, struct err *e)
{
	for (size_t i = 0; i < r->spec.nnumbers; i++) {
		bool there = false;
		for (size_t k = 0; k < n; k++)
			there = there || str_eq(names[k], r->spec.numbers[i]);
		if (!there) {
			(void)err_set(e, ERR_INPUT,
				STR_FMT ":1: there is no column '" STR_FMT "', which the "
					"source declares to be a number",
				STR_ARG(r->spec.file), STR_ARG(r->spec.numbers[i]));
			return err_reason(e, "CSV-HEADER");
		}
	}
	s->columns = mem_array(n, sizeof(*s->columns));
	s->ncolumns = n;
	for (size_t i = 0; i < n; i++) {
		struct column *c = &s->columns[i];
		c->number = is_number_column(&r->spec, names[i]);
		c->unread = r->spec.only_known && !c->number && !names_find(r->names, names[i]);
		c->name = names_id(r->names, names[i]);
	}
	return 0;
}

static int bad_header(const struct reader *r, const struct taken *t, size_t at, size_t column,
	const char *what, struct err *e)
{
	char text[120];

	(void)snprintf(text, sizeof(text), "column %zu of the header %s", column + 1, what);
	return csv_fault_file(r, t->line, t->offset + at, "CSV-HEADER", text, e);
}

/* The names in the header row, trimmed; each there and once. */
static int header(struct reader *r, struct source *s, const struct taken *t, struct err *e)
{
	const size_t n = s->row.n;
	struct str *names = NULL;
	struct table seen;
	int rc = 0;

	if (s->row.fault == CSV_BARE_CR)
		return csv_fault_file(r, t->line, t->offset + s->row.fault_at, "CSV-HEADER",
			"lines end with a bare carriage return; expected CR LF or LF", e);
	if (s->row.fault != CSV_FINE)
		return csv_fault_file(r, t->line, t->offset + s->row.fault_at, "CSV-HEADER",
			"the header has a quote out of place or too many columns", e);
	names = arena_array(&s->other_arena, n, sizeof(*names));
	table_init(&seen);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct csv_cell *c = &s->row.cells[i];
		names[i] = str_trim(cell_text(s, c, t->bytes, &s->other_arena));
		if (names[i].n == 0)
			rc = bad_header(r, t, c->at, i, "has no name", e);
		else if (!table_add(&seen, names[i], s))
			rc = bad_header(r, t, c->at, i, "has the name of an earlier one", e);
	}
	table_done(&seen);
	if (rc == 0)
		rc = name_columns(r, s, names, n, e);
	arena_reset(&s->other_arena);
	return rc;
}

/* Columns called c1, c2 ... as many as the first row has; the row is read again as data. */
static int numbered(struct reader *r, struct source *s, const struct taken *t, struct err *e)
{
	const size_t n = s->row.n;
	struct str *names = arena_array(&s->other_arena, n, sizeof(*names));
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		names[i] = arena_printf(&s->other_arena, "c%zu", i + 1);
	rc = name_columns(r, s, names, n, e);
	arena_reset(&s->other_arena);
	window_seek(&s->rows, t->offset);
	s->line = t->line;
	return rc;
}

/* A line "sep=;" that spreadsheets put in front. 1 it was one, 0 not, -1 it contradicts the
 * source. */
static int sep_line(
	const struct reader *r, const struct source *s, const struct taken *t, struct err *e)
{
	if (!str_starts(t->bytes, STR("sep=")) || t->bytes.n != 5)
		return 0;
	if (t->bytes.p[4] == s->row.separator)
		return 1;
	return csv_fault_file(r, t->line, t->offset, "CSV-HEADER",
		"the line sep= names another separator than the source does", e);
}

static int start(struct reader *r, struct source *s, struct err *e)
{
	struct taken t;
	int rc = take(r, s, &s->rows, &s->line, &t, e);
	int sep = 0;

	if (rc == 1)
		sep = sep_line(r, s, &t, e);
	if (sep == 1)
		rc = take(r, s, &s->rows, &s->line, &t, e);
	if (rc == -1 || sep == -1)
		return -1;
	if (rc == 0) {
		(void)err_set(e, ERR_INPUT, STR_FMT ": the file is empty", STR_ARG(r->spec.file));
		return err_reason(e, "EMPTY");
	}
	if (r->spec.ncolumns > 0) {
		window_seek(&s->rows, t.offset);
		s->line = t.line;
		return name_columns(r, s, r->spec.columns, r->spec.ncolumns, e);
	}
	return r->spec.no_header ? numbered(r, s, &t, e) : header(r, s, &t, e);
}

/* Behind the byte order mark, which only UTF-8 has. */
static int seek_start(struct reader *r, struct source *s, struct err *e)
{
	char head[3] = "";
	size_t got = 0;
	bool mark = false;

	if (fsx_pread(r->fd, head, sizeof(head), 0, &got, e) == -1)
		return err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
	mark = got == 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0;
	if (mark && s->set != CHARSET_UTF8)
		return csv_fault_file(r, 1, 0, "CSV-ENCODING",
			"the file begins with the byte order mark of UTF-8, and its source names "
			"another encoding; leave that out",
			e);
	window_seek(&s->rows, mark ? 3 : 0);
	return 0;
}

static struct source *new_source(struct reader *r, char separator, char quote)
{
	struct source *s = mem_alloc(sizeof(*s));

	r->self = s;
	s->line = 1;
	s->set = r->spec.charset;
	csv_row_init(&s->row, separator, quote);
	arena_init(&s->arena);
	arena_init(&s->other_arena);
	window_init(&s->rows, r->fd, READ_BLOCK, LIMIT_CSV_ROW);
	window_init(&s->other, r->fd, BLOCK_AT, LIMIT_CSV_ROW);
	return s;
}

static int csv_open(struct reader *r, struct err *e)
{
	const char separator = r->spec.separator ? r->spec.separator : ',';
	const char quote = r->spec.quote ? r->spec.quote : '"';
	struct source *s = NULL;

	if (separator == quote || separator == '\n' || separator == '\r' || quote == '\n' ||
		quote == '\r')
		return err_set(e, ERR_CONFIG,
			STR_FMT ": separator and quote must differ and be no line ends",
			STR_ARG(r->spec.file));
	s = new_source(r, separator, quote);
	return seek_start(r, s, e) == -1 ? -1 : start(r, s, e);
}

/* Columns are those of the layout; a header is for people. */
static int fixed_open(struct reader *r, struct err *e)
{
	const struct def_layout *y = r->spec.layout;
	struct source *s = NULL;
	struct taken t;
	size_t n = 0;

	if (!y)
		return err_set(e, ERR_CONFIG,
			STR_FMT ": a file of fixed widths is read by its layout; name it in the "
				"map, <source format=\"fixed\" definition=\"...\"/>",
			STR_ARG(r->spec.file));
	s = new_source(r, ',', '"');
	s->layout = y;
	s->set = s->set == CHARSET_UTF8 && y->latin1 ? CHARSET_LATIN1 : s->set;
	for (const struct def_field *f = y->fields; f; f = f->next)
		s->ncolumns++;
	s->columns = mem_array(s->ncolumns, sizeof(*s->columns));
	for (const struct def_field *f = y->fields; f; f = f->next)
		s->columns[n++] = (struct column){.name = names_id(r->names, f->name), .field = f};
	if (seek_start(r, s, e) == -1)
		return -1;
	return y->header && take(r, s, &s->rows, &s->line, &t, e) == -1 ? -1 : 0;
}

static void csv_close(struct reader *r)
{
	struct source *s = r->self;

	if (!s)
		return;
	window_done(&s->rows);
	window_done(&s->other);
	arena_done(&s->arena);
	arena_done(&s->other_arena);
	csv_row_done(&s->row);
	mem_free(s->columns);
	mem_free(s->marks);
	mem_free(s);
}

/* digits, mark, digits, with a sign perhaps: the only form whose mark is turned. */
static bool marked(struct str text, char mark)
{
	const size_t sign = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0;
	const size_t at = str_chr(text, mark);

	return at != SIZE_MAX && at > sign && str_is_digits(str_sub(text, sign, at - sign)) &&
		str_is_digits(str_from(text, at + 1));
}

/* A declared number gets '.' for its mark. One that would be a number only with the other mark
 * is told here, because as it stands it would later pass for one a thousand times too big or too
 * small. */
static void number(
	struct reader *r, const struct item *it, struct node *n, struct arena *a, struct diag *d)
{
	const char mark = r->spec.decimal;
	char *p = NULL;

	if (mark == ',' && marked(n->value, ',')) {
		p = arena_cstr(a, n->value);
		p[str_chr(n->value, ',')] = '.';
		n->value.p = p;
		return;
	}
	if (mark == ',' && marked(n->value, '.'))
		csv_fault_cell(it, n, names_text(r->names, n->name), "VALUE-NOT-NUMBER", SEV_ERROR,
			STR("a decimal comma"),
			"the number has another decimal mark than the source declares",
			"correct the value, or the decimal mark in the source's configuration", d);
}

/* What the layout says of a column of fixed width; false when the cell holds nothing. */
static bool fixed(const struct source *s, const struct item *it, struct node *n,
	const struct def_field *f, struct arena *a, struct diag *d)
{
	struct str expected = STR("");
	const char *code = fixed_row_value(n, s->layout, f, a, &expected);

	if (code)
		csv_fault_cell(it, n, f->name, code, SEV_ERROR, expected,
			"the value is not what the layout says of its column",
			"correct the value, or the layout", d);
	return n->value.n > 0;
}

static void formula(struct reader *r, const struct item *it, const struct node *n, struct diag *d)
{
	csv_fault_cell(it, n, names_text(r->names, n->name), "CSV-FORMULA", SEV_NOTE, STR(""),
		"the cell begins like a formula of a spreadsheet; it is passed on as it is",
		"look whether this is meant", d);
}

/* Does a cell that begins with it look like one? */
static bool is_formula(char c)
{
	return c == '=' || c == '@';
}

/* Nodes of all cells at once, linked as children of a root. */
static void tree(
	struct reader *r, struct source *s, struct arena *a, struct item *it, struct diag *d)
{
	struct node *root = arena_raw(a, mem_mul(s->ncolumns + 2, sizeof(*root)));
	struct node *n = root + 1; /* the last one may be tried and not taken */

	*root = (struct node){.kind = NODE_OBJECT, .value = STR(""), .place.offset = it->offset};
	it->root = root;
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct csv_cell *c = &s->row.cells[i];
		const struct def_field *f = s->columns[i].field;
		if (c->n == 0 && !f && !r->spec.keep_empty)
			continue;
		if (s->columns[i].unread && (c->n == 0 || !is_formula(it->raw.p[c->at])))
			continue;
		*n = (struct node){.name = s->columns[i].name,
			.kind = NODE_TEXT,
			.value = cell_text(s, c, it->raw, a),
			.place.offset = it->offset + c->at,
			.parent = root};
		if (f && !fixed(s, it, n, f, a, d))
			continue;
		if (root->last)
			root->last->next = n;
		else
			root->child = n;
		root->last = n;
		if (s->columns[i].number)
			number(r, it, n, a, d);
		if (c->n > 0 && !f && is_formula(n->value.p[0]))
			formula(r, it, n, d);
		n++;
	}
}

static void fill(const struct reader *r, const struct taken *t, struct item *it)
{
	memset(it, 0, sizeof(*it));
	it->file = r->spec.file;
	it->locator = t->offset;
	it->offset = t->offset;
	it->line = t->line;
	it->raw = t->bytes;
}

/* The row that was taken last, as an item; record 0: not known. */
static void to_item(struct reader *r, struct source *s, struct arena *a, const struct taken *t,
	uint64_t record, struct item *it, struct diag *d)
{
	arena_reset(a);
	fill(r, t, it);
	if (s->row.fault != CSV_FINE)
		csv_fault_row(&s->row,
			text_of(s, str_sub(it->raw, s->row.fault_at, CSV_FAULT_FOUND), d->arena),
			it, d);
	else if (s->row.n != s->ncolumns)
		csv_fault_count(it, s->row.n, s->ncolumns, record, d);
	else
		tree(r, s, a, it, d);
}

static void add_mark(struct source *s, const struct taken *t)
{
	if (s->nmarks && t->offset - s->marks[s->nmarks - 1].offset < MARK_EVERY)
		return;
	mem_grow(&s->marks, &s->marks_cap, s->nmarks + 1, sizeof(*s->marks));
	s->marks[s->nmarks++] = (struct mark){t->offset, t->line};
}

static int cut_off(
	const struct reader *r, const struct source *s, const struct taken *t, struct err *e)
{
	char what[160];

	if (s->layout)
		(void)snprintf(what, sizeof(what),
			"the file is cut off: its last line (%llu) ends in front of the end of its "
			"last column, and has no line end",
			(unsigned long long)s->record);
	else
		(void)snprintf(what, sizeof(what),
			"the file is cut off: its last row (%llu) has %zu of %zu cells "
			"and no line end",
			(unsigned long long)s->record, s->row.n, s->ncolumns);
	return csv_fault_file(r, t->line, t->offset, "TRUNCATED", what, e);
}

static int csv_next(struct reader *r, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct taken t;
	const int rc = take(r, s, &s->rows, &s->line, &t, e);

	r->bytes = s->rows.base + s->rows.at;
	if (rc != 1)
		return rc;
	s->record++;
	add_mark(s, &t);
	if (!t.ended && (s->row.n < s->ncolumns || s->row.narrow))
		return cut_off(r, s, &t, e);
	to_item(r, s, &s->arena, &t, s->record, it, d);
	return 1;
}

static int csv_at(
	struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct taken t;
	uint32_t no_line = 0;
	int rc = 0;

	window_seek(&s->other, locator);
	rc = take(r, s, &s->other, &no_line, &t, e);
	if (rc == -1)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_ABSENT, STR_FMT ": there is no row at byte %llu",
			STR_ARG(r->spec.file), (unsigned long long)locator);
	to_item(r, s, &s->other_arena, &t, 0, it, d);
	return 1;
}

static uint32_t csv_line(const struct reader *r, uint64_t locator)
{
	const struct source *s = r->self;
	struct err ignored;
	uint32_t lines = 0;
	size_t i = s->nmarks;

	while (i > 0 && s->marks[i - 1].offset > locator)
		i--;
	if (i == 0)
		return 0;
	/* a finding without its line is better than none */
	return window_count_lines(r->fd, s->marks[i - 1].offset, locator, &lines, &ignored) == -1
		? 0
		: s->marks[i - 1].line + lines;
}

static uint32_t csv_column(const struct reader *r, size_t i)
{
	const struct source *s = r->self;

	return i < s->ncolumns ? s->columns[i].name : 0;
}

const struct reader_ops csv_reader_ops = {
	.name = "csv",
	.open = csv_open,
	.next = csv_next,
	.at = csv_at,
	.line = csv_line,
	.column = csv_column,
	.close = csv_close,
};

const struct reader_ops csv_reader_fixed_ops = {
	.name = "fixed",
	.open = fixed_open,
	.next = csv_next,
	.at = csv_at,
	.line = csv_line,
	.column = csv_column,
	.close = csv_close,
};
