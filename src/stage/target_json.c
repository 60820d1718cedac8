/*
 * JSON as a target (RFC 8259): an object a line, or one document around the items, in which each item
 * stands in a line of its own. The read-back walks the file by the grammar and counts its values.
 */
#include "base/fsx.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/json_count.h"
#include "stage/read_back.h"
#include "stage/target_tree.h"

struct json_target {
	struct target_tree tree;
	struct json json;
	struct buf *out;
	struct target_at at;
	bool document; /* something is around the items */
	const struct target_watch *watch;
};

static void *open_json(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct json_target *t = mem_alloc(sizeof(*t));

	(void)v;
	(void)e;
	t->tree = (struct target_tree){NULL, "characters of Unicode", m->layout};
	return t;
}

static bool target_carries(const void *self, uint32_t cp)
{
	const struct json_target *t = self;

	return target_tree_carries(&t->tree, cp);
}

static void close_json(void *self)
{
	mem_free(self);
}

static void start(void *self, struct buf *out)
{
	struct json_target *t = self;

	t->out = out;
	t->document = false;
	t->at = (struct target_at){.set = "1"};
	json_init(&t->json, out, true);
}

static const char *numbers(const void *self)
{
	(void)self;
	return "";
}

static void begin(void *self, uint64_t interchange, uint64_t group)
{
	(void)self;
	(void)interchange;
	(void)group;
}

static void end(void *self)
{
	struct json_target *t = self;

	if (t->document)
		buf_ch(t->out, '\n');
}

static void nothing(void *self)
{
	(void)self;
}

static bool check_tree(void *self, const struct made *m, struct diag *d,
	const struct finding *about, const struct target_blame *b)
{
	const struct json_target *t = self;

	return target_tree_check(&t->tree, m, d, about, b);
}

static void put(struct json_target *t, const struct made *m);

static void put_leaf(struct json_target *t, const struct made *m)
{
	struct json *j = &t->json;

	t->at.values++;
	switch ((enum made_kind)m->kind) {
	case MADE_NUMBER:
		json_raw(j, m->text);
		return;
	case MADE_BOOL:
		json_bool(j, str_is(m->text, "true"));
		return;
	case MADE_NULL:
		json_null(j);
		return;
	default:
		json_str(j, m->text);
		return;
	}
}

static void put_inside(struct json_target *t, const struct made *m)
{
	struct json *j = &t->json;
	const bool object = m->kind == MADE_OBJECT;

	if (m->extent != MADE_ENDED && object)
		json_object(j);
	else if (m->extent != MADE_ENDED)
		json_array(j);
	for (const struct made *k = m->child; k; k = k->next)
		put(t, k);
	if (m->extent != MADE_BEGUN)
		json_end(j, object ? '}' : ']');
}

static void put(struct json_target *t, const struct made *m)
{
	const size_t from = t->out->n;

	if (m->absent)
		return;
	if (m->quoted.n > 0 && m->extent != MADE_ENDED)
		json_name_raw(&t->json, m->quoted);
	else if (m->name.n > 0 && m->extent != MADE_ENDED)
		json_name_str(&t->json, m->name);
	if (made_is_leaf(m))
		put_leaf(t, m);
	else
		put_inside(t, m);
	target_tree_wrote(t->watch, m, t->out, from);
}

/* A record stands in one line; only what is before it begins a new one. */
static void put_record(struct json_target *t, const struct made *m)
{
	if (!t->document) {
		json_init(&t->json, t->out, false);
		put(t, m);
		buf_ch(t->out, '\n');
	} else {
		json_line(&t->json);
		t->json.pretty = false;
		put(t, m);
		t->json.pretty = true;
	}
	t->at.segments++;
}

static void put_tree(void *self, const struct made *m)
{
	struct json_target *t = self;
	const size_t from = t->out->n;

	if (m->extent == MADE_WHOLE) {
		put_record(t, m);
		return;
	}
	t->at.segments += t->document ? 0 : 1; /* the line that the document begins with */
	t->document = true;
	put(t, m);
	t->at.segments += target_tree_lines(t->out, from);
}

static void watch(void *self, const struct target_watch *w)
{
	struct json_target *t = self;

	t->watch = w;
}

static const struct target_at *at(const void *self)
{
	const struct json_target *t = self;

	return &t->at;
}

static int read_back(int fd, const struct target_wrote *w, struct err *e)
{
	struct json_counts c;

	if (json_count_file(fd, &c, e) == -1)
		return err_wrap(e, "what was written does not read back");
	if (c.values != w->at.values)
		return read_back_same("values", c.values, w->at.values, e);
	return c.documents == 1 ? 0 : read_back_same("lines", c.documents, w->at.segments, e);
}

const struct target_ops target_json_ops = {
	.format = "json",
	.ending = "json",
	.record = "line",
	.open = open_json,
	.close = close_json,
	.start = start,
	.numbers = numbers,
	.begin = begin,
	.end = end,
	.open_set = nothing,
	.close_set = nothing,
	.check_tree = check_tree,
	.put_tree = put_tree,
	.watch = watch,
	.carries = target_carries,
	.at = at,
	.read_back = read_back,
};
