/* JSON walked and counted; see json_count.h. Objects and arrays are remembered by a bit each. */
#include "format/json_count.h"

#include <stdbool.h>
#include <string.h>

#include "base/fsx.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { BLOCK = 64 << 10, DEPTH = 128 };

/* What may come next. */
enum expect {
	VALUE,
	VALUE_OR_END, /* behind [ */
	NAME,
	NAME_OR_END, /* behind { */
	COLON,
	COMMA_OR_END,
	LINE_END /* behind a document */
};

struct walker {
	int fd;
	char *block;
	size_t at, end;
	uint64_t base;
	bool objects[DEPTH]; /* else arrays */
	size_t depth;
	enum expect expect;
	struct json_counts counts;
	bool failed; /* cannot be read, told in e */
	struct err *e;
};

static int next_block(struct walker *w)
{
	w->base += w->end;
	w->at = 0;
	w->end = 0;
	if (!w->failed && fsx_pread(w->fd, w->block, BLOCK, w->base, &w->end, w->e) == -1)
		w->failed = true;
	return w->end > 0 ? (unsigned char)w->block[0] : -1;
}

/* The next byte without taking it; -1 at the end, or where it cannot be read. */
static inline int peek(struct walker *w)
{
	return w->at < w->end ? (unsigned char)w->block[w->at] : next_block(w);
}

static int wrong(const struct walker *w, const char *what)
{
	if (w->failed)
		return -1;
	return err_set(
		w->e, ERR_CORRUPT, "byte %llu: %s", (unsigned long long)(w->base + w->at), what);
}

static int take_word(struct walker *w, const char *word)
{
	for (; *word; word++, w->at++)
		if (peek(w) != (unsigned char)*word)
			return wrong(w, "this is no value");
	w->counts.values++;
	return 0;
}

/* One or more; the number of them, or -1. */
static int take_digits(struct walker *w)
{
	int n = 0;

	for (int c = peek(w); c >= '0' && c <= '9'; c = peek(w)) {
		n = n < 2 ? n + 1 : 2;
		w->at++;
	}
	return n > 0 ? n : wrong(w, "a digit is missing");
}

static int take_number(struct walker *w)
{
	int first = 0;
	int n = 0;

	if (peek(w) == '-')
		w->at++;
	first = peek(w);
	n = take_digits(w);
	if (n == -1)
		return -1;
	if (n > 1 && first == '0')
		return wrong(w, "a number begins with a zero");
	if (peek(w) == '.') {
		w->at++;
		if (take_digits(w) == -1)
			return -1;
	}
	if (peek(w) == 'e' || peek(w) == 'E') {
		w->at++;
		if (peek(w) == '+' || peek(w) == '-')
			w->at++;
		if (take_digits(w) == -1)
			return -1;
	}
	w->counts.values++;
	return 0;
}

static bool is_hex(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int take_escape(struct walker *w)
{
	const int c = peek(w);

	if (c < 0 || !strchr("\"\\/bfnrtu", c))
		return wrong(w, "this is no escape");
	w->at++;
	for (int i = 0; c == 'u' && i < 4; i++, w->at++)
		if (!is_hex(peek(w)))
			return wrong(w, "\\u wants four digits");
	return 0;
}

/* At the opening quote. */
static int take_text(struct walker *w)
{
	w->at++;
	for (;;) {
		int c = 0;
		w->at += json_plain((struct str){w->block + w->at, w->end - w->at});
		c = peek(w);
		if (c < 0x20)
			return wrong(w,
				c < 0 ? "a text is not closed" : "a control character in a text");
		w->at++;
		if (c == '"')
			return 0;
		if (c == '\\' && take_escape(w) == -1)
			return -1;
	}
}

/* With the colon behind it, where it follows at once. */
static int take_name(struct walker *w)
{
	if (take_text(w) == -1)
		return -1;
	w->expect = COLON;
	if (w->at < w->end && w->block[w->at] == ':') {
		w->at++;
		w->expect = VALUE;
	}
	return 0;
}

static enum expect behind_comma(const struct walker *w)
{
	return w->depth > 0 && w->objects[w->depth - 1] ? NAME : VALUE;
}

/* With the comma behind it, where it follows at once. */
static void behind_value(struct walker *w)
{
	w->expect = w->depth > 0 ? COMMA_OR_END : LINE_END;
	w->counts.documents += w->depth == 0;
	if (w->depth > 0 && w->at < w->end && w->block[w->at] == ',') {
		w->at++;
		w->expect = behind_comma(w);
	}
}

static int open_bracket(struct walker *w, bool object)
{
	if (w->depth == DEPTH)
		return wrong(w, "nested too deep");
	w->objects[w->depth++] = object;
	w->expect = object ? NAME_OR_END : VALUE_OR_END;
	w->at++;
	return 0;
}

static int close_bracket(struct walker *w, bool object)
{
	const bool may = w->expect == COMMA_OR_END ||
		w->expect == (object ? NAME_OR_END : VALUE_OR_END);

	if (!may || w->depth == 0 || w->objects[w->depth - 1] != object)
		return wrong(w, "nothing is open that this closes");
	w->depth--;
	w->at++;
	behind_value(w);
	return 0;
}

static int take_value(struct walker *w, int c)
{
	int rc = 0;

	if (w->expect != VALUE && w->expect != VALUE_OR_END)
		return wrong(w, "no value may stand here");
	if (c == '{' || c == '[')
		return open_bracket(w, c == '{');
	if (c == '"') {
		rc = take_text(w);
		w->counts.values++;
	} else if (c == 't' || c == 'f' || c == 'n') {
		rc = take_word(w, c == 't' ? "true" : c == 'f' ? "false" : "null");
	} else {
		rc = take_number(w);
	}
	behind_value(w);
	return rc;
}

static int take_sign(struct walker *w, enum expect behind, enum expect next)
{
	if (w->expect != behind)
		return wrong(w, "this may not stand here");
	w->expect = next;
	w->at++;
	return 0;
}

static int step(struct walker *w, int c)
{
	switch (c) {
	case '"':
		return w->expect == NAME || w->expect == NAME_OR_END ? take_name(w)
								     : take_value(w, c);
	case ':':
		return take_sign(w, COLON, VALUE);
	case ',':
		return take_sign(
			w, COMMA_OR_END, w->depth > 0 && w->objects[w->depth - 1] ? NAME : VALUE);
	case '}':
	case ']':
		return close_bracket(w, c == '}');
	case '\n':
		if (w->expect == LINE_END)
			w->expect = VALUE;
		w->at++;
		return 0;
	case ' ':
	case '\t':
	case '\r':
		w->at++;
		return 0;
	case '\0':
		return wrong(w, "a NUL byte");
	default:
		return take_value(w, c);
	}
}

int json_count_file(int fd, struct json_counts *c, struct err *e)
{
	struct walker w = {.fd = fd, .e = e};
	int next = 0;
	int rc = 0;

	w.block = mem_alloc(BLOCK);
	while (rc == 0 && (next = peek(&w)) >= 0)
		rc = step(&w, next);
	if (rc == 0 && w.failed)
		rc = -1;
	else if (rc == 0 && w.depth > 0)
		rc = wrong(&w, "the file ends before its brackets are closed");
	mem_free(w.block);
	if (rc == 0)
		*c = w.counts;
	return rc;
}
