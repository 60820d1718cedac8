/*
 * Our own XML through libxml2's SAX2 push parser; see xml.h. The parser gets no file access, no
 * catalogs, no DTD and our allocator. Places are computed here from byte offsets, because the
 * columns of libxml2 differ between its versions: at the call for a start tag it stands behind
 * the attributes, and as no attribute can hold a bare '<', the last one before it is the tag's.
 */
#include "model/xml.h"

#include <stdio.h>
#include <string.h>

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

struct frame {
	struct xml *x;
	struct xml *last; /* its last child */
	struct buf text;  /* kept between elements of the same depth */
	size_t told;	  /* so much of text stands in front of a child */
};

struct reader {
	xmlParserCtxtPtr ctxt;
	struct str bytes; /* without BOM */
	const char *file;
	struct arena *arena;
	struct frame frames[LIMIT_NESTING];
	size_t depth; /* open elements */
	struct xml *root;
	size_t at; /* the place reached: offset, line, start of that line */
	uint32_t line;
	size_t line_start;
	bool failed;
	struct err *e;
};

/* Moves on to offset, which is never before the last one asked for. */
static void advance(struct reader *r, size_t offset)
{
	for (; r->at < offset && r->at < r->bytes.n; r->at++) {
		if (r->bytes.p[r->at] != '\n')
			continue;
		r->line++;
		r->line_start = r->at + 1;
	}
}

/* The first fault is told; what libxml2 says after it follows from it. */
static void fail(struct reader *r, size_t offset, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	advance(r, offset);
	(void)err_set(r->e, ERR_CONFIG, "%s:%u:%zu: %s", r->file, r->line,
		r->at - r->line_start + 1, what);
}

static size_t parsed(const struct reader *r)
{
	const long n = r->ctxt ? xmlByteConsumed(r->ctxt) : 0;

	return n < 0 ? 0 : (size_t)n;
}

/* Offset of the '<' of the start tag that the parser has just read. */
static size_t tag_start(const struct reader *r)
{
	size_t at = parsed(r);

	if (at > r->bytes.n)
		at = r->bytes.n;
	while (at > r->at && r->bytes.p[at - 1] != '<')
		at--;
	return at > r->at ? at - 1 : r->at;
}

static struct str copy(struct reader *r, const xmlChar *s)
{
	return s ? arena_str(r->arena, str_c((const char *)s)) : STR("");
}

/* Without a tree of its own libxml2 hands an ampersand in a value over as "&#38;" and nothing
 * else escaped: every "&#38;" there is one ampersand. */
static struct str value(struct reader *r, const char *p, const char *end)
{
	const struct str amp = STR("&#38;");
	struct str raw = {p, (size_t)(end - p)};
	char *out = arena_raw(r->arena, raw.n + 1);
	size_t n = 0;

	while (raw.n > 0) {
		out[n++] = raw.p[0];
		raw = str_from(raw, str_starts(raw, amp) ? amp.n : 1);
	}
	out[n] = '\0';
	return (struct str){out, n};
}

static void add_attrs(struct reader *r, struct xml *x, int n, const xmlChar **parts)
{
	struct xml_attr **tail = &x->attrs;

	for (int i = 0; i < n; i++, parts += 5) {
		struct xml_attr *a = ARENA_NEW(r->arena, struct xml_attr);
		a->name = copy(r, parts[0]);
		a->prefix = copy(r, parts[1]);
		a->ns = copy(r, parts[2]);
		a->value = value(r, (const char *)parts[3], (const char *)parts[4]);
		*tail = a;
		tail = &a->next;
	}
}

static void add_spaces(struct reader *r, struct xml *x, int n, const xmlChar **ns)
{
	for (int i = 0; i < n; i++) {
		struct xml_space *s = ARENA_NEW(r->arena, struct xml_space);
		*s = (struct xml_space){copy(r, ns[2 * i]), copy(r, ns[2 * i + 1]), x->spaces};
		x->spaces = s;
	}
}

static void link_in(struct reader *r, struct xml *x)
{
	struct frame *up = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;

	if (!up) {
		r->root = x;
		return;
	}
	x->parent = up->x;
	x->before = arena_str(r->arena, str_from(buf_view(&up->text), up->told));
	up->told = up->text.n;
	if (up->last)
		up->last->next = x;
	else
		up->x->child = x;
	up->last = x;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int n_ns, const xmlChar **ns, int n_attrs, int n_default, const xmlChar **attrs)
{
	struct reader *r = user;
	struct frame *f = NULL;
	struct xml *x = NULL;

	(void)n_default;
	if (r->failed)
		return;
	advance(r, tag_start(r));
	if (r->depth == LIMIT_NESTING) {
		fail(r, r->at, "elements are nested too deep; at most 64 levels are read");
		return;
	}
	x = ARENA_NEW(r->arena, struct xml);
	x->name = copy(r, name);
	x->ns = copy(r, uri);
	x->prefix = copy(r, prefix);
	x->text = x->before = x->after = STR("");
	x->line = r->line;
	x->column = (uint32_t)(r->at - r->line_start + 1);
	add_attrs(r, x, n_attrs, attrs);
	add_spaces(r, x, n_ns, ns);
	link_in(r, x);
	f = &r->frames[r->depth++];
	f->x = x;
	f->last = NULL;
	f->told = 0;
	buf_clear(&f->text);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = user;
	struct frame *f = NULL;

	(void)name;
	(void)prefix;
	(void)uri;
	if (r->failed)
		return;
	f = &r->frames[--r->depth];
	f->x->text = arena_str(r->arena, buf_view(&f->text));
	if (f->last)
		f->x->after = str_from(f->x->text, f->told);
}

static void on_text(void *user, const xmlChar *p, int n)
{
	struct reader *r = user;

	if (!r->failed && r->depth > 0 && n > 0)
		buf_put(&r->frames[r->depth - 1].text, p, (size_t)n);
}

static void on_doctype(
	void *user, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	struct reader *r = user;

	(void)name;
	(void)public_id;
	(void)system_id;
	fail(r, parsed(r), "a DOCTYPE is not allowed here; remove it");
	/* Nothing of its inner subset may be looked at: no entity is ever declared. */
	xmlStopParser(r->ctxt);
}

static void on_error(void *user, xmlErrorPtr error)
{
	struct reader *r = user;
	char what[400];
	struct str text = str_trim(str_c(error->message));

	if (error->level < XML_ERR_ERROR)
		return;
	if (error->code == XML_ERR_DOCUMENT_END && r->depth > 0) {
		const struct xml *open = r->frames[r->depth - 1].x;
		(void)snprintf(what, sizeof(what),
			"the file ends before </%.100s>, which closes line %u", open->name.p,
			open->line);
		fail(r, r->bytes.n, what);
		return;
	}
	/* Cut off within the room of the message, not inside a character. */
	if (text.n > sizeof(what) - 1)
		text.n = sizeof(what) - 1;
	while (text.n > 0 && utf8_bad(text) != SIZE_MAX)
		text.n--;
	(void)snprintf(what, sizeof(what), STR_FMT, STR_ARG(text));
	fail(r, parsed(r), what);
}

/* Value of the pseudo-attribute encoding in the XML declaration, or an empty view. */
static struct str declared(struct str bytes)
{
	struct str head = {NULL, 0};
	size_t at = 0;

	if (!str_starts(bytes, STR("<?xml")) || bytes.n < 6 || !str_is_blank(bytes.p[5]))
		return STR("");
	head = str_sub(bytes, 0, str_find(bytes, STR("?>"), 0));
	at = str_find(head, STR("encoding"), 0);
	if (at == SIZE_MAX)
		return STR("");
	head = str_trim(str_from(head, at + 8));
	if (head.n == 0 || head.p[0] != '=')
		return STR("");
	head = str_trim(str_from(head, 1));
	if (head.n == 0)
		return STR("");
	at = str_chr(str_from(head, 1), head.p[0]);
	return str_sub(head, 1, at == SIZE_MAX ? head.n : at);
}

static bool same_letters(struct str a, const char *b)
{
	size_t i = 0;

	for (; i < a.n && b[i] != '\0'; i++)
		if (str_lower(a.p[i]) != b[i])
			return false;
	return i == a.n && b[i] == '\0';
}

/* What must be true of the bytes before libxml2 sees them. */
static int check_bytes(struct reader *r)
{
	const struct str encoding = declared(r->bytes);
	size_t bad = 0;

	if (r->bytes.n > LIMIT_CONFIG_FILE)
		fail(r, 0, "the file is larger than the 8 MiB allowed for one");
	else if (r->bytes.n == 0)
		fail(r, 0, "the file is empty; an XML document was expected");
	else if (encoding.n > 0 && !same_letters(encoding, "utf-8") &&
		!same_letters(encoding, "us-ascii"))
		fail(r, 0, "the encoding must be UTF-8; save the file as UTF-8 and declare that");
	else if ((bad = utf8_bad(r->bytes)) != SIZE_MAX)
		fail(r, bad, "this byte is not UTF-8; save the file as UTF-8");
	return r->failed ? -1 : 0;
}

static void parse(struct reader *r)
{
	xmlSAXHandler sax;

	memset(&sax, 0, sizeof(sax));
	sax.initialized = XML_SAX2_MAGIC;
	sax.startElementNs = on_start;
	sax.endElementNs = on_end;
	sax.characters = on_text;
	sax.ignorableWhitespace = on_text;
	sax.cdataBlock = on_text;
	sax.internalSubset = on_doctype;
	sax.serror = on_error;
	r->ctxt = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (!r->ctxt)
		mem_exhausted();
	/* The bytes are known to be UTF-8; a declaration must not make it convert them. */
	(void)xmlCtxtUseOptions(r->ctxt,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	(void)xmlParseChunk(r->ctxt, r->bytes.p, (int)r->bytes.n, 0);
	if (!r->failed)
		(void)xmlParseChunk(r->ctxt, NULL, 0, 1);
	if (!r->failed && (!r->ctxt->wellFormed || !r->root))
		fail(r, parsed(r), "the file is not well-formed XML");
	xmlFreeParserCtxt(r->ctxt);
	r->ctxt = NULL;
}

int xml_parse(struct str bytes, const char *file, struct arena *a, struct xml **root, struct err *e)
{
	struct reader *r = mem_alloc(sizeof(*r));
	int rc = -1;

	r->bytes = str_starts(bytes, STR("\xef\xbb\xbf")) ? str_from(bytes, 3) : bytes;
	r->file = file;
	r->arena = a;
	r->line = 1;
	r->e = e;
	for (size_t i = 0; i < LIMIT_NESTING; i++)
		buf_init(&r->frames[i].text, LIMIT_CONFIG_FILE);
	if (check_bytes(r) == 0)
		parse(r);
	if (!r->failed) {
		*root = r->root;
		rc = 0;
	}
	for (size_t i = 0; i < LIMIT_NESTING; i++)
		buf_done(&r->frames[i].text);
	mem_free(r);
	return rc;
}

static struct xml_attr *find(const struct xml *x, const char *name)
{
	struct xml_attr *a = x->attrs;

	while (a && !(a->ns.n == 0 && str_is(a->name, name)))
		a = a->next;
	return a;
}

struct str xml_attr(const struct xml *x, const char *name)
{
	struct xml_attr *a = find(x, name);

	if (!a)
		return (struct str){NULL, 0};
	a->used = true;
	return a->value;
}

bool xml_has(const struct xml *x, const char *name)
{
	return find(x, name) != NULL;
}

static xmlParserInputPtr refuse(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

static void *take(size_t n)
{
	return mem_alloc(n);
}

static void *resize(void *p, size_t n)
{
	return mem_resize(p, n, 1);
}

void xml_start(void)
{
	BUG_IF(xmlMemSetup(mem_free, take, resize, mem_strdup) != 0);
	xmlInitParser();
	xmlSetExternalEntityLoader(refuse);
	xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
}

void xml_stop(void)
{
	xmlCleanupParser();
}
