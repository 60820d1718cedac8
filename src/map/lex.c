/* Splits an expression into words (XPath 1.0, 3.7). Every word keeps its place for faults. */
#include "map/lex.h"

#include <stdio.h>
#include <string.h>

void lex_init(struct lex *l, struct str text)
{
	*l = (struct lex){.text = text};
}

static bool name_start(char c)
{
	return str_is_alpha(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool name_char(char c)
{
	return name_start(c) || str_is_digit(c) || c == '-' || c == '.';
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

static size_t name_len(const struct lex *l, size_t from)
{
	size_t n = from;

	while (name_char(peek(l, n)))
		n++;
	return n - from;
}

static bool quoted(struct lex *l, struct expr_fault *f)
{
	size_t end = l->at + 1;

	while (end < l->text.n && l->text.p[end] != l->text.p[l->at])
		end++;
	if (end == l->text.n)
		return fault(l, f, "a text begins here and never ends; put the same quote behind it");
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
	if (name_start(peek(l, n)))
		return fault(l, f, "a number runs into a name; put a text in quotes, for example '4XL'");
	take(l, LEX_NUMBER, n);
	return true;
}

static bool sign(struct lex *l, struct expr_fault *f)
{
	static const char *const pairs[] = {"//", "..", "!=", "<=", ">=", "::"};

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
	return fault(l, f, "this character has no meaning in an expression");
}

static bool word(struct lex *l, struct expr_fault *f)
{
	char c = peek(l, 0);

	if (c == '\'' || c == '"')
		return quoted(l, f);
	if (str_is_digit(c) || (c == '.' && str_is_digit(peek(l, 1))))
		return number(l, f);
	if (c == '$' || c == '@') {
		if (!name_start(peek(l, 1)))
			return fault(l, f, c == '$' ? "a name must follow the $" : "a name must follow the @");
		take(l, c == '$' ? LEX_VAR : LEX_NAME, 1 + name_len(l, 1));
		if (c == '$')
			l->word = str_from(l->word, 1);
		return true;
	}
	if (name_start(c)) {
		take(l, LEX_NAME, name_len(l, 0));
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
