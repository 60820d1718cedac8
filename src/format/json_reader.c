/*
 * JSON (RFC 8259): one object a line, one object a file, items inside one document, or a packed tree.
 *
 * Bad item or bad file? In a file with one object a line, a line that is no JSON is set aside
 * and the rest is read; bytes that are no UTF-8, and a last line that is cut off, condemn the
 * file. A file that is one object over several lines is an item itself, so a fault condemns it.
 */
#include "format/json_reader.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/json_items.h"
#include "format/json_simd.h"
#include "format/json_tree.h"
#include "format/window.h"

/* A window holds an item of the largest size and a byte to see that there is more. */
enum { BLOCK_AT = READ_BLOCK / 64, BOM = 3, LOOK_BEGIN = 512, LOOK_AHEAD = 16 };

struct source {
	struct json_simd *parser;
	struct json_tree *tree;	  /* a packed tree, else NULL */
	struct json_items *items; /* items inside a document, else NULL */
	struct window lines;
	struct window other; /* for at */
	struct arena arena;
	struct arena other_arena;
	uint64_t first; /* offset of the first byte that counts: 3 behind a BOM */
	uint32_t line;	/* of the next line */
	bool started;
	bool whole; /* the file is one object */
};

/* Is the file an array, or does the source name a path to its items? */
static bool is_document(const struct reader *r, struct str head)
{
	return r->spec.item.n > 0 || str_starts(str_trim(head), STR("["));
}

static int bom_or_tree(struct reader *r, struct source *s, struct err *e)
{
	char head[LOOK_BEGIN] = "";
	size_t got = 0;

	if (fsx_pread(r->fd, head, sizeof(head), 0, &got, e) == -1)
		return err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
	if (got >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0)) {
		s->tree = json_tree_open(r, s->parser, e);
		return s->tree ? 0 : -1;
	}
	if (got >= BOM && memcmp(head, "\xef\xbb\xbf", BOM) == 0)
		s->first = BOM;
	if (!is_document(r, str_from((struct str){head, got}, (size_t)s->first)))
		return 0;
	s->items = json_items_open(r, s->parser, s->first, e);
	return s->items ? 0 : -1;
}

static int json_open(struct reader *r, struct err *e)
{
	struct source *s = mem_alloc(sizeof(*s));

	r->self = s;
	s->parser = json_simd_new(r->names);
	s->line = 1;
	arena_init(&s->arena);
	arena_init(&s->other_arena);
	window_init(&s->lines, r->fd, READ_BLOCK, LIMIT_ITEM + 1);
	window_init(&s->other, r->fd, BLOCK_AT, LIMIT_ITEM + 1);
	if (bom_or_tree(r, s, e) == -1)
		return -1;
	window_seek(&s->lines, s->first);
	return 0;
}

static void json_close(struct reader *r)
{
	struct source *s = r->self;

	if (!s)
		return;
	json_tree_close(s->tree);
	json_items_close(s->items);
	json_simd_free(s->parser);
	window_done(&s->lines);
	window_done(&s->other);
	arena_done(&s->arena);
	arena_done(&s->other_arena);
	mem_free(s);
}

static bool blank(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!str_is_blank(line.p[i]))
			return false;
	return true;
}

/* The next line that is not blank, as an item without a tree. 1, 0, -1. */
static int take_line(struct reader *r, struct window *w, uint32_t *count, struct item *it,
	bool *ended, struct err *e)
{
	struct str line = {NULL, 0};
	int rc = 0;

	do {
		const uint64_t offset = w->base + w->at;
		rc = window_line(w, &line, ended, e);
		if (rc == 1 && line.n > LIMIT_ITEM)
			rc = err_set(e, ERR_LIMIT, "the line has more than %d bytes", LIMIT_ITEM);
		if (rc == -1) {
			return err_wrap(e, STR_FMT ":%u: byte %llu: cannot read this item",
				STR_ARG(r->spec.file), *count, (unsigned long long)offset);
		}
		if (rc == 0)
			return 0;
		memset(it, 0, sizeof(*it));
		it->file = r->spec.file;
		it->offset = offset;
		it->locator = offset;
		it->line = *count;
		if (*count > 0)
			(*count)++;
	} while (blank(line));
	if (line.p[line.n - 1] == '\r')
		line.n--;
	it->raw = line;
	return 1;
}

/* The tree of it->raw; false and *f with its place. */
static bool parse(struct source *s, struct arena *a, struct item *it, struct json_fault *f)
{
	arena_reset(a);
	if (json_simd_parse(s->parser, it->raw, it->offset, a, &it->root, f))
		return true;
	it->root = NULL;
	if (strcmp(f->code, "JSON-SYNTAX") == 0)
		(void)json_fault_scan(it->raw, f);
	return false;
}

static int refuse_cut(const struct json_fault *f, const struct item *it, struct err *e)
{
	json_fault_err(f, it, e);
	(void)err_wrap(e, "the file is cut off");
	return err_reason(e, "TRUNCATED");
}

/* All of the file from its first byte; it must fit into an item. */
static int take_whole(
	struct reader *r, struct window *w, uint64_t first, struct item *it, struct err *e)
{
	int rc = 1;

	window_seek(w, first);
	while (rc == 1)
		rc = window_more(w, e);
	if (rc == -1)
		return err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
	memset(it, 0, sizeof(*it));
	it->file = r->spec.file;
	it->offset = first;
	it->locator = first;
	it->line = 1;
	it->raw = (struct str){w->p + w->at, w->end - w->at};
	w->at = w->end;
	return 1;
}

static int no_items(const struct reader *r, struct err *e)
{
	(void)err_set(e, ERR_INPUT, STR_FMT ": the file is empty", STR_ARG(r->spec.file));
	return err_reason(e, "EMPTY");
}

/* Does one of the next lines hold an object of its own? A first line that only lost its end may
 * be the beginning of an object over several lines, so there the second one decides. */
static bool lines_follow(struct reader *r, struct source *s, bool cut)
{
	struct json_fault fault;
	struct item it;
	struct err ignored;
	bool ended = false;
	uint32_t no_line = 0;

	window_seek(&s->lines, s->first);
	for (int left = cut ? 2 : LOOK_AHEAD; left > 0; left--) {
		if (take_line(r, &s->lines, &no_line, &it, &ended, &ignored) != 1)
			return false;
		if (parse(s, &s->arena, &it, &fault))
			return true;
	}
	return false;
}

/* The first line has fault f. Is the file one object, or is only this line bad? 1 (*it is the
 * object), 0 (only the line), -1. */
static int one_object(
	struct reader *r, struct source *s, struct json_fault *f, struct item *it, struct err *e)
{
	const bool cut = f->cut;

	json_fault_err(f, it, e);
	if (r->size - s->first <= LIMIT_ITEM) {
		if (take_whole(r, &s->lines, s->first, it, e) == -1)
			return -1;
		if (parse(s, &s->arena, it, f)) {
			s->whole = true;
			return 1;
		}
		if (f->cut)
			(void)refuse_cut(f, it, e);
		else
			json_fault_err(f, it, e);
		if (strcmp(f->code, "JSON-ENCODING") == 0)
			return -1;
	}
	return lines_follow(r, s, cut) ? 0 : -1;
}

/* The first item decides what the file is. */
static int first(struct reader *r, struct source *s, struct item *it, struct diag *d, struct err *e)
{
	struct json_fault fault;
	bool ended = false;
	int rc = take_line(r, &s->lines, &s->line, it, &ended, e);

	if (rc == 0)
		return no_items(r, e);
	if (rc == -1)
		return -1;
	if (parse(s, &s->arena, it, &fault))
		return 1;
	rc = one_object(r, s, &fault, it, e);
	if (rc != 0)
		return rc;
	window_seek(&s->lines, s->first);
	s->line = 1;
	rc = take_line(r, &s->lines, &s->line, it, &ended, e);
	if (rc == 1 && !parse(s, &s->arena, it, &fault))
		json_fault_add(&fault, it, d);
	return rc;
}

static int line(struct reader *r, struct source *s, struct item *it, struct diag *d, struct err *e)
{
	struct json_fault fault;
	bool ended = false;
	const int rc = take_line(r, &s->lines, &s->line, it, &ended, e);

	if (rc != 1 || parse(s, &s->arena, it, &fault))
		return rc;
	if (strcmp(fault.code, "JSON-ENCODING") == 0) {
		json_fault_err(&fault, it, e);
		return -1;
	}
	if (!ended && fault.cut)
		return refuse_cut(&fault, it, e);
	json_fault_add(&fault, it, d);
	return 1;
}

static int json_next(struct reader *r, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	int rc = 0;

	if (s->tree)
		return json_tree_next(s->tree, it, d, e);
	if (s->items)
		return json_items_next(s->items, it, d, e);
	rc = s->started ? line(r, s, it, d, e) : first(r, s, it, d, e);
	s->started = true;
	r->bytes = s->lines.base + s->lines.at;
	return rc;
}

static int json_at(
	struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
{
	struct source *s = r->self;
	struct json_fault fault;
	bool ended = false;
	uint32_t no_line = 0;
	int rc = 0;

	if (s->tree)
		return json_tree_at(s->tree, locator, it, d, e);
	if (s->items)
		return json_items_at(s->items, locator, it, d, e);
	if (s->whole) {
		rc = take_whole(r, &s->other, s->first, it, e);
	} else {
		window_seek(&s->other, locator);
		rc = take_line(r, &s->other, &no_line, it, &ended, e);
	}
	if (rc == 0)
		return err_set(e, ERR_ABSENT, STR_FMT ": there is no item at byte %llu",
			STR_ARG(r->spec.file), (unsigned long long)locator);
	if (rc == 1 && !parse(s, &s->other_arena, it, &fault))
		json_fault_add(&fault, it, d);
	return rc;
}

const struct reader_ops json_reader_ops = {
	.name = "json",
	.open = json_open,
	.next = json_next,
	.at = json_at,
	.close = json_close,
};
