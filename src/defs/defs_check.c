/* What a definition must keep to beyond being read: each check adds faults and changes nothing. */
#include "defs/defs_check.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* ---- elements ------------------------------------------------------------------------------- */

static bool lengths_fit(const struct def_element *e)
{
	switch (e->type) {
	case DEF_DT:
		return (e->min == 6 || e->min == 8) && (e->max == 6 || e->max == 8);
	case DEF_TM:
		return e->min >= 4 && e->max <= 8;
	case DEF_A:
	case DEF_AN:
	case DEF_ID:
	case DEF_N:
	case DEF_R:
	case DEF_B:
		return true;
	}
	return false;
}

void defs_check_element(const struct dict_element *e, struct faults *f)
{
	const struct def_element *el = &e->element;
	const struct def_place *at = &e->at;

	if (el->min > el->max) {
		faults_add(f, at->file, at->line, at->column,
			"element '" STR_FMT "': min %u is more than max %lu", STR_ARG(el->id),
			(unsigned)el->min, (unsigned long)el->max);
		return;
	}
	if (!lengths_fit(el))
		faults_add(f, at->file, at->line, at->column,
			"element '" STR_FMT "': a date has 6 or 8 digits, a time 4 "
			"to 8; found %u to %lu",
			STR_ARG(el->id), (unsigned)el->min, (unsigned long)el->max);
	for (size_t i = 0; el->codes && i < el->codes->n; i++) {
		size_t n = utf8_count(el->codes->codes[i].value);
		if (n < el->min || n > el->max)
			faults_add(f, at->file, at->line, at->column,
				"element '" STR_FMT "' takes %u to %lu characters, "
				"but its code list '" STR_FMT "' has '" STR_FMT "'",
				STR_ARG(el->id), (unsigned)el->min, (unsigned long)el->max,
				STR_ARG(el->codes->id), STR_ARG(el->codes->codes[i].value));
	}
}

/* ---- notes ---------------------------------------------------------------------------------- */

static void note_fault(const struct dict_segment *s, const struct def_note *n, const char *what,
	unsigned position, struct faults *f)
{
	char text[2 + 2 * DEFS_NOTE_MAX];
	size_t at = 0;

	text[at++] = n->kind;
	for (size_t i = 0; i < n->n; i++) {
		text[at++] = (char)('0' + n->at[i] / 10 % 10);
		text[at++] = (char)('0' + n->at[i] % 10);
	}
	text[at] = '\0';
	faults_add(f, s->at.file, s->at.line, s->at.column,
		"note %s of " STR_FMT ": position %02u %s", text, STR_ARG(s->segment.tag), position,
		what);
}

/* Of two mandatory positions, does the note forbid one? */
static bool excludes(const struct dict_segment *s, const struct def_note *n)
{
	return n->kind == DEF_EXCLUSIVE || n->kind == DEF_ONE ||
		(n->kind == DEF_FIRST && n->at[0] >= 1 && n->at[0] <= s->segment.nparts &&
			s->segment.parts[n->at[0] - 1].mandatory);
}

void defs_check_notes(const struct dict_segment *s, struct faults *f)
{
	for (size_t k = 0; k < s->segment.nnotes; k++) {
		const struct def_note *n = &s->segment.notes[k];
		unsigned required = 0;
		for (size_t i = 0; i < n->n; i++) {
			if (n->at[i] < 1 || n->at[i] > s->segment.nparts) {
				note_fault(s, n, "does not exist", n->at[i], f);
				continue;
			}
			for (size_t j = 0; j < i; j++)
				if (n->at[j] == n->at[i]) {
					note_fault(s, n, "is there twice", n->at[i], f);
					break;
				}
			required += s->segment.parts[n->at[i] - 1].mandatory;
			if (excludes(s, n) && required == 2)
				note_fault(s, n, "excludes another one, but both are mandatory",
					n->at[i], f);
		}
	}
}

/* ---- structure ------------------------------------------------------------------------------ */

struct walk {
	const struct dict_message *m;
	const bool *accepted;
	struct faults *f;
	size_t stamp;
	const struct def_node *from; /* the segment that was read last */
	bool *told;		     /* nodes that were reported as ambiguous */
};

static const struct def_place *place(const struct walk *w, const struct def_node *n)
{
	return &w->m->places[n->index];
}

static const char *path_of(const struct def_node *n, struct arena *a)
{
	struct str s = n->name;

	for (const struct def_node *p = n->parent; p && p->parent; p = p->parent)
		s = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(s));
	return arena_cstr(a, s);
}

/* Segments of a dictionary are the first member of their entry, which has the marks. */
static struct dict_segment *entry(const struct def_segment *s)
{
	union {
		const struct def_segment *read;
		struct dict_segment *mark;
	} u = {s};

	return u.mark;
}

/* node can come next. When its tag could come next elsewhere too, a reader cannot decide. */
static void reach(struct walk *w, const struct def_node *node)
{
	struct dict_segment *s = entry(node->segment);

	if (s->stamp != w->stamp) {
		s->stamp = w->stamp;
		s->seen = node;
		return;
	}
	if (s->seen == node || w->told[node->index] || w->accepted[node->index])
		return;
	w->told[node->index] = true;
	const struct def_place *at = place(w, node);
	struct arena *a = w->f->arena;
	faults_add(w->f, at->file, at->line, at->column,
		"after %s, " STR_FMT " may be %s or %s; make it differ, or say "
		"ambiguous=\"first\" here",
		path_of(w->from, a), STR_ARG(s->segment.tag), path_of(s->seen, a),
		path_of(node, a));
}

/* The siblings from n on, until one that must come. True when all may be left out. */
static bool reach_siblings(struct walk *w, const struct def_node *n)
{
	for (; n; n = n->next) {
		reach(w, n);
		if (n->mandatory)
			return false;
	}
	return true;
}

/* All that may follow the segment n. */
static void follow(struct walk *w, const struct def_node *n)
{
	w->stamp++;
	w->from = n;
	if (n->max != 1)
		reach(w, n);
	while (reach_siblings(w, n->next)) {
		n = n->parent;
		if (!n || !n->parent)
			return;
		if (n->max != 1)
			reach(w, n);
	}
}

static void check_loop(struct walk *w, const struct def_node *loop)
{
	const struct def_node *first = loop->child;
	const struct def_place *at = place(w, first);

	if (!first->mandatory || first->max != 1)
		faults_add(w->f, at->file, at->line, at->column,
			STR_FMT
			" starts " STR_FMT
			", so it must have use=\"M\" and max=\"1\"; how often the loop comes is said at the loop",
			STR_ARG(first->name), STR_ARG(loop->name));
	for (const struct def_node *a = first; a; a = a->next)
		for (const struct def_node *b = first; b != a; b = b->next)
			if (str_eq(a->name, b->name)) {
				at = place(w, a);
				faults_add(w->f, at->file, at->line, at->column,
					"'" STR_FMT "' comes twice in " STR_FMT
					"; a loop of the same name needs a name= of its own",
					STR_ARG(a->name), STR_ARG(loop->name));
				break;
			}
}

static void check_ends(struct walk *w)
{
	const struct def_format *form = defs_format(w->m->message.format);
	const struct def_node *root = w->m->message.root;
	const struct def_node *last = root->child;
	const struct def_place *at = place(w, root);

	while (last && last->next)
		last = last->next;
	if (!last || !str_is(root->child->name, form->header) ||
		!str_is(last->name, form->trailer) || last->loop)
		faults_add(w->f, at->file, at->line, at->column,
			"a message must begin with %s and end with %s", form->header,
			form->trailer);
	else if (!last->mandatory || last->max != 1)
		faults_add(w->f, place(w, last)->file, place(w, last)->line, place(w, last)->column,
			"%s must have use=\"M\" and max=\"1\"", form->trailer);
}

static void check_depth(struct walk *w, const struct def_node *n)
{
	const struct def_place *at = place(w, n);

	if (n->loop && n->depth == DEFS_DEPTH_MAX + 1)
		faults_add(w->f, at->file, at->line, at->column, "loops are more than %d deep",
			DEFS_DEPTH_MAX);
}

/* The node after n in reading order, or NULL. */
static const struct def_node *after(const struct def_node *n)
{
	if (n->child)
		return n->child;
	while (n && !n->next)
		n = n->parent;
	return n ? n->next : NULL;
}

void defs_check_message(const struct dict_message *m, const bool *accepted, struct faults *f)
{
	size_t before = f->n;
	struct walk w = {.m = m,
		.accepted = accepted,
		.f = f,
		.told = arena_array(f->arena, m->message.nodes, sizeof(bool))};

	check_ends(&w);
	for (const struct def_node *n = m->message.root; n; n = after(n)) {
		check_depth(&w, n);
		if (n->loop && n->child)
			check_loop(&w, n);
	}
	if (f->n != before)
		return;
	for (const struct def_node *n = m->message.root; n; n = after(n)) {
		/* Stamps of an earlier message on the same dictionary must not be met again. */
		w.stamp = w.stamp > entry(n->segment)->stamp ? w.stamp : entry(n->segment)->stamp;
	}
	for (const struct def_node *n = m->message.root; n; n = after(n))
		if (!n->loop)
			follow(&w, n);
}
