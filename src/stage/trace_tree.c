/* Positions in files without segments; see trace_tree.h. */
#include "stage/trace_tree.h"

#include <string.h>

#include "base/utf8.h"
#include "stage/target_rows.h"

enum { OUT_MAX = 64 << 20 };

/* Bytes of the output that a value has become. */
struct span {
	const struct made *made;
	size_t from, to;
	struct span *next;
};

struct search {
	const struct target *t;
	struct buf *out;
	struct arena *a;
	struct span *spans; /* of the tree that was written last */
};

static void keep_span(void *ctx, const struct made *m, size_t from, size_t to)
{
	struct search *s = ctx;
	struct span *x = ARENA_NEW(s->a, struct span);

	*x = (struct span){m, from, to, s->spans};
	s->spans = x;
}

/* --- names --- */

/* Text beside elements, which has the name of the element that it stands in. */
static bool is_beside(const struct made *parent, const struct made *m)
{
	return parent->kind == MADE_ELEMENT && m->kind == MADE_TEXT;
}

/* Which of its name m is among the children of its parent that were written, from 1. */
static unsigned turn_of(const struct made *parent, const struct made *m)
{
	const bool attribute = m->kind == MADE_ATTRIBUTE;
	const bool text = is_beside(parent, m);
	unsigned n = 1;

	for (const struct made *k = parent->child; k && k != m; k = k->next)
		n += !k->absent && (k->kind == MADE_ATTRIBUTE) == attribute &&
			is_beside(parent, k) == text && str_eq(k->name, m->name);
	return n;
}

/* "/cbc:Name", "/@schemeID", "/cac:Price[2]"; of an array, whose elements have no names, "[2]". */
static struct str step(const struct made *parent, const struct made *m, struct arena *a)
{
	const unsigned turn = turn_of(parent, m);
	const char *mark = m->kind == MADE_ATTRIBUTE ? "/@" : m->name.n > 0 ? "/" : "";

	const struct str name = is_beside(parent, m) ? STR("text()") : m->name;

	return turn > 1 || name.n == 0
		? arena_printf(a, "%s" STR_FMT "[%u]", mark, STR_ARG(name), turn)
		: arena_printf(a, "%s" STR_FMT, mark, STR_ARG(name));
}

/* Does the path end with the name that is asked for, at a step of it? */
static bool is_called(struct str path, struct str name)
{
	return path.n > name.n && str_ends(path, name) && path.p[path.n - name.n - 1] == '/';
}

/* The first below m that is this one, or is called so, and its path from the tree on, which has none:
 * "/cac:Item/cbc:Name", "/prices[2]/amount". */
static const struct made *look(const struct made *m, struct str prefix, const struct made *this,
	struct str name, struct arena *a, struct str *path)
{
	for (const struct made *k = m->child; k; k = k->next) {
		const struct made *inner = NULL;
		*path = arena_printf(a, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(step(m, k, a)));
		if (this ? k == this : !k->absent && is_called(*path, name))
			return k;
		inner = look(k, *path, this, name, a, path);
		if (inner)
			return inner;
	}
	return NULL;
}

/* --- rows --- */

static void in_row(const struct trace_tree *x, const struct made *row,
	const struct trace_tree_asked *asked, struct trace_tree_found *out, struct arena *a)
{
	const struct def_field *f = x->message->layout->fields;

	for (uint64_t n = 1; f; f = f->next, n++)
		if (asked->name.n > 0 ? str_eq(f->name, asked->name) : n == asked->number)
			break;
	out->absent = !f;
	if (!f)
		return;
	out->name = f->name;
	out->made = row ? row->child : NULL;
	while (out->made && !str_eq(out->made->name, f->name))
		out->made = out->made->next;
	if (out->made && !out->made->absent) {
		char *room = arena_raw(a, TARGET_ROWS_NUMBER);
		out->text = target_rows_shown(x->message->layout, f, out->made->text, room);
	}
}

/* --- lines --- */

static size_t line_start(const struct buf *out, uint64_t number)
{
	size_t at = 0;

	for (uint64_t n = 1; n < number && at < out->n; at++)
		n += out->p[at] == '\n';
	return at;
}

/* Where the character of this number stands, from 1, in the line of this number; SIZE_MAX: nowhere. */
static size_t character(const struct buf *out, uint64_t line_number, uint64_t number)
{
	const size_t from = line_start(out, line_number);
	const struct str line = {out->p + from, out->n - from};
	size_t at = 0;

	for (uint64_t n = 1; at < line.n && line.p[at] != '\n'; n++) {
		if (n == number)
			return from + at;
		(void)utf8_next(line, &at);
	}
	return SIZE_MAX;
}

/* The smallest value that the character is a part of; NULL: the line ends before it. line: counted in what
 * was written here. */
static const struct made *by_place(
	const struct search *s, const struct made *tree, uint64_t line, uint64_t number)
{
	const size_t at = character(s->out, line, number);
	const struct span *best = NULL;

	if (at == SIZE_MAX)
		return NULL;
	for (const struct span *x = s->spans; x; x = x->next)
		if (at >= x->from && at < x->to &&
			(!best || x->to - x->from < best->to - best->from))
			best = x;
	return best ? best->made : tree; /* what is before it indents it */
}

static void in_line(const struct search *s, const struct made *tree, uint64_t line,
	const struct trace_tree_asked *asked, struct trace_tree_found *out)
{
	const struct made *this = asked->name.n > 0 ? NULL : by_place(s, tree, line, asked->number);
	struct str path = STR("");

	out->made = this == tree ? this : look(tree, STR(""), this, asked->name, s->a, &path);
	out->absent = !out->made;
	if (!out->made)
		return;
	out->text = out->made->text;
	out->name = path.n > 0 ? str_from(path, path.p[0] == '/') : tree->name;
}

/* --- both --- */

/* Writes trees until the row or line of this number is there; the one that it is in. */
static const struct made *write_until(struct search *s, const struct made *trees, uint64_t number)
{
	const struct target_ops *ops = s->t->ops;

	for (const struct made *m = trees; m; m = m->next) {
		s->spans = NULL;
		ops->put_tree(s->t->self, m);
		if (ops->at(s->t->self)->segments >= number)
			return m;
	}
	return NULL;
}

static void start(struct search *s)
{
	const struct target_ops *ops = s->t->ops;

	ops->start(s->t->self, s->out);
	ops->begin(s->t->self, 0, 0);
	ops->open_set(s->t->self);
}

/* Rows or lines of the heads before the position: those of groups that were open, or of all before the item. */
static uint64_t not_written(struct search *s, const struct trace_tree *x)
{
	const struct target_ops *ops = s->t->ops;
	uint64_t before = 0;
	uint64_t all = 0;

	start(s);
	(void)write_until(s, x->head, UINT64_MAX);
	before = ops->at(s->t->self)->segments;
	for (const struct made *m = x->item; m && m != x->behind; m = m->next)
		ops->put_tree(s->t->self, m);
	all = ops->at(s->t->self)->segments - before;
	buf_clear(s->out);
	return all > x->written ? all - x->written : 0;
}

static void find(struct search *s, const struct trace_tree *x, const struct trace_tree_asked *asked,
	struct trace_tree_found *out)
{
	const struct target_ops *ops = s->t->ops;
	const struct made *tree = NULL;
	const uint64_t skipped = x->behind != x->item ? not_written(s, x) : 0;
	uint64_t line = asked->at;

	start(s);
	if (x->item) {
		(void)write_until(s, x->head, UINT64_MAX);
		line = ops->at(s->t->self)->segments + skipped + asked->at - x->first + 1;
	}
	tree = write_until(s, x->item ? x->item : x->head, line);
	out->made = tree;
	out->name = tree ? tree->name : STR("");
	if (asked->number == 0 && asked->name.n == 0)
		return;
	if (!ops->watch)
		in_row(x, tree, asked, out, s->a);
	else if (tree)
		in_line(s, tree, line, asked, out);
	else
		out->absent = true;
}

int trace_tree_find(const struct trace_tree *x, const struct trace_tree_asked *asked,
	struct trace_tree_found *out, struct arena *a, struct err *e)
{
	const struct target_envelope nobody = {.test = true};
	struct target t;
	struct buf bytes;
	struct search s = {.t = &t, .out = &bytes, .a = a};
	const struct target_watch watch = {keep_span, &s};

	memset(out, 0, sizeof(*out));
	if (target_open(&t, &nobody, x->message, e) == -1)
		return -1;
	buf_init(&bytes, OUT_MAX);
	if (t.ops->watch)
		t.ops->watch(t.self, &watch);
	find(&s, x, asked, out);
	buf_done(&bytes);
	target_close(&t);
	return 0;
}
