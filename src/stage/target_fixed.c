/*
 * Files of fixed widths as a target. The columns stand in the order of the definition, whatever the order
 * of the map. The read-back measures the lines again.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "format/window.h"
#include "stage/read_back.h"
#include "stage/target.h"
#include "stage/target_rows.h"

static bool fixed_carries(const struct def_layout *y, uint32_t cp)
{
	return layout_carries(y, true, cp);
}

static void *open_fixed(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct target_rows *t = target_rows_new(m, e);

	(void)v;
	if (t)
		t->tree.carries = fixed_carries;
	return t;
}

static void put_fixed(struct target_rows *t, const struct def_field *f, struct str s)
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
	target_rows_encode(t, s);
	for (size_t i = 0; !f->right && i < room; i++)
		buf_ch(t->out, f->pad);
}

/* Names of columns are cut to their width: the header is for people. */
static void fixed_header(void *self)
{
	struct target_rows *t = self;

	for (const struct def_field *f = t->layout->fields; t->layout->header && f; f = f->next) {
		struct def_field left = *f;
		left.right = false;
		left.pad = ' ';
		put_fixed(t, &left, utf8_left(f->name, f->width));
	}
	if (t->layout->header)
		target_rows_end(t);
}

static void fixed_row(void *self, const struct made *row)
{
	struct target_rows *t = self;

	for (const struct def_field *f = t->layout->fields; f; f = f->next) {
		const struct made *c = target_rows_cell(row, f->name);
		struct def_field blank = *f;
		char room[TARGET_ROWS_NUMBER];
		blank.pad = ' ';
		put_fixed(t, c ? f : &blank, target_rows_text(t, f, c, room));
	}
	target_rows_end(t);
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
			rc = target_rows_not_read(
				"has not the line end of its definition", rows, e);
		else if (n != width)
			rc = target_rows_not_as_many(
				"characters", n - y->crlf, width - y->crlf, rows, e);
	}
	window_done(&in);
	return rc == 0 ? read_back_same("rows", rows, w->at.segments, e) : -1;
}

const struct target_ops target_fixed_ops = {
	.format = "fixed",
	.ending = "txt",
	.record = "row",
	.open = open_fixed,
	.close = target_rows_close,
	.start = target_rows_start,
	.numbers = target_rows_numbers,
	.begin = target_rows_begin,
	.end = target_rows_nothing,
	.open_set = fixed_header,
	.close_set = target_rows_nothing,
	.check_tree = target_rows_check,
	.put_tree = fixed_row,
	.carries = target_rows_carries,
	.at = target_rows_at,
	.read_back = fixed_read_back,
};
