/*
 * The only C++ file: simdjson On-Demand behind json_simd.h. RFC 8259; names must be unique (RFC
 * 7493). The parser and its buffers are kept from document to document; a value without escapes
 * stays where it is in the document, so that it is never copied.
 */
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>

extern "C" {
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/word.h"
#include "format/json_simd.h"
}

/* C++ memory comes from us too; there is no failing new. */
void *operator new(std::size_t n)
{
	return mem_alloc(n);
}

void *operator new[](std::size_t n)
{
	return mem_alloc(n);
}

void *operator new(std::size_t n, const std::nothrow_t &) noexcept
{
	return mem_alloc(n);
}

void *operator new[](std::size_t n, const std::nothrow_t &) noexcept
{
	return mem_alloc(n);
}

void operator delete(void *p) noexcept
{
	mem_free(p);
}

void operator delete[](void *p) noexcept
{
	mem_free(p);
}

void operator delete(void *p, std::size_t) noexcept
{
	mem_free(p);
}

void operator delete[](void *p, std::size_t) noexcept
{
	mem_free(p);
}

void operator delete(void *p, const std::nothrow_t &) noexcept
{
	mem_free(p);
}

void operator delete[](void *p, const std::nothrow_t &) noexcept
{
	mem_free(p);
}

namespace
{

namespace od = simdjson::ondemand;

enum { CACHE = 1024, NODES = 64, FEW_KEYS = 64, START = 64 << 10 };

static_assert(simdjson::SIMDJSON_PADDING <= JSON_SIMD_PAD, "json_simd.h promises too little");

/* A name seen lately: saves the hash table of names, which costs more than the rest of a field. Of up to 16
 * bytes its first and its last eight are all of it. */
struct seen {
	const char *p;
	size_t n;
	uint64_t head;
	uint64_t tail;
	uint32_t id;
};

} // namespace

struct json_simd {
	od::parser parser;
	struct names *names;
	size_t capacity;
	uint32_t item; /* the name of what stands in a nested array */
	struct seen cache[CACHE];
	uint32_t *keys = nullptr; /* names of the objects that are open, the innermost last */
	size_t nkeys = 0;
	size_t cap = 0;
};

namespace
{

/* One document on its way. */
struct walk {
	struct json_simd *s;
	struct str doc;
	uint64_t offset;
	struct arena *a;
	struct json_fault *f;
	struct node *pool;
	size_t left;
	size_t nodes;
};

bool fault(struct walk &w, const char *code, const char *at, size_t n, const char *rule,
	const char *expected)
{
	*w.f = json_fault{code, at ? size_t(at - w.doc.p) : 0, n, rule, expected, false};
	return false;
}

bool syntax(struct walk &w)
{
	return fault(w, "JSON-SYNTAX", nullptr, 0, "the document is no JSON", nullptr);
}

bool node_add(struct walk &w, struct node *parent, uint32_t name, const char *at, struct node **out)
{
	if (w.nodes == LIMIT_NODES)
		return fault(w, "ITEM-TOO-LARGE", at, 1, "the item has too many values",
			"at most 1048576");
	if (w.left == 0) {
		w.pool = static_cast<struct node *>(arena_raw(w.a, NODES * sizeof(struct node)));
		w.left = NODES;
	}
	struct node *n = w.pool++;
	w.left--;
	w.nodes++;
	std::memset(n, 0, sizeof(*n));
	n->name = name;
	n->value.p = "";
	n->place.offset = w.offset + uint64_t(at - w.doc.p);
	n->parent = parent;
	if (parent) {
		if (parent->last)
			parent->last->next = n;
		else
			parent->child = n;
		parent->last = n;
	}
	*out = n;
	return true;
}

/* Bytes up to the next quote or backslash; reads up to 8 bytes further, which the padding
 * allows. */
size_t plain(const char *p)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t tops = 0x8080808080808080u;

	for (size_t n = 0;; n += 8) {
		const uint64_t v = word_load(p + n);
		const uint64_t quote = v ^ (ones * '"');
		const uint64_t slash = v ^ (ones * '\\');
		/* the lowest hit is right; those above it may come from a borrow */
		const uint64_t hits = (((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
			tops;
		if (hits)
			return n + ATTR_CTZ64(hits) / 8;
	}
}

/* Unescapes raw, n bytes between its quotes, into the arena. */
bool unescape(struct walk &w, od::raw_json_string raw, size_t n, struct str *out)
{
	uint8_t *to = static_cast<uint8_t *>(arena_raw(w.a, n + JSON_SIMD_PAD));
	std::string_view text;

	if (w.s->parser.unescape(raw, to).get(text))
		return syntax(w);
	*out = (struct str){text.data(), text.size()};
	return utf8_bad(*out) == SIZE_MAX ? true : syntax(w); /* a surrogate that stands alone */
}

bool intern(struct walk &w, struct str name, const char *at, uint32_t *id)
{
	*id = names_find(w.s->names, name);
	if (*id == 0) {
		if (w.s->names->n >= LIMIT_NAMES)
			return fault(w, "ITEM-TOO-LARGE", at, name.n,
				"there are too many different names; they seem to be data",
				"at most 131072 names");
		*id = names_id(w.s->names, name);
	}
	return true;
}

/* The name of a field. key is behind its opening quote. */
bool key_id(struct walk &w, od::raw_json_string raw, uint32_t *id)
{
	const char *key = raw.raw();
	struct str name = {key, plain(key)};

	if (key[name.n] == '\\') {
		const char *end = key + name.n;
		while (*end != '"')
			end += *end == '\\' ? 2 : 1;
		return unescape(w, raw, size_t(end - key), &name) && intern(w, name, key, id);
	}
	const uint64_t head = name.n >= 8 ? word_load(key)
					  : word_load(key) & ((uint64_t(1) << (8 * name.n)) - 1);
	const uint64_t tail = name.n > 8 ? word_load(key + name.n - 8) : 0;
	const uint64_t hash = (head ^ (tail * 0x9e3779b97f4a7c15u) ^ name.n) * 0xff51afd7ed558ccdu;
	struct seen &c = w.s->cache[hash >> 54];
	if (c.n == name.n && c.p && c.head == head && c.tail == tail &&
		(name.n <= 16 || std::memcmp(c.p, key, name.n) == 0)) {
		*id = c.id;
		return true;
	}
	if (!intern(w, name, key, id))
		return false;
	const struct str kept = names_text(w.s->names, *id);
	c = seen{kept.p, kept.n, head, tail, *id};
	return true;
}

/* The names of one open object. A bit mask tells most of the new ones apart; the rest is
 * compared, and in an object with many names sorted at its end, so that no object costs the
 * square of its size. */
struct keys {
	size_t base;
	uint64_t mask;
};

bool repeated(struct walk &w, const char *key)
{
	return fault(w, "JSON-DUPLICATE-KEY", key, plain(key), "an object has the same name twice",
		"each name once");
}

bool key_add(struct walk &w, struct keys &k, uint32_t id, const char *key)
{
	struct json_simd *s = w.s;
	const uint64_t bit = uint64_t(1) << (id & 63);
	const size_t n = s->nkeys - k.base;

	if ((k.mask & bit) && n < FEW_KEYS)
		for (size_t i = k.base; i < s->nkeys; i++)
			if (s->keys[i] == id)
				return repeated(w, key);
	k.mask |= bit;
	if (s->nkeys == s->cap)
		mem_grow(&s->keys, &s->cap, s->nkeys + 1, sizeof(*s->keys));
	s->keys[s->nkeys++] = id;
	return true;
}

bool keys_end(struct walk &w, const struct keys &k, const char *at)
{
	struct json_simd *s = w.s;
	uint32_t *first = s->keys + k.base;
	uint32_t *last = s->keys + s->nkeys;

	s->nkeys = k.base;
	if (last - first <= FEW_KEYS)
		return true;
	std::sort(first, last);
	uint32_t *twice = std::adjacent_find(first, last);
	if (twice == last)
		return true;
	return fault(
		w, "JSON-DUPLICATE-KEY", at, 1, "this object has a name twice", "each name once");
}

bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 8259, section 6, over the whole token. */
bool is_number(struct str t)
{
	const char *p = t.p;
	const char *end = t.p + t.n;

	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p))
		return false;
	if (*p == '0' && end - p > 1 && is_digit(p[1]))
		return false;
	while (p < end && is_digit(*p))
		p++;
	if (p < end && *p == '.') {
		if (++p == end || !is_digit(*p))
			return false;
		while (p < end && is_digit(*p))
			p++;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end || !is_digit(*p))
			return false;
		while (p < end && is_digit(*p))
			p++;
	}
	return p == end;
}

bool text(struct walk &w, od::value &v, struct node *n, struct str token)
{
	od::raw_json_string raw;

	/* This also moves on; left to itself the iterator would take a text before ':' for a
	 * name. */
	if (v.get_raw_json_string().get(raw) || token.n < 2 || token.p[token.n - 1] != '"')
		return syntax(w);
	n->kind = NODE_TEXT;
	n->value = (struct str){token.p + 1, token.n - 2};
	if (n->value.n > LIMIT_VALUE)
		return fault(
			w, "ITEM-TOO-LARGE", token.p, 1, "a value is too long", "at most 4 MB");
	if (n->value.n == 0 || !std::memchr(n->value.p, '\\', n->value.n))
		return true;
	return unescape(w, raw, n->value.n, &n->value);
}

bool scalar(struct walk &w, struct node *n, struct str token)
{
	n->value = token;
	switch (token.p[0]) {
	case 't':
	case 'f':
		n->kind = NODE_BOOL;
		return str_is(token, token.p[0] == 't' ? "true" : "false") || syntax(w);
	case 'n':
		n->kind = NODE_NULL;
		n->value = (struct str){"", 0};
		return str_is(token, "null") || syntax(w);
	default:
		n->kind = NODE_NUMBER;
		return is_number(token) || syntax(w);
	}
}

bool members(
	struct walk &w, od::object object, struct node *parent, const char *at, unsigned depth);

/* One value: a child of parent; an array is as many children as it has elements. */
bool value(struct walk &w, od::value v, struct node *parent, uint32_t name, unsigned depth)
{
	const std::string_view raw = v.raw_json_token();
	struct str token = {raw.data(), raw.size()};
	struct node *n = nullptr;

	while (token.n > 0 && str_is_blank(token.p[token.n - 1]))
		token.n--;
	if (token.n == 0)
		return syntax(w);
	if ((token.p[0] == '{' || token.p[0] == '[') && depth == LIMIT_NESTING)
		return fault(w, "JSON-DEPTH", token.p, 1, "values are nested too deeply",
			"at most 64 levels");
	if (token.p[0] == '[') {
		od::array array;
		if (v.get_array().get(array))
			return syntax(w);
		for (auto element : array) {
			od::value e;
			if (std::move(element).get(e))
				return syntax(w);
			const std::string_view inner = e.raw_json_token();
			if (inner.empty() || inner[0] != '[') {
				if (!value(w, e, parent, name, depth + 1))
					return false;
				continue;
			}
			/* An array in an array is a node whose children are called item. */
			if (!node_add(w, parent, name, inner.data(), &n) ||
				!value(w, e, n, w.s->item, depth + 1))
				return false;
		}
		return true;
	}
	if (!node_add(w, parent, name, token.p, &n))
		return false;
	if (token.p[0] == '{') {
		od::object object;
		if (v.get_object().get(object))
			return syntax(w);
		return members(w, object, n, token.p, depth + 1);
	}
	return token.p[0] == '"' ? text(w, v, n, token) : scalar(w, n, token);
}

bool members(struct walk &w, od::object object, struct node *parent, const char *at, unsigned depth)
{
	struct keys k = {w.s->nkeys, 0};

	for (auto each : object) {
		od::field field;
		uint32_t id = 0;
		if (std::move(each).get(field))
			return syntax(w);
		const od::raw_json_string key = field.key();
		if (!key_id(w, key, &id) || !key_add(w, k, id, key.raw()) ||
			!value(w, field.value(), parent, id, depth))
			return false;
	}
	return keys_end(w, k, at);
}

/* iterate finds the tokens and checks UTF-8; its buffers grow by doubling, not document by
 * document. */
bool start(struct walk &w, od::document &doc)
{
	struct json_simd *s = w.s;

	if (w.doc.n > s->capacity) {
		while (s->capacity < w.doc.n)
			s->capacity *= 2;
		if (s->parser.allocate(s->capacity))
			mem_exhausted();
	}
	return !s->parser.iterate(w.doc.p, w.doc.n, w.doc.n + JSON_SIMD_PAD).get(doc);
}

} // namespace

extern "C" struct json_simd *json_simd_new(struct names *names)
{
	struct json_simd *s = new json_simd();

	s->names = names;
	s->item = names_id(names, str_c("item"));
	s->capacity = START;
	if (s->parser.allocate(s->capacity))
		mem_exhausted();
	return s;
}

extern "C" void json_simd_free(struct json_simd *s)
{
	if (!s)
		return;
	mem_free(s->keys);
	delete s;
}

extern "C" bool json_simd_parse(struct json_simd *s, struct str doc, uint64_t offset,
	struct arena *a, struct node **root, struct json_fault *f)
{
	struct walk w = {s, doc, offset, a, f, nullptr, 0, 0};
	od::document document;
	od::object object;
	struct node *top = nullptr;
	size_t at = 0;

	s->nkeys = 0;
	f->code = nullptr;
	while (at < doc.n && str_is_blank(doc.p[at]))
		at++;
	if (at == doc.n || !start(w, document))
		return syntax(w);
	if (doc.p[at] != '{') {
		if (json_fault_scan(doc, f))
			return false;
		return fault(w, "JSON-NOT-OBJECT", doc.p + at, 1, "an item must be an object", "{");
	}
	if (document.get_object().get(object) || !node_add(w, nullptr, 0, doc.p + at, &top))
		return syntax(w);
	top->kind = NODE_OBJECT;
	if (!members(w, object, top, doc.p + at, 1))
		return false;
	/* Only at the end of the document is there no place any more. */
	if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
		return syntax(w);
	*root = top;
	return true;
}
