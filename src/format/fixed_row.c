/*
 * Lines of fixed-width files; see fixed_row.h. Widths are characters. Programs that write such files
 * like to drop the blanks at the end of a line, so a line may end early where nothing but blanks can
 * be missing: in a column that is filled up with blanks behind its value, or in front of columns that
 * are empty when they are blank.
 */
#include "format/fixed_row.h"

#include <string.h>

#include "base/date.h"
#include "base/dec.h"
#include "base/mem.h"

static void fault(struct csv_row *r, enum csv_fault what, size_t at)
{
	r->fault = what;
	r->fault_at = at;
}

/* Where the character behind width ones from at begins; *missing are those that are not there. */
static size_t column_end(
	struct str line, size_t at, uint32_t width, enum charset set, uint32_t *missing)
{
	*missing = width;
	while (*missing > 0 && at < line.n) {
		at++;
		while (set == CHARSET_UTF8 && at < line.n && (line.p[at] & 0xc0) == 0x80)
			at++;
		(*missing)--;
	}
	return at;
}

static void add(struct csv_row *r, size_t at, size_t end)
{
	mem_grow(&r->cells, &r->cap, r->n + 1, sizeof(*r->cells));
	r->cells[r->n++] = (struct csv_cell){(uint32_t)at, (uint32_t)(end - at), false};
}

static void cut(struct csv_row *r, struct str line, const struct def_layout *y, enum charset set)
{
	size_t at = 0;

	for (const struct def_field *f = y->fields; f; f = f->next) {
		uint32_t missing = 0;
		const size_t end = column_end(line, at, f->width, set, &missing);

		r->narrow = r->narrow || missing > 0;
		if (missing > 0 && end > at && (f->right || f->pad != ' '))
			fault(r, CSV_SHORT, at);
		add(r, at, end);
		at = end;
	}
	if (str_trim(str_from(line, at)).n > 0)
		fault(r, CSV_LONG, at);
}

enum csv_cut fixed_row_cut(struct csv_row *r, struct str bytes, bool last,
	const struct def_layout *y, enum charset set)
{
	const char *lf = memchr(bytes.p, '\n', bytes.n);
	const size_t end = lf ? (size_t)(lf - bytes.p) : bytes.n;

	r->n = 0;
	r->open = SIZE_MAX;
	r->fault = CSV_FINE;
	r->narrow = false;
	r->lines = lf ? 1 : 0;
	if (!lf && !last)
		return CSV_ROW_MORE;
	r->whole = end + (lf ? 1 : 0);
	r->size = end > 0 && bytes.p[end - 1] == '\r' ? end - 1 : end;
	cut(r, str_sub(bytes, 0, r->size), y, set);
	return CSV_ROW;
}

/* --- values --- */

static struct str without_padding(struct str s, const struct def_field *f)
{
	/* What is absent is blank, whatever the column is filled up with. */
	if (str_trim(s).n == 0)
		return STR("");
	/* Zeros in front of a number do no harm, and stand behind its sign. */
	if (f->kind == FIELD_NUMBER && f->pad == '0')
		return s;
	while (f->right && s.n > 1 && s.p[0] == f->pad)
		s = str_from(s, 1);
	while (!f->right && s.n > 0 && s.p[s.n - 1] == f->pad)
		s.n--;
	return s;
}

static const char *number(
	struct node *n, const struct def_layout *y, struct arena *a, struct str *expected)
{
	const size_t mark = str_chr(n->value, y->decimal);
	struct dec d;

	if (!dec_parse(n->value, y->decimal, &d)) {
		*expected = arena_printf(a, "a number with '%c' as its decimal mark", y->decimal);
		return "VALUE-NOT-NUMBER";
	}
	n->kind = NODE_NUMBER;
	/* With the decimals that it has: 12.50 is a price. */
	n->value = dec_fixed(d, mark == SIZE_MAX ? 0 : (unsigned)(n->value.n - mark - 1), a);
	return NULL;
}

static const char *date(
	struct node *n, const struct def_field *f, struct arena *a, struct str *expected)
{
	char text[DATE_TEXT];
	struct date d;
	struct str iso;

	if (!date_parse_as(n->value, f->picture, &d)) {
		*expected = arena_printf(a, "a date as " STR_FMT, STR_ARG(f->picture));
		return "VALUE-NOT-DATE";
	}
	iso = date_iso(date_unix(&d), text);
	n->value = arena_str(a, d.has_time ? iso : str_sub(iso, 0, str_chr(iso, 'T')));
	return NULL;
}

static const char *truth(
	struct node *n, const struct def_field *f, struct arena *a, struct str *expected)
{
	if (!str_eq(n->value, f->yes) && !str_eq(n->value, f->no)) {
		*expected = arena_printf(
			a, "'" STR_FMT "' or '" STR_FMT "'", STR_ARG(f->yes), STR_ARG(f->no));
		return "VALUE-NOT-IN-LIST";
	}
	n->kind = NODE_BOOL;
	n->value = str_eq(n->value, f->yes) ? STR("true") : STR("false");
	return NULL;
}

const char *fixed_row_value(struct node *n, const struct def_layout *y, const struct def_field *f,
	struct arena *a, struct str *expected)
{
	const struct def_codes *codes = f->element.codes;

	n->value = without_padding(n->value, f);
	if (n->value.n == 0) {
		*expected = STR("a value");
		return f->mandatory ? "VALUE-REQUIRED" : NULL;
	}
	if (codes && !codes->open && !defs_code_ok(codes, n->value)) {
		*expected = arena_printf(a, "a code of '" STR_FMT "'", STR_ARG(f->name));
		return "VALUE-NOT-IN-LIST";
	}
	switch ((enum def_field_kind)f->kind) {
	case FIELD_NUMBER:
		return number(n, y, a, expected);
	case FIELD_DATE:
		return date(n, f, a, expected);
	case FIELD_BOOL:
		return truth(n, f, a, expected);
	default:
		return NULL;
	}
}
