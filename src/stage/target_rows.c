/* What targets of rows share: their layout, cells as text, where they are. See target_rows.h. */
#include "stage/target_rows.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct target_rows *target_rows_new(const struct def_message *m, struct err *e)
{
	struct target_rows *t = NULL;

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

void target_rows_close(void *self)
{
	mem_free(self);
}

void target_rows_start(void *self, struct buf *out)
{
	struct target_rows *t = self;

	t->out = out;
	t->at = (struct target_at){.set = "1"};
}

const char *target_rows_numbers(const void *self)
{
	(void)self;
	return "";
}

void target_rows_begin(void *self, uint64_t interchange, uint64_t group)
{
	struct target_rows *t = self;

	(void)interchange;
	(void)group;
	if (t->layout->bom && !t->layout->latin1)
		buf_c(t->out, "\xef\xbb\xbf");
}

void target_rows_nothing(void *self)
{
	(void)self;
}

bool target_rows_check(void *self, const struct made *m, struct diag *d,
	const struct finding *about, const struct target_blame *b)
{
	const struct target_rows *t = self;

	return target_tree_check(&t->tree, m, d, about, b);
}

bool target_rows_carries(const void *self, uint32_t cp)
{
	const struct target_rows *t = self;

	return target_tree_carries(&t->tree, cp);
}

const struct target_at *target_rows_at(const void *self)
{
	const struct target_rows *t = self;

	return &t->at;
}

void target_rows_encode(const struct target_rows *t, struct str s)
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

void target_rows_end(struct target_rows *t)
{
	buf_c(t->out, t->layout->crlf ? "\r\n" : "\n");
	t->at.segments++;
}

const struct made *target_rows_cell(const struct made *row, struct str column)
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

struct str target_rows_text(const struct target_rows *t, const struct def_field *f,
	const struct made *cell, char room[TARGET_ROWS_NUMBER])
{
	return cell ? target_rows_shown(t->layout, f, cell->text, room) : STR("");
}

int target_rows_not_read(const char *what, uint64_t row, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "what was written does not read back: row %llu %s",
		(unsigned long long)row, what);
}

int target_rows_not_as_many(
	const char *what, size_t found, size_t expected, uint64_t row, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
		"what was written does not read back: row %llu has %zu %s, expected %zu",
		(unsigned long long)row, found, what, expected);
}
