/*
 * Items inside one JSON document; see json_items.h. What stands around them is walked here, bracket
 * by bracket; each item is cut out and parsed alone, so that one with a fault is set aside and the
 * others go on. Where a bracket or a quote is not closed, nobody can say where the next item begins:
 * that condemns the file.
 */
#include "format/json_items.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/word.h"
#include "format/path.h"
#include "format/window.h"

enum { BLOCK_AT = READ_BLOCK / 64 };

/* An object or array around the items. */
struct level {
	char close;
	bool items;    /* an array whose elements are items */
	bool some;     /* something was in it already */
	uint8_t steps; /* of the path that lead here */
};

/* A value being cut out or skipped: its own brackets. */
struct cut {
	size_t n;      /* bytes so far */
	uint64_t size; /* the same with those that are gone from the window */
	size_t depth;
	char close[LIMIT_NESTING + 1];
	bool one;    /* ends with its own last byte, not before the comma or bracket behind it */
	bool text;   /* inside quotes */
	bool broken; /* the array that holds it ends in the middle of it */
};

struct slot {
	struct window w;
	struct arena arena;
};

struct json_items {
	struct reader *r;
	struct json_simd *parser;
	struct path path;
	struct slot next;
	struct slot at;
	struct level levels[LIMIT_NESTING];
	size_t depth;
	uint32_t line;	     /* of next.w.at */
	uint64_t line_start; /* where that line begins */
	bool started;
};

struct json_items *json_items_open(
	struct reader *r, struct json_simd *parser, uint64_t first, struct err *e)
{
	struct json_items *j = mem_alloc(sizeof(*j));

	j->r = r;
	j->parser = parser;
	j->line = 1;
	window_init(&j->next.w, r->fd, READ_BLOCK, LIMIT_ITEM + 2);
	window_init(&j->at.w, r->fd, BLOCK_AT, LIMIT_ITEM + 2);
	arena_init(&j->next.arena);
	arena_init(&j->at.arena);
	window_seek(&j->next.w, first);
	j->line_start = first;
	if (path_parse(&j->path, r->spec.item, e) == 0)
		return j;
	json_items_close(j);
	return NULL;
}

void json_items_close(struct json_items *j)
{
	if (!j)
		return;
	window_done(&j->next.w);
	window_done(&j->at.w);
	arena_done(&j->next.arena);
	arena_done(&j->at.arena);
	mem_free(j);
}

/* --- going on --- */

static uint64_t offset_of(const struct window *w)
{
	return w->base + w->at;
}

/* Moves on by n bytes that are in the window, and counts their lines. */
static void pass(struct json_items *j, struct window *w, size_t n)
{
	const char *p = w->p + w->at;
	const char *end = p + n;

	w->at += n;
	if (w != &j->next.w)
		return;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		j->line++;
		p++;
		j->line_start = w->base + (uint64_t)(p - w->p);
	}
}

static int refuse(const struct json_items *j, uint64_t offset, const char *reason, const char *what,
	struct err *e)
{
	(void)err_set(e, ERR_INPUT, STR_FMT ":%u: byte %llu: %s", STR_ARG(j->r->spec.file), j->line,
		(unsigned long long)offset, what);
	return err_reason(e, reason);
}

static int cut_off(const struct json_items *j, uint64_t offset, struct err *e)
{
	return refuse(j, offset, "TRUNCATED",
		"the file is cut off: what begins here is not closed before its end", e);
}

/* The next byte that is no blank, or 0 at the end of the file. */
static int peek(struct json_items *j, struct window *w, char *c, struct err *e)
{
	for (;;) {
		size_t n = 0;
		int rc = 0;
		while (w->at + n < w->end && str_is_blank(w->p[w->at + n]))
			n++;
		pass(j, w, n);
		if (w->at < w->end) {
			*c = w->p[w->at];
			return 0;
		}
		rc = window_more(w, e);
		if (rc == -1)
			return err_wrap(e, STR_FMT, STR_ARG(j->r->spec.file));
		if (rc == 0) {
			*c = '\0';
			return 0;
		}
	}
}

/* --- cutting out a value --- */

/* Bytes up to the next that matters inside quotes. */
static size_t plain_text(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		const uint64_t w = word_load(p + i);
		const uint64_t hits = word_equal(w, word_of('"')) | word_equal(w, word_of('\\')) |
			word_equal(w, word_of('\n'));
		if (hits) {
			const size_t at = i + ATTR_CTZ64(hits) / 8;
			return at < n ? at : n;
		}
	}
	return n;
}

/* A closing bracket: closes the innermost one of its kind. False: none of the value's own is. */
static bool closed(struct cut *c, char bracket)
{
	size_t k = c->depth < LIMIT_NESTING ? c->depth : LIMIT_NESTING;

	if (c->depth > LIMIT_NESTING) { /* too deep to be kept: counted only */
		c->depth--;
		return true;
	}
	while (k > 0 && c->close[k - 1] != bracket)
		k--;
	if (k == 0)
		return false;
	c->depth = k - 1;
	return true;
}

/* May b be in a number, true, false or null? */
static bool scalar(char b)
{
	return str_is_alpha(b) || str_is_digit(b) || b == '-' || b == '+' || b == '.';
}

/* One byte outside quotes. True: the value ends before it. */
static bool take_byte(struct cut *c, char b)
{
	switch (b) {
	case '"':
		c->text = true;
		return false;
	case '{':
	case '[':
		if (c->depth < LIMIT_NESTING)
			c->close[c->depth] = b == '{' ? '}' : ']';
		c->depth++;
		return false;
	case '}':
	case ']':
		if (closed(c, b))
			return false;
		c->broken = c->depth > 0;
		return true;
	case ',':
		return c->depth == 0;
	default:
		return c->one && c->depth == 0 && !scalar(b);
	}
}

/* Goes on in the bytes that are there. True: the value ends at c->n. */
static bool cut_on(struct cut *c, const char *p, size_t n)
{
	while (c->n < n) {
		if (!c->text) {
			const char b = p[c->n];
			if (take_byte(c, b))
				return true;
			c->n++;
			if (c->one && c->depth == 0 && (b == '}' || b == ']'))
				return true;
			continue;
		}
		c->n += plain_text(p + c->n, n - c->n);
		if (c->n == n)
			return false;
		if (p[c->n] == '\\') {
			if (c->n + 1 == n)
				return false; /* what is escaped is still to come */
			c->n += 2;
			continue;
		}
		c->text = false; /* a quote, or a line end that no text can hold */
		c->n++;
		if (c->one && c->depth == 0)
			return true;
	}
	return false;
}

/* The value at w->at, whole in the window unless it is larger than an item may be: then what is read
 * of it is let go. c->n are its bytes there. 0, or -1 where the file ends before. */
static int cut_value(
	struct json_items *j, struct window *w, struct cut *c, bool keep, struct err *e)
{
	const uint64_t start = offset_of(w);

	for (;;) {
		int rc = 0;
		if (cut_on(c, w->p + w->at, w->end - w->at))
			break;
		if (!keep || c->n > LIMIT_ITEM) {
			keep = false;
			pass(j, w, c->n);
			c->size += c->n;
			c->n = 0;
		}
		rc = window_more(w, e);
		if (rc == -1)
			return err_wrap(e, STR_FMT, STR_ARG(j->r->spec.file));
		if (rc == 0)
			return cut_off(j, start, e);
	}
	c->size += c->n;
	if (c->broken)
		return refuse(j, start, "JSON-SYNTAX",
			"a bracket or a quote of what begins here is not closed before the list of "
			"items ends; nobody can say where the next item begins",
			e);
	return 0;
}

/* --- an item --- */

static void too_large(const struct item *it, uint64_t size, struct diag *d)
{
	struct buf b;

	buf_init(&b, 40);
	buf_printf(&b, "%llu bytes", (unsigned long long)size);
	diag_add(d,
		&(struct finding){
			.code = STR("ITEM-TOO-LARGE"),
			.severity = SEV_ERROR,
			.file = it->file,
			.offset = it->offset,
			.line = it->line,
			.found = buf_view(&b),
			.expected = STR("at most 8 MB"),
			.rule = STR("the item is larger than one item may be"),
			.remedy = STR(
				"look for a bracket that is closed too late, or split the item"),
		});
	buf_done(&b);
}

/* The item of n bytes at w->at; the byte behind it is made a blank while it is parsed. */
static void parse(struct json_items *j, struct slot *s, size_t n, struct item *it, struct diag *d)
{
	struct json_fault fault;
	char *behind = s->w.p + s->w.at + n;
	const char kept = *behind;

	it->raw = str_trim((struct str){s->w.p + s->w.at, n});
	*behind = '\n';
	if (!json_simd_parse(j->parser, it->raw, it->offset, &s->arena, &it->root, &fault)) {
		it->root = NULL;
		if (strcmp(fault.code, "JSON-SYNTAX") == 0)
			(void)json_fault_scan(it->raw, &fault);
		json_fault_add(&fault, it, d);
	}
	*behind = kept;
}

/* The item that begins at w->at. 1 or -1. */
static int take_item(
	struct json_items *j, struct slot *s, struct item *it, struct diag *d, struct err *e)
{
	struct cut c = {.n = 0};

	arena_reset(&s->arena);
	memset(it, 0, sizeof(*it));
	it->file = j->r->spec.file;
	it->locator = it->offset = offset_of(&s->w);
	if (s == &j->next) {
		it->line = j->line;
		it->column = (uint32_t)(it->offset - j->line_start + 1);
	}
	if (cut_value(j, &s->w, &c, true, e) == -1)
		return -1;
	if (c.size > LIMIT_ITEM) {
		it->raw = STR("");
		too_large(it, c.size, d);
	} else {
		parse(j, s, c.n, it, d);
	}
	pass(j, &s->w, c.n);
	return 1;
}

/* --- what stands around the items --- */

static int push(struct json_items *j, char close, size_t steps, bool items, struct err *e)
{
	if (j->depth == LIMIT_NESTING)
		return refuse(j, offset_of(&j->next.w), "JSON-SYNTAX",
			"arrays around the items are nested deeper than is read", e);
	pass(j, &j->next.w, 1);
	j->levels[j->depth++] = (struct level){
		.close = close, .items = items, .steps = (uint8_t)steps};
	return 0;
}

static int skip(struct json_items *j, struct err *e)
{
	struct cut c = {.one = true};

	if (cut_value(j, &j->next.w, &c, false, e) == -1)
		return -1;
	if (c.size == 0)
		return refuse(
			j, offset_of(&j->next.w), "JSON-SYNTAX", "a value is missing here", e);
	pass(j, &j->next.w, c.n);
	return 0;
}

/* The value that begins with c, after so many steps of the path. 1 it is an item, 0, -1. */
static int enter(
	struct json_items *j, char c, size_t steps, struct item *it, struct diag *d, struct err *e)
{
	const bool there = steps == j->path.n;

	if (c == '[')
		return push(j, ']', steps, there, e);
	if (there)
		return take_item(j, &j->next, it, d, e);
	return c == '{' ? push(j, '}', steps, false, e) : skip(j, e);
}

/* Bytes of the name at w->at, with its quotes; 0 when more of the file is needed to know. */
static size_t name_size(const struct window *w)
{
	const char *p = w->p + w->at;
	const size_t left = w->end - w->at;
	size_t n = 1;

	while (n < left) {
		n += plain_text(p + n, left - n);
		if (n < left && p[n] == '"')
			return n + 1;
		n += n < left && p[n] == '\\' ? 2 : 1;
	}
	return 0;
}

/* The name of a member, and the colon behind it. *next: is it the next step of the path? */
static int member(struct json_items *j, const struct level *l, bool *next, struct err *e)
{
	struct window *w = &j->next.w;
	size_t n = 0;
	char colon = '\0';

	while ((n = name_size(w)) == 0) {
		const int rc = window_more(w, e);
		if (rc == -1)
			return err_wrap(e, STR_FMT, STR_ARG(j->r->spec.file));
		if (rc == 0)
			return cut_off(j, offset_of(w), e);
	}
	*next = path_is(&j->path, l->steps, (struct str){w->p + w->at + 1, n - 2});
	pass(j, w, n);
	if (peek(j, w, &colon, e) == -1)
		return -1;
	if (colon != ':')
		return refuse(j, offset_of(w), "JSON-SYNTAX", "a colon must follow the name", e);
	pass(j, w, 1);
	return 0;
}

/* What c begins in the innermost object or array. 1 an item, 0, -1. */
static int inside(struct json_items *j, char c, struct item *it, struct diag *d, struct err *e)
{
	const struct level *l = &j->levels[j->depth - 1];
	bool next = false;

	if (l->items)
		return take_item(j, &j->next, it, d, e);
	if (l->close == ']')
		return enter(j, c, l->steps, it, d, e);
	if (c != '"')
		return refuse(j, offset_of(&j->next.w), "JSON-SYNTAX",
			"the name of a member in quotes must stand here", e);
	if (member(j, l, &next, e) == -1 || peek(j, &j->next.w, &c, e) == -1)
		return -1;
	return next ? enter(j, c, (size_t)l->steps + 1, it, d, e) : skip(j, e);
}

/* Behind the document: nothing but blanks. */
static int at_end(struct json_items *j, char c, struct err *e)
{
	if (c == '\0' && j->next.w.at == j->next.w.end)
		return 0;
	return refuse(j, offset_of(&j->next.w), "JSON-SYNTAX",
		"something follows behind the end of the document", e);
}

/* One step through what stands around the items. 1 an item, 0 go on, -1; *end at the end. */
static int walk(struct json_items *j, bool *end, struct item *it, struct diag *d, struct err *e)
{
	struct window *w = &j->next.w;
	struct level *l = j->depth > 0 ? &j->levels[j->depth - 1] : NULL;
	char c = '\0';

	if (peek(j, w, &c, e) == -1)
		return -1;
	*end = !l && j->started;
	if (*end)
		return at_end(j, c, e);
	if (c == '\0' && w->at == w->end)
		return cut_off(j, offset_of(w), e);
	if (!l) {
		j->started = true;
		return enter(j, c, 0, it, d, e);
	}
	if (c == l->close) {
		pass(j, w, 1);
		j->depth--;
		return 0;
	}
	if (l->some) {
		if (c != ',')
			return refuse(j, offset_of(w), "JSON-SYNTAX", "a comma is missing here", e);
		pass(j, w, 1);
		if (peek(j, w, &c, e) == -1)
			return -1;
	}
	l->some = true;
	return inside(j, c, it, d, e);
}

int json_items_next(struct json_items *j, struct item *it, struct diag *d, struct err *e)
{
	bool end = false;
	int rc = 0;

	while (rc == 0 && !end)
		rc = walk(j, &end, it, d, e);
	j->r->bytes = offset_of(&j->next.w);
	return rc;
}

int json_items_at(
	struct json_items *j, uint64_t offset, struct item *it, struct diag *d, struct err *e)
{
	window_seek(&j->at.w, offset);
	if (offset >= j->r->size)
		return err_set(e, ERR_ABSENT, STR_FMT ": there is no item at byte %llu",
			STR_ARG(j->r->spec.file), (unsigned long long)offset);
	return take_item(j, &j->at, it, d, e);
}
