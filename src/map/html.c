/*
 * HTML to text. Not a parser of HTML but of what editors paste: a '<' that begins no tag is text,
 * an unknown entity is text, a tag that never ends drops nothing behind its '<'.
 */
#include "map/html.h"

#include <string.h>

#include "base/utf8.h"

/* ISO 8859-1 from U+00A0 on, in order (HTML 4, 24.2). */
static const char latin1[][8] = {
	"nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not",
	"shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1",
	"ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml",
	"Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH",
	"Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc",
	"Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
	"egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute",
	"ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
};

static const struct {
	const char *name;
	uint32_t cp;
} others[] = {
	{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"euro", 0x20AC}, {"ndash", 0x2013},
	{"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"sbquo", 0x201A}, {"ldquo", 0x201C},
	{"rdquo", 0x201D}, {"bdquo", 0x201E}, {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"hellip", 0x2026},
	{"bull", 0x2022}, {"dagger", 0x2020}, {"permil", 0x2030}, {"prime", 0x2032}, {"Prime", 0x2033},
	{"trade", 0x2122}, {"minus", 0x2212}, {"asymp", 0x2248}, {"ne", 0x2260}, {"le", 0x2264}, {"ge", 0x2265},
	{"OElig", 0x152}, {"oelig", 0x153}, {"Scaron", 0x160}, {"scaron", 0x161}, {"Yuml", 0x178}, {"fnof", 0x192},
	{"ensp", 0x2002}, {"emsp", 0x2003}, {"thinsp", 0x2009}, {"zwnj", 0x200C}, {"zwj", 0x200D}, {"tilde", 0x2DC},
};

static const char *const blocks[] = {
	"address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption",
	"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
	"pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
};

static const char *const hidden[] = {"script", "style", "head", "template", "noscript"};

struct out {
	char *p;
	size_t n;
	char gap;
	char due;	/* blank or gap to be written before the next character, or 0 */
};

static void gap(struct out *o, char c)
{
	if (o->n && o->due != o->gap)
		o->due = c;
}

static void put(struct out *o, const char *p, size_t n)
{
	if (o->due)
		o->p[o->n++] = o->due;
	o->due = 0;
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

static bool in(const char *const *list, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < name.n && list[i][k] && str_lower(name.p[k]) == list[i][k])
			k++;
		if (k == name.n && !list[i][k])
			return true;
	}
	return false;
}

static uint32_t named(struct str name)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(name, others[i].name))
			return others[i].cp;
	for (size_t i = 0; i < sizeof(latin1) / sizeof(latin1[0]); i++)
		if (str_is(name, latin1[i]))
			return 0xA0 + (uint32_t)i;
	return 0;
}

static uint32_t digit(char c, unsigned base)
{
	uint32_t d = str_is_digit(c) ? (uint32_t)(c - '0') : 99;

	if (base == 16 && str_lower(c) >= 'a' && str_lower(c) <= 'f')
		d = (uint32_t)(str_lower(c) - 'a') + 10;
	return d < base ? d : 99;
}

/* 128 to 159 mean Windows-1252 in every browser. */
static uint32_t windows(uint32_t cp)
{
	static const uint16_t table[32] = {
		0x20AC, 0, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17D,
		0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0,
		0x17E, 0x178,
	};

	return cp >= 128 && cp < 160 ? table[cp - 128] : cp;
}

static uint32_t numeric(struct str s)
{
	unsigned base = s.n && str_lower(s.p[0]) == 'x' ? 16 : 10;
	uint32_t cp = 0;

	for (size_t i = base == 16; i < s.n; i++) {
		if (digit(s.p[i], base) == 99 || cp > 0x10FFFF)
			return 0;
		cp = cp * base + digit(s.p[i], base);
	}
	cp = windows(cp);
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	return cp;
}

static void character(struct out *o, uint32_t cp)
{
	char bytes[4];

	if (cp == 0xA0 || cp == 0x2002 || cp == 0x2003 || cp == 0x2009 || cp <= ' ')
		gap(o, ' ');
	else if (cp != 0xAD && cp != 0x200C && cp != 0x200D)
		put(o, bytes, utf8_encode(cp, bytes));
}

/* At '&': bytes used, 0 when it is plain text. */
static size_t entity(struct out *o, struct str s)
{
	size_t n = 1;
	struct str name;
	uint32_t cp = 0;

	while (n < s.n && n < 12 && (str_is_alpha(s.p[n]) || str_is_digit(s.p[n]) || (n == 1 && s.p[n] == '#')))
		n++;
	name = str_sub(s, 1, n - 1);
	cp = name.n > 1 && name.p[0] == '#' ? numeric(str_from(name, 1)) : named(name);
	if (!cp)
		return 0;
	character(o, cp);
	return n < s.n && s.p[n] == ';' ? n + 1 : n;
}

/* Behind the '>' of a tag, quotes respected; 0 when there is none. */
static size_t tag_end(struct str s)
{
	char quote = 0;

	for (size_t i = 1; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i + 1;
	}
	/* a quote that never ends: the next '>' then */
	return str_chr(s, '>') == SIZE_MAX ? 0 : str_chr(s, '>') + 1;
}

/* From an opening <script> behind its closing tag. */
static size_t skip_hidden(struct str s, struct str name, size_t from)
{
	for (size_t at = from; (at = str_find(s, STR("</"), at)) != SIZE_MAX; at += 2) {
		struct str end = str_sub(s, at + 2, name.n);
		const char *const one[] = {"script", "style", "head", "template", "noscript"};
		size_t n = tag_end(str_from(s, at));

		for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
			if (n && in(&one[i], 1, name) && in(&one[i], 1, end))
				return at + n;
	}
	return s.n;
}

/* At '<': bytes used, 0 when it is plain text. */
static size_t tag(struct out *o, struct str s)
{
	size_t name_at = s.n > 1 && s.p[1] == '/' ? 2 : 1;
	size_t n = name_at;
	size_t end = 0;
	struct str name;

	if (str_starts(s, STR("<!--"))) {
		end = str_find(s, STR("-->"), 4);
		return end == SIZE_MAX ? s.n : end + 3;
	}
	if (s.n < 2 || !(str_is_alpha(s.p[name_at < s.n ? name_at : 0]) || s.p[1] == '!' || s.p[1] == '?'))
		return 0;
	end = tag_end(s);
	if (!end)
		return 0;
	while (n < end && (str_is_alpha(s.p[n]) || str_is_digit(s.p[n])))
		n++;
	name = str_sub(s, name_at, n - name_at);
	if (in(blocks, sizeof(blocks) / sizeof(blocks[0]), name))
		gap(o, o->gap);
	if (name_at == 1 && in(hidden, sizeof(hidden) / sizeof(hidden[0]), name) && s.p[end - 2] != '/')
		return skip_hidden(s, name, end);
	return end;
}

struct str html_text(struct str html, char gap_char, struct arena *a)
{
	/* An entity is never shorter than its character, and a gap replaces at least one byte. */
	struct out o = {.p = arena_raw(a, html.n + 1), .gap = gap_char};

	for (size_t at = 0; at < html.n;) {
		struct str rest = str_from(html, at);
		size_t used = 0;

		if (rest.p[0] == '<')
			used = tag(&o, rest);
		else if (rest.p[0] == '&')
			used = entity(&o, rest);
		else if (str_is_blank(rest.p[0]))
			gap(&o, ' ');
		if (!used) {
			size_t next = at;
			uint32_t cp = utf8_next(html, &next);

			used = next - at;
			if (cp == 0xA0)
				gap(&o, ' ');
			else if (!str_is_blank(rest.p[0]))
				put(&o, rest.p, used);
		}
		at += used;
	}
	return (struct str){o.p, o.n};
}
