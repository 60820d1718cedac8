/* UTF-8 (RFC 3629) and the case of letters; see utf8.h. */
#include "base/utf8.h"

#include <string.h>

#include "base/err.h"
#include "base/word.h"

/*
 * Decodes one character of more than one byte. Result: its length, 0 when the bytes are no UTF-8.
 * Table 3-7 of the Unicode standard: only the second byte has bounds that depend on the first.
 */
static inline size_t decode(const unsigned char *p, size_t n, uint32_t *cp)
{
	const unsigned char c = p[0];
	const size_t len = c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
	const unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	const unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	uint32_t v = 0;

	if (len == 0 || len > n || p[1] < low || p[1] > high)
		return 0;
	v = c & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3Fu);
	}
	*cp = v;
	return len;
}

size_t utf8_ascii(struct str s, size_t at)
{
	uint64_t high = 0;

	for (; s.n - at >= 8; at += 8) {
		high = word_load(s.p + at) & WORD_TOPS;
		if (high)
			return at + ATTR_CTZ64(high) / 8;
	}
	high = word_load_short(s.p + at, s.n - at, 0) & WORD_TOPS;
	return high ? at + ATTR_CTZ64(high) / 8 : s.n;
}

size_t utf8_bad(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	for (;;) {
		uint32_t cp = 0;
		size_t len = 0;
		i = utf8_ascii(s, i);
		/* characters of a text in another script follow each other */
		for (; i < s.n && p[i] >= 0x80; i += len) {
			len = decode(p + i, s.n - i, &cp);
			if (len == 0)
				return i;
		}
		if (i == s.n)
			return SIZE_MAX;
	}
}

size_t utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const size_t to = utf8_ascii(s, i);
		n += to - i;
		i = to;
		n += i < s.n && ((unsigned char)s.p[i] & 0xC0) != 0x80;
	}
	return n;
}

/* As utf8_next, and says whether the bytes were UTF-8. */
static bool take(struct str s, size_t *at, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t len = 1;

	if (*p < 0x80) {
		*cp = *p;
	} else {
		len = decode(p, s.n - *at, cp);
		if (len == 0) {
			*cp = UTF8_REPLACEMENT;
			*at += 1;
			return false;
		}
	}
	*at += len;
	return true;
}

uint32_t utf8_next(struct str s, size_t *at)
{
	uint32_t cp = 0;

	BUG_IF(*at >= s.n);
	(void)take(s, at, &cp);
	return cp;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = UTF8_REPLACEMENT;
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

void utf8_put(struct buf *b, uint32_t cp)
{
	char out[4];
	const size_t n = utf8_encode(cp, out);

	buf_put(b, out, n);
}

struct str utf8_left(struct str s, size_t n)
{
	size_t at = 0;

	for (; n > 0 && at < s.n; n--)
		(void)utf8_next(s, &at);
	return str_sub(s, 0, at);
}

struct range {
	uint32_t first;
	uint32_t last;
};

/* Characters over U+007F that a reader cannot see or that reorder what stands around them. */
static const struct range hidden[] = {
	{0x0080, 0x009F},		    /* controls */
	{0x061C, 0x061C},		    /* Arabic letter mark */
	{0x180E, 0x180E}, {0x200B, 0x200F}, /* zero width, direction marks */
	{0x2028, 0x202E}, /* line and paragraph separator, embeddings and overrides */
	{0x2060, 0x206F}, /* word joiner, isolates */
	{0xFEFF, 0xFEFF}, /* byte order mark */
	{0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}, /* tags */
};

static bool is_hidden(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (cp >= hidden[i].first && cp <= hidden[i].last)
			return true;
	return false;
}

void utf8_quote(struct buf *b, struct str s, size_t max)
{
	static const char dots[] = "...";
	const size_t start = b->n;
	size_t fits = 0; /* what may stay when dots must follow */

	for (size_t at = 0; at < s.n;) {
		const size_t from = at;
		uint32_t cp = 0;
		if (!take(s, &at, &cp) || cp < 0x20 || cp == 0x7F)
			buf_printf(b, "\\x%02X", (unsigned)(unsigned char)s.p[from]);
		else if (is_hidden(cp))
			buf_printf(b, "\\u{%04X}", (unsigned)cp);
		else
			buf_str(b, str_sub(s, from, at - from));
		if (b->n - start > max) {
			b->n = start + fits;
			buf_put(b, dots, max < 3 ? max : 3);
			return;
		}
		if (b->n - start + 3 <= max)
			fits = b->n - start;
		if (b->over)
			return;
	}
}

/* Upper case letters first, first + step … last; the lower one is delta further. */
struct letters {
	uint16_t first;
	uint16_t last;
	int32_t delta;
	uint16_t step;
};

static const struct letters letters[] = {
	{0x0041, 0x005A, 32, 1},
	{0x00C0, 0x00D6, 32, 1}, /* Latin-1 */
	{0x00D8, 0x00DE, 32, 1},
	{0x0100, 0x012E, 1, 2}, /* Latin Extended-A */
	{0x0132, 0x0136, 1, 2},
	{0x0139, 0x0147, 1, 2},
	{0x014A, 0x0176, 1, 2},
	{0x0178, 0x0178, -121, 1},
	{0x0179, 0x017D, 1, 2},
	{0x018F, 0x018F, 202, 1}, /* Latin Extended-B: Azerbaijani, Vietnamese, Romanian */
	{0x01A0, 0x01A4, 1, 2},
	{0x01AF, 0x01AF, 1, 1},
	{0x01CD, 0x01DB, 1, 2},
	{0x01DE, 0x01EE, 1, 2},
	{0x01F8, 0x021E, 1, 2},
	{0x0222, 0x0232, 1, 2},
	{0x0370, 0x0372, 1, 2}, /* Greek */
	{0x0376, 0x0376, 1, 1},
	{0x037F, 0x037F, 116, 1},
	{0x0386, 0x0386, 38, 1},
	{0x0388, 0x038A, 37, 1},
	{0x038C, 0x038C, 64, 1},
	{0x038E, 0x038F, 63, 1},
	{0x0391, 0x03A1, 32, 1},
	{0x03A3, 0x03AB, 32, 1},
	{0x03D8, 0x03EE, 1, 2},
	{0x03FD, 0x03FF, -130, 1},
	{0x0400, 0x040F, 80, 1}, /* Cyrillic */
	{0x0410, 0x042F, 32, 1},
	{0x0460, 0x0480, 1, 2},
	{0x048A, 0x04BE, 1, 2},
	{0x04C0, 0x04C0, 15, 1},
	{0x04C1, 0x04CD, 1, 2},
	{0x04D0, 0x052E, 1, 2},
	{0x1E00, 0x1E94, 1, 2}, /* Latin Extended Additional */
	{0x1EA0, 0x1EFE, 1, 2},
};

/* Letters whose way back leads to another letter. */
struct single {
	uint16_t from;
	uint16_t to;
};

static const struct single to_upper[] = {
	{0x00B5, 0x039C}, /* micro sign */
	{0x0131, 0x0049}, /* dotless i */
	{0x017F, 0x0053}, /* long s */
	{0x03C2, 0x03A3}, /* final sigma */
	{0x03D0, 0x0392},
	{0x03D1, 0x0398},
	{0x03D5, 0x03A6},
	{0x03D6, 0x03A0},
	{0x03F0, 0x039A},
	{0x03F1, 0x03A1},
	{0x03F5, 0x0395},
	{0x1E9B, 0x1E60},
};

static const struct single to_lower[] = {
	{0x0130, 0x0069}, /* I with dot */
	{0x03F4, 0x03B8},
	{0x1E9E, 0x00DF}, /* capital sharp s */
	{0x2126, 0x03C9}, /* ohm, kelvin, angstrom */
	{0x212A, 0x006B},
	{0x212B, 0x00E5},
};

static uint32_t single(const struct single *rows, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].from == cp)
			return rows[i].to;
	return cp;
}

static bool in_row(const struct letters *r, uint32_t upper)
{
	return upper >= r->first && upper <= r->last && (upper - r->first) % r->step == 0;
}

uint32_t utf8_upper(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		const uint32_t upper = cp - (uint32_t)letters[i].delta;
		if (in_row(&letters[i], upper))
			return upper;
	}
	return single(to_upper, sizeof(to_upper) / sizeof(to_upper[0]), cp);
}

uint32_t utf8_lower(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (in_row(&letters[i], cp))
			return cp + (uint32_t)letters[i].delta;
	return single(to_lower, sizeof(to_lower) / sizeof(to_lower[0]), cp);
}
