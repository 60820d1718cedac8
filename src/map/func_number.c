/* Functions on numbers: exact decimals. */
#include <string.h>

#include "map/func.h"
#include "map/run.h"
#include "map/units.h"

static void rounded(struct ev *ev, const struct expr *x, const struct val *args, enum dec_round how,
	struct val *out)
{
	struct dec d;
	size_t scale = 0;

	if (!val_number(ev, &args[0], &d) ||
		(x->nargs > 1 && !val_size(ev, &args[1], DEC_SCALE, &scale)))
		return;
	*out = val_of_number(dec_round(d, (unsigned)scale, how));
	out->from = args[0].from;
}

FUNC_RUN(number)
{
	struct dec d;

	if (val_number(ev, &args[0], &d))
		*out = val_of_number(d);
}

FUNC_RUN(round_half)
{
	rounded(ev, x, args, DEC_HALF_UP, out);
}

FUNC_RUN(round_down)
{
	rounded(ev, x, args, DEC_FLOOR, out);
}

FUNC_RUN(round_up)
{
	rounded(ev, x, args, DEC_CEILING, out);
}

FUNC_RUN(absolute)
{
	struct dec d;

	if (val_number(ev, &args[0], &d))
		*out = val_of_number(d.v < 0 ? dec_neg(d) : d);
}

FUNC_RUN(count)
{
	size_t n = args[0].kind == VAL_NODES ? args[0].n : args[0].kind != VAL_ABSENT;

	*out = val_of_number(dec_int((int64_t)n));
}

typedef bool fold(struct dec have, struct dec next, struct dec *out);

static bool smaller(struct dec have, struct dec next, struct dec *out)
{
	*out = dec_cmp(next, have) < 0 ? next : have;
	return true;
}

static bool greater(struct dec have, struct dec next, struct dec *out)
{
	*out = dec_cmp(next, have) > 0 ? next : have;
	return true;
}

/* Every node of every argument; nodes that are empty do not count. */
static void over_all(
	struct ev *ev, const struct expr *x, const struct val *args, fold *f, struct val *out)
{
	bool any = false;
	struct dec have = {0, 0};
	struct dec d;

	for (uint32_t i = 0; i < x->nargs; i++) {
		size_t n = args[i].kind == VAL_NODES ? args[i].n : 1;

		for (size_t k = 0; k < n; k++) {
			struct val v = args[i];

			if (v.kind == VAL_NODES) {
				v.u.one = val_node(&args[i], k);
				v.from = val_origin(v.u.one);
				v.n = 1;
			}
			if (!val_number(ev, &v, &d))
				continue;
			if (any && !f(have, d, &have))
				run_report(ev, "VALUE-OVERFLOW", v.from, val_text(ev, &v),
					"a sum of at most 38 digits");
			else if (!any)
				have = d;
			any = true;
		}
	}
	if (any || f == dec_add)
		*out = val_of_number(have);
}

FUNC_RUN(sum)
{
	over_all(ev, x, args, dec_add, out);
}

FUNC_RUN(min)
{
	over_all(ev, x, args, smaller, out);
}

FUNC_RUN(max)
{
	over_all(ev, x, args, greater, out);
}

/* '#,##0.00': 0 is a digit that is always there, # one that may be. */
struct picture {
	unsigned whole;
	unsigned least;
	unsigned most;
	bool grouped;
};

static struct picture picture_of(struct str s)
{
	struct picture p = {0, 0, 0, false};
	bool behind = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			behind = true;
		else if (s.p[i] == ',' && !behind)
			p.grouped = true;
		else if (s.p[i] == '0' && !behind)
			p.whole++;
		else if (behind && (s.p[i] == '0' || s.p[i] == '#'))
			p.most++;
		if (behind && s.p[i] == '0')
			p.least++;
	}
	if (p.most > DEC_SCALE)
		p.most = DEC_SCALE;
	if (p.least > p.most)
		p.least = p.most;
	return p;
}

enum { PICTURE_MAX = 40 };

FUNC_RUN(format_number)
{
	struct picture p = picture_of(val_text(ev, &args[1]));
	struct str mark = x->nargs > 2 ? val_text(ev, &args[2]) : STR(".");
	char group = str_is(mark, ",") ? '.' : ',';
	struct dec d;
	struct str plain;
	size_t dot = 0;
	char *o = NULL;
	size_t n = 0;

	if (!val_number(ev, &args[0], &d))
		return;
	if (mark.n != 1) {
		run_report(ev, mark.n > 1 ? "VALUE-TOO-LONG" : "VALUE-TOO-SHORT", args[2].from,
			mark, "one character as decimal mark");
		return;
	}
	d = dec_round(d, p.most, DEC_HALF_UP); /* what rounds to zero has no sign */
	plain = dec_fixed(d.v < 0 ? dec_neg(d) : d, p.most, ev->a);
	dot = str_chr(plain, '.') == SIZE_MAX ? plain.n : str_chr(plain, '.');
	o = arena_raw(ev->a, plain.n * 2 + PICTURE_MAX + 2);
	if (d.v < 0)
		o[n++] = '-';
	if (p.whole > PICTURE_MAX / 2)
		p.whole = PICTURE_MAX / 2;
	for (size_t i = p.whole > dot ? p.whole : dot; i > 0; i--) {
		o[n++] = i > dot ? '0' : plain.p[dot - i];
		if (p.grouped && i > 1 && i % 3 == 1)
			o[n++] = group;
	}
	if (p.whole == 0 && dot == 1 && plain.p[0] == '0' && p.most > 0)
		n--;
	while (plain.n - dot > p.least + 1 && plain.p[plain.n - 1] == '0')
		plain.n--;
	if (plain.n > dot + 1) {
		o[n++] = mark.p[0];
		memcpy(o + n, plain.p + dot + 1, plain.n - dot - 1);
		n += plain.n - dot - 1;
	}
	if (n == 0)
		o[n++] = '0';
	*out = val_of_text((struct str){o, n});
	out->from = args[0].from;
}

static const struct unit *unit_of(struct ev *ev, const struct val *v)
{
	const struct str code = val_text(ev, v);
	const struct unit *u = units_find(ev->run->m, code);

	if (!u && code.n > 0)
		run_report(ev, "VALUE-UNIT", v->from, code, "a unit of tables/units.csv");
	return u;
}

FUNC_RUN(convert_unit)
{
	const struct unit *from = NULL;
	const struct unit *to = NULL;
	struct dec d;

	if (!val_number(ev, &args[0], &d))
		return;
	from = unit_of(ev, &args[1]);
	to = unit_of(ev, &args[2]);
	if (!from || !to)
		return;
	if (!str_eq(from->kind, to->kind)) {
		run_report(ev, "VALUE-UNIT", args[1].from, val_text(ev, &args[1]),
			arena_printf(ev->a, "a unit of " STR_FMT ", as " STR_FMT, STR_ARG(to->kind),
				STR_ARG(val_text(ev, &args[2])))
				.p);
		return;
	}
	if (!dec_mul(d, from->factor, &d) || !dec_div(d, to->factor, &d)) {
		run_report(ev, "VALUE-OVERFLOW", args[0].from, val_text(ev, &args[0]),
			"a result of at most 38 digits");
		return;
	}
	*out = val_of_number(d);
	out->from = args[0].from;
}

static const struct func rows[] = {
	{"number", 1, 1, FUNC_PLAIN, number, "value",
		"The value as a number; a value that is none is a finding.", "number('12.50')",
		"12.5"},
	{"round", 1, 2, FUNC_PLAIN, round_half, "number, decimals",
		"Rounded, halves away from zero; to whole numbers when "
		"decimals are left out.",
		"round(2.345, 2)", "2.35"},
	{"floor", 1, 2, FUNC_PLAIN, round_down, "number, decimals", "The next lower.",
		"floor(-1.2)", "-2"},
	{"ceiling", 1, 2, FUNC_PLAIN, round_up, "number, decimals", "The next higher.",
		"ceiling(1.01, 1)", "1.1"},
	{"abs", 1, 1, FUNC_PLAIN, absolute, "number", "Without its sign.", "abs(-3.5)", "3.5"},
	{"sum", 1, FUNC_ANY, FUNC_PLAIN, sum, "nodes, ...", "The sum of all; 0 when there is none.",
		"sum(body/sizes/stock)", "12"},
	{"count", 1, 1, FUNC_PLAIN, count, "nodes", "How many there are.", "count(body/categories)",
		"2"},
	{"min", 1, FUNC_ANY, FUNC_PLAIN, min, "nodes, ...", "The smallest.",
		"min(body/sizes/stock, 100)", "5"},
	{"max", 1, FUNC_ANY, FUNC_PLAIN, max, "nodes, ...", "The greatest.",
		"max(body/sizes/stock)", "7"},
	{"convert-unit", 3, 3, FUNC_UNITS, convert_unit, "number, from, to",
		"The number in another unit of mass, length or volume; units by their code of UN/ECE Rec. 20 "
		"or X12 355 (tables/units.csv).",
		"round(convert-unit(2.5, 'LB', 'KGM'), 3)", "1.134"},
	{"format-number", 2, 3, FUNC_NUMBER_PICTURE, format_number, "number, picture, mark",
		"By a picture as '#,##0.00'; the "
		"third argument is the decimal mark.",
		"format-number(1234.5, '#,##0.00', ',')", "1.234,50"},
};

const struct func_family func_number_family = {rows, sizeof(rows) / sizeof(rows[0])};
