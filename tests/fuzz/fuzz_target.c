/* Any bytes as the tree that a map made, for each target without segments; the first says which. What the
 * target lets pass it writes so that its independent reader finds as much again; of rows also the same
 * values. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "defs/layout.h"
#include "format/reader.h"
#include "input.h"
#include "model/xml.h"
#include "stage/target.h"

enum { DEPTH = 20, OUT_MAX = 4 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct def_field columns[] = {
	{.name = {"a", 1}, .width = 4, .pad = ' ', .element = {.max = 4}},
	{.name = {"b", 1}, .mandatory = true, .width = 8, .pad = '.', .element = {.max = 8}},
	{.name = {"c", 1}, .width = 3, .right = true, .pad = ' ', .element = {.max = UINT32_MAX}},
};
static struct def_layout layout = {
	.name = {"l", 1}, .delimiter = ';', .quote = '"', .decimal = '.', .fields = columns};
static const struct def_doctype doctype = {{"-//E//E", 7}, {"e.dtd", 5}};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	xml_start();
	columns[0].next = &columns[1];
	columns[1].next = &columns[2];
	return 0;
}

/* --- a tree out of bytes --- */

struct input {
	const uint8_t *p;
	size_t n;
	struct arena *a;
};

static uint8_t take(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

static struct str text(struct input *in)
{
	size_t n = take(in);
	struct str s;

	n = n < in->n ? n : in->n;
	s = arena_str(in->a, (struct str){(const char *)in->p, n});
	in->p += n;
	in->n -= n;
	return s;
}

static struct made *node(struct input *in, struct made *parent, enum made_kind kind)
{
	static const struct str names[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"p:e", 3}};
	struct made *m = ARENA_NEW(in->a, struct made);

	m->kind = (uint8_t)kind;
	m->name = names[take(in) & 3];
	if (!parent || parent->kind == MADE_ARRAY)
		m->name = STR("");
	if (parent)
		made_add(parent, m);
	return m;
}

static struct made *element(struct input *in, struct made *parent, unsigned depth)
{
	struct made *m = node(in, parent, MADE_ELEMENT);

	for (uint8_t n = take(in) & 7; n > 0 && depth < DEPTH; n--)
		switch (take(in) & 3) {
		case 0:
			node(in, m, MADE_TEXT)->text = text(in);
			break;
		case 1:
			(void)element(in, m, depth + 1);
			break;
		default:
			m->text = m->child ? STR("") : text(in);
			n = 1;
			break;
		}
	return m;
}

/* Attributes have names of their own: a map cannot give one twice. */
static struct made *document(struct input *in)
{
	struct made *m = ARENA_NEW(in->a, struct made);

	m->kind = MADE_ELEMENT;
	m->name = STR("root");
	for (size_t i = 0; i < 2; i++) {
		struct made *k = node(in, m, MADE_ATTRIBUTE);
		k->name = i ? STR("x") : STR("xmlns:p");
		k->text = i ? text(in) : STR("urn:p");
	}
	(void)element(in, m, 0);
	return m;
}

static struct made *object(struct input *in, struct made *parent, unsigned depth)
{
	struct made *m = node(in, parent, depth & 1 ? MADE_ARRAY : MADE_OBJECT);

	for (uint8_t n = take(in) & 7; n > 0 && depth < DEPTH; n--) {
		const uint8_t kind = take(in) & 7;
		struct made *k = NULL;
		if (kind == 0) {
			(void)object(in, m, depth + 1);
			continue;
		}
		k = node(in, m,
			kind == 1	    ? MADE_NUMBER
				: kind == 2 ? MADE_BOOL
				: kind == 3 ? MADE_NULL
					    : MADE_TEXT);
		k->text = kind == 1 ? arena_printf(in->a, "-%u.%02u", take(in), take(in) & 63)
			: kind == 2 ? STR("true")
			: kind == 3 ? STR("")
				    : text(in);
	}
	return m;
}

static struct made *row(struct input *in)
{
	struct made *m = ARENA_NEW(in->a, struct made);

	m->kind = MADE_OBJECT;
	for (size_t i = 0; i < 3; i++) {
		struct made *k = ARENA_NEW(in->a, struct made);
		*k = (struct made){
			.kind = MADE_TEXT, .name = columns[i].name, .field = &columns[i]};
		k->text = text(in);
		k->absent = k->text.n == 0;
		made_add(m, k);
	}
	return m;
}

/* --- written and read --- */

static void blame(void *ctx, const struct node *from, struct finding *f)
{
	(void)ctx;
	(void)from;
	(void)f;
}

/* Fixed widths do not tell padding from what a value begins or ends with. */
static struct str without_padding(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '.'))
		s = str_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '.'))
		s.n--;
	return s;
}

/* The row is the last of the file. */
static void same_values(int fd, struct str format, const struct made *m, struct arena *a)
{
	const bool fixed = str_is(format, "fixed");
	struct reader_spec spec = {.format = format, .file = STR("fuzz"), .separator = ';'};
	struct names names;
	struct item it;
	struct diag d;
	struct err e;
	struct reader *r = NULL;

	spec.layout = fixed ? &layout : NULL;
	spec.no_header = !fixed && !layout.header;
	spec.charset = !fixed && layout.latin1 ? CHARSET_LATIN1 : CHARSET_UTF8;
	names_init(&names);
	diag_init(&d, a);
	r = reader_open(fd, &spec, &names, &e);
	if (!r || reader_next(r, &it, &d, &e) != 1 || !it.root)
		abort();
	for (const struct made *k = m->child; k; k = k->next) {
		const struct str column = spec.no_header
			? arena_printf(a, "c%d", k->name.p[0] - 'a' + 1)
			: k->name;
		const struct node *n = node_child(it.root, names_id(&names, column));
		const struct str value = n ? n->value : STR("");
		if (fixed ? !str_eq(without_padding(value), without_padding(k->text))
			  : !str_eq(value, k->text))
			abort();
	}
	reader_close(r);
	names_done(&names);
}

static void write_it(const struct def_message *m, const struct made *made, struct arena *a)
{
	static const struct finding about;
	const struct target_envelope v = {.test = true};
	const struct target_blame nobody = {blame, NULL};
	struct target_wrote w = {.message = m, .sets = 1, .items = 1};
	struct target t;
	struct diag d;
	struct buf out;
	struct err e;
	int fd = -1;

	diag_init(&d, a);
	buf_init(&out, OUT_MAX);
	if (target_open(&t, &v, m, &e) == -1)
		abort();
	t.ops->start(t.self, &out);
	t.ops->begin(t.self, 0, 0);
	t.ops->open_set(t.self);
	if (t.ops->check_tree(t.self, made, &d, &about, &nobody)) {
		t.ops->put_tree(t.self, made);
		t.ops->close_set(t.self);
		t.ops->end(t.self);
		w.at = *t.ops->at(t.self);
		fd = input_file(out.p, out.n);
		if (t.ops->read_back(fd, &w, &e) == -1)
			abort();
		if (m->layout)
			same_values(fd, m->format, made, a);
	}
	target_close(&t);
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str formats[] = {{"xml", 3}, {"json", 4}, {"csv", 3}, {"fixed", 5}};
	struct def_message m = {.id = {"l", 1}};
	const struct made *made = NULL;
	struct arena a;
	struct input in;

	if (size == 0)
		return 0;
	arena_init(&a);
	in = (struct input){data + 1, size - 1, &a};
	m.format = formats[data[0] & 3];
	m.layout = data[0] & 2 ? &layout : NULL;
	m.doctype = data[0] & 4 ? &doctype : NULL;
	columns[2].element.max = data[0] & 1 ? columns[2].width : UINT32_MAX;
	layout.header = data[0] & 4;
	layout.latin1 = data[0] & 8;
	layout.crlf = data[0] & 16;
	layout.quoting = data[0] >> 5 & 3 ? QUOTE_ALL : QUOTE_NEEDED;
	made = data[0] & 2 ? row(&in) : data[0] & 1 ? object(&in, NULL, 0) : document(&in);
	write_it(&m, made, &a);
	arena_done(&a);
	return 0;
}
