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
	{BYTES("BZh"), "a bzip2 file: unpack it first"},
	{BYTES("\3757zXZ"), "an xz file: unpack it first"},
	{BYTES("7z\274\257\047\034"), "a 7-Zip archive: unpack it first"},
	{BYTES("\050\265\057\375"), "a Zstandard file: unpack it first"},
	{BYTES("%PDF"), "a PDF document"},
	{BYTES("\320\317\021\340"), "a document of an old Office program"},
	{BYTES("\376\377"), "text in UTF-16: ask for one byte a character"},
	{BYTES("\377\376"), "text in UTF-16: ask for one byte a character"},
	{BYTES("-----BEGIN"), "an encrypted or signed text (PEM, PGP): decrypt it first"},
	{BYTES("{\\rtf"), "an RTF document"},
};

static const struct magic mails[] = {
	{BYTES("MIME-Version"), "a mail message"},
	{BYTES("Content-Type"), "a mail message"},
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

#define LOOK(table, s) look((table), sizeof(table) / sizeof((table)[0]), (s))

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

static bool could_separate(char c)
{
	return !str_is_alpha(c) && !str_is_digit(c) && !str_is_blank(c);
}

/* How text begins in EBCDIC, where letters, digits and blanks have other bytes. */
static const struct magic ebcdic[] = {
	{BYTES("\311\342\301"), "X12 in EBCDIC: ask for ASCII or UTF-8"},
	{BYTES("\344\325\301"), "EDIFACT in EBCDIC: ask for ASCII or UTF-8"},
	{BYTES("\344\325\302"), "EDIFACT in EBCDIC: ask for ASCII or UTF-8"},
};

/* Interchanges whose every byte over 127 was replaced on the way, separators among them. */
static bool is_reencoded(struct str s)
{
	const bool edi = str_starts(s, STR("ISA")) || str_starts(s, STR("UNA")) ||
		str_starts(s, STR("UNB"));

	return edi && str_starts(str_from(s, 3), STR("\357\277\275"));
}

/* ISA with what could be a separator behind it and behind ISA01; or SIZE_MAX. */
static size_t find_isa(struct str s)
{
	for (size_t at = str_find(s, STR("ISA"), 0); at != SIZE_MAX;
		at = str_find(s, STR("ISA"), at + 1))
		if (at + 106 <= s.n && could_separate(s.p[at + 3]) && s.p[at + 6] == s.p[at + 3])
			return at;
	return SIZE_MAX;
}

/* UNB with a separator and a character set behind it, or the UNA in front of it; or SIZE_MAX. */
static size_t find_unb(struct str s)
{
	for (size_t at = str_find(s, STR("UNB"), 0); at != SIZE_MAX;
		at = str_find(s, STR("UNB"), at + 1)) {
		size_t from = at;
		if (at + 7 > s.n || !could_separate(s.p[at + 3]) ||
			!str_starts(str_from(s, at + 4), STR("UNO")))
			continue;
		while (from > 0 && str_is_blank(s.p[from - 1]))
			from--;
		if (from >= 9 && str_starts(str_from(s, from - 9), STR("UNA")) &&
			could_separate(s.p[from - 6]))
			return from - 9;
		return at;
	}
	return SIZE_MAX;
}

size_t sniff_start(struct str head)
{
	const size_t isa = find_isa(head);
	const size_t unb = find_unb(head);

	if (LOOK(magics, head) || is_wide(head) || LOOK(ebcdic, head) || LOOK(starts, head))
		return SIZE_MAX;
	return isa < unb ? isa : unb;
}

const char *sniff_text(struct str head)
{
	const char *text = LOOK(magics, head);
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
	text = LOOK(starts, s);
	if (text)
		return text;
	text = LOOK(ebcdic, s);
	if (text)
		return text;
	if (is_reencoded(s))
		return "EDI damaged by a conversion to UTF-8: its separators became U+FFFD (EF BF BD); "
		       "ask for it as it was made";
	if (str_starts(s, STR("ISA")) && s.n < 106)
		return "X12 that breaks off inside its first segment (ISA)";
	if (find_isa(s) != SIZE_MAX)
		return "X12 with other text before its first segment (ISA)";
	if (find_unb(s) != SIZE_MAX)
		return "EDIFACT with other text before its first segment (UNA or UNB)";
	if (memchr(head.p, 0, head.n))
		return "a binary file of a kind we do not know";
	text = LOOK(mails, s);
	return text ? text : "text of a kind we do not know";
}

size_t sniff_multibyte(struct str s)
{
	for (size_t n = 2; n <= 4 && n <= s.n; n++)
		if ((unsigned char)s.p[0] >= 0xc2 && utf8_bad((struct str){s.p, n}) == SIZE_MAX)
			return n;
	return 0;
}
