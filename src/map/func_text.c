/* Functions on texts, by characters, never by bytes. Results live in the item's arena. */
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "map/func.h"
#include "map/run.h"

/* The node that made the last piece is taken by eval_value(). */
FUNC_RUN(concat)
{
	struct str part[32];
	size_t n = 0;
	char *p = NULL;

	for (uint32_t i = 0; i < x->nargs; i++) {
		part[i] = val_text(ev, &args[i]);
		n += part[i].n;
	}
	if (n > LIMIT_VALUE) { /* lets that double each other */
		(void)run_spent(ev);
		return;
	}
	p = arena_raw(ev->a, n + 1);
	n = 0;
	for (uint32_t i = 0; i < x->nargs; i++) {
		if (part[i].n)
			memcpy(p + n, part[i].p, part[i].n);
		n += part[i].n;
	}
	*out = val_of_text((struct str){p, n});
}

FUNC_RUN(join_text)
{
	struct str sep = x->nargs > 1 ? val_text(ev, &args[1]) : STR(" ");
	struct buf b;

	buf_init(&b, LIMIT_VALUE);
	if (args[0].kind != VAL_NODES)
		buf_str(&b, val_text(ev, &args[0]));
	for (size_t i = 0; args[0].kind == VAL_NODES && i < args[0].n; i++) {
		struct str s = val_node(&args[0], i)->value;

		if (b.n && s.n)
			buf_str(&b, sep);
		buf_str(&b, s);
	}
	if (b.over) /* a text that was cut would pass for the whole */
		(void)run_spent(ev);
	*out = val_of_text(arena_str(ev->a, buf_view(&b)));
	out->from = args[0].from;
	buf_done(&b);
}

/* Characters from (counted from 1) to before end. */
static struct str characters(struct str s, int64_t from, int64_t end)
{
	size_t skip = from > 1 ? utf8_left(s, (size_t)(from - 1)).n : 0;
	int64_t first = from > 1 ? from : 1;

	if (end <= first)
		return (struct str){NULL, 0};
	return utf8_left(str_from(s, skip), (size_t)(end - first));
}

static bool whole(struct ev *ev, const struct val *v, int64_t *out)
{
	struct dec d;

	if (!val_number(ev, v, &d))
		return false;
	if (dec_is_int(dec_round(d, 0, DEC_HALF_UP), out) && (*out < INT32_MAX) &&
		(*out > INT32_MIN))
		return true;
	run_report(ev, "VALUE-NOT-NUMBER", v->from, val_text(ev, v),
		"a number of characters, up to 2147483646");
	return false;
}

FUNC_RUN(substring)
{
	struct str s = val_text(ev, &args[0]);
	int64_t from = 0;
	int64_t n = INT32_MAX;

	if (!whole(ev, &args[1], &from) || (x->nargs > 2 && !whole(ev, &args[2], &n)))
		return;
	*out = val_of_text(characters(s, from, from + n));
	out->from = args[0].from;
}

FUNC_RUN(substring_before)
{
	struct str s = val_text(ev, &args[0]);
	size_t at = str_find(s, val_text(ev, &args[1]), 0);

	if (at != SIZE_MAX)
		*out = val_of_text(str_sub(s, 0, at));
	out->from = args[0].from;
}

FUNC_RUN(substring_after)
{
	struct str s = val_text(ev, &args[0]);
	struct str mark = val_text(ev, &args[1]);
	size_t at = str_find(s, mark, 0);

	if (at != SIZE_MAX)
		*out = val_of_text(str_from(s, at + mark.n));
	out->from = args[0].from;
}

FUNC_RUN(string)
{
	*out = val_of_text(val_text(ev, &args[0]));
}

FUNC_RUN(string_length)
{
	*out = val_of_number(dec_int((int64_t)utf8_count(val_text(ev, &args[0]))));
}

FUNC_RUN(normalize_space)
{
	struct str s = str_trim(val_text(ev, &args[0]));
	char *p = arena_raw(ev->a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!str_is_blank(s.p[i]))
			p[n++] = s.p[i];
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	}
	*out = val_of_text((struct str){p, n});
}

FUNC_RUN(trim)
{
	*out = val_of_text(str_trim(val_text(ev, &args[0])));
}

static struct str each_letter(struct ev *ev, struct str s, uint32_t (*change)(uint32_t cp))
{
	char *p = arena_raw(ev->a, mem_mul(s.n, 3) + 4);
	size_t n = 0;

	for (size_t at = 0; at < s.n;)
		n += utf8_encode(change(utf8_next(s, &at)), p + n);
	return (struct str){p, n};
}

FUNC_RUN(upper)
{
	*out = val_of_text(each_letter(ev, val_text(ev, &args[0]), utf8_upper));
}

FUNC_RUN(lower)
{
	*out = val_of_text(each_letter(ev, val_text(ev, &args[0]), utf8_lower));
}

FUNC_RUN(starts_with)
{
	*out = val_of_bool(str_starts(val_text(ev, &args[0]), val_text(ev, &args[1])));
}

FUNC_RUN(ends_with)
{
	*out = val_of_bool(str_ends(val_text(ev, &args[0]), val_text(ev, &args[1])));
}

FUNC_RUN(contains)
{
	*out = val_of_bool(str_find(val_text(ev, &args[0]), val_text(ev, &args[1]), 0) != SIZE_MAX);
}

/* Position of a character in a text, or SIZE_MAX. */
static size_t position_of(struct str s, uint32_t cp)
{
	size_t i = 0;

	for (size_t at = 0; at < s.n; i++)
		if (utf8_next(s, &at) == cp)
			return i;
	return SIZE_MAX;
}

FUNC_RUN(translate)
{
	struct str s = val_text(ev, &args[0]);
	struct str from = val_text(ev, &args[1]);
	struct str to = val_text(ev, &args[2]);
	char *p = arena_raw(ev->a, mem_mul(s.n, 4) + 4);
	size_t n = 0;

	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		size_t i = position_of(from, utf8_next(s, &at));
		struct str put = str_sub(s, start, at - start);

		if (i != SIZE_MAX)
			put = characters(to, (int64_t)i + 1, (int64_t)i + 2);
		if (put.n)
			memcpy(p + n, put.p, put.n);
		n += put.n;
	}
	*out = val_of_text((struct str){p, n});
	out->from = args[0].from;
}

static void pad(
	struct ev *ev, const struct expr *x, const struct val *args, bool left, struct val *out)
{
	struct str s = val_text(ev, &args[0]);
	struct str fill = x->nargs > 2 ? utf8_left(val_text(ev, &args[2]), 1) : STR(" ");
	size_t have = utf8_count(s);
	size_t want = 0;
	char *p = NULL;
	size_t n = 0;

	if (!s.n || !fill.n || !val_size(ev, &args[1], LIMIT_SEGMENT, &want))
		return;
	want = want > have ? want - have : 0;
	p = arena_raw(ev->a, mem_add(s.n, mem_mul(want, fill.n)) + 1);
	if (!left) {
		memcpy(p, s.p, s.n);
		n = s.n;
	}
	for (; want > 0; want--, n += fill.n)
		memcpy(p + n, fill.p, fill.n);
	if (left) {
		memcpy(p + n, s.p, s.n);
		n += s.n;
	}
	*out = val_of_text((struct str){p, n});
	out->from = args[0].from;
}

FUNC_RUN(pad_left)
{
	pad(ev, x, args, true, out);
}

FUNC_RUN(pad_right)
{
	pad(ev, x, args, false, out);
}

static const struct func rows[] = {
	{"concat", 2, 32, FUNC_PLAIN, concat, "text, text, ...", "The texts one behind the other.",
		"concat('product/', body/sku)", "product/SCA1607-030"},
	{"join-text", 1, 2, FUNC_PLAIN, join_text, "nodes, separator",
		"The texts of all nodes with the separator "
		"(a blank) between them.",
		"join-text(body/categories/code, ', ')", "A-SCA, A"},
	{"substring", 2, 3, FUNC_PLAIN, substring, "text, start, length",
		"Characters from start, counted from 1; to "
		"the end when length is left out.",
		"substring('SCA1607', 4, 2)", "16"},
	{"substring-before", 2, 2, FUNC_PLAIN, substring_before, "text, mark",
		"What stands before the first mark.", "substring-before(body/sku, '-')", "SCA1607"},
	{"substring-after", 2, 2, FUNC_PLAIN, substring_after, "text, mark",
		"What stands behind the first mark.", "substring-after(body/sku, '-')", "030"},
	{"string", 1, 1, FUNC_PLAIN, string, "value", "The value as a text.", "string(1.50)",
		"1.5"},
	{"string-length", 1, 1, FUNC_PLAIN, string_length, "text", "Number of characters.",
		"string-length('Größe')", "5"},
	{"normalize-space", 1, 1, FUNC_PLAIN, normalize_space, "text",
		"Without blanks at the ends, and one blank for "
		"each run of blanks and line ends inside.",
		"normalize-space('  two   words ')", "two words"},
	{"trim", 1, 1, FUNC_PLAIN, trim, "text", "Without blanks and line ends at both ends.",
		"trim('  A1 ')", "A1"},
	{"upper", 1, 1, FUNC_PLAIN, upper, "text", "In capitals.", "upper('größe m')", "GRÖßE M"},
	{"lower", 1, 1, FUNC_PLAIN, lower, "text", "In small letters.", "lower('GRÖSSE')",
		"grösse"},
	{"starts-with", 2, 2, FUNC_PLAIN, starts_with, "text, beginning", "Does the text begin so?",
		"starts-with(body/sku, 'SCA')", "true"},
	{"ends-with", 2, 2, FUNC_PLAIN, ends_with, "text, end", "Does the text end so?",
		"ends-with(body/sku, '-XL')", "false"},
	{"contains", 2, 2, FUNC_PLAIN, contains, "text, part", "Does the text hold the part?",
		"contains('silk scarf', 'silk')", "true"},
	{"translate", 3, 3, FUNC_PLAIN, translate, "text, from, to",
		"Each character of from becomes the one at the "
		"same place in to; without one there, it goes.",
		"translate('12/34', '/ ', '-')", "12-34"},
	{"pad-left", 2, 3, FUNC_PLAIN, pad_left, "text, length, character",
		"Filled up on the left (blanks) to the "
		"length; a longer text stays.",
		"pad-left('42', 6, '0')", "000042"},
	{"pad-right", 2, 3, FUNC_PLAIN, pad_right, "text, length, character",
		"Filled up on the right.", "concat(pad-right('AB', 4, '.'), 'C')", "AB..C"},
};

const struct func_family func_text_family = {rows, sizeof(rows) / sizeof(rows[0])};
