/* Tables on a terminal; see columns.h. */
#include "cli/columns.h"

#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

enum { CELL_MAX = 2000, GAP = 2 };

struct columns_row {
	struct columns_row *next;
	struct str cells[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
};

void columns_init(struct columns *c, struct arena *arena, size_t n)
{
	BUG_IF(n == 0 || n > COLUMNS_MAX);
	memset(c, 0, sizeof(*c));
	c->arena = arena;
	c->n = n;
}

void columns_add(struct columns *c, const struct str *cells)
{
	struct columns_row *row = ARENA_NEW(c->arena, struct columns_row);
	struct buf b;

	buf_init(&b, CELL_MAX + 100);
	for (size_t i = 0; i < c->n; i++) {
		buf_clear(&b);
		utf8_quote(&b, cells[i], CELL_MAX);
		row->cells[i] = arena_str(c->arena, buf_view(&b));
		row->width[i] = utf8_count(row->cells[i]);
		if (row->width[i] > c->width[i] && row->width[i] <= COLUMNS_WIDEST)
			c->width[i] = row->width[i];
	}
	buf_done(&b);
	if (c->last)
		c->last->next = row;
	else
		c->first = row;
	c->last = row;
}

static void blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_ch(out, ' ');
}

void columns_print(const struct columns *c, struct buf *out)
{
	for (const struct columns_row *row = c->first; row; row = row->next) {
		size_t due = 0;
		for (size_t i = 0; i < c->n; i++) {
			const size_t fill = c->width[i] > row->width[i]
				? c->width[i] - row->width[i]
				: 0;
			if (row->cells[i].n > 0 || c->right[i]) {
				blanks(out, due + (c->right[i] ? fill : 0));
				buf_str(out, row->cells[i]);
				due = c->right[i] ? GAP : fill + GAP;
			} else {
				due += fill + GAP;
			}
		}
		buf_ch(out, '\n');
	}
}
