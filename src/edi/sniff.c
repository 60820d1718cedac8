/* What a file is that is no interchange we read: by its first bytes; see sniff.h. */
#include "edi/sniff.h"

#include <string.h>

#include "base/utf8.h"

struct magic {
	struct str bytes;
	const char *text;
};

#define BYTES(lit)                      \
	{                               \
		"" lit, sizeof(lit) - 1 \
	}

static const struct magic magics[] = {
	{BYTES("PK\003\004"), "a ZIP archive: unpack it first"},
	{BYTES("PK\005\006"), "an empty ZIP archive"},
	{BYTES("\037\213"), "a gzip file: unpack it first"},
	{BYTES("%PDF"), "a PDF document"},
	{BYTES("\376\377"), "text in UTF-16: ask for one byte a character"},
	{BYTES("\377\376"), "text in UTF-16: ask for one byte a character"},
	{BYTES("-----BEGIN"), "an encrypted or signed text (PEM, PGP): decrypt it first"},
	{BYTES("MIME-Version"), "a mail message"},
	{BYTES("Content-Type"), "a mail message"},
	{BYTES("{\\rtf"), "an RTF document"},
};

/* What starts behind blanks and a byte order mark. */
static const struct magic starts[] = {
	{BYTES("<?xml"), "an XML document"},
	{BYTES("<"), "an XML or HTML document"},
	{BYTES("{"), "a JSON document"},
	{BYTES("[{"), "a JSON document"},
	{BYTES("UNA:"), "an EDIFACT interchange"},
	{BYTES("UNB+"), "an EDIFACT interchange"},
	{BYTES("NB+UNO"), "EDIFACT whose first byte is lost: ask for the file again"},
	{BYTES("UNG+"), "EDIFACT without its interchange header (UNB): ask for the whole file"},
	{BYTES("UNH+"), "EDIFACT without its interchange header (UNB): ask for the whole file"},
	{BYTES("STX="), "a TRADACOMS interchange"},
	{BYTES("SA*"), "X12 whose first byte is lost: ask for the file again"},
	{BYTES("GS*"), "X12 without its interchange header (ISA): ask for the whole file"},
	{BYTES("ST*"), "X12 without its envelopes (ISA and GS): ask for the whole file"},
};

static const char *look(const struct magic *m, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(s, m[i].bytes))
			return m[i].text;
	return NULL;
}

/* Every second byte zero is UTF-16 without its mark. */
static bool is_wide(struct str s)
{
	return s.n >= 4 &&
		((s.p[0] == 0 && s.p[1] != 0 && s.p[2] == 0) ||
			(s.p[0] != 0 && s.p[1] == 0 && s.p[3] == 0));
}

/* ISA at a line start or behind text, with what could be a separator behind it. */
static bool has_isa(struct str s)
{
	for (size_t at = str_find(s, STR("ISA"), 0); at != SIZE_MAX;
		at = str_find(s, STR("ISA"), at + 1)) {
		const char c = at + 3 < s.n ? s.p[at + 3] : 'A';
		if (!str_is_alpha(c) && !str_is_digit(c) && !str_is_blank(c) && at + 106 <= s.n &&
			s.p[at + 6] == c)
			return true;
	}
	return false;
}

/* UNB at a line start or behind text, with a separator and a character set behind it. */
static bool has_unb(struct str s)
{
	for (size_t at = str_find(s, STR("UNB"), 0); at != SIZE_MAX;
		at = str_find(s, STR("UNB"), at + 1)) {
		const char c = at + 3 < s.n ? s.p[at + 3] : 'A';
		if (!str_is_alpha(c) && !str_is_digit(c) && !str_is_blank(c) &&
			str_starts(str_from(s, at + 4), STR("UNO")))
			return true;
	}
	return false;
}

const char *sniff_text(struct str head)
{
	const char *text = look(magics, sizeof(magics) / sizeof(magics[0]), head);
	struct str s = head;

	if (text)
		return text;
	if (is_wide(head))
		return "text in UTF-16: ask for one byte a character";
	if (str_starts(s, STR("\357\273\277")))
		s = str_from(s, 3);
	s = str_trim(s);
	if (s.n == 0)
		return "empty";
	text = look(starts, sizeof(starts) / sizeof(starts[0]), s);
	if (text)
		return text;
	if (str_starts(s, STR("ISA")) && s.n < 106)
		return "X12 that breaks off inside its first segment (ISA)";
	if (has_isa(s))
		return "X12 with other text before its first segment (ISA)";
	if (has_unb(s))
		return "EDIFACT with other text before its first segment (UNA or UNB)";
	if (memchr(head.p, 0, head.n))
		return "a binary file of a kind we do not know";
	return "text of a kind we do not know";
}

size_t sniff_multibyte(struct str s)
{
	for (size_t n = 2; n <= 4 && n <= s.n; n++)
		if ((unsigned char)s.p[0] >= 0xc2 && utf8_bad((struct str){s.p, n}) == SIZE_MAX)
			return n;
	return 0;
}
