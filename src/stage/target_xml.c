/*
 * XML 1.0 as a target, in UTF-8. What is around the items is indented, each of an item's elements stands
 * in a line of its own. The read-back is libxml2's parser, which counts the elements.
 */
#include "base/mem.h"
#include "model/xml_count.h"
#include "stage/read_back.h"
#include "stage/target_tree.h"

struct xml_target {
	struct target_tree tree;
	struct buf *out;
	struct target_at at;
	const struct def_doctype *doctype; /* or NULL */
	unsigned depth;			   /* open elements around the items */
	const struct target_watch *watch;
};

/* XML 1.0, production 2. */
static bool carries(const struct def_layout *y, uint32_t cp)
{
	(void)y;
	return cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x20 && cp <= 0xfffd) ||
		cp >= 0x10000;
}

static void *open_xml(const struct target_envelope *v, const struct def_message *m, struct err *e)
{
	struct xml_target *t = mem_alloc(sizeof(*t));

	(void)v;
	(void)e;
	t->tree = (struct target_tree){carries, "characters of XML", m->layout};
	t->doctype = m->doctype;
	return t;
}

static bool target_carries(const void *self, uint32_t cp)
{
	const struct xml_target *t = self;

	return target_tree_carries(&t->tree, cp);
}

static void close_xml(void *self)
{
	mem_free(self);
}

static void start(void *self, struct buf *out)
{
	struct xml_target *t = self;

	t->out = out;
	t->depth = 0;
	t->at = (struct target_at){.set = "1"};
}

static const char *numbers(const void *self)
{
	(void)self;
	return "";
}

static void begin(void *self, uint64_t interchange, uint64_t group)
{
	struct xml_target *t = self;

	(void)interchange;
	(void)group;
	buf_c(t->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	t->at.segments = 1;
}

static void end(void *self)
{
	struct xml_target *t = self;

	buf_ch(t->out, '\n');
}

static void nothing(void *self)
{
	(void)self;
}

static bool check_tree(void *self, const struct made *m, struct diag *d,
	const struct finding *about, const struct target_blame *b)
{
	const struct xml_target *t = self;

	return target_tree_check(&t->tree, m, d, about, b);
}

/* --- writing --- */

static const char *reference(char c, bool attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return attribute ? "&quot;" : NULL;
	case '\n':
		return attribute ? "&#10;" : NULL;
	case '\t':
		return attribute ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static void put_text(struct buf *out, struct str s, bool attribute)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *r = reference(s.p[i], attribute);
		if (!r)
			continue;
		buf_str(out, str_sub(s, from, i - from));
		buf_c(out, r);
		from = i + 1;
	}
	buf_str(out, str_from(s, from));
}

static void put_line(struct xml_target *t)
{
	buf_ch(t->out, '\n');
	for (unsigned i = 0; i < t->depth; i++)
		buf_c(t->out, "  ");
}

static void put_attributes(struct xml_target *t, const struct made *m)
{
	for (const struct made *k = m->child; k; k = k->next) {
		const size_t from = t->out->n;
		if (k->kind != MADE_ATTRIBUTE || k->absent)
			continue;
		buf_ch(t->out, ' ');
		buf_str(t->out, k->name);
		buf_c(t->out, "=\"");
		put_text(t->out, k->text, true);
		buf_ch(t->out, '"');
		target_tree_wrote(t->watch, k, t->out, from);
	}
}

static bool has_content(const struct made *m)
{
	const struct made *k = m->child;

	while (k && k->kind == MADE_ATTRIBUTE)
		k = k->next;
	return k || m->text.n > 0 || m->extent != MADE_WHOLE;
}

static void put_element(struct xml_target *t, const struct made *m);

static void put_children(struct xml_target *t, const struct made *m)
{
	for (const struct made *k = m->child; k; k = k->next) {
		const size_t from = t->out->n;
		if (k->kind == MADE_TEXT) {
			put_text(t->out, k->text, false);
			target_tree_wrote(t->watch, k, t->out, from);
		}
		if (k->kind != MADE_ELEMENT)
			continue;
		/* Beside the items; a half of what is around them breaks its lines itself. */
		if (m->extent != MADE_WHOLE && k->extent == MADE_WHOLE)
			put_line(t);
		put_element(t, k);
	}
}

static void put_end(struct xml_target *t, const struct made *m)
{
	if (m->extent == MADE_ENDED) {
		t->depth--;
		put_line(t);
	}
	buf_c(t->out, "</");
	buf_str(t->out, m->name);
	buf_ch(t->out, '>');
}

/* It names the root, so that it can be written only when that begins. */
static void put_doctype(struct xml_target *t, struct str root)
{
	const struct def_doctype *d = t->doctype;

	buf_c(t->out, "\n<!DOCTYPE ");
	buf_str(t->out, root);
	if (d->public_id.n) {
		buf_c(t->out, " PUBLIC \"");
		buf_str(t->out, d->public_id);
		buf_c(t->out, "\" \"");
	} else {
		buf_c(t->out, " SYSTEM \"");
	}
	buf_str(t->out, d->system_id);
	buf_c(t->out, "\">");
}

static void put_element(struct xml_target *t, const struct made *m)
{
	const size_t from = t->out->n;

	if (m->extent != MADE_ENDED) {
		t->at.values++;
		if (m->extent == MADE_BEGUN)
			put_line(t);
		buf_ch(t->out, '<');
		buf_str(t->out, m->name);
		put_attributes(t, m);
		buf_c(t->out, has_content(m) ? ">" : "/>");
	}
	t->depth += m->extent == MADE_BEGUN;
	put_text(t->out, m->text, false);
	put_children(t, m);
	if (m->extent != MADE_BEGUN && has_content(m))
		put_end(t, m);
	target_tree_wrote(t->watch, m, t->out, from);
}

static void put_tree(void *self, const struct made *m)
{
	struct xml_target *t = self;
	const size_t from = t->out->n;

	if (t->doctype && t->at.values == 0)
		put_doctype(t, m->name);
	if (m->extent == MADE_WHOLE)
		put_line(t);
	put_element(t, m);
	t->at.segments += target_tree_lines(t->out, from);
}

static void watch(void *self, const struct target_watch *w)
{
	struct xml_target *t = self;

	t->watch = w;
}

static const struct target_at *at(const void *self)
{
	const struct xml_target *t = self;

	return &t->at;
}

static int read_back(int fd, const struct target_wrote *w, struct err *e)
{
	uint64_t elements = 0;

	if (xml_count_file(fd, &elements, e) == -1)
		return err_wrap(e, "what was written does not read back");
	return read_back_same("elements", elements, w->at.values, e);
}

const struct target_ops target_xml_ops = {
	.format = "xml",
	.ending = "xml",
	.record = "line",
	.open = open_xml,
	.close = close_xml,
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
