/*
 * The tokenizer: blocks by pread, segments by memchr, values sixteen bytes at a time; see lexer.h.
 */
#include "edi/lexer.h"

#include <string.h>

#include "base/fsx.h"
#include "base/lanes.h"
#include "base/limits.h"
#include "base/mem.h"

/* A block is still in the cache of the processor when its last segments are cut. */
enum { BLOCK = READ_BLOCK / 8, SPACE = BLOCK + LIMIT_SEGMENT };

int lexer_open(struct lexer *l, int fd, struct str bytes, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	if (fd == -1) {
		l->p = bytes.p ? bytes.p : "";
		l->end = bytes.n;
		l->eof = true;
	} else {
		l->own = mem_resize(NULL, SPACE, 1);
		l->p = l->own;
	}
	struct str head;
	if (lexer_peek(l, 1, &head, e) == -1) {
		lexer_close(l);
		return -1;
	}
	buf_init(&l->unwrapped, LIMIT_SEGMENT);
	return 0;
}

void lexer_close(struct lexer *l)
{
	mem_free(l->own);
	buf_done(&l->unwrapped);
	memset(l, 0, sizeof(*l));
	l->fd = -1;
}

/* Moves what is left to the front and reads another block behind it. */
static int fill(struct lexer *l, struct err *e)
{
	size_t got = 0;
	size_t want = 0;

	if (l->eof)
		return 0;
	if (l->at > 0) {
		memmove(l->own, l->own + l->at, l->end - l->at);
		l->base += l->at;
		l->end -= l->at;
		l->at = 0;
	}
	want = SPACE - l->end;
	if (want > BLOCK)
		want = BLOCK;
	if (want == 0)
		return 0;
	if (fsx_pread(l->fd, l->own + l->end, want, l->base + l->end, &got, e) == -1)
		return -1;
	l->end += got;
	if (got < want)
		l->eof = true;
	return 0;
}

static bool is_gap(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

static void note(struct lexer_noise *n, uint64_t offset)
{
	if (n->times++ == 0)
		n->first = offset;
}

static bool is_filler(char c)
{
	return c == 0 || c == 0x1a;
}

/* Over what stands between segments, but for the separator: a run of it counts once. */
static inline void skip_gap(struct lexer *l, char separator)
{
	const uint64_t from = l->base + l->at;

	while (l->at < l->end && is_gap(l->p[l->at]) && l->p[l->at] != separator)
		l->at++;
	if (l->base + l->at == from)
		return;
	if (from != l->gap_end || from == 0)
		note(&l->gaps, from);
	l->gap_end = l->base + l->at;
}

/* 1 over a byte order mark, 0 there is none, -1. */
static int skip_mark(struct lexer *l, struct err *e)
{
	struct str head;

	if (l->p[l->at] != '\357')
		return 0;
	if (lexer_peek(l, 3, &head, e) == -1)
		return -1;
	if (!str_starts(head, STR("\357\273\277")))
		return 0;
	note(&l->bom, l->base + l->at);
	l->at += 3;
	return 1;
}

int lexer_skip(struct lexer *l, struct err *e)
{
	for (;;) {
		int mark = 0;
		for (size_t from = SIZE_MAX; l->at != from;) {
			from = l->at;
			skip_gap(l, 0);
			while (l->at < l->end && is_filler(l->p[l->at]))
				note(&l->filler, l->base + l->at++);
		}
		if (l->at < l->end && (mark = skip_mark(l, e)) != 1)
			return mark == 0 ? 1 : -1;
		if (l->at < l->end)
			continue;
		if (l->eof)
			return 0;
		if (fill(l, e) == -1)
			return -1;
	}
}

int lexer_peek(struct lexer *l, size_t n, struct str *s, struct err *e)
{
	while (l->end - l->at < n && !l->eof)
		if (fill(l, e) == -1)
			return -1;
	*s = str_sub((struct str){l->p + l->at, l->end - l->at}, 0, n);
	return 0;
}

static int too_long(const struct lexer *l, struct err *e)
{
	return err_set(e, ERR_LIMIT,
		"a segment starts at byte %llu and has no terminator within %d bytes",
		(unsigned long long)(l->base + l->at), LIMIT_SEGMENT);
}

/* BIN01 and BDS02 give the length of binary data that may hold any byte: 0 when this is none. */
static size_t binary_length(const struct lexer *l, struct str s)
{
	const bool bds = str_starts(s, STR("BDS"));
	size_t at = 4;
	size_t n = 0;
	size_t start = 0;

	if ((!bds && !str_starts(s, STR("BIN"))) || s.n < 5 || s.p[3] != l->element)
		return 0;
	if (bds) {
		while (at < s.n && s.p[at] != l->element && s.p[at] != l->terminator)
			at++;
		if (at == s.n || s.p[at++] != l->element)
			return 0;
	}
	for (start = at; at < s.n && at < start + 15 && str_is_digit(s.p[at]); at++)
		n = n * 10 + (size_t)(s.p[at] - '0');
	return at > start && at < s.n && s.p[at] == l->element ? at + 1 + n : 0;
}

/* Sets raw to the bytes up to the end of the file; blank ends are noise. */
static int last(struct lexer *l, struct lexer_raw *raw)
{
	raw->bytes = (struct str){l->p + l->at, l->end - l->at};
	while (raw->bytes.n > 0 &&
		(is_gap(raw->bytes.p[raw->bytes.n - 1]) || raw->bytes.p[raw->bytes.n - 1] == 0x1a ||
			raw->bytes.p[raw->bytes.n - 1] == 0))
		raw->bytes.n--;
	raw->offset = l->base + l->at;
	raw->limit = l->p + l->end;
	raw->binary = 0;
	raw->unterminated = true;
	raw->wrapped = (struct str){NULL, 0};
	l->at = l->end;
	return raw->bytes.n > 0;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool unwraps(const struct lexer *l)
{
	return l->wrapped && !is_line_end(l->terminator);
}

/* Is the byte at t data, since an odd number of release characters stands before it? */
static bool is_released(const struct lexer *l, const char *from, const char *t)
{
	size_t n = 0;

	for (; t > from; t--) {
		if (t[-1] == l->release)
			n++;
		else if (!unwraps(l) || !is_line_end(t[-1]))
			break;
	}
	return n % 2 == 1;
}

/* The terminator of the segment at the cursor, behind done bytes that have none; or NULL. */
static const char *find_end(const struct lexer *l, size_t done)
{
	const char *const from = l->p + l->at;
	const char *const end = l->p + l->end;
	const char *t = NULL;

	if (done >= (size_t)(end - from))
		return NULL;
	t = from + done;
	t = memchr(t, l->terminator, (size_t)(end - t));
	while (t && l->release && is_released(l, from, t))
		t = memchr(t + 1, l->terminator, (size_t)(end - t - 1));
	return t;
}

/* Takes line ends out of the segment, unless it is binary data. */
static void unwrap(struct lexer *l, struct lexer_raw *raw)
{
	const struct str b = raw->bytes;
	size_t from = 0;

	if (raw->binary > 0 || !unwraps(l) || (!memchr(b.p, '\n', b.n) && !memchr(b.p, '\r', b.n)))
		return;
	buf_clear(&l->unwrapped);
	for (size_t i = 0; i <= b.n; i++) {
		if (i < b.n && !is_line_end(b.p[i]))
			continue;
		buf_put(&l->unwrapped, b.p + from, i - from);
		from = i + 1;
		if (i < b.n && (i == 0 || !is_line_end(b.p[i - 1])))
			note(&l->wraps, raw->offset + i);
	}
	raw->wrapped = b;
	raw->bytes = buf_view(&l->unwrapped);
	raw->limit = raw->bytes.p + raw->bytes.n;
}

static int next(struct lexer *l, struct lexer_raw *raw, struct err *e)
{
	size_t done = 0; /* bytes from at that hold no terminator */
	size_t binary = 0;

	for (;;) {
		skip_gap(l, l->element);
		if (l->at < l->end)
			break;
		if (l->eof)
			return 0;
		if (fill(l, e) == -1)
			return -1;
	}
	if (l->end - l->at < 32 && fill(l, e) == -1)
		return -1;
	if (l->binary && l->p[l->at] == 'B')
		done = binary = binary_length(l, (struct str){l->p + l->at, l->end - l->at});
	for (;;) {
		const size_t have = l->end - l->at;
		const char *t = find_end(l, done);
		if (t && (size_t)(t - (l->p + l->at)) <= LIMIT_SEGMENT) {
			*raw = (struct lexer_raw){
				.bytes = {l->p + l->at, (size_t)(t - (l->p + l->at))},
				.limit = l->p + l->end,
				.offset = l->base + l->at,
				.binary = binary};
			l->at += raw->bytes.n + 1;
			return 1;
		}
		if (have > LIMIT_SEGMENT || (done > have && done > LIMIT_SEGMENT))
			return too_long(l, e);
		if (l->eof)
			return last(l, raw);
		if (have > done)
			done = have;
		if (fill(l, e) == -1)
			return -1;
	}
}

int lexer_next(struct lexer *l, struct lexer_raw *raw, struct err *e)
{
	const int rc = next(l, raw, e);

	if (rc == 1)
		unwrap(l, raw);
	return rc;
}

uint64_t lexer_pass(struct lexer *l, lexer_plain_fn is_plain)
{
	uint64_t n = 0;

	if (unwraps(l))
		return 0;
	for (;; n++) {
		const char *p = NULL;
		const char *t = NULL;
		skip_gap(l, l->element);
		p = l->p + l->at;
		if (l->end - l->at < 4 || !is_plain(p, l->element))
			return n;
		t = memchr(p, l->terminator, l->end - l->at);
		if (!t || t - p < 4 || t - p > LIMIT_SEGMENT || (l->release && t[-1] == l->release))
			return n;
		l->at += (size_t)(t - p) + 1;
	}
}

static struct lanes load_tail(const char *p, size_t n)
{
	char room[LANES] = {0};

	memcpy(room, p, n);
	return lanes_load(room);
}

struct cut {
	const struct lexer *lex;
	const struct def_segment *def;
	struct lexer_values *out;
	const char *first; /* of the segment */
	const char *from;  /* of the value being read */
	const char *data;  /* the byte that a release character stands before, or NULL */
	size_t n;	   /* values so far */
	uint16_t element;  /* of the value being read */
	uint16_t repetition;
	uint16_t component;
};

/* May the element in hand have components? Without a definition any may. */
static bool is_composite(const struct cut *c)
{
	const struct def_part *part = c->def ? defs_part(c->def, c->element) : NULL;

	return !c->def || (part && part->nparts > 0);
}

static inline void keep(struct cut *c, const char *end)
{
	struct value *v = NULL;

	if (end == c->from)
		return;
	if (c->n == LIMIT_ELEMENTS) {
		c->out->seen |= LEXER_MANY;
		return;
	}
	v = &c->out->v[c->n];
	v->element = c->element;
	v->repetition = c->repetition;
	v->component = c->component;
	v->text.p = c->from;
	v->text.n = (size_t)(end - c->from);
	v->from = NULL;
	v->map_line = 0;
	c->out->at[c->n++] = (uint32_t)(c->from - c->first);
}

/* An element, or a repetition of it, ends where another one of several should have been. */
static inline void look_trailing(struct cut *c, const char *at, bool several)
{
	if (several && at == c->from)
		c->out->seen |= LEXER_TRAILING;
}

/* A separator other than the element's, or a release character. */
static inline void inner(struct cut *c, const char *at)
{
	if (c->lex->release && *at == c->lex->release) {
		c->data = at + 1;
		c->out->seen |= LEXER_RELEASE;
		return;
	}
	if (c->lex->repeats && *at == c->lex->repetition) {
		look_trailing(c, at, c->component > 1);
		keep(c, at);
		if (c->repetition < UINT16_MAX)
			c->repetition++;
		c->component = 1;
	} else if (is_composite(c)) {
		keep(c, at);
		if (c->component < UINT16_MAX)
			c->component++;
	} else {
		c->out->seen |= LEXER_COMPONENT;
		return;
	}
	c->from = at + 1;
}

static inline void separator(struct cut *c, const char *at, bool ends_element)
{
	if (at == c->data)
		return;
	if (!ends_element) {
		inner(c, at);
		return;
	}
	look_trailing(c, at, c->component > 1 || c->repetition > 1);
	keep(c, at);
	if (c->element < UINT16_MAX)
		c->element++;
	c->repetition = 1;
	c->component = 1;
	c->from = at + 1;
}

void lexer_places(struct str wrapped, uint32_t *at, size_t n)
{
	size_t kept = 0;
	size_t i = 0;

	for (size_t k = 0; k < n; k++) {
		for (; kept < at[k] || is_line_end(wrapped.p[i]); i++)
			kept += !is_line_end(wrapped.p[i]);
		at[k] = (uint32_t)i;
	}
}

void lexer_split(const struct lexer *l, const struct lexer_raw *raw, size_t from,
	const struct def_segment *def, struct lexer_values *out)
{
	struct cut c = {.lex = l,
		.def = def,
		.out = out,
		.first = raw->bytes.p,
		.from = raw->bytes.p + from,
		.repetition = 1,
		.component = 1};
	const struct lanes e = lanes_of(l->element);
	const struct lanes k = lanes_of(l->component);
	const struct lanes r = lanes_of(l->repeats ? l->repetition : l->element);
	const struct lanes q = lanes_of(l->release ? l->release : l->element);
	const char *const end = raw->bytes.p + raw->bytes.n;
	const struct lanes m = lanes_of(',');
	unsigned high = 0;
	unsigned control = 0;
	unsigned commas = 0;

	out->seen = 0;
	for (const char *p = c.from; p < end; p += LANES) {
		const size_t left = (size_t)(end - p);
		const unsigned mask = left < LANES ? (1u << left) - 1 : (1u << LANES) - 1;
		const struct lanes w = raw->limit - p >= LANES ? lanes_load(p) : load_tail(p, left);
		const unsigned ends = lanes_equal(w, e);
		unsigned hits = (ends | lanes_equal(w, k) | lanes_equal(w, r) | lanes_equal(w, q)) &
			mask;
		high |= lanes_high(w) & mask;
		commas |= lanes_equal(w, m) & mask;
		control |= lanes_control(w) & mask & ~hits;
		for (; hits; hits &= hits - 1) {
			const unsigned i = ATTR_CTZ64(hits);
			separator(&c, p + i, (ends >> i & 1) != 0);
		}
	}
	if (end == c.from && c.element > 0)
		out->seen |= LEXER_TRAILING;
	keep(&c, end);
	if (raw->wrapped.n > 0)
		lexer_places(raw->wrapped, out->at, c.n);
	out->n = c.n;
	out->elements = c.element;
	out->seen |= (high ? LEXER_HIGH : 0u) | (control ? LEXER_CONTROL : 0u) |
		(commas ? LEXER_COMMA : 0u);
}
