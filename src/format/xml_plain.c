/* Plain elements; see xml_plain.h. What is read here is what libxml2 would give, places included. */
#include "format/xml_plain.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/word.h"
#include "format/xml_text.h"

enum { CACHE = 256, NAME = 40, SPACES = 16, REFERENCE = 10 };

#define NAMESPACE_XML "http://www.w3.org/XML/1998/namespace"

/* A name as it stands in the file, and what it is called. */
struct known {
	uint32_t id;
	uint8_t n;
	bool attribute;
	char text[NAME];
};

/* A prefix and what it stands for, both terminated. */
struct space {
	const char *prefix;
	const char *uri;
};

struct frame {
	struct node *node;
	struct str name;
	bool parts; /* has elements inside */
};

struct xml_plain {
	struct reader *r;
	struct arena arena; /* of the item */
	struct arena around;
	struct space spaces[SPACES];
	size_t nspaces;
	struct known names[CACHE];
	struct frame frames[LIMIT_NESTING];
	size_t level;
	size_t nodes;
	const char *p;
	size_t n;
	size_t at;
	uint64_t offset; /* of p */
	uint64_t start;	 /* of the item */
};

struct xml_plain *xml_plain_new(struct reader *r)
{
	struct xml_plain *x = mem_alloc(sizeof(*x));

	x->r = r;
	arena_init(&x->arena);
	arena_init(&x->around);
	return x;
}

void xml_plain_free(struct xml_plain *x)
{
	if (!x)
		return;
	arena_done(&x->arena);
	arena_done(&x->around);
	mem_free(x);
}

/* --- names --- */

static bool starts_name(char c)
{
	return str_is_alpha(c) || c == '_';
}

static bool in_name(char c)
{
	return starts_name(c) || str_is_digit(c) || c == '-' || c == '.' || c == ':';
}

/* The name at the cursor; empty when there is none that is plain. */
static struct str take_name(struct xml_plain *x)
{
	const char *p = x->p + x->at;
	size_t n = 0;

	if (!starts_name(p[0]))
		return STR("");
	while (n < NAME && in_name(p[n]))
		n++;
	if (n == NAME)
		return STR("");
	x->at += n;
	return (struct str){p, n};
}

/* What a prefix stands for, NULL for nothing; *known: it is declared. */
static const char *uri_of(const struct xml_plain *x, const char *prefix, bool *known)
{
	*known = true;
	for (size_t i = x->nspaces; i > 0; i--)
		if (strcmp(x->spaces[i - 1].prefix, prefix) == 0)
			return x->spaces[i - 1].uri[0] ? x->spaces[i - 1].uri : NULL;
	*known = prefix[0] == '\0';
	return NULL;
}

/* 0 when its prefix is not declared around the items, or it has a form of its own. */
static uint32_t spell(const struct xml_plain *x, struct str name, bool attribute)
{
	const size_t colon = str_chr(name, ':');
	const char *uri = NULL;
	char prefix[NAME] = "";
	char local[NAME] = "";
	bool known = true;

	if (colon != SIZE_MAX) {
		memcpy(prefix, name.p, colon);
		name = str_from(name, colon + 1);
		if (name.n == 0 || !starts_name(name.p[0]) || str_chr(name, ':') != SIZE_MAX)
			return 0;
	}
	memcpy(local, name.p, name.n);
	if (attribute && (strcmp(prefix, "xmlns") == 0 || (!prefix[0] && str_is(name, "xmlns"))))
		return 0;
	if (attribute && strcmp(prefix, "xml") == 0)
		uri = NAMESPACE_XML;
	else if (!attribute || prefix[0])
		uri = uri_of(x, prefix, &known);
	return known ? xml_text_name(x->r, local, prefix[0] ? prefix : NULL, uri, attribute) : 0;
}

static uint32_t name_of(struct xml_plain *x, struct str name, bool attribute)
{
	const size_t h = name.n * 31 + (unsigned char)name.p[0] * 7 +
		(unsigned char)name.p[name.n / 2] * 3 + (unsigned char)name.p[name.n - 1] +
		(attribute ? 128 : 0);
	struct known *k = &x->names[h % CACHE];

	if (k->n == name.n && k->attribute == attribute && memcmp(k->text, name.p, name.n) == 0)
		return k->id;
	k->n = (uint8_t)name.n;
	k->attribute = attribute;
	memcpy(k->text, name.p, name.n);
	k->id = spell(x, name, attribute);
	return k->id;
}

/* --- references --- */

/* Is this a character that XML knows? */
static bool is_char(uint32_t c)
{
	return c >= 0x20
		? c < 0xD800 || (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c <= 0x10FFFF)
		: c == '\t' || c == '\n' || c == '\r';
}

/* The character of "#38" or "#x26"; 0 when it is none. */
static uint32_t numbered(struct str s)
{
	const bool hex = s.n > 1 && s.p[1] == 'x';
	uint32_t c = 0;

	for (size_t i = hex ? 2 : 1; i < s.n; i++) {
		const char d = s.p[i];
		const char low = (char)(d | 0x20);
		if (str_is_digit(d))
			c = c * (hex ? 16 : 10) + (uint32_t)(d - '0');
		else if (hex && low >= 'a' && low <= 'f')
			c = c * 16 + (uint32_t)(low - 'a' + 10);
		else
			return 0;
	}
	return is_char(c) ? c : 0;
}

/* The character that the reference at the start of s stands for, and its length; 0 when it is not plain. */
static uint32_t referred(struct str s, size_t *size)
{
	static const struct {
		const char *name;
		char c;
	} usual[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	const struct str near = str_sub(s, 1, REFERENCE);
	const struct str name = str_sub(near, 0, str_chr(near, ';'));

	if (name.n == 0 || name.n == near.n)
		return 0;
	*size = name.n + 2;
	if (name.p[0] == '#')
		return numbered(name);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (str_is(name, usual[i].name))
			return (uint32_t)usual[i].c;
	return 0;
}

/* References and line ends as what they stand for. False when one is not plain. */
static bool resolve(struct xml_plain *x, struct str raw, struct str *out)
{
	char *p = arena_raw(&x->arena, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n;) {
		size_t size = 1;
		if (raw.p[i] == '&') {
			const uint32_t c = referred(str_from(raw, i), &size);
			if (c == 0)
				return false;
			n += utf8_encode(c, p + n);
		} else if (raw.p[i] == '\r') {
			p[n++] = '\n';
			size += i + 1 < raw.n && raw.p[i + 1] == '\n';
		} else {
			p[n++] = raw.p[i];
		}
		i += size;
	}
	*out = (struct str){p, n};
	return true;
}

/* --- the item --- */

/* Behind a character of more than one byte. */
static enum xml_plain_got wide(struct xml_plain *x)
{
	const struct str rest = {x->p + x->at, x->n - x->at};
	size_t size = 0;
	uint32_t c = 0;

	if (rest.n < 4)
		return XML_PLAIN_MORE;
	c = utf8_next(rest, &size);
	if (c == UTF8_REPLACEMENT || !is_char(c))
		return XML_PLAIN_OTHER;
	x->at += size;
	return XML_PLAIN_ITEM;
}

/* The next byte that is not simply text. */
static size_t special(const char *p, size_t at, size_t n)
{
	for (; at < n; at += 8) {
		const uint64_t w = word_load(p + at);
		const uint64_t lt = w ^ word_of('<');
		const uint64_t amp = w ^ word_of('&');
		const uint64_t bracket = w ^ word_of(']');
		/* the lowest hit is right; those above it may come from a borrow */
		const uint64_t hits = (((lt - WORD_ONES) & ~lt) | ((amp - WORD_ONES) & ~amp) |
					      ((bracket - WORD_ONES) & ~bracket) |
					      ((w - word_of(' ')) & ~w) | w) &
			WORD_TOPS;
		if (hits)
			return at + ATTR_CTZ64(hits) / 8;
	}
	return n;
}

/* Text to the next tag; *odd: it has to be resolved. */
static enum xml_plain_got take_text(struct xml_plain *x, struct str *text, bool *odd)
{
	const size_t from = x->at;

	*odd = false;
	for (;;) {
		x->at = special(x->p, x->at, x->n);
		if (x->at >= x->n)
			return XML_PLAIN_MORE;
		switch (x->p[x->at]) {
		case '<':
			*text = (struct str){x->p + from, x->at - from};
			return XML_PLAIN_ITEM;
		case '&':
		case '\r':
			*odd = true;
			x->at++;
			break;
		case ']': /* "]]>" has no place in a text */
			if (x->p[x->at + 1] == ']')
				return XML_PLAIN_OTHER;
			x->at++;
			break;
		case '\n':
		case '\t':
			x->at++;
			break;
		default: {
			const enum xml_plain_got got = (unsigned char)x->p[x->at] < 0x80
				? XML_PLAIN_OTHER
				: wide(x);
			if (got != XML_PLAIN_ITEM)
				return got;
		}
		}
	}
}

static void skip_blanks(struct xml_plain *x)
{
	while (str_is_blank(x->p[x->at]))
		x->at++;
}

static bool is_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_blank(s.p[i]))
			return false;
	return true;
}

static struct node *add_node(struct xml_plain *x, struct node *parent, uint32_t name)
{
	return name != 0 && ++x->nodes <= LIMIT_NODES ? node_new(&x->arena, parent, name, NODE_TEXT)
						      : NULL;
}

/* The value between quotes at the cursor. libxml2 gives its place only where it is ASCII and without
 * references; otherwise that of the item stands for it. */
static enum xml_plain_got take_value(struct xml_plain *x, struct node *n)
{
	const char quote = x->p[x->at];
	const size_t from = ++x->at;
	bool simple = true;
	bool odd = false;
	struct str raw;

	if (quote != '"' && quote != '\'')
		return XML_PLAIN_OTHER;
	while (x->p[x->at] != quote) {
		const unsigned char c = (unsigned char)x->p[x->at];
		if (x->at >= x->n)
			return XML_PLAIN_MORE;
		if (c < ' ' || c == '<')
			return XML_PLAIN_OTHER;
		simple = simple && c != '&' && c < 0x80;
		odd = odd || c == '&';
		if (c >= 0x80) {
			const enum xml_plain_got got = wide(x);
			if (got != XML_PLAIN_ITEM)
				return got;
		} else {
			x->at++;
		}
	}
	raw = (struct str){x->p + from, x->at - from};
	x->at++;
	n->place.offset = simple ? x->offset + from : x->start;
	n->value = raw;
	return odd && !resolve(x, raw, &n->value) ? XML_PLAIN_OTHER : XML_PLAIN_ITEM;
}

/* The name of an attribute without its prefix. */
static struct str local_of(const struct xml_plain *x, const struct node *n)
{
	const struct str name = names_text(x->r->names, n->name);
	const size_t colon = str_chr(name, ':');

	return str_from(name, colon == SIZE_MAX ? 1 : colon + 1);
}

/* Under prefixes of the file, two names may be one: libxml2 decides. */
static bool is_repeated(const struct xml_plain *x, const struct node *n)
{
	for (const struct node *s = n->parent->child; s != n; s = s->next)
		if (s->name == n->name ||
			(x->r->spec.own_prefixes && str_eq(local_of(x, s), local_of(x, n))))
			return true;
	return false;
}

/* One attribute of an element. */
static enum xml_plain_got attribute(struct xml_plain *x, struct node *parent)
{
	const struct str name = take_name(x);
	struct node *n = name.n > 0 ? add_node(x, parent, name_of(x, name, true)) : NULL;

	if (!n || is_repeated(x, n))
		return XML_PLAIN_OTHER;
	skip_blanks(x);
	if (x->p[x->at] != '=')
		return XML_PLAIN_OTHER;
	x->at++;
	skip_blanks(x);
	return take_value(x, n);
}

/* A start tag from its name on. *closed: it is that of an empty element. */
static enum xml_plain_got start_tag(struct xml_plain *x, bool *closed)
{
	const struct str name = take_name(x);
	struct frame *up = x->level > 0 ? &x->frames[x->level - 1] : NULL;
	struct node *n = NULL;

	if (name.n == 0 || x->level == LIMIT_NESTING)
		return XML_PLAIN_OTHER;
	n = add_node(x, up ? up->node : NULL, name_of(x, name, false));
	if (!n)
		return XML_PLAIN_OTHER;
	if (up)
		up->parts = true;
	x->frames[x->level++] = (struct frame){n, name, false};
	for (;;) {
		const size_t behind = x->at;
		enum xml_plain_got got = XML_PLAIN_OTHER;
		skip_blanks(x);
		if (x->p[x->at] == '>' || (x->p[x->at] == '/' && x->p[x->at + 1] == '>'))
			break;
		if (x->at > behind)
			got = attribute(x, n);
		if (got != XML_PLAIN_ITEM)
			return got;
	}
	n->place.offset = x->offset + x->at + 1;
	*closed = x->p[x->at] == '/';
	x->at += *closed ? 2 : 1;
	return XML_PLAIN_ITEM;
}

/* An end tag from its name on; the element must be the one that is open. */
static enum xml_plain_got end_tag(struct xml_plain *x)
{
	const struct str name = x->frames[x->level - 1].name;

	if (x->n - x->at < name.n)
		return XML_PLAIN_MORE;
	if (memcmp(x->p + x->at, name.p, name.n) != 0)
		return XML_PLAIN_OTHER;
	x->at += name.n;
	skip_blanks(x);
	if (x->p[x->at] != '>')
		return XML_PLAIN_OTHER;
	x->at++;
	x->level--;
	return XML_PLAIN_ITEM;
}

/* Text in the element that is open: its value where it has no elements inside, else blanks. */
static enum xml_plain_got content(struct xml_plain *x)
{
	struct frame *f = &x->frames[x->level - 1];
	struct str text;
	bool odd = false;
	const enum xml_plain_got got = take_text(x, &text, &odd);

	if (got != XML_PLAIN_ITEM)
		return got;
	if (f->parts || x->p[x->at + 1] != '/') {
		f->node->kind = NODE_OBJECT;
		return is_blank(text) ? XML_PLAIN_ITEM : XML_PLAIN_OTHER;
	}
	f->node->value = text;
	return odd && !resolve(x, text, &f->node->value) ? XML_PLAIN_OTHER : XML_PLAIN_ITEM;
}

static enum xml_plain_got take_item(struct xml_plain *x)
{
	enum xml_plain_got got = XML_PLAIN_OTHER;
	bool closed = false;

	do {
		const bool end = x->p[x->at + 1] == '/';
		if (x->p[x->at] != '<')
			return XML_PLAIN_OTHER;
		x->at += end ? 2 : 1;
		closed = false;
		got = end ? end_tag(x) : start_tag(x, &closed);
		if (got == XML_PLAIN_ITEM && closed)
			x->level--;
		if (got == XML_PLAIN_ITEM && x->level > 0)
			got = content(x);
	} while (got == XML_PLAIN_ITEM && x->level > 0);
	return got;
}

enum xml_plain_got xml_plain_next(
	struct xml_plain *x, struct str bytes, uint64_t offset, struct xml_plain_item *item)
{
	enum xml_plain_got got = XML_PLAIN_MORE;

	arena_reset(&x->arena);
	x->p = bytes.p;
	x->n = bytes.n;
	x->at = x->level = x->nodes = 0;
	x->offset = offset;
	skip_blanks(x);
	item->from = x->at;
	x->start = offset + x->at;
	if (x->at + 2 <= x->n && x->p[x->at + 1] != '/')
		got = take_item(x);
	else if (x->at + 2 <= x->n)
		got = XML_PLAIN_OTHER;
	/* What did not fit may only be cut off. */
	if (got == XML_PLAIN_OTHER && x->at + 2 * NAME >= x->n)
		got = XML_PLAIN_MORE;
	if (got == XML_PLAIN_ITEM && x->at > x->n)
		got = XML_PLAIN_MORE;
	item->to = x->at;
	item->root = x->frames[0].node;
	return got;
}

/* --- what stands around items --- */

/* One declaration, ":p=\"urn:p\"" at the start of s; its length, 0 when it is not understood. */
static size_t declaration(struct xml_plain *x, struct str s, struct space *out)
{
	const size_t equals = str_chr(s, '=');
	const struct str prefix = str_sub(s, 0, equals);
	const struct str value = str_from(s, equals == SIZE_MAX ? s.n : equals + 2);
	const size_t end = str_chr(value, '"');
	struct str uri;

	if (end == SIZE_MAX || !resolve(x, str_sub(value, 0, end), &uri))
		return 0;
	out->prefix = arena_cstr(&x->around, str_from(prefix, prefix.n > 0 ? 1 : 0));
	out->uri = arena_cstr(&x->around, uri);
	return equals + 2 + end;
}

bool xml_plain_start(struct xml_plain *x, struct str open)
{
	const struct str mark = STR(" xmlns");
	size_t at = 0;

	memset(x->names, 0, sizeof(x->names));
	arena_reset(&x->arena);
	arena_reset(&x->around);
	x->nspaces = 0;
	while ((at = str_find(open, mark, at)) != SIZE_MAX) {
		const size_t n = x->nspaces == SPACES
			? 0
			: declaration(x, str_from(open, at + mark.n), &x->spaces[x->nspaces]);
		if (n == 0)
			return false;
		at += mark.n + n;
		x->nspaces++;
	}
	return true;
}
