/* Any files as definitions: those of a dictionary, a message and guides, or layouts, parted by lines "----".
 * They are loaded or there are faults; what was loaded keeps the promises of defs.h and layout.h. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "defs/guide.h"
#include "defs/layout.h"
#include "defs/message.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* A number gives the first position that has it, or none. */
static void check_by_number(const struct def_segment *s, const struct def_part *p)
{
	const struct str number = p->element ? p->element->id : p->composite;
	uint16_t element, component;
	char ref[300];

	const int n = snprintf(
		ref, sizeof(ref), STR_FMT "/" STR_FMT, STR_ARG(s->tag), STR_ARG(number));
	if (n < 0 || (size_t)n >= sizeof(ref) || !defs_ref(s, str_c(ref), &element, &component))
		return;
	check(element >= 1 && element <= p->position);
	check(component >= 1 && component <= (p->nparts ? p->nparts : 1));
}

static void check_segment(const struct def_segment *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		const struct def_part *p = &s->parts[i];
		uint16_t element, component;
		check(p->position == i + 1 && !p->element == (p->nparts > 0));
		check(defs_ref(s, p->ref, &element, &component) && element == i + 1);
		check(!p->element || p->element->min <= p->element->max);
		check_by_number(s, p);
		for (size_t k = 0; k < p->nparts; k++)
			check(p->parts[k].element != NULL);
	}
	for (size_t i = 0; i < s->nnotes; i++) {
		check(s->notes[i].n >= 2 && s->notes[i].n <= DEFS_NOTE_MAX);
		for (size_t k = 0; k < s->notes[i].n; k++)
			check(s->notes[i].at[k] >= 1 && s->notes[i].at[k] <= s->nparts);
	}
}

static void check_tree(const struct def_node *n, uint16_t depth)
{
	check(n->segment != NULL && n->depth == depth && depth <= DEFS_DEPTH_MAX + 1);
	check(n->loop == (n->child != NULL));
	check(!n->loop || n->segment == n->child->segment);
	check_segment(n->segment);
	for (const struct def_node *c = n->child; c; c = c->next) {
		check(c->parent == n);
		check(!c->instead || (c->instead->parent == n && c->instead->index < c->index));
		check_tree(c, (uint16_t)(depth + 1));
	}
}

static char folder[] = "/tmp/fuzz-defs-XXXXXX";
static int top = -1;
static int dir = -1; /* x12/9 or edifact/9 in it */
static int dirs[2] = {-1, -1};
static const char *const formats[] = {"x12", "edifact"};

static const char *const layouts[] = {"csv", "fixed", "json"};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };
static int layout_dirs[LAYOUTS];

static const struct {
	const char *root;
	const char *file;
} parts[] = {{"codes", "codes.xml"}, {"elements", "elements.xml"}, {"segments", "segments.xml"},
	{"segments", "envelope.xml"}};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static void clean(void)
{
	struct err e;
	const int tmp = fsx_dir("/tmp", &e);

	if (tmp != -1 && fsx_tree_remove(tmp, folder + strlen("/tmp/"), &e) == -1)
		(void)fprintf(stderr, "%s\n", e.text);
	fsx_close(tmp);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	xml_start();
	check(mkdtemp(folder) != NULL && atexit(clean) == 0);
	top = fsx_dir(folder, &e);
	check(top != -1);
	for (size_t i = 0; i < 2; i++) {
		char path[20];
		(void)snprintf(path, sizeof(path), "%s/9", formats[i]);
		check(fsx_mkdirs(top, path, 0700, &e) == 0);
		dirs[i] = fsx_subdir(top, path, &e);
		check(dirs[i] != -1);
	}
	for (size_t i = 0; i < LAYOUTS; i++) {
		check(fsx_mkdirs(top, layouts[i], 0700, &e) == 0);
		layout_dirs[i] = fsx_subdir(top, layouts[i], &e);
		check(layout_dirs[i] != -1);
	}
	return 0;
}

static void put(int at, const char *name, struct str text)
{
	const int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	check(fd != -1 && write(fd, text.p, text.n) == (ssize_t)text.n);
	(void)close(fd);
}

struct run {
	struct defs *d;
	struct dict dict;
	bool there[PARTS];
	bool loaded; /* the dictionary, with the first that is no file of it */
	struct arena arena;
	struct faults faults;
	const struct dict_message *message;
};

static void check_fields(const struct def_field *f, bool fixed)
{
	for (; f; f = f->next) {
		check(f->name.n > 0 && (!f->element.max || f->element.min <= f->element.max));
		check(!fixed || f->width > 0);
		check_fields(f->child, false);
	}
}

static void load_layout(struct run *r, const struct xml *root, struct str text)
{
	const size_t before = r->faults.n;
	const struct def_message *m = NULL;

	for (size_t i = 0; i < LAYOUTS; i++) {
		if (!str_is(xml_attr(root, "format"), layouts[i]))
			continue;
		(void)unlinkat(layout_dirs[i], "fuzz.xml", 0);
		put(layout_dirs[i], "fuzz.xml", text);
		m = layout_load(r->d, str_c(layouts[i]), STR("fuzz"), &r->faults, "", 0, 0);
		check((m == NULL) == (r->faults.n > before));
		if (m)
			check_fields(m->layout->fields, i == 1);
	}
}

static void load(struct run *r, struct str text)
{
	struct xml *root;
	struct err e;

	err_clear(&e);
	if (xml_parse(text, "fuzz.xml", &r->arena, &root, &e) == -1)
		return;
	if (str_is(root->name, "layout")) {
		load_layout(r, root, text);
		return;
	}
	for (size_t i = 0; i < PARTS && !r->loaded; i++) {
		if (!r->there[i] && str_is(root->name, parts[i].root)) {
			r->there[i] = true;
			put(dir, parts[i].file, text);
			return;
		}
	}
	if (!r->loaded)
		dict_load(r->d, &r->dict, &r->faults);
	r->loaded = true;
	const struct dict_message *m = NULL;
	const size_t before = r->faults.n;
	if (str_is(root->name, "guide")) {
		if (!r->message)
			return;
		m = guide_apply(r->d, r->message, root, "fuzz.xml", &r->faults);
		check((m == NULL) == (r->faults.n > before));
	} else {
		if (r->dict.faults)
			return;
		m = message_load(
			r->d, &r->dict, root, "fuzz.xml", xml_attr(root, "id"), &r->faults);
		check((m == NULL) == (r->faults.n > before));
		if (m)
			r->message = m;
	}
	if (m)
		check_tree(m->message.root, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const name = "fuzz";
	struct str rest = {(const char *)data, size};
	const size_t format = str_find(rest, STR("format=\"edifact\""), 0) != SIZE_MAX;
	struct run r = {.dict = {.format = str_c(formats[format]), .version = STR("9")}};

	dir = dirs[format];
	for (size_t i = 0; i < PARTS; i++)
		(void)unlinkat(dir, parts[i].file, 0);
	r.d = defs_new(&top, &name, 1);
	arena_init(&r.arena);
	faults_init(&r.faults, &r.arena);
	table_init(&r.dict.codes);
	table_init(&r.dict.elements);
	table_init(&r.dict.composites);
	table_init(&r.dict.segments);
	while (rest.n) {
		size_t at = str_find(rest, STR("\n----\n"), 0);
		load(&r, str_sub(rest, 0, at == SIZE_MAX ? rest.n : at));
		rest = at == SIZE_MAX ? STR("") : str_from(rest, at + 6);
	}
	if (!r.loaded)
		dict_load(r.d, &r.dict, &r.faults);
	table_done(&r.dict.codes);
	table_done(&r.dict.elements);
	table_done(&r.dict.composites);
	table_done(&r.dict.segments);
	arena_done(&r.arena);
	defs_free(r.d);
	return 0;
}
