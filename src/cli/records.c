/* Outputs as records; see records.h. */
#include "cli/records.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "defs/layout.h"
#include "edi/edi_read.h"
#include "format/charset.h"
#include "format/reader.h"
#include "stage/lines.h"

#define FILE_SET "1" /* what a file without messages is for its lineage */

enum { TEXT_MAX = 1 << 20, OUTPUT_MAX = 1 << 30 };

static struct record *add(struct records *r)
{
	mem_grow(&r->list, &r->cap, r->n + 1, sizeof(*r->list));
	memset(&r->list[r->n], 0, sizeof(*r->list));
	return &r->list[r->n++];
}

void records_init(struct records *r)
{
	memset(r, 0, sizeof(*r));
	arena_init(&r->arena);
}

void records_done(struct records *r)
{
	mem_free(r->list);
	arena_done(&r->arena);
}

/* ---- segments ------------------------------------------------------------------------------- */

static struct str ref_of(struct records *r, const struct segment *s, const struct value *v)
{
	const struct def_part *p = s->def ? defs_part(s->def, v->element) : NULL;
	struct str ref = arena_printf(&r->arena, STR_FMT "%02u", STR_ARG(s->tag), v->element);

	if (v->component > 1 || (p && !p->element))
		ref = arena_printf(&r->arena, STR_FMT "-%u", STR_ARG(ref), v->component);
	return v->repetition > 1
		? arena_printf(&r->arena, STR_FMT "[%u]", STR_ARG(ref), v->repetition)
		: ref;
}

/* With the separators that are usual, whatever those of the file are. */
static void segment_text(const struct segment *s, bool edifact, struct buf *out)
{
	const char element = edifact ? '+' : '*';
	const char component = edifact ? ':' : '>';
	unsigned at = 0;
	unsigned part = 1;
	unsigned turn = 1;

	buf_str(out, s->tag);
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		for (; at < v->element; at++) {
			buf_ch(out, element);
			part = turn = 1;
		}
		for (; turn < v->repetition; turn++) {
			buf_ch(out, edifact ? '*' : '^');
			part = 1;
		}
		for (; part < v->component; part++)
			buf_ch(out, component);
		buf_str(out, v->text);
	}
}

static void add_segment(struct records *r, const struct segment *s, const struct edi_context *c,
	bool in_set, bool edifact)
{
	struct record *x = add(r);
	struct buf text;

	buf_init(&text, TEXT_MAX);
	segment_text(s, edifact, &text);
	*x = (struct record){.kind = STR("segment"),
		.tag = arena_str(&r->arena, s->tag),
		.set = in_set ? arena_str(&r->arena, c->set_control) : STR(""),
		.position = in_set ? c->segments : r->n,
		.text = arena_str(&r->arena, buf_view(&text)),
		.values = arena_array(&r->arena, s->n + 1, sizeof(*x->values)),
		.n = s->n};
	buf_done(&text);
	for (size_t i = 0; i < s->n; i++)
		x->values[i] = (struct record_value){.ref = ref_of(r, s, &s->values[i]),
			.text = arena_str(&r->arena, s->values[i].text),
			.element = s->values[i].element,
			.component = s->values[i].component};
}

static int read_segments(
	struct records *r, int fd, struct str format, struct defs *defs, struct err *e)
{
	const struct edi_read_options o = {
		.format = format, .defs = defs, .level = EDI_NOTES, .file = STR("the output")};
	struct edi_read *in = edi_read_open(fd, STR(""), &o, e);
	enum edi_event event;
	struct segment s;
	struct arena a;
	struct diag d;
	int rc = -1;

	if (!in)
		return -1;
	arena_init(&a);
	do {
		arena_reset(&a);
		diag_init(&d, &a);
		rc = edi_read_next(in, &event, &s, &d, e);
		if (rc == 1)
			add_segment(r, &s, edi_read_context(in),
				event == EDI_SET || event == EDI_SEGMENT || event == EDI_SET_END,
				str_is(format, "edifact"));
	} while (rc == 1);
	arena_done(&a);
	edi_read_close(in);
	return rc;
}

/* ---- rows and lines ------------------------------------------------------------------------- */

static size_t leaves(const struct node *n)
{
	size_t count = n->kind != NODE_OBJECT;

	for (const struct node *k = n->child; k; k = k->next)
		count += leaves(k);
	return count;
}

static void add_leaves(
	struct records *r, const struct node *n, const struct names *names, struct record *x)
{
	if (n->kind != NODE_OBJECT)
		x->values[x->n++] = (struct record_value){.ref = node_path(n, names, &r->arena),
			.text = arena_str(&r->arena, n->value)};
	for (const struct node *k = n->child; k; k = k->next)
		add_leaves(r, k, names, x);
}

static void add_row(
	struct records *r, const struct item *it, const struct names *names, uint64_t position)
{
	struct record *x = add(r);

	x->kind = x->tag = STR("row");
	x->set = STR(FILE_SET);
	x->position = position;
	x->text = arena_str(&r->arena, str_trim(it->raw));
	x->values = arena_array(&r->arena, it->root ? leaves(it->root) + 1 : 1, sizeof(*x->values));
	if (it->root)
		add_leaves(r, it->root, names, x);
}

static void add_line(struct records *r, struct str line, struct str set, uint64_t position)
{
	struct record *x = add(r);
	struct buf shown;

	buf_init(&shown, TEXT_MAX);
	if (utf8_bad(line) != SIZE_MAX)
		utf8_quote(&shown, line, TEXT_MAX);
	x->kind = x->tag = STR("line");
	x->set = set;
	x->position = position;
	x->text = arena_str(&r->arena, shown.n > 0 ? buf_view(&shown) : line);
	buf_done(&shown);
}

/* Lines of which no item is: what is around the items of a document. */
static void add_lines(struct records *r, struct str text)
{
	struct str line;

	for (uint64_t n = 1; str_split(&text, '\n', &line); n++)
		if (str_trim(line).n > 0)
			add_line(r, line, STR(""), n);
}

/* The items, with what is before the first and behind the last of them; before counts the records that come
 * in front of them. */
static int read_items(
	struct records *r, int fd, const struct reader_spec *spec, uint64_t before, struct err *e)
{
	struct reader *in = NULL;
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct buf text;
	size_t end = 0;
	int rc = -1;

	buf_init(&text, OUTPUT_MAX);
	names_init(&names);
	arena_init(&a);
	if (fsx_read(fd, &text, e) == 0)
		in = reader_open(fd, spec, &names, e);
	while (in) {
		arena_reset(&a);
		diag_init(&d, &a);
		rc = reader_next(in, &it, &d, e);
		if (rc != 1)
			break;
		if (++before == 1 && spec->item.n > 0)
			add_lines(r, str_sub(buf_view(&text), 0, (size_t)it.offset));
		end = (size_t)it.offset + it.raw.n;
		add_row(r, &it, &names, spec->item.n > 0 ? it.line : before);
	}
	if (rc == 0 && spec->item.n > 0)
		add_lines(r, str_from(buf_view(&text), end));
	reader_close(in);
	arena_done(&a);
	names_done(&names);
	buf_done(&text);
	return rc;
}

/* Documents: the items stand at the path where the map makes them. */
static int read_document(
	struct records *r, int fd, const struct map *m, struct str path, struct err *e)
{
	struct reader_spec spec = {.format = map_target(m)->format,
		.file = STR("the output"),
		.own_prefixes = true,
		.doctype = true};

	spec.item = path;
	return read_items(r, fd, &spec, 0, e);
}

static size_t count_columns(const struct def_layout *y)
{
	size_t n = 0;

	for (const struct def_field *f = y->fields; f; f = f->next)
		n++;
	return n;
}

/* CSV as its definition says it is. */
static int read_csv(struct records *r, int fd, const struct def_layout *y, struct err *e)
{
	struct str *columns = arena_array(&r->arena, count_columns(y) + 1, sizeof(*columns));
	struct reader_spec spec = {.format = STR("csv"),
		.file = STR("the output"),
		.separator = y->delimiter,
		.quote = y->quote};

	for (const struct def_field *f = y->fields; f && !y->header; f = f->next)
		columns[spec.ncolumns++] = f->name;
	spec.columns = columns;
	return read_items(r, fd, &spec, y->header, e);
}

/* A line of fixed widths is a row, too. */
static void add_fixed(struct records *r, const struct def_layout *y, struct str line)
{
	struct record *x = NULL;

	add_line(r, line, STR(FILE_SET), r->n + 1);
	x = &r->list[r->n - 1];
	line = x->text;
	x->kind = x->tag = STR("row");
	x->values = arena_array(&r->arena, count_columns(y) + 1, sizeof(*x->values));
	for (const struct def_field *f = y->fields; f; f = f->next) {
		const struct str cell = utf8_left(line, f->width);
		x->values[x->n++] = (struct record_value){.ref = f->name, .text = str_trim(cell)};
		line = str_from(line, cell.n);
	}
}

/* Line by line: fixed widths, and what nobody of us reads as items. */
static int read_lines(struct records *r, int fd, const struct def_layout *y, struct err *e)
{
	struct buf text;
	struct str rest;
	struct str line;
	int rc = -1;

	buf_init(&text, OUTPUT_MAX);
	rc = fsx_read(fd, &text, e);
	rest = buf_view(&text);
	while (rc == 0 && str_split(&rest, '\n', &line)) {
		if (rest.n == 0 && line.n == 0)
			break;
		if (y)
			add_fixed(r, y, line);
		else
			add_line(r, line, STR(""), r->n + 1);
	}
	buf_done(&text);
	return rc;
}

static int read_made(struct records *r, int fd, const struct map *m, struct err *e)
{
	const struct def_message *made = map_target(m);
	struct str path;

	if (str_is(made->format, "csv"))
		return read_csv(r, fd, made->layout, e);
	if (!str_is(made->format, "fixed") && map_made_path(m, &r->arena, &path))
		return read_document(r, fd, m, path, e);
	return read_lines(r, fd, made->layout, e);
}

/* The same in UTF-8. */
static int read_latin1(struct records *r, int fd, const struct map *m, struct err *e)
{
	const int other = fsx_scratch(e);
	struct buf text;
	char *decoded = NULL;
	size_t n = 0;
	size_t used = 0;
	int rc = -1;

	buf_init(&text, OUTPUT_MAX);
	if (other != -1 && fsx_read(fd, &text, e) == 0) {
		decoded = mem_array(text.n + 1, CHARSET_GROWS);
		rc = charset_decode(CHARSET_LATIN1, buf_view(&text), decoded, &n, &used)
			? fsx_write_all(other, decoded, n, e)
			: err_set(e, ERR_CORRUPT, "byte %zu is no ISO 8859-1", used);
	}
	if (rc == 0)
		rc = read_made(r, other, m, e);
	mem_free(decoded);
	buf_done(&text);
	fsx_close(other);
	return rc;
}

int records_read(struct records *r, int fd, const struct map_file *of, struct err *e)
{
	const struct def_message *made = of ? map_target(of->map) : NULL;
	uint64_t size = 0;

	if (fsx_size(fd, &size, e) == -1)
		return -1;
	if (size == 0)
		return 0;
	if (!made)
		return read_lines(r, fd, NULL, e);
	if (defs_format(made->format))
		return read_segments(r, fd, made->format, of->defs, e);
	return made->layout && made->layout->latin1 ? read_latin1(r, fd, of->map, e)
						    : read_made(r, fd, of->map, e);
}

/* ---- items ---------------------------------------------------------------------------------- */

/* One line "item SET FIRST LAST LOCATOR OFFSET FILE KEY JOINS" (stage/outcome.c). at: where the last
 * one was found, since items come in order. */
static void item_line(struct records *r, struct str line, size_t *at)
{
	const struct str set = (lines_take(&line, &r->arena));
	const int64_t first = lines_take_int(&line);
	const int64_t last = lines_take_int(&line);
	struct str key;

	(void)lines_take_int(&line);
	(void)lines_take_int(&line);
	(void)lines_take(&line, &r->arena);
	key = lines_take(&line, &r->arena);
	for (; *at < r->n; (*at)++) {
		struct record *x = &r->list[*at];
		if (!str_eq(x->set, set) || (int64_t)x->position < first)
			continue;
		if ((int64_t)x->position > last)
			return;
		x->item = key;
	}
}

int records_items(struct records *r, int lineage, struct err *e)
{
	struct lines l;
	struct str line;
	size_t at = 0;
	int rc = 0;

	lines_open(&l, lineage);
	while ((rc = lines_next(&l, &line, e)) == 1)
		if (str_is(lines_take(&line, &r->arena), "item"))
			item_line(r, line, &at);
	lines_close(&l);
	return rc;
}

void records_mask(struct records *r,
	bool (*masked)(const void *ctx, const struct record *r, const struct record_value *v),
	const void *ctx)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->list[i].n; k++)
			r->list[i].values[k].masked = masked(
				ctx, &r->list[i], &r->list[i].values[k]);
}
