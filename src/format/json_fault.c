/* The slow and exact walk over a refused JSON document; see json_fault.h. */
#include "format/json_fault.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

/* What may come next. */
enum state { VALUE, FIRST_VALUE, FIRST_KEY, KEY, COLON, AFTER, DONE };

struct scan {
	struct str doc;
	size_t at;
	size_t depth;
	char open[LIMIT_NESTING];	/* '{' or '[' */
	struct json_fault *f;
};

static bool fault(struct scan *s, size_t at, size_t n, const char *rule, const char *expected)
{
	const size_t left = s->doc.n - at;

	*s->f = (struct json_fault){"JSON-SYNTAX", at, n < left ? n : left, rule, expected, left == 0};
	if (left == 0)
		s->f->rule = "The document ends in the middle.";
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at at as a number, or -1. */
static int32_t code_unit(const struct scan *s, size_t at)
{
	int32_t v = 0;

	if (s->doc.n - at < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		const int d = hex(s->doc.p[at + i]);
		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* At a backslash; moves behind the escape. True is a fault. */
static bool escape(struct scan *s)
{
	const size_t start = s->at;
	int32_t unit = 0;

	if (s->doc.n - start < 2)
		return fault(s, s->doc.n, 0, "", "an escape");
	if (s->doc.p[start + 1] != 'u') {
		s->at += 2;
		if (!memchr("\"\\/bfnrt", s->doc.p[start + 1], 8))
			return fault(s, start, 2, "This escape does not exist.",
				     "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
		return false;
	}
	unit = code_unit(s, start + 2);
	if (unit < 0 && s->doc.n - start < 6)
		return fault(s, s->doc.n, 0, "", "four hexadecimal digits");
	if (unit < 0)
		return fault(s, start, 6, "An escape \\u has no four hexadecimal digits.", NULL);
	s->at = start + 6;
	if (unit < 0xd800 || unit > 0xdfff)
		return false;
	if (unit <= 0xdbff && s->doc.n - s->at >= 6 && s->doc.p[s->at] == '\\' &&
	    s->doc.p[s->at + 1] == 'u') {
		const int32_t low = code_unit(s, s->at + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			s->at += 6;
			return false;
		}
	}
	if (unit <= 0xdbff && s->doc.n - s->at < 6)
		return fault(s, s->doc.n, 0, "", "the other half of a surrogate pair");
	return fault(s, start, 6, "Half of a surrogate pair stands alone.",
		     "a high surrogate followed by a low one");
}

/* At the opening quote; moves behind the closing one. True is a fault. */
static bool string(struct scan *s)
{
	const size_t start = s->at++;

	while (s->at < s->doc.n) {
		const char c = s->doc.p[s->at];
		if (c == '"') {
			s->at++;
			return false;
		}
		if ((unsigned char)c < 0x20)
			return fault(s, s->at, 1, "A control character stands unescaped in a text.",
				     "\\n, \\t or \\u and four digits");
		if (c != '\\')
			s->at++;
		else if (escape(s))
			return true;
	}
	fault(s, s->doc.n, 0, "", "the closing quote of the text");
	s->f->at = start;
	s->f->n = s->doc.n - start;
	s->f->rule = "The document ends in the middle of a text.";
	return true;
}

static size_t digits(const struct scan *s, size_t at)
{
	while (at < s->doc.n && str_is_digit(s->doc.p[at]))
		at++;
	return at;
}

/* Behind a number that starts at at, or SIZE_MAX when it is none (RFC 8259, section 6). */
static size_t number(const struct scan *s, size_t at)
{
	const char *p = s->doc.p;
	const size_t n = s->doc.n;
	size_t end = 0;

	if (at < n && p[at] == '-')
		at++;
	end = digits(s, at);
	if (end == at || (p[at] == '0' && end - at > 1))
		return SIZE_MAX;
	if (end < n && p[end] == '.') {
		at = end + 1;
		end = digits(s, at);
		if (end == at)
			return SIZE_MAX;
	}
	if (end < n && (p[end] == 'e' || p[end] == 'E')) {
		at = end + 1;
		if (at < n && (p[at] == '+' || p[at] == '-'))
			at++;
		end = digits(s, at);
		if (end == at)
			return SIZE_MAX;
	}
	return end;
}

/* Length of what stands at at, up to what can end a token. */
static size_t token(const struct scan *s, size_t at)
{
	size_t end = at;

	while (end < s->doc.n && !str_is_blank(s->doc.p[end]) && !memchr(",:[]{}\"", s->doc.p[end], 7))
		end++;
	return end > at ? end - at : 1;
}

/* A number or a literal. True is a fault. */
static bool scalar(struct scan *s)
{
	const size_t n = token(s, s->at);
	const struct str text = str_sub(s->doc, s->at, n);

	if (str_is(text, "true") || str_is(text, "false") || str_is(text, "null") ||
	    number(s, s->at) == s->at + n) {
		s->at += n;
		return false;
	}
	if (s->at + n == s->doc.n && s->depth > 0)
		return fault(s, s->doc.n, 0, "", "the rest of it");
	if (text.p[0] == '-' || text.p[0] == '+' || text.p[0] == '.' || str_is_digit(text.p[0]))
		return fault(s, s->at, n, "This is no number as JSON writes it.", "for example -12.5");
	return fault(s, s->at, n, "A value is missing or is no JSON value.",
		     "a text in quotes, a number, true, false, null, { or [");
}

static bool close_one(struct scan *s, char c, enum state *state)
{
	const char open = s->depth > 0 ? s->open[s->depth - 1] : '\0';

	if (open != (c == '}' ? '{' : '['))
		return fault(s, s->at, 1, "This bracket closes nothing that is open.", NULL);
	s->depth--;
	s->at++;
	*state = s->depth > 0 ? AFTER : DONE;
	return false;
}

static bool value(struct scan *s, enum state *state)
{
	const char c = s->doc.p[s->at];

	if (c == ']' && *state == FIRST_VALUE)
		return close_one(s, c, state);
	if (c == '{' || c == '[') {
		if (s->depth == LIMIT_NESTING) {
			fault(s, s->at, 1, "Values are nested too deeply.", "at most 64 levels");
			s->f->code = "JSON-DEPTH";
			return true;
		}
		s->open[s->depth++] = c;
		s->at++;
		*state = c == '{' ? FIRST_KEY : FIRST_VALUE;
		return false;
	}
	*state = s->depth > 0 ? AFTER : DONE;
	return c == '"' ? string(s) : scalar(s);
}

static bool after(struct scan *s, enum state *state)
{
	const char c = s->doc.p[s->at];

	if (c == '}' || c == ']')
		return close_one(s, c, state);
	if (c != ',')
		return fault(s, s->at, token(s, s->at), "Two values stand side by side.",
			     s->open[s->depth - 1] == '{' ? "a comma or }" : "a comma or ]");
	s->at++;
	*state = s->open[s->depth - 1] == '{' ? KEY : VALUE;
	return false;
}

static bool key(struct scan *s, enum state *state)
{
	const char c = s->doc.p[s->at];

	if (c == '}' && *state == FIRST_KEY)
		return close_one(s, c, state);
	if (c != '"')
		return fault(s, s->at, token(s, s->at), "A name is missing.", "a name in quotes");
	*state = COLON;
	return string(s);
}

static bool step(struct scan *s, enum state *state)
{
	const char c = s->doc.p[s->at];

	switch (*state) {
	case VALUE:
	case FIRST_VALUE:
		return value(s, state);
	case FIRST_KEY:
	case KEY:
		return key(s, state);
	case COLON:
		if (c != ':')
			return fault(s, s->at, token(s, s->at), "A name has no value.", "a colon");
		s->at++;
		*state = VALUE;
		return false;
	case AFTER:
		return after(s, state);
	case DONE:
	default:
		return fault(s, s->at, token(s, s->at), "More follows after the end of the document.",
			     "one value");
	}
}

bool json_fault_scan(struct str doc, struct json_fault *f)
{
	struct scan s = {.doc = doc, .f = f};
	enum state state = VALUE;
	const size_t bad = utf8_bad(doc);

	f->code = NULL;
	if (bad != SIZE_MAX) {
		*f = (struct json_fault){"JSON-ENCODING", bad, 1, "A byte is no UTF-8.", "UTF-8", false};
		return true;
	}
	for (;;) {
		while (s.at < doc.n && str_is_blank(doc.p[s.at]))
			s.at++;
		if (s.at == doc.n)
			break;
		if (step(&s, &state))
			return true;
	}
	if (state == DONE)
		return false;
	return fault(&s, doc.n, 0, "", "the rest of it");
}

static const char *remedy(const struct json_fault *f)
{
	if (strcmp(f->code, "JSON-ENCODING") == 0)
		return "Export the file again as UTF-8.";
	if (strcmp(f->code, "JSON-DUPLICATE-KEY") == 0)
		return "Give the name once in this object; which value counts cannot be known.";
	return "Correct the document where it is made and deliver it again.";
}

void json_fault_add(const struct json_fault *f, const struct item *it, struct diag *d)
{
	const struct place place = reader_place(it, it->offset + f->at);
	const struct finding finding = {
		.code = str_c(f->code),
		.severity = SEV_ERROR,
		.file = it->file,
		.offset = place.offset,
		.line = place.line,
		.column = place.column,
		.found = str_sub(it->raw, f->at, f->n < 60 ? f->n : 60),
		.expected = str_c(f->expected),
		.rule = str_c(f->rule),
		.remedy = str_c(remedy(f)),
	};

	diag_add(d, &finding);
}

int json_fault_err(const struct json_fault *f, const struct item *it, struct err *e)
{
	const struct place place = reader_place(it, it->offset + f->at);
	struct buf found = {NULL, 0, 0, 0, false};

	buf_init(&found, 200);
	utf8_quote(&found, str_sub(it->raw, f->at, f->n < 40 ? f->n : 40), 60);
	(void)err_set(e, ERR_INPUT, STR_FMT ":%u:%u: byte %llu: %s%s" STR_FMT "%s%s", STR_ARG(it->file),
		      place.line, place.column, (unsigned long long)place.offset, f->rule,
		      found.n > 0 ? " Found: " : "", STR_ARG(buf_view(&found)),
		      f->expected ? " Expected: " : "", f->expected ? f->expected : "");
	buf_done(&found);
	return err_reason(e, f->code);
}
