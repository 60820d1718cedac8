/* Cuts a row of CSV, eight bytes at a time; see csv_row.h. */
#include "format/csv_row.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/word.h"

void csv_row_init(struct csv_row *r, char separator, char quote)
{
	memset(r, 0, sizeof(*r));
	r->separator = separator;
	r->quote = quote;
}

void csv_row_done(struct csv_row *r)
{
	mem_free(r->cells);
	memset(r, 0, sizeof(*r));
}

static void fault(struct csv_row *r, enum csv_fault what, size_t at)
{
	if (r->fault == CSV_FINE) {
		r->fault = what;
		r->fault_at = at;
	}
}

static void add(struct csv_row *r, size_t at, size_t end, bool doubled)
{
	if (r->n == LIMIT_CSV_COLUMNS) {
		fault(r, CSV_TOO_MANY, at);
		return;
	}
	if (r->n == r->cap)
		mem_grow(&r->cells, &r->cap, r->n + 1, sizeof(*r->cells));
	r->cells[r->n++] = (struct csv_cell){(uint32_t)at, (uint32_t)(end - at), doubled};
}

/* The row ends at end, before a line feed or (fed false) the end of the file; a CR before it
 * goes. */
static void finish(struct csv_row *r, const char *p, size_t end, bool fed)
{
	r->whole = end + (fed ? 1 : 0);
	r->lines += fed ? 1 : 0;
	r->size = end > 0 && p[end - 1] == '\r' ? end - 1 : end;
}

static void cut_plain(struct csv_row *r, const char *p)
{
	const uint64_t separator = word_of(r->separator);
	const char *cr = r->size > 0 ? memchr(p, '\r', r->size) : NULL;
	size_t from = 0;

	if (cr)
		fault(r, CSV_BARE_CR, (size_t)(cr - p));
	for (size_t i = 0; i < r->size; i += 8) {
		for (uint64_t hits = word_equal(word_load(p + i), separator); hits;
			hits &= hits - 1) {
			const size_t at = i + ATTR_CTZ64(hits) / 8;
			if (at >= r->size)
				break;
			add(r, from, at, false);
			from = at + 1;
		}
	}
	add(r, from, r->size, false);
}

struct cursor {
	const char *p;
	size_t n;
	size_t at;
	bool last;
};

/* From the opening quote to behind the closing one. */
static enum csv_cut quoted(struct csv_row *r, struct cursor *c)
{
	const size_t open = c->at;
	bool doubled = false;

	c->at++;
	for (;;) {
		const char *q = c->at < c->n ? memchr(c->p + c->at, r->quote, c->n - c->at) : NULL;
		if (!q || (!c->last && (size_t)(q - c->p) + 1 == c->n)) {
			r->open = open;
			return c->last ? CSV_ROW_OPEN : CSV_ROW_MORE;
		}
		c->at = (size_t)(q - c->p) + 1;
		if (c->at == c->n || c->p[c->at] != r->quote)
			break;
		doubled = true;
		c->at++;
	}
	add(r, open + 1, c->at - 1, doubled);
	for (const char *p = c->p + open; (p = memchr(p, '\n', (size_t)(c->p + c->at - p))); p++)
		r->lines++;
	return CSV_ROW;
}

/* Behind a cell that was quoted: only a separator or the end of the line may come. */
static void after_quote(struct csv_row *r, struct cursor *c)
{
	while (c->at < c->n && c->p[c->at] != r->separator && c->p[c->at] != '\n') {
		const bool line_end = c->p[c->at] == '\r' &&
			(c->at + 1 == c->n || c->p[c->at + 1] == '\n');
		if (!line_end)
			fault(r, CSV_AFTER_QUOTE, c->at);
		c->at++;
	}
}

/* The next byte that may end a bare cell or has no place in one; c->n when there is none. */
static size_t next_special(const struct csv_row *r, const struct cursor *c)
{
	const uint64_t separator = word_of(r->separator);
	const uint64_t quote = word_of(r->quote);

	for (size_t i = c->at; i < c->n; i += 8) {
		const uint64_t w = word_load(c->p + i);
		const uint64_t hits = word_equal(w, separator) | word_equal(w, quote) |
			word_equal(w, word_of('\n')) | word_equal(w, word_of('\r'));
		if (hits) {
			const size_t at = i + ATTR_CTZ64(hits) / 8;
			return at < c->n ? at : c->n;
		}
	}
	return c->n;
}

static void bare(struct csv_row *r, struct cursor *c)
{
	const size_t from = c->at;
	size_t end = 0;

	for (;; c->at++) {
		c->at = next_special(r, c);
		if (c->at == c->n || c->p[c->at] == r->separator || c->p[c->at] == '\n')
			break;
		if (c->p[c->at] == r->quote)
			fault(r, CSV_INNER_QUOTE, c->at);
		if (c->p[c->at] == '\r' && c->at + 1 < c->n && c->p[c->at + 1] != '\n')
			fault(r, CSV_BARE_CR, c->at);
	}
	end = c->at;
	if (end > from && c->p[end - 1] == '\r' && (end == c->n || c->p[end] == '\n'))
		end--;
	add(r, from, end, false);
}

/* A row with quotes, cell by cell. */
static enum csv_cut cut_quoted(struct csv_row *r, struct str bytes, bool last)
{
	struct cursor c = {bytes.p, bytes.n, 0, last};

	for (;;) {
		if (c.at < c.n && c.p[c.at] == r->quote) {
			const enum csv_cut cut = quoted(r, &c);
			if (cut != CSV_ROW)
				return cut;
			after_quote(r, &c);
		} else {
			bare(r, &c);
		}
		if (c.at == c.n)
			break;
		if (c.p[c.at] == '\n') {
			finish(r, c.p, c.at, true);
			return CSV_ROW;
		}
		c.at++;
	}
	if (!last)
		return CSV_ROW_MORE;
	finish(r, c.p, c.n, false);
	return CSV_ROW;
}

enum csv_cut csv_row_cut(struct csv_row *r, struct str bytes, bool last)
{
	const char *lf = memchr(bytes.p, '\n', bytes.n);
	const size_t end = lf ? (size_t)(lf - bytes.p) : bytes.n;

	r->n = 0;
	r->lines = 0;
	r->open = SIZE_MAX;
	r->fault = CSV_FINE;
	if (end > 0 && memchr(bytes.p, r->quote, end))
		return cut_quoted(r, bytes, last);
	if (!lf && !last)
		return CSV_ROW_MORE;
	finish(r, bytes.p, end, lf != NULL);
	cut_plain(r, bytes.p);
	return CSV_ROW;
}
