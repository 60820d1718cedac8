/*
 * XML (1.0, with namespaces). An item that is too large or too deep is set aside; what is not
 * well-formed condemns the file, because from there on nobody knows what an element belongs to.
 *
 * An item is read again from its own first byte, inside the start tags of what stood around it when
 * next passed; marks remember both.
 */
#include "format/xml_reader.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/window.h"
#include "format/xml_stream.h"

enum { MARK_EVERY = 64 << 10, HEAD = 256, BLOCK_AT = READ_BLOCK / 64 };

/* An item whose line, and what stands around it, is known. */
struct mark {
	uint64_t offset;
	uint32_t line;
	struct str open;
};

struct source {
	struct xml_stream *next;
	struct xml_stream *at;
	struct path path;
	enum charset set;
	uint64_t first; /* offset behind a byte order mark */
	struct mark *marks;
	size_t nmarks, marks_cap;
	uint64_t passed;    /* offset of the last item that next gave, and one more */
	struct arena arena; /* of marks */
};

/* Value of the pseudo-attribute encoding in the XML declaration, or an empty view. */
static struct str declared(struct str head)
{
	size_t at = 0;

	if (!str_starts(head, STR("<?xml")))
		return STR("");
	head = str_sub(head, 0, str_find(head, STR("?>"), 0));
	at = str_find(head, STR("encoding"), 0);
	if (at == SIZE_MAX)
		return STR("");
	head = str_trim(str_from(head, at + 8));
	if (head.n < 2 || head.p[0] != '=')
		return STR("");
	head = str_trim(str_from(head, 1));
	if (head.n == 0)
		return STR("");
	at = str_chr(str_from(head, 1), head.p[0]);
	return str_sub(head, 1, at == SIZE_MAX ? head.n : at);
}

/* What is declared is not read, or cannot be true: the declaration itself was read as UTF-8. */
static int refuse_set(const struct reader *r, struct str name, struct err *e)
{
	if (str_starts(name, STR("UTF-16")) || str_starts(name, STR("utf-16")))
		(void)err_set(e, ERR_INPUT,
			STR_FMT ":1: the declaration says '" STR_FMT
				"', but the bytes are UTF-8; correct "
				"encoding= in the file, or export it again",
			STR_ARG(r->spec.file), STR_ARG(name));
	else
		(void)err_set(e, ERR_INPUT,
			STR_FMT ":1: the encoding '" STR_FMT "' is not read; there are UTF-8, "
				"UTF-16, ISO-8859-1 and windows-1252",
			STR_ARG(r->spec.file), STR_ARG(name));
	return err_reason(e, "XML-ENCODING");
}

/* The character set: by the byte order mark, by the shape of "<?", by the declaration. */
static int find_set(const struct reader *r, struct source *s, struct str head, struct err *e)
{
	struct str name = STR("");

	s->set = CHARSET_UTF8;
	if (str_starts(head, STR("\xef\xbb\xbf"))) {
		s->first = 3;
		head = str_from(head, 3);
	} else if (str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff"))) {
		s->first = 2;
		s->set = head.p[0] == '\xff' ? CHARSET_UTF16LE : CHARSET_UTF16BE;
		return 0;
	} else if (head.n > 1 && (head.p[0] == '\0' || head.p[1] == '\0')) {
		s->set = head.p[0] == '\0' ? CHARSET_UTF16BE : CHARSET_UTF16LE;
		return 0;
	}
	name = declared(head);
	if (name.n == 0 || (charset_find(name, &s->set) && s->set <= CHARSET_CP1252))
		return 0;
	return refuse_set(r, str_sub(name, 0, 60), e);
}

static int xml_open(struct reader *r, struct err *e)
{
	struct source *s = mem_alloc(sizeof(*s));
	char head[HEAD];
	size_t got = 0;

	r->self = s;
	arena_init(&s->arena);
	if (path_parse(&s->path, r->spec.item, e) == -1)
		return -1;
	if (fsx_pread(r->fd, head, sizeof(head), 0, &got, e) == -1)
		return err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
	if (find_set(r, s, (struct str){head, got}, e) == -1)
		return -1;
	s->next = xml_stream_new(r, &s->path, s->set, s->first, READ_BLOCK);
	xml_stream_use_plain(s->next);
	return 0;
}

static void xml_close(struct reader *r)
{
	struct source *s = r->self;

	if (!s)
		return;
	xml_stream_free(s->next);
	xml_stream_free(s->at);
	mem_free(s->marks);
	arena_done(&s->arena);
	mem_free(s);
}

static void add_mark(struct source *s, const struct item *it, struct str open)
{
	const struct mark *last = s->nmarks > 0 ? &s->marks[s->nmarks - 1] : NULL;
	const bool same = last && str_eq(last->open, open);
	struct mark mark = {it->offset, it->line, open};

	s->passed = it->offset + 1;
	if (same && it->offset - last->offset < MARK_EVERY)
		return;
	mark.open = same ? last->open : arena_str(&s->arena, open);
	mem_grow(&s->marks, &s->marks_cap, s->nmarks + 1, sizeof(*s->marks));
	s->marks[s->nmarks++] = mark;
}

static int xml_next(struct reader *r, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct str open;
	const int rc = xml_stream_next(s->next, it, &open, d, e);

	if (rc == 1)
		add_mark(s, it, open);
	r->bytes = rc == 0 ? r->size : xml_stream_bytes(s->next);
	return rc;
}

/* The last mark at or before an item; NULL when next has not yet been there. */
static const struct mark *mark_of(const struct source *s, uint64_t locator)
{
	size_t low = 0;
	size_t high = s->nmarks;

	if (locator >= s->passed)
		return NULL;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (s->marks[middle].offset <= locator)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &s->marks[low - 1] : NULL;
}

/* Without a mark all is read from the start; in another character set from the mark, for its lines. */
static void go_near(struct reader *r, struct source *s, uint64_t locator)
{
	const struct mark *m = mark_of(s, locator);

	if (!s->at)
		s->at = xml_stream_new(r, &s->path, s->set, s->first, BLOCK_AT);
	if (!m)
		xml_stream_restart(s->at, s->first, STR(""), 1);
	else if (s->set == CHARSET_UTF8)
		xml_stream_restart(s->at, locator, m->open, locator == m->offset ? m->line : 0);
	else
		xml_stream_restart(s->at, m->offset, m->open, m->line);
}

static int xml_at(
	struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct arena a;
	struct str open;
	int rc = 0;

	arena_init(&a);
	go_near(r, s, locator);
	do {
		struct diag others;
		diag_init(&others, &a);
		rc = xml_stream_next(s->at, it, &open, &others, e);
		for (const struct finding *f = others.first; rc == 1 && f && it->locator == locator;
			f = f->next)
			diag_add(d, f);
	} while (rc == 1 && it->locator < locator);
	arena_done(&a);
	if (rc == -1 || (rc == 1 && it->locator == locator))
		return rc;
	return err_set(e, ERR_ABSENT, STR_FMT ": there is no item at byte %llu",
		STR_ARG(r->spec.file), (unsigned long long)locator);
}

static uint32_t xml_line(const struct reader *r, uint64_t locator)
{
	const struct source *s = r->self;
	const struct mark *m = mark_of(s, locator);
	struct err ignored;
	uint32_t lines = 0;

	if (!m || s->set != CHARSET_UTF8 ||
		window_count_lines(r->fd, m->offset, locator, &lines, &ignored) == -1)
		return 0;
	return m->line + lines;
}

const struct reader_ops xml_reader_ops = {
	.name = "xml",
	.open = xml_open,
	.next = xml_next,
	.at = xml_at,
	.line = xml_line,
	.close = xml_close,
};
