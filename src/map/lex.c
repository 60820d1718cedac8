/* Splits an expression into words (XPath 1.0, 3.7). Every word keeps its place for faults. */
#include "map/lex.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void lex_init(struct lex *l, struct str text)
{
	*l = (struct lex){.text = text};
}

struct range {
	uint32_t first;
	uint32_t last;
};

static bool among(const struct range *list, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= list[i].first && cp <= list[i].last)
			return true;
	return false;
}

/* What may begin a name beyond ASCII: XML 1.0, 2.3, without the currency signs. */
static bool letter(uint32_t cp)
{
	static const struct range list[] = {{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF},
		{0x370, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x2070, 0x209F},
		{0x20D0, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF},
		{0xFDF0, 0xFFFC}, {0x10000, 0xEFFFF}};

	return among(list, sizeof(list) / sizeof(list[0]), cp);
}

static bool inner_letter(uint32_t cp)
{
	static const struct range list[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

	return letter(cp) || among(list, sizeof(list) / sizeof(list[0]), cp);
}

static char peek(const struct lex *l, size_t ahead)
{
	return l->at + ahead < l->text.n ? l->text.p[l->at + ahead] : '\0';
}

static bool fault(const struct lex *l, struct expr_fault *f, const char *what)
{
	f->at = (uint32_t)l->at;
	snprintf(f->text, sizeof(f->text), "%s", what);
	return false;
}

static void take(struct lex *l, enum lex_kind kind, size_t n)
{
	l->kind = kind;
	l->word = str_sub(l->text, l->at, n);
	l->at += n;
}

static bool beyond_ascii(const struct lex *l, size_t ahead)
{
	return (unsigned char)peek(l, ahead) >= 0x80;
}

static bool name_start(const struct lex *l, size_t ahead)
{
	size_t at = l->at + ahead;
	char c = peek(l, ahead);

	if (beyond_ascii(l, ahead))
		return letter(utf8_next(l->text, &at));
	return str_is_alpha(c) || c == '_';
}

/* Bytes of the name that begins so far ahead. */
static size_t name_len(const struct lex *l, size_t from)
{
	size_t n = from;

	for (;;) {
		char c = peek(l, n);

		if (beyond_ascii(l, n)) {
			size_t at = l->at + n;

			if (!inner_letter(utf8_next(l->text, &at)))
				return n - from;
			n = at - l->at;
		} else if (str_is_alpha(c) || str_is_digit(c) || c == '_' || c == '-' || c == '.') {
			n++;
		} else {
			return n - from;
		}
	}
}

bool lex_name_ok(struct str name)
{
	const struct lex l = {.text = name};

	return name.n > 0 && name_start(&l, 0) && name_len(&l, 0) == name.n;
}

/* A character that means nothing here, with what was probably meant by it. */
static bool strange(const struct lex *l, struct expr_fault *f)
{
	static const struct range quotes[] = {{0x60, 0x60}, {0xAB, 0xAB}, {0xB4, 0xB4},
		{0xBB, 0xBB}, {0x2018, 0x201F}, {0x2032, 0x2033}, {0x2039, 0x203A}};
	static const struct range dashes[] = {{0x2010, 0x2015}, {0x2212, 0x2212}};
	static const struct range blanks[] = {
		{0xA0, 0xA0}, {0x2000, 0x200B}, {0x202F, 0x202F}, {0x3000, 0x3000}};
	size_t at = l->at;
	uint32_t cp = utf8_next(l->text, &at);
	const char *rule = cp < 0x80 ? "has no meaning in an expression"
				     : "is not allowed in names; write such a name as field('...')";
	char character[16];
	struct buf b;

	if (among(quotes, sizeof(quotes) / sizeof(quotes[0]), cp))
		rule = "is no quote here; write ' or &quot;";
	else if (among(dashes, sizeof(dashes) / sizeof(dashes[0]), cp))
		rule = "is no minus; write -";
	else if (among(blanks, sizeof(blanks) / sizeof(blanks[0]), cp))
		rule = "is no plain blank; write one";
	buf_init(&b, sizeof(character));
	utf8_quote(&b, str_sub(l->text, l->at, at - l->at), sizeof(character) - 1);
	snprintf(character, sizeof(character), "%s", buf_cstr(&b));
	buf_done(&b);
	f->at = (uint32_t)l->at;
	snprintf(f->text, sizeof(f->text), "the character '%s' (U+%04X) %s", character,
		(unsigned)cp, rule);
	return false;
}

static bool quoted(struct lex *l, struct expr_fault *f)
{
	size_t end = l->at + 1;

	while (end < l->text.n && l->text.p[end] != l->text.p[l->at])
		end++;
	if (end == l->text.n)
		return fault(
			l, f, "a text begins here and never ends; put the same quote behind it");
	l->kind = LEX_TEXT;
	l->word = str_sub(l->text, l->at + 1, end - l->at - 1);
	l->at = end + 1;
	return true;
}

static bool number(struct lex *l, struct expr_fault *f)
{
	size_t n = 0;

	while (str_is_digit(peek(l, n)))
		n++;
	if (peek(l, n) == '.') {
		n++;
		while (str_is_digit(peek(l, n)))
			n++;
	}
	if (name_start(l, n))
		return fault(
			l, f, "a number runs into a name; put a text in quotes, for example '4XL'");
	take(l, LEX_NUMBER, n);
	return true;
}

static bool sign(struct lex *l, struct expr_fault *f)
{
	static const char *const pairs[] = {"//", "..", "!=", "<=", ">=", "::"};
	static const struct {
		const char *sign;
		const char *text;
	} foreign[] = {{"==", "'==' means nothing here; write ="},
		{"||", "'||' means nothing here; write or"},
		{"&&", "'&&' means nothing here; write and"},
		{"<>", "'<>' means nothing here; write !="}};

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (peek(l, 0) == foreign[i].sign[0] && peek(l, 1) == foreign[i].sign[1])
			return fault(l, f, foreign[i].text);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (peek(l, 0) == pairs[i][0] && peek(l, 1) == pairs[i][1]) {
			take(l, LEX_SIGN, 2);
			return true;
		}
	}
	if (peek(l, 0) && strchr("()[],|+-*=<>/.", peek(l, 0))) {
		take(l, LEX_SIGN, 1);
		return true;
	}
	if (peek(l, 0) == '!')
		return fault(l, f, "'!' alone means nothing; write not(...) or !=");
	return strange(l, f);
}

/* The same with a prefix in front: c:product. */
static size_t qualified_len(const struct lex *l, size_t from)
{
	const size_t n = name_len(l, from);

	if (peek(l, from + n) != ':' || !name_start(l, from + n + 1))
		return n;
	return n + 1 + name_len(l, from + n + 1);
}

static bool word(struct lex *l, struct expr_fault *f)
{
	char c = peek(l, 0);

	if (c == '\'' || c == '"')
		return quoted(l, f);
	if (str_is_digit(c) || (c == '.' && str_is_digit(peek(l, 1))))
		return number(l, f);
	if (c == '$' || c == '@') {
		if (!name_start(l, 1))
			return fault(l, f,
				c == '$' ? "a name must follow the $" : "a name must follow the @");
		take(l, c == '$' ? LEX_VAR : LEX_NAME,
			1 + (c == '$' ? name_len(l, 1) : qualified_len(l, 1)));
		if (c == '$')
			l->word = str_from(l->word, 1);
		return true;
	}
	if (name_start(l, 0)) {
		take(l, LEX_NAME, qualified_len(l, 0));
		return true;
	}
	return sign(l, f);
}

bool lex_next(struct lex *l, struct expr_fault *f)
{
	while (l->at < l->text.n && str_is_blank(l->text.p[l->at]))
		l->at++;
	l->start = (uint32_t)l->at;
	if (l->at == l->text.n) {
		l->kind = LEX_END;
		l->word = (struct str){NULL, 0};
		return true;
	}
	return word(l, f);
}

bool lex_is(const struct lex *l, const char *s)
{
	return l->kind == LEX_SIGN && str_is(l->word, s);
}

bool lex_is_word(const struct lex *l, const char *w)
{
	return l->kind == LEX_NAME && str_is(l->word, w);
}
