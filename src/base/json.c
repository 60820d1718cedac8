/* JSON writer (RFC 8259); see json.h. Broken order of calls is a bug of the caller, never of data. */
#include "base/json.h"

#include <string.h>

#include "base/err.h"
#include "base/lanes.h"
#include "base/utf8.h"
#include "base/word.h"

void json_init(struct json *j, struct buf *out, bool pretty)
{
	j->out = out;
	j->depth = 0;
	j->pretty = pretty;
	j->first[0] = true; /* those of other levels are set when they begin */
	j->named = j->broken = false;
}

static void line(struct json *j)
{
	j->broken = false;
	buf_ch(j->out, '\n');
	for (int i = 0; i < j->depth; i++)
		buf_put(j->out, "  ", 2);
}

/* What stands between the member before and this one. */
static void separate(struct json *j)
{
	BUG_IF(j->depth == 0 && !j->first[0]);
	if (!j->first[j->depth])
		buf_ch(j->out, ',');
	j->first[j->depth] = false;
	if (j->depth > 0 && (j->pretty || j->broken))
		line(j);
}

static void before_value(struct json *j)
{
	if (j->named)
		j->named = false;
	else
		separate(j);
}

static void begin(struct json *j, char bracket)
{
	before_value(j);
	buf_ch(j->out, bracket);
	BUG_IF(j->depth + 1 >= JSON_DEPTH);
	j->depth++;
	j->first[j->depth] = true;
}

void json_object(struct json *j)
{
	begin(j, '{');
}

void json_array(struct json *j)
{
	begin(j, '[');
}

void json_end(struct json *j, char bracket)
{
	bool empty = false;

	BUG_IF(j->depth == 0 || j->named || (bracket != '}' && bracket != ']'));
	empty = j->first[j->depth];
	j->depth--;
	if (!empty && (j->pretty || j->broken))
		line(j);
	buf_ch(j->out, bracket);
}

/* The top bit of each byte that is not text as it stands, eight of them at once. */
static uint64_t unplain(uint64_t w)
{
	const uint64_t low = ~(((w & ~WORD_TOPS) + WORD_ONES * 0x60) | w) & WORD_TOPS;

	return low | word_equal(w, word_of('"')) | word_equal(w, word_of('\\'));
}

/* The same of sixteen, a bit each. */
static unsigned unplain_lanes(struct lanes l)
{
	return lanes_control(l) | lanes_equal(l, lanes_of('"')) | lanes_equal(l, lanes_of('\\'));
}

enum { WORD = 8 };

/* Writes s, and up to WORD bytes behind it. False: it is not all ASCII that stands as it is. */
static bool copy_bare(char *out, struct str s)
{
	unsigned many = 0;
	uint64_t hits = 0;
	uint64_t w = 0;
	size_t i = 0;

	for (; s.n - i >= LANES; i += LANES) {
		const struct lanes l = lanes_load(s.p + i);
		many |= unplain_lanes(l) | lanes_high(l);
		memcpy(out + i, s.p + i, LANES);
	}
	if (s.n - i >= WORD) {
		w = word_load(s.p + i);
		hits = unplain(w) | (w & WORD_TOPS);
		word_store(out + i, w);
		i += WORD;
	}
	w = word_load_short(s.p + i, s.n - i, word_of(' '));
	word_store(out + i, w);
	return (hits | unplain(w) | (w & WORD_TOPS)) == 0 && many == 0;
}

size_t json_plain(struct str s)
{
	size_t i = 0;

	for (; s.n - i >= LANES; i += LANES) {
		const unsigned hits = unplain_lanes(lanes_load(s.p + i));
		if (hits)
			return i + ATTR_CTZ64(hits);
	}
	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

static void escape(struct buf *b, char c)
{
	static const char short_form[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i + 1 < sizeof(short_form); i += 2) {
		if (short_form[i] == c) {
			buf_ch(b, '\\');
			buf_ch(b, short_form[i + 1]);
			return;
		}
	}
	buf_printf(b, "\\u%04x", (unsigned)(unsigned char)c);
}

/* s is UTF-8 here. */
static void escaped(struct buf *b, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		const size_t n = json_plain(str_from(s, at));
		buf_put(b, s.p + at, n);
		at += n;
		if (at < s.n)
			escape(b, s.p[at++]);
	}
}

void json_quote(struct buf *b, struct str s)
{
	char *room = s.n < b->max ? buf_room(b, s.n + WORD + 2) : NULL;
	size_t bad = 0;

	if (room && copy_bare(room + 1, s.n > 0 ? s : STR(""))) {
		room[0] = room[s.n + 1] = '"';
		b->n += s.n + 2;
		return;
	}
	buf_ch(b, '"');
	while ((bad = utf8_bad(s)) != SIZE_MAX) {
		escaped(b, str_sub(s, 0, bad));
		utf8_put(b, 0xFFFD);
		s = str_from(s, bad + 1);
	}
	escaped(b, s);
	buf_ch(b, '"');
}

void json_name(struct json *j, const char *name)
{
	json_name_str(j, str_c(name));
}

void json_line(struct json *j)
{
	j->broken = true;
}

void json_name_raw(struct json *j, struct str quoted)
{
	char *room = j->pretty || j->broken || quoted.n > LIMIT_VALUE
		? NULL
		: buf_room(j->out, quoted.n + 2);

	BUG_IF(j->named || j->depth == 0);
	j->named = true;
	if (!room) {
		separate(j);
		buf_str(j->out, quoted);
		buf_put(j->out, ": ", j->pretty ? 2 : 1);
		return;
	}
	*room = ',';
	room += !j->first[j->depth];
	j->first[j->depth] = false;
	memcpy(room, quoted.p, quoted.n);
	room[quoted.n] = ':';
	j->out->n = (size_t)(room + quoted.n + 1 - j->out->p);
}

void json_name_str(struct json *j, struct str name)
{
	BUG_IF(j->named || j->depth == 0);
	separate(j);
	json_quote(j->out, name);
	buf_put(j->out, ": ", j->pretty ? 2 : 1);
	j->named = true;
}

void json_str(struct json *j, struct str s)
{
	before_value(j);
	json_quote(j->out, s);
}

void json_int(struct json *j, int64_t v)
{
	before_value(j);
	buf_printf(j->out, "%lld", (long long)v);
}

void json_raw(struct json *j, struct str token)
{
	before_value(j);
	buf_str(j->out, token);
}

void json_bool(struct json *j, bool v)
{
	before_value(j);
	buf_c(j->out, v ? "true" : "false");
}

void json_null(struct json *j)
{
	before_value(j);
	buf_c(j->out, "null");
}

void json_member(struct json *j, const char *name, struct str value)
{
	json_name(j, name);
	json_str(j, value);
}

void json_member_c(struct json *j, const char *name, const char *value)
{
	json_member(j, name, str_c(value));
}

void json_member_int(struct json *j, const char *name, int64_t value)
{
	json_name(j, name);
	json_int(j, value);
}

void json_member_opt(struct json *j, const char *name, struct str value)
{
	if (value.n > 0)
		json_member(j, name, value);
}
