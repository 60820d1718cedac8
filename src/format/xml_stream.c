/*
 * XML items; see xml_stream.h. libxml2 parses and checks; what it calls builds trees in the arena
 * of the slice. An item that goes on into the next slice keeps its arena: there are two, used in turn.
 *
 * Places: libxml2 says how many bytes it has taken. They count in the text as it is handed over, which
 * is UTF-8; where the file is in another character set, a cursor that only goes forward turns them into
 * those of the file.
 */
#include "format/xml_stream.h"

#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/window.h"
#include "format/xml_plain.h"
#include "format/xml_text.h"

/* A slice is small, so that its trees stay in the processor's cache; the first ones are smaller still, so that
 * plain items are found soon. */
enum {
	SLICE = 16 << 10,
	FIRST_SLICES = 64,
	CACHE = 1024,
	WHAT = 400,
	OPEN_MAX = 64 << 10,
	PLAIN_MAX = 1 << 20, /* an item that is looked at without libxml2 */
	TURNS = 16	     /* from libxml2 to plain items: each costs a new parser */
};

/* An element that is open inside an item. */
struct frame {
	struct node *node;
	size_t text; /* where its text begins in stream.text */
	bool parts;  /* has elements inside */
	bool own;    /* has text of its own that is not blank */
};

/* An item that is whole, or the one that is being made. */
struct made {
	struct item item; /* raw is not yet there */
	uint64_t end;	  /* in the text */
	uint64_t start;
	struct str open;
	const char *code; /* what is wrong with it, or NULL */
	const char *rule;
	struct made *next;
};

/* libxml2 keeps each name once, so its address is enough to know it again. */
struct known {
	const xmlChar *local;
	const xmlChar *uri;
	uint32_t id;
	bool attribute;
};

struct xml_stream {
	struct reader *r;
	const struct path *path;
	xmlParserCtxtPtr ctxt;
	struct window w;
	uint64_t fed;	/* text handed over, to this offset */
	int64_t origin; /* offset in the text of the parser's first byte */
	struct arena arenas[2];
	int arena; /* in use */
	int spans; /* arenas that the item being made lies in, as bits */
	struct known names[CACHE];
	/* outside items */
	size_t depth;		     /* elements that lead to items */
	size_t skipped;		     /* elements inside one that leads to none */
	size_t cuts[PATH_STEPS + 1]; /* lengths of open before each of them */
	struct buf open;	     /* their start tags */
	/* inside one */
	struct made *making;
	size_t level; /* elements open in it */
	struct frame frames[LIMIT_NESTING];
	size_t nodes;
	struct buf text;
	size_t copied;
	/* whole ones */
	struct made *first, *last;
	/* place of the cursor: in the text, in the file */
	uint64_t at, file_at, line_at;
	uint32_t line;
	/* plain items, read without libxml2 */
	struct xml_plain *plain; /* NULL: none are */
	bool is_plain;		 /* the next one may be */
	uint64_t plain_at;	 /* where it is looked for */
	struct buf around;	 /* what they stand in */
	unsigned turns;
	uint64_t given; /* items, of both kinds */
	uint64_t first_at;
	/* the end */
	bool started, rooted, ended, failed;
	struct err e;
};

/* --- places --- */

static uint64_t parsed(const struct xml_stream *s)
{
	const long n = xmlByteConsumed(s->ctxt);

	return (uint64_t)(s->origin + (n < 0 ? 0 : n));
}

/* Moves the cursor on to an offset of the text that is in the window. */
static void advance(struct xml_stream *s, uint64_t to)
{
	const char *p = s->w.p + (s->at - s->w.base);
	const char *end = NULL;

	if (to <= s->at)
		return;
	if (to > s->w.base + s->w.end)
		to = s->w.base + s->w.end;
	end = s->w.p + (to - s->w.base);
	if (s->w.set == CHARSET_UTF8) {
		for (const char *lf = p; lf < end && (lf = memchr(lf, '\n', (size_t)(end - lf)));) {
			lf++;
			s->line += s->line > 0;
			s->line_at = s->w.base + (uint64_t)(lf - s->w.p);
		}
		s->file_at = to;
	}
	for (; s->w.set != CHARSET_UTF8 && p < end; p++) {
		s->file_at += charset_width(s->w.set, *p);
		if (*p != '\n')
			continue;
		s->line += s->line > 0;
		s->line_at = s->file_at;
	}
	s->at = to;
}

/* The place of a value that begins at an offset of the text. Lines and columns are found by the item's
 * bytes when somebody asks, but not where those are others than the file's. */
static struct place place_of(struct xml_stream *s, uint64_t offset)
{
	if (s->w.set == CHARSET_UTF8)
		return (struct place){offset, 0, 0};
	advance(s, offset);
	return (struct place){s->file_at, s->line, (uint32_t)(s->file_at - s->line_at + 1)};
}

/* Offset of the '<' of the tag that the parser is at. */
static uint64_t tag_start(const struct xml_stream *s, uint64_t at)
{
	size_t i = at > s->w.base ? (size_t)(at - s->w.base) : 0;

	if (i > s->w.end)
		i = s->w.end;
	while (i > 0 && s->w.p[i - 1] != '<')
		i--;
	return s->w.base + (i > 0 ? i - 1 : 0);
}

/* The first fault is told; what libxml2 says after it follows from it. */
static void fail(struct xml_stream *s, uint64_t offset, const char *reason, const char *what)
{
	if (s->failed)
		return;
	s->failed = true;
	advance(s, offset);
	(void)err_set(&s->e, ERR_INPUT, STR_FMT ":%u:%llu: byte %llu: %s", STR_ARG(s->r->spec.file),
		s->line, (unsigned long long)(s->file_at - s->line_at + 1),
		(unsigned long long)s->file_at, what);
	(void)err_reason(&s->e, reason);
	xmlStopParser(s->ctxt);
}

/* --- names --- */

static uint32_t name_of(struct xml_stream *s, const xmlChar *local, const xmlChar *prefix,
	const xmlChar *uri, bool attribute)
{
	const uintptr_t h = ((uintptr_t)local >> 3) * 31 + ((uintptr_t)uri >> 3) + attribute;
	struct known *k = &s->names[(h ^ h >> 10) % CACHE];

	if (k->local == local && k->uri == uri && k->attribute == attribute)
		return k->id;
	*k = (struct known){local, uri, 0, attribute};
	k->id = xml_text_name(
		s->r, (const char *)local, (const char *)prefix, (const char *)uri, attribute);
	return k->id;
}

/* --- items --- */

static struct arena *arena_of(struct xml_stream *s)
{
	return &s->arenas[s->arena];
}

/* The item cannot be given: its tree goes, its end is still looked for. */
static void spoil(struct xml_stream *s, const char *code, const char *rule)
{
	if (s->making->code)
		return;
	s->making->code = code;
	s->making->rule = rule;
	s->making->item.root = NULL;
}

/* An item over the limit: what was made of it goes, and its bytes need not be kept any longer. */
static void check_size(struct xml_stream *s)
{
	if (s->making && !s->making->code && parsed(s) - s->making->start > LIMIT_ITEM)
		spoil(s, "ITEM-TOO-LARGE", "the item is larger than one item may be");
}

static struct node *node_of(struct xml_stream *s, struct node *parent, uint32_t name)
{
	if (name == 0 || ++s->nodes > LIMIT_NODES) {
		spoil(s, "ITEM-TOO-LARGE",
			name ? "the item has more parts than one item may have"
			     : "there are more different names than are read");
		return NULL;
	}
	return node_new(arena_of(s), parent, name, NODE_TEXT);
}

/* Without a tree of its own libxml2 hands an ampersand in a value over as "&#38;" and nothing
 * else escaped: every "&#38;" there is one ampersand. */
static struct str attribute_value(struct xml_stream *s, const char *p, const char *end)
{
	const struct str amp = STR("&#38;");
	struct str raw = {p, (size_t)(end - p)};
	char *out = NULL;
	size_t n = 0;

	if (str_chr(raw, '&') == SIZE_MAX)
		return raw.n > 0 ? arena_str(arena_of(s), raw) : STR("");
	out = arena_raw(arena_of(s), raw.n + 1);
	while (raw.n > 0) {
		out[n++] = raw.p[0];
		raw = str_from(raw, str_starts(raw, amp) ? amp.n : 1);
	}
	return (struct str){out, n};
}

/* Where the value of an attribute stands; it may have been made elsewhere by libxml2. */
static uint64_t value_at(const struct xml_stream *s, const xmlChar *p)
{
	const xmlParserInputPtr in = s->ctxt->input;

	if (p >= in->base && p <= in->end)
		return parsed(s) - (uint64_t)(in->cur - p);
	return s->at;
}

static void attributes(struct xml_stream *s, struct node *parent, int n, const xmlChar **parts)
{
	for (int i = 0; i < n && !s->making->code; i++, parts += 5) {
		struct node *a = node_of(s, parent, name_of(s, parts[0], parts[1], parts[2], true));
		if (!a)
			return;
		a->value = attribute_value(s, (const char *)parts[3], (const char *)parts[4]);
		a->place = place_of(s, value_at(s, parts[3]));
	}
}

/* An element inside an item, or the item itself: its value begins behind the tag. */
static void element(struct xml_stream *s, uint32_t name, int n, const xmlChar **parts)
{
	struct frame *up = s->level > 0 ? &s->frames[s->level - 1] : NULL;
	struct frame *f = NULL;

	if (s->level == LIMIT_NESTING)
		spoil(s, "XML-DEPTH", "elements of the item are nested deeper than is read");
	s->level++;
	if (s->making->code)
		return;
	f = &s->frames[s->level - 1];
	*f = (struct frame){.text = s->text.n};
	f->node = node_of(s, up ? up->node : NULL, name);
	if (!f->node)
		return;
	if (up)
		up->parts = true;
	attributes(s, f->node, n, parts);
	f->node->place = place_of(s, parsed(s) + 1);
}

static void element_end(struct xml_stream *s)
{
	struct frame *f = NULL;
	struct str text;

	s->level--;
	if (s->making->code)
		return;
	f = &s->frames[s->level];
	text = str_from(buf_view(&s->text), f->text);
	if (f->parts && !f->own) {
		f->node->kind = NODE_OBJECT;
		return;
	}
	s->copied += text.n;
	if (s->copied > 4 * (size_t)LIMIT_ITEM || s->text.over)
		spoil(s, "ITEM-TOO-LARGE", "the texts of the item are too long");
	else if (text.n > 0)
		f->node->value = arena_str(arena_of(s), text);
	if (s->level > 0 && f->own && f->parts)
		s->frames[s->level - 1].parts = true;
}

static void item_start(struct xml_stream *s, uint32_t name, int n, const xmlChar **parts)
{
	const uint64_t start = tag_start(s, parsed(s));
	struct made *m = ARENA_NEW(arena_of(s), struct made);

	advance(s, start);
	m->start = start;
	m->item.file = s->r->spec.file;
	m->item.offset = m->item.locator = s->file_at;
	m->item.line = s->line;
	m->item.column = s->line > 0 ? (uint32_t)(s->file_at - s->line_at + 1) : 0;
	m->open = arena_str(arena_of(s), buf_view(&s->open));
	s->making = m;
	s->spans = 1 << s->arena;
	s->level = 0;
	s->nodes = s->copied = 0;
	buf_clear(&s->text);
	element(s, name, n, parts);
	m->item.root = m->code ? NULL : s->frames[0].node;
}

static void item_end(struct xml_stream *s)
{
	struct made *m = s->making;

	m->end = parsed(s);
	check_size(s);
	s->making = NULL;
	if (s->last)
		s->last->next = m;
	else
		s->first = m;
	s->last = m;
}

/* --- outside items --- */

static void wrong_root(struct xml_stream *s, struct str name)
{
	char what[WHAT];

	(void)snprintf(what, sizeof(what),
		"the root element is " STR_FMT ", the path to the items begins with " STR_FMT
		"; a name in {} needs its namespace declared in the map (xmlns:p=...)",
		(int)(name.n > 120 ? 120 : name.n), name.p,
		(int)(s->path->steps[0].n > 100 ? 100 : s->path->steps[0].n), s->path->steps[0].p);
	fail(s, tag_start(s, parsed(s)), "XML-ROOT", what);
}

static void on_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int n_ns, const xmlChar **ns, int n, int n_default, const xmlChar **parts)
{
	struct xml_stream *s = user;
	const uint32_t name = name_of(s, local, prefix, uri, false);
	bool leads = false;

	(void)n_default;
	if (s->failed)
		return;
	if (s->making) {
		element(s, name, n, parts);
		return;
	}
	if (s->skipped > 0) {
		s->skipped++;
		return;
	}
	leads = s->path->n == 0 || path_is(s->path, s->depth, names_text(s->r->names, name));
	if (s->depth == 0 && !leads && !s->rooted)
		wrong_root(s, names_text(s->r->names, name));
	s->rooted = true;
	if (leads && s->depth + 1 == (s->path->n == 0 ? 2 : s->path->n)) {
		item_start(s, name, n, parts);
	} else if (leads) {
		s->cuts[s->depth++] = s->open.n;
		xml_text_tag(&s->open, (const char *)local, (const char *)prefix, (size_t)n_ns, ns);
	} else {
		s->skipped = 1;
	}
}

static void on_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml_stream *s = user;

	(void)local;
	(void)prefix;
	(void)uri;
	if (s->failed)
		return;
	if (s->making) {
		element_end(s);
		if (s->level == 0)
			item_end(s);
	} else if (s->skipped > 0) {
		s->skipped--;
	} else if (s->depth > 0) {
		s->open.n = s->cuts[--s->depth];
	}
}

static bool blank(const xmlChar *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] > ' ')
			return false;
	return true;
}

static void on_text(void *user, const xmlChar *p, int n)
{
	struct xml_stream *s = user;
	struct frame *f = NULL;

	if (!s->making || s->making->code || n <= 0)
		return;
	f = &s->frames[s->level - 1];
	f->own = f->own || !blank(p, (size_t)n);
	buf_put(&s->text, p, (size_t)n);
}

static void on_doctype(
	void *user, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	struct xml_stream *s = user;

	(void)name;
	(void)public_id;
	(void)system_id;
	/* Nothing of its inner subset may be looked at: no entity is ever declared. */
	if (s->r->spec.doctype)
		return;
	fail(s, parsed(s), "XML-DOCTYPE",
		"a DOCTYPE is not read: it could fetch files or grow without end; export without it");
}

static void on_error(void *user, xmlErrorPtr error)
{
	struct xml_stream *s = user;
	char what[WHAT];

	if (error->level < XML_ERR_ERROR || s->failed)
		return;
	if (s->ended && (s->making || s->depth > 0 || s->skipped > 0 || !s->rooted)) {
		fail(s, parsed(s), "TRUNCATED",
			"the file is cut off: it ends before its root element does");
		return;
	}
	xml_text_message(error->message, what, sizeof(what));
	fail(s, parsed(s),
		error->code == XML_ERR_INVALID_ENCODING || error->code == XML_ERR_INVALID_CHAR
			? "XML-ENCODING"
			: "XML-SYNTAX",
		what);
}

/* --- the parser --- */

static void new_parser(struct xml_stream *s)
{
	static const xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_doctype,
		.serror = on_error,
	};
	xmlSAXHandler mine = sax;

	if (s->ctxt)
		xmlFreeParserCtxt(s->ctxt);
	s->ctxt = xmlCreatePushParserCtxt(&mine, s, NULL, 0, NULL);
	if (!s->ctxt)
		mem_exhausted();
	/* The bytes are UTF-8 here; a declaration must not make it convert them. */
	(void)xmlCtxtUseOptions(s->ctxt,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	memset(s->names, 0, sizeof(s->names));
}

struct xml_stream *xml_stream_new(
	struct reader *r, const struct path *path, enum charset set, uint64_t first, size_t block)
{
	struct xml_stream *s = mem_alloc(sizeof(*s));

	s->r = r;
	s->path = path;
	window_init(&s->w, r->fd, block, LIMIT_ITEM + READ_BLOCK);
	s->w.set = set;
	arena_init(&s->arenas[0]);
	arena_init(&s->arenas[1]);
	buf_init(&s->open, OPEN_MAX);
	buf_init(&s->text, LIMIT_ITEM);
	buf_init(&s->around, OPEN_MAX);
	s->first_at = first;
	xml_stream_restart(s, first, STR(""), 1);
	return s;
}

void xml_stream_free(struct xml_stream *s)
{
	if (!s)
		return;
	if (s->ctxt)
		xmlFreeParserCtxt(s->ctxt);
	window_done(&s->w);
	arena_done(&s->arenas[0]);
	arena_done(&s->arenas[1]);
	buf_done(&s->open);
	buf_done(&s->text);
	buf_done(&s->around);
	xml_plain_free(s->plain);
	mem_free(s);
}

void xml_stream_use_plain(struct xml_stream *s)
{
	if (s->w.set == CHARSET_UTF8)
		s->plain = xml_plain_new(s->r);
}

void xml_stream_restart(struct xml_stream *s, uint64_t offset, struct str open, uint32_t line)
{
	new_parser(s);
	window_seek(&s->w, offset);
	s->fed = s->at = s->file_at = s->line_at = offset;
	s->origin = (int64_t)offset - (int64_t)open.n;
	s->line = line;
	s->depth = s->skipped = s->level = 0;
	s->making = s->first = s->last = NULL;
	s->spans = 0;
	s->rooted = s->ended = s->failed = s->is_plain = false;
	s->started = open.n > 0;
	buf_clear(&s->open);
	if (open.n > 0)
		(void)xmlParseChunk(s->ctxt, open.p, (int)open.n, 0);
}

/* What was read before is no longer needed, but for an item that goes on. */
static void let_go(struct xml_stream *s)
{
	const int other = 1 - s->arena;
	uint64_t keep = parsed(s);

	check_size(s);
	if (s->making && !s->making->code)
		keep = s->making->start;
	advance(s, keep);
	if (keep > s->w.base + s->w.at)
		s->w.at = (size_t)(keep - s->w.base);
	if (!s->making)
		s->spans = 0;
	if (s->spans & 1 << other)
		return;
	arena_reset(&s->arenas[other]);
	s->arena = other;
	s->spans |= s->making ? 1 << other : 0;
}

/* Anything else libxml2 might take for the mark of another encoding, and count other bytes. */
static bool starts_well(char c)
{
	return c == '<' || str_is_blank(c);
}

/* Hands the next slice to the parser. 0, or -1 when the file cannot be read. */
static int feed(struct xml_stream *s, struct err *e)
{
	size_t left = 0;

	let_go(s);
	while (s->fed == s->w.base + s->w.end) {
		const int rc = window_more(&s->w, e);
		if (rc == -1 && e->code == ERR_INPUT)
			(void)err_reason(e, "XML-ENCODING");
		if (rc == -1)
			return err_wrap(e, STR_FMT, STR_ARG(s->r->spec.file));
		if (rc == 0) {
			s->ended = true;
			(void)xmlParseChunk(s->ctxt, NULL, 0, 1);
			if (!s->ctxt->wellFormed)
				fail(s, parsed(s), "XML-SYNTAX", "the file is not well-formed XML");
			return 0;
		}
	}
	if (!s->started && !starts_well(s->w.p[s->fed - s->w.base])) {
		fail(s, s->fed, "XML-SYNTAX", "an XML file begins with <");
		return 0;
	}
	s->started = true;
	left = (size_t)(s->w.base + s->w.end - s->fed);
	if (left > (s->fed < SLICE ? FIRST_SLICES : SLICE))
		left = s->fed < SLICE ? FIRST_SLICES : SLICE;
	s->fed += left;
	(void)xmlParseChunk(s->ctxt, s->w.p + (s->fed - left - s->w.base), (int)left, 0);
	return 0;
}

static void give(struct xml_stream *s, struct item *it, struct str *open, struct diag *d)
{
	struct made *m = s->first;
	const struct str all = {s->w.p, s->w.end};

	s->first = m->next;
	if (!s->first)
		s->last = NULL;
	*it = m->item;
	*open = m->open;
	it->raw = STR("");
	if (!m->code || m->end - m->start <= LIMIT_ITEM)
		it->raw = m->start >= s->w.base
			? str_sub(all, (size_t)(m->start - s->w.base), (size_t)(m->end - m->start))
			: STR("");
	if (!m->code)
		return;
	it->root = NULL;
	xml_text_spoiled(it, m->code, m->rule, d);
}

/* --- plain items --- */

/* Behind an item that libxml2 gave: are the next ones looked for without it? What it has of one is dropped. */
static void try_plain(struct xml_stream *s)
{
	const size_t depth = s->path->n == 0 ? 1 : s->path->n - 1;

	if (!s->plain || s->given == 0 || s->turns == TURNS || s->ended || s->failed ||
		s->skipped > 0)
		return;
	if (s->making ? s->making->code != NULL : s->depth != depth)
		return;
	s->turns++;
	buf_clear(&s->around);
	buf_str(&s->around, s->making ? s->making->open : buf_view(&s->open));
	s->plain_at = s->making ? s->making->start : parsed(s);
	s->making = NULL;
	s->is_plain = xml_plain_start(s->plain, buf_view(&s->around));
	if (!s->is_plain)
		s->turns = TURNS;
}

/* The next bytes are for libxml2; it goes on where the plain items end. */
static void leave_plain(struct xml_stream *s)
{
	const uint64_t line_at = s->line_at;

	xml_stream_restart(s, s->plain_at, buf_view(&s->around), s->line);
	s->line_at = line_at;
}

static bool is_item(const struct xml_stream *s, const struct node *root)
{
	return s->path->n == 0 ||
		path_is(s->path, s->path->n - 1, names_text(s->r->names, root->name));
}

static void give_plain(struct xml_stream *s, const struct xml_plain_item *found, struct item *it)
{
	const struct str bytes = {s->w.p + s->w.at, s->w.end - s->w.at};

	advance(s, s->plain_at + found->from);
	memset(it, 0, sizeof(*it));
	it->root = found->root;
	it->file = s->r->spec.file;
	it->offset = it->locator = s->file_at;
	it->line = s->line;
	it->column = s->line > 0 ? (uint32_t)(s->file_at - s->line_at + 1) : 0;
	it->raw = str_sub(bytes, found->from, found->to - found->from);
	s->plain_at += found->to;
	s->given++;
}

/* True: the next item is a plain one. */
static bool next_plain(struct xml_stream *s, struct item *it)
{
	struct xml_plain_item found;
	enum xml_plain_got got = XML_PLAIN_MORE;
	struct err ignored; /* libxml2's turn comes to the same place */

	advance(s, s->plain_at);
	s->w.at = (size_t)(s->plain_at - s->w.base);
	for (;;) {
		const struct str bytes = {s->w.p + s->w.at, s->w.end - s->w.at};
		got = xml_plain_next(s->plain, bytes, s->plain_at, &found);
		if (got != XML_PLAIN_MORE || bytes.n > PLAIN_MAX ||
			window_more(&s->w, &ignored) != 1)
			break;
	}
	if (got != XML_PLAIN_ITEM || !is_item(s, found.root)) {
		leave_plain(s);
		return false;
	}
	give_plain(s, &found, it);
	return true;
}

/* --- the next item --- */

static int next(
	struct xml_stream *s, struct item *it, struct str *open, struct diag *d, struct err *e)
{
	if (!s->first && !s->is_plain)
		try_plain(s);
	if (s->is_plain && next_plain(s, it)) {
		*open = buf_view(&s->around);
		return 1;
	}
	while (!s->first) {
		if (s->failed) {
			*e = s->e;
			return -1;
		}
		if (s->ended)
			return 0;
		if (feed(s, e) == -1)
			return -1;
	}
	give(s, it, open, d);
	s->given++;
	return 1;
}

/* The file is refused: all of it once more by libxml2 alone, whose words name lines that only it has counted. */
static int refused(
	struct xml_stream *s, struct item *it, struct str *open, struct diag *d, struct err *e)
{
	uint64_t left = s->given;
	struct arena a;
	int rc = 1;

	arena_init(&a);
	s->turns = TURNS;
	s->given = 0;
	xml_stream_restart(s, s->first_at, STR(""), 1);
	for (; left > 0 && rc == 1; left--) {
		struct diag again;
		diag_init(&again, &a);
		rc = next(s, it, open, &again, e);
		arena_reset(&a);
	}
	arena_done(&a);
	return rc == 1 ? next(s, it, open, d, e) : rc;
}

int xml_stream_next(
	struct xml_stream *s, struct item *it, struct str *open, struct diag *d, struct err *e)
{
	const int rc = next(s, it, open, d, e);

	return rc == -1 && s->failed && s->turns > 0 ? refused(s, it, open, d, e) : rc;
}

uint64_t xml_stream_bytes(const struct xml_stream *s)
{
	return s->file_at;
}
