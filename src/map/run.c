/* Variables, findings and lets of a run; see run.h. */
#include "map/run.h"

#include <string.h>

#include "base/mem.h"

void run_tree_add(struct ev *ev, const struct node *root, struct str file, struct reader *reader,
	uint64_t locator)
{
	struct run_tree *t = ARENA_NEW(ev->a, struct run_tree);

	*t = (struct run_tree){root, file, reader, locator, ev->run->trees};
	ev->run->trees = t;
}

const struct def_message *run_message(const struct map_run *r, const struct node *n)
{
	const struct run_tree *t = r->trees;

	while (n->parent)
		n = n->parent;
	while (t && t->root != n)
		t = t->next;
	for (size_t i = 0; t && t->reader && i < r->m->njoins; i++)
		if (r->in->joins[i] == t->reader)
			return r->m->joins[i].pub.message;
	return r->m->source;
}

void run_item(struct ev *ev, const struct item *it)
{
	struct map_run *r = ev->run;

	r->item = it;
	r->root = (struct ctx){it ? it->root : NULL, it ? it->root : NULL, 1, 1};
	r->trees = NULL;
	r->key = (struct str){NULL, 0};
	r->nused = 0;
	r->level = r->m->nlevels - 1;
	r->in_item = true;
	run_budget(ev);
	memset(r->joined, 0, r->m->njoins * sizeof(*r->joined));
	memset((void *)r->as, 0, r->m->nas * sizeof(*r->as));
	if (r->links)
		r->links->seen = NULL;
	run_lets(r, 0, (uint32_t)r->m->nlets, &r->root);
	if (it && it->root)
		run_tree_add(ev, it->root, it->file, NULL, 0);
}

void run_place(struct ev *ev, const struct run_tree *t, const struct node *n, struct finding *f)
{
	struct place p = n->place;
	struct item it;

	f->file = t->file;
	if (!p.line && !t->reader && ev->run->item)
		p = reader_place(ev->run->item, n->place.offset);
	else if (!p.line && t->reader &&
		reader_at(t->reader, t->locator, &it, ev->run->d, ev->run->e) == 1) {
		reader_line(t->reader, &it);
		p = reader_place(&it, n->place.offset);
	}
	f->offset = p.offset;
	f->line = p.line;
	f->column = p.column;
}

/* A value that is used for two elements is one fault; of segments and loops, each is one. */
static bool same_finding(const struct finding *a, const struct finding *b)
{
	return str_eq(a->code, b->code) && str_eq(a->field, b->field) &&
		str_eq(a->found, b->found) && str_eq(a->file, b->file) && a->line == b->line &&
		(!b->rule.n || str_eq(a->rule, b->rule)) &&
		(b->element || str_eq(a->segment, b->segment));
}

void run_finding(struct ev *ev, struct finding *f, const struct node *at)
{
	struct map_run *r = ev->run;
	const struct node *top = NULL;

	if (r->spent) /* what was not evaluated looks like a fault of the item */
		return;
	at = val_origin(at);
	if (!at && r->item)
		at = r->item->root;
	top = at;
	if (f->severity == SEV_NOTE && !codes_find(f->code))
		f->severity = SEV_ERROR;
	f->item = r->key;
	if (r->item) {
		f->file = r->item->file;
		f->line = r->item->line;
		f->offset = r->item->offset;
	}
	if (at) {
		while (top->parent)
			top = top->parent;
		if (!f->field.n)
			f->field = node_path(at, r->names, ev->a);
		for (const struct run_tree *t = r->trees; t; t = t->next)
			if (t->root == top)
				run_place(ev, t, at, f);
	}
	for (const struct finding *k = r->seen ? r->seen->next : r->d->first; k; k = k->next)
		if (same_finding(k, f))
			return;
	diag_add(r->d, f);
}

/* "a number (for CTP03, line 12 of the map)" */
static struct str for_what(struct ev *ev, const char *expected)
{
	char digits[10];
	size_t at = sizeof(digits);

	for (uint32_t line = ev->line; line > 0; line /= 10)
		digits[--at] = (char)('0' + line % 10);
	const struct str parts[] = {str_c(expected), STR(" (for "), ev->what, STR(", line "),
		{digits + at, sizeof(digits) - at}, STR(" of the map)")};
	return arena_join(ev->a, parts, sizeof(parts) / sizeof(parts[0]));
}

void run_report(struct ev *ev, const char *code, const struct node *at, struct str found,
	const char *expected)
{
	struct finding f = {.code = str_c(code),
		.found = found,
		.expected = str_c(expected),
		.segment = ev->segment,
		.element = ev->element,
		.component = ev->component,
		.repetition = ev->repetition};

	if (ev->what.n && ev->line)
		f.expected = for_what(ev, expected);
	ev->told = ev->told || codes_find(f.code)->severity >= SEV_ERROR;
	run_finding(ev, &f, at);
}

bool run_spent(struct ev *ev)
{
	struct map_run *r = ev->run;

	if (!r->spent)
		run_report(ev, "MAP-LIMIT", NULL, (struct str){NULL, 0},
			"a map that needs less time and memory for one item");
	r->spent = true;
	return false;
}

void run_budget(struct ev *ev)
{
	ev->run->steps = 0;
	ev->run->bytes_before = ev->a->used;
	ev->run->spent = false;
}

void run_lets(struct map_run *r, uint32_t first, uint32_t n, const struct ctx *c)
{
	for (uint32_t i = first; i < first + n; i++) {
		r->lets[i].state = SLOT_READY;
		r->lets[i].c = *c;
	}
}

void run_let(struct ev *ev, uint32_t slot, struct val *out)
{
	struct run_slot *s = &ev->run->lets[slot];
	uint32_t line = ev->line;
	struct str what = ev->what;

	if (s->state == SLOT_READY) {
		struct val v = {0};

		ev->line = ev->run->m->lets[slot].line;
		ev->what = ev->run->m->lets[slot].name;
		eval_value(ev, ev->run->m->lets[slot].value, &s->c, &v);
		s->v = v;
		s->state = SLOT_DONE;
		ev->line = line;
		ev->what = what;
	}
	*out = s->v;
}

void run_join(struct ev *ev, uint32_t slot, struct val *out)
{
	struct run_joined *j = &ev->run->joined[slot];

	if (!j->done && ev->run->root.node) {
		uint32_t line = ev->line;
		struct str what = ev->what;

		j->done = true;
		ev->line = ev->run->m->joins[slot].pub.line;
		ev->what = ev->run->m->joins[slot].pub.name;
		join_rows(ev->run->joins[slot], ev, &j->v);
		ev->line = line;
		ev->what = what;
	}
	*out = j->v;
}

void run_var(struct ev *ev, const struct expr *x, struct val *out)
{
	struct map_run *r = ev->run;
	struct date d = r->in->run_date;
	size_t cap = 0;

	switch ((enum var_kind)x->var) {
	case VAR_PROFILE:
		*out = val_of_text(r->vars[x->slot]);
		return;
	case VAR_RUN_DATE:
		d.has_time = false;
		d.hour = d.minute = d.second = 0;
		*out = val_of_date(d);
		return;
	case VAR_RUN_TIME:
		d.has_time = true;
		*out = val_of_date(d);
		return;
	case VAR_RUN_ID:
		*out = val_of_text(r->in->run_id);
		return;
	case VAR_ACTION:
		*out = val_of_text(r->item ? r->action : r->in->action);
		return;
	case VAR_MESSAGE:
		if (r->item && r->item->header)
			val_add(ev, out, &cap, r->item->header);
		return;
	case VAR_JOIN:
		run_join(ev, x->slot, out);
		if (out->kind == VAL_ABSENT && r->m->joins[x->slot].pub.required)
			ev->told = true; /* by JOIN-ROW-MISSING */
		return;
	case VAR_LET:
		run_let(ev, x->slot, out);
		return;
	case VAR_AS:
		if (r->as[x->slot])
			val_add(ev, out, &cap, r->as[x->slot]);
		return;
	}
}
