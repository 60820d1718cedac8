/* Character sets of sources; see charset.h. */
#include "format/charset.h"

#include "base/utf8.h"

bool charset_find(struct str name, enum charset *out)
{
	static const struct {
		const char *name;
		enum charset set;
	} table[] = {{"utf-8", CHARSET_UTF8}, {"utf8", CHARSET_UTF8}, {"us-ascii", CHARSET_UTF8},
		{"iso-8859-1", CHARSET_LATIN1}, {"latin1", CHARSET_LATIN1},
		{"windows-1252", CHARSET_CP1252}, {"cp1252", CHARSET_CP1252},
		{"utf-16le", CHARSET_UTF16LE}, {"utf-16be", CHARSET_UTF16BE}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t k = 0;
		while (k < name.n && table[i].name[k] == str_lower(name.p[k]) && table[i].name[k])
			k++;
		if (k == name.n && !table[i].name[k]) {
			*out = table[i].set;
			return true;
		}
	}
	return false;
}

/* Windows code page 1252 from 0x80 to 0x9F; 0 is not assigned. */
static const uint16_t cp1252[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D,
	0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

static size_t put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

static bool bytes(enum charset set, struct str from, char *out, size_t *made, size_t *used)
{
	for (; *used < from.n; (*used)++) {
		uint32_t cp = (unsigned char)from.p[*used];
		if (set == CHARSET_CP1252 && cp >= 0x80 && cp < 0xA0)
			cp = cp1252[cp - 0x80];
		if (cp == 0)
			return false;
		*made += put(out + *made, cp);
	}
	return true;
}

static uint32_t unit(enum charset set, struct str from, size_t at)
{
	const uint32_t a = (unsigned char)from.p[at];
	const uint32_t b = (unsigned char)from.p[at + 1];

	return set == CHARSET_UTF16LE ? a | b << 8 : a << 8 | b;
}

static bool pairs(enum charset set, struct str from, char *out, size_t *made, size_t *used)
{
	while (from.n - *used >= 2) {
		uint32_t cp = unit(set, from, *used);
		size_t n = 2;
		if (cp >= 0xD800 && cp < 0xDC00) {
			uint32_t low = 0;
			if (from.n - *used < 4)
				return true;
			low = unit(set, from, *used + 2);
			if (low < 0xDC00 || low > 0xDFFF)
				return false;
			cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
			n = 4;
		} else if (cp == 0 || (cp >= 0xDC00 && cp < 0xE000)) {
			return false;
		}
		*made += put(out + *made, cp);
		*used += n;
	}
	return true;
}

bool charset_decode(enum charset set, struct str from, char *out, size_t *made, size_t *used)
{
	*made = 0;
	*used = 0;
	return set == CHARSET_UTF16LE || set == CHARSET_UTF16BE ? pairs(set, from, out, made, used)
								: bytes(set, from, out, made, used);
}

size_t charset_bad(enum charset set, struct str s)
{
	if (set == CHARSET_UTF8)
		return utf8_bad(s);
	for (size_t i = 0; set == CHARSET_CP1252 && i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 && c < 0xA0 && !cp1252[c - 0x80])
			return i;
	}
	return SIZE_MAX;
}

size_t charset_width(enum charset set, char first)
{
	const unsigned char c = (unsigned char)first;

	if (set == CHARSET_UTF8)
		return 1;
	if (c >= 0x80 && c < 0xC0)
		return 0;
	if (set == CHARSET_LATIN1 || set == CHARSET_CP1252)
		return 1;
	return c >= 0xF0 ? 4 : 2;
}
