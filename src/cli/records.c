/* Outputs as records; see records.h. */
#include "cli/records.h"

#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "edi/edi_read.h"
#include "format/reader.h"
#include "stage/lines.h"

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

static int read_items(struct records *r, int fd, struct str format, struct err *e)
{
	const struct reader_spec spec = {
		.format = format, .file = STR("the output"), .doctype = true};
	struct reader *in = NULL;
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	int rc = -1;

	names_init(&names);
	arena_init(&a);
	in = reader_open(fd, &spec, &names, e);
	while (in) {
		struct record *x = NULL;
		arena_reset(&a);
		diag_init(&d, &a);
		rc = reader_next(in, &it, &d, e);
		if (rc != 1)
			break;
		x = add(r);
		x->kind = x->tag = STR("row");
		x->position = r->n;
		x->text = arena_str(&r->arena, str_trim(it.raw));
		x->values = arena_array(
			&r->arena, it.root ? leaves(it.root) + 1 : 1, sizeof(*x->values));
		if (it.root)
			add_leaves(r, it.root, &names, x);
	}
	reader_close(in);
	arena_done(&a);
	names_done(&names);
	return rc;
}

/* A format that nobody of us reads as items: line by line. */
static int read_lines(struct records *r, int fd, struct err *e)
{
	struct buf text;
	struct str rest;
	struct str line;
	int rc = -1;

	buf_init(&text, OUTPUT_MAX);
	rc = fsx_read(fd, &text, e);
	rest = arena_str(&r->arena, buf_view(&text));
	buf_done(&text);
	while (rc == 0 && str_split(&rest, '\n', &line)) {
		struct record *x = NULL;
		if (rest.n == 0 && line.n == 0)
			break;
		x = add(r);
		*x = (struct record){
			.kind = STR("line"), .tag = STR("line"), .position = r->n, .text = line};
	}
	return rc;
}

int records_read(struct records *r, int fd, struct str format, struct defs *defs, struct err *e)
{
	uint64_t size = 0;

	if (fsx_size(fd, &size, e) == -1)
		return -1;
	if (size == 0)
		return 0;
	if (defs_format(format))
		return read_segments(r, fd, format, defs, e);
	return reader_find(format) ? read_items(r, fd, format, e) : read_lines(r, fd, e);
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
