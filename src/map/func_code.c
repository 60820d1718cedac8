/* Functions on codes: code tables and GS1 keys (GS1 General Specifications, 7.9 check digit). */
#include "map/compiled.h"
#include "map/func.h"
#include "map/run.h"

FUNC_RUN(lookup)
{
	const struct map_table *t = &ev->run->m->tables[x->slot];
	struct str key = val_text(ev, &args[1]);
	bool back = x->nargs > 2 && str_eq(val_text(ev, &args[2]), t->value_column);
	const struct str *found = NULL;

	if (!key.n)
		return;
	found = table_get(back ? &t->back : &t->forward, key);
	if (found)
		*out = val_of_text(*found);
	else if (t->has_fallback)
		*out = val_of_text(t->fallback);
	else
		ev_finding(ev, "LOOKUP-MISSING", args[1].from, key, arena_printf(ev->a, "a value of the table '" STR_FMT "'",
			STR_ARG(t->name)).p);
	out->from = args[1].from;
}

/* Check digit for all digits of s: weights 3 and 1 from the right. */
static char check_digit(struct str s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned)(s.p[s.n - 1 - i] - '0') * (i % 2 ? 1 : 3);
	return (char)('0' + (10 - sum % 10) % 10);
}

static bool checked(struct str s)
{
	return str_is_digits(s) && check_digit(str_sub(s, 0, s.n - 1)) == s.p[s.n - 1];
}

static bool is_gtin(struct str s)
{
	return (s.n == 8 || s.n == 12 || s.n == 13 || s.n == 14) && checked(s);
}

/* Without zeros in front: of 14 and 13 digits the shortest form that is one. */
static struct str shortest(struct str s)
{
	while (s.n > 12 && s.p[0] == '0')
		s = str_from(s, 1);
	return s;
}

FUNC_RUN(gtin)
{
	struct str s = val_text(ev, &args[0]);

	if (is_gtin(s))
		*out = val_of_text(shortest(s));
}

FUNC_RUN(gtin_qualifier)
{
	struct str s = val_text(ev, &args[0]);

	if (!is_gtin(s))
		return;
	s = shortest(s);
	*out = val_of_text(s.n == 12 ? STR("UP") : s.n == 14 ? STR("UK") : STR("EN"));
}

FUNC_RUN(digit)
{
	struct str s = val_text(ev, &args[0]);
	char *p = arena_raw(ev->a, 1);

	if (!str_is_digits(s))
		return;
	*p = check_digit(s);
	*out = val_of_text((struct str){p, 1});
}

FUNC_RUN(gtin_ok)
{
	*out = val_of_bool(is_gtin(val_text(ev, &args[0])));
}

FUNC_RUN(gln_ok)
{
	struct str s = val_text(ev, &args[0]);

	*out = val_of_bool(s.n == 13 && checked(s));
}

FUNC_RUN(sscc_ok)
{
	struct str s = val_text(ev, &args[0]);

	*out = val_of_bool(s.n == 18 && checked(s));
}

static const struct func rows[] = {
	{"lookup", 2, 3, FUNC_TABLE, lookup, "'table', value, column", "What a code table gives for the value. With the "
		"name of the value column as third argument the other way round. A value that is not in a table without "
		"default is a finding.", "lookup('colour', 'red')", "RD"},
	{"gtin", 1, 1, FUNC_PLAIN, gtin, "text", "The GTIN without zeros in front (12, 13 or 14 digits); nothing when it "
		"is none.", "gtin('0614141000012')", "614141000012"},
	{"gtin-qualifier", 1, 1, FUNC_PLAIN, gtin_qualifier, "text", "X12 235 for it: UP for 12 digits, EN for 13 and 8, "
		"UK for 14.", "gtin-qualifier('9521010428345')", "EN"},
	{"check-digit", 1, 1, FUNC_PLAIN, digit, "digits", "The GS1 check digit that belongs behind the digits.",
		"check-digit('952101042834')", "5"},
	{"is-gtin", 1, 1, FUNC_PLAIN, gtin_ok, "text", "8, 12, 13 or 14 digits with the right check digit?",
		"is-gtin('9521010428348')", "false"},
	{"is-gln", 1, 1, FUNC_PLAIN, gln_ok, "text", "13 digits with the right check digit?",
		"is-gln('9521000101111')", "true"},
	{"is-sscc", 1, 1, FUNC_PLAIN, sscc_ok, "text", "18 digits with the right check digit?",
		"is-sscc('095210100000000017')", "false"},
};

const struct func_family func_code_family = {rows, sizeof(rows) / sizeof(rows[0])};
