/* Typography to plain characters; see translit.h. */
#include "map/translit.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { GROWTH = 4 }; /* no replacement has more bytes for one byte of input */

/* Sorted by code point. latin1 says whether ISO 8859-1 has the character, so that it may stay. */
static const struct {
	uint32_t cp;
	bool latin1;
	char to[7];
} table[] = {
	{0x00A0, false, " "}, /* a no-break blank is a trap in any fixed repertoire */
	{0x00A3, true, "GBP"},
	{0x00A5, true, "JPY"},
	{0x00A9, true, "(c)"},
	{0x00AB, true, "\""},
	{0x00AD, false, ""},
	{0x00AE, true, "(R)"},
	{0x00B1, true, "+/-"},
	{0x00B2, true, "2"},
	{0x00B3, true, "3"},
	{0x00B4, true, "'"},
	{0x00B7, true, "."},
	{0x00B9, true, "1"},
	{0x00BB, true, "\""},
	{0x00BC, true, "1/4"},
	{0x00BD, true, "1/2"},
	{0x00BE, true, "3/4"},
	{0x00D7, true, "x"},
	{0x00F7, true, "/"},
	{0x2002, false, " "},
	{0x2003, false, " "},
	{0x2007, false, " "},
	{0x2009, false, " "},
	{0x200A, false, " "},
	{0x200B, false, ""},
	{0x2010, false, "-"},
	{0x2011, false, "-"},
	{0x2012, false, "-"},
	{0x2013, false, "-"},
	{0x2014, false, "-"},
	{0x2015, false, "-"},
	{0x2018, false, "'"},
	{0x2019, false, "'"},
	{0x201A, false, "'"},
	{0x201B, false, "'"},
	{0x201C, false, "\""},
	{0x201D, false, "\""},
	{0x201E, false, "\""},
	{0x201F, false, "\""},
	{0x2020, false, "+"},
	{0x2022, false, "-"},
	{0x2026, false, "..."},
	{0x202F, false, " "},
	{0x2032, false, "'"},
	{0x2033, false, "\""},
	{0x2039, false, "'"},
	{0x203A, false, "'"},
	{0x2044, false, "/"},
	{0x20AC, false, "EUR"},
	{0x2116, false, "No."},
	{0x2122, false, "(TM)"},
	{0x2153, false, "1/3"},
	{0x2154, false, "2/3"},
	{0x2212, false, "-"},
	{0x2215, false, "/"},
	{0x2248, false, "ca."},
	{0x2260, false, "<>"},
	{0x2264, false, "<="},
	{0x2265, false, ">="},
	{0xFEFF, false, ""},
};

/* X12's basic set has capitals only and lacks some ASCII signs. */
static const struct {
	char from;
	char to[2];
} basic[] = {{'[', "("}, {']', ")"}, {'{', "("}, {'}', ")"}, {'`', "'"}, {'_', "-"}, {'|', "/"},
	{'\\', "/"}};

static const char *const names[] = {
	[TRANSLIT_LATIN1] = "latin1",
	[TRANSLIT_ASCII] = "ascii",
	[TRANSLIT_X12_BASIC] = "x12-basic",
};

bool translit_target(struct str name, enum translit_target *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_is(name, names[i])) {
			*out = (enum translit_target)i;
			return true;
		}
	}
	return false;
}

const char *translit_characters(enum translit_target t)
{
	static const char *const texts[] = {
		[TRANSLIT_LATIN1] = "characters of latin1",
		[TRANSLIT_ASCII] = "characters of ascii",
		[TRANSLIT_X12_BASIC] = "characters of x12-basic",
	};

	return texts[t];
}

static const char *find(uint32_t cp, enum translit_target t)
{
	size_t low = 0;
	size_t high = sizeof(table) / sizeof(table[0]);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (table[mid].cp == cp)
			return t == TRANSLIT_LATIN1 && table[mid].latin1 ? NULL : table[mid].to;
		if (table[mid].cp < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const char *plain(char *c)
{
	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++)
		if (basic[i].from == *c)
			return basic[i].to;
	*c = str_upper(*c);
	return NULL;
}

static bool has(uint32_t cp, enum translit_target t)
{
	static const char basics[] = " !\"&'()*+,-./:;?=";

	if (t == TRANSLIT_X12_BASIC && cp < 0x80)
		return str_is_alpha((char)cp) || str_is_digit((char)cp) ||
			(cp > 0 && strchr(basics, (int)cp));
	return t == TRANSLIT_LATIN1 ? cp < 0x100 && (cp < 0x80 || cp >= 0xA0) : cp < 0x80;
}

static void tell(struct translit_told *told, struct str c)
{
	if (told->n + c.n > sizeof(told->changed) ||
		str_find((struct str){told->changed, told->n}, c, 0) != SIZE_MAX)
		return;
	memcpy(told->changed + told->n, c.p, c.n);
	told->n += c.n;
}

/* What the character c becomes; itself when that is all there is to do. *letter holds a single one. */
static struct str becomes(struct str c, uint32_t cp, enum translit_target t, struct str with,
	char *letter, struct translit_told *told)
{
	const char *to = NULL;

	*letter = c.p[0];
	to = cp < 0x80 ? t == TRANSLIT_X12_BASIC ? plain(letter) : NULL : find(cp, t);
	if (!to && (!with.p || has(cp, t)))
		return cp < 0x80 ? (struct str){letter, 1} : c;
	tell(told, c);
	told->replaced = told->replaced || !to;
	return to ? str_c(to) : with;
}

struct str translit_text(struct str s, enum translit_target t, struct str with,
	struct translit_told *told, struct arena *a)
{
	const bool ascii_stays = t != TRANSLIT_X12_BASIC;
	size_t at = ascii_stays ? utf8_ascii(s, 0) : 0;
	char *p = NULL;
	size_t n = 0;

	*told = (struct translit_told){.n = 0};
	if (at == s.n)
		return s;
	p = arena_raw(a, mem_mul(s.n, with.n > GROWTH ? with.n : GROWTH) + 1);
	memcpy(p, s.p, at);
	n = at;
	while (at < s.n) {
		const size_t start = at;
		const uint32_t cp = utf8_next(s, &at);
		char letter = 0;
		struct str to;

		if (cp < 0x80 && ascii_stays)
			at = utf8_ascii(s, at);
		to = str_sub(s, start, at - start);
		if (to.n == 1 || cp >= 0x80)
			to = becomes(to, cp, t, with, &letter, told);
		if (to.n > 0)
			memcpy(p + n, to.p, to.n);
		n += to.n;
	}
	return (struct str){p, n};
}

struct into {
	bool (*carries)(const void *of, uint32_t cp);
	const void *of;
	struct str with;
	struct translit_told *told;
	bool all; /* there is nothing that it lacks */
};

/* A no-break blank is a trap in any fixed repertoire, though some have it. */
static bool stays(const struct into *t, uint32_t cp)
{
	return t->carries(t->of, cp) && (t->all || cp >= 0x100 || !find(cp, TRANSLIT_LATIN1));
}

/* What a character that is not there becomes; line ends and other controls are nobody's typography. */
static struct str spelled(const struct into *t, struct str c, uint32_t cp, char *letter)
{
	const char *to = NULL;

	*letter = c.p[0];
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xA0))
		return c;
	to = cp < 0x80 ? plain(letter) : find(cp, TRANSLIT_ASCII);
	if (!to && *letter != c.p[0] && t->carries(t->of, (unsigned char)*letter))
		return (struct str){letter, 1};
	if (!to && !t->with.p)
		return c;
	tell(t->told, c);
	t->told->replaced = t->told->replaced || !to;
	return to ? str_c(to) : t->with;
}

struct str translit_into(struct str s, bool (*carries)(const void *of, uint32_t cp), const void *of,
	struct str with, struct translit_told *told, struct arena *a)
{
	const struct into t = {carries, of, with, told, carries(of, 0x10fffd)};
	size_t at = 0;
	size_t start = 0;
	char *p = NULL;
	size_t n = 0;

	*told = (struct translit_told){.n = 0};
	while (at < s.n && stays(&t, utf8_next(s, &at)))
		start = at;
	if (start == s.n)
		return s;
	p = arena_raw(a, mem_mul(s.n, with.n > GROWTH ? with.n : GROWTH) + 1);
	memcpy(p, s.p, start);
	n = start;
	for (at = start; at < s.n; start = at) {
		const uint32_t cp = utf8_next(s, &at);
		char letter = 0;
		struct str to = str_sub(s, start, at - start);

		if (!stays(&t, cp))
			to = spelled(&t, to, cp, &letter);
		if (to.n > 0)
			memcpy(p + n, to.p, to.n);
		n += to.n;
	}
	return (struct str){p, n};
}
