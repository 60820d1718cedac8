/* Levels; see group.h. */
#include "map/group.h"

#include <string.h>

#include "base/mem.h"
#include "map/tree.h"

void group_init(struct map_run *r)
{
	for (size_t i = 0; i < r->m->nlevels; i++) {
		struct run_level *l = &r->levels[i];

		arena_init(&l->arena);
		l->totals = mem_array(r->m->ntotals + 1, sizeof(*l->totals));
		l->totals_before = mem_array(r->m->ntotals + 1, sizeof(*l->totals));
	}
}

void group_done(struct map_run *r)
{
	for (size_t i = 0; i < r->m->nlevels; i++) {
		arena_done(&r->levels[i].arena);
		mem_free(r->levels[i].totals);
		mem_free(r->levels[i].totals_before);
	}
}

/* --- what items have in common --- */

/* Parts are told apart by a byte below all that texts have, so that the order of the whole is theirs. */
static struct str key_of(struct ev *ev, const struct map_level *v)
{
	struct str key = STR("");

	ev->told = false;
	for (size_t i = 0; i < v->by.n; i++) {
		const struct str part = eval_text(ev, v->by.x[i], &ev->run->root);

		if (part.n == 0) {
			struct finding f = {.code = STR("GROUP-KEY-MISSING"), .field = v->by_text};

			if (!ev->told) /* a finding says why there is none */
				run_finding(ev, &f, ev->run->root.node);
			return STR("");
		}
		key = arena_printf(
			ev->a, STR_FMT "%s" STR_FMT, STR_ARG(key), i ? "\x01" : "", STR_ARG(part));
	}
	return key;
}

void group_keys(struct ev *ev)
{
	struct map_run *r = ev->run;

	ev->what = STR("group");
	for (size_t i = 0; i < r->m->nlevels; i++) {
		ev->line = r->m->levels[i].line;
		r->keys[i] = key_of(ev, &r->m->levels[i]);
	}
}

/* It is of no group, which a finding says: nothing is made of one. */
static bool is_of_none(const struct map_run *r)
{
	for (size_t i = 0; i < r->m->nlevels; i++)
		if (r->m->levels[i].by.n > 0 && r->keys[i].n == 0)
			return true;
	return false;
}

struct str group_order(struct ev *ev)
{
	const struct map_run *r = ev->run;
	struct str all = STR("");

	for (size_t i = 0; i < r->m->nlevels && !is_of_none(r); i++) {
		if (r->m->levels[i].by.n > 0)
			all = arena_printf(ev->a, STR_FMT STR_FMT "\x01\x01", STR_ARG(all),
				STR_ARG(r->keys[i]));
	}
	return all;
}

bool group_is_other(const struct map_run *r, size_t level)
{
	return level < r->nopen && !str_eq(r->levels[level].key, r->keys[level]);
}

/* --- counting --- */

static void clear(struct map_run *r, size_t level)
{
	memset(r->levels[level].totals, 0, r->m->ntotals * sizeof(struct dec));
	r->levels[level].items = 0;
	r->levels[level].first.root = NULL;
	arena_reset(&r->levels[level].arena);
}

void group_snapshot(struct map_run *r)
{
	r->nopen_before = r->nopen;
	for (size_t i = 0; i < r->nopen; i++) {
		struct run_level *l = &r->levels[i];

		memcpy(l->totals_before, l->totals, r->m->ntotals * sizeof(struct dec));
		l->items_before = l->items;
	}
}

void group_take_back(struct map_run *r)
{
	r->nopen = r->nopen_before;
	for (size_t i = 0; i < r->nopen; i++) {
		struct run_level *l = &r->levels[i];

		memcpy(l->totals, l->totals_before, r->m->ntotals * sizeof(struct dec));
		l->items = l->items_before;
	}
}

void group_count(struct map_run *r)
{
	for (size_t i = 0; i < r->nopen; i++)
		r->levels[i].items++;
}

bool group_add(struct map_run *r, uint32_t slot, struct dec d)
{
	for (size_t i = 0; i < r->nopen; i++)
		if (!dec_add(r->levels[i].totals[slot], d, &r->levels[i].totals[slot]))
			return false;
	return true;
}

/* --- what a level keeps of its beginning --- */

/* The texts of a head, as later items of the group are held against them. */
static struct segment *copy_segments(const struct segment *s, struct arena *a)
{
	struct segment *first = NULL;
	struct segment **end = &first;

	for (; s; s = s->next) {
		struct segment *c = ARENA_NEW(a, struct segment);

		*c = (struct segment){.tag = s->tag, .n = s->n};
		c->values = arena_array(a, s->n + 1, sizeof(*c->values));
		for (size_t i = 0; i < s->n; i++) {
			c->values[i] = s->values[i];
			c->values[i].text = arena_str(a, s->values[i].text);
			c->values[i].from = NULL;
		}
		*end = c;
		end = &c->next;
	}
	return first;
}

static struct made *copy_made(const struct made *m, struct arena *a)
{
	struct made *first = NULL;
	struct made **end = &first;

	for (; m; m = m->next) {
		struct made *c = ARENA_NEW(a, struct made);

		*c = *m;
		c->text = arena_str(a, m->text);
		c->from = NULL;
		c->last = c->next = NULL;
		c->child = copy_made(m->child, a);
		*end = c;
		end = &c->next;
	}
	return first;
}

static struct val copy_value(struct ev *ev, const struct val *v, struct arena *a)
{
	struct val c = *v;

	if (v->kind == VAL_NODES || v->kind == VAL_TEXT)
		c = val_of_text(arena_str(a, val_text(ev, v)));
	c.from = NULL;
	return c;
}

static void copy_item(struct run_level *l, const struct item *it)
{
	l->first = *it;
	l->first.root = join_copy(it->root, NULL, &l->arena);
	l->first.header = it->header ? join_copy(it->header, NULL, &l->arena) : NULL;
	l->first.file = arena_str(&l->arena, it->file);
	l->first.raw = arena_str(&l->arena, it->raw);
}

/* A let that is made of a counter has one value in the whole of its group. */
static void keep_lets(struct ev *ev, struct run_level *l, const struct map_part *p)
{
	l->lets = arena_array(&l->arena, p->let_n + 1, sizeof(*l->lets));
	for (uint32_t i = 0; i < p->let_n; i++) {
		struct val v = {0};

		if (!ev->run->m->lets[p->let_first + i].masked)
			continue;
		run_let(ev, p->let_first + i, &v);
		l->lets[i] = copy_value(ev, &v, &l->arena);
	}
}

static void give_lets(struct map_run *r, size_t level)
{
	const struct map_part *p = r->m->levels[level].part;

	for (uint32_t i = 0; p && i < p->let_n; i++)
		if (r->m->lets[p->let_first + i].masked)
			r->lets[p->let_first + i] = (struct run_slot){
				SLOT_DONE, r->root, r->levels[level].lets[i]};
}

/* --- heads --- */

static void make_head(struct ev *ev, size_t level, struct group_heads *out)
{
	const struct map_level *v = &ev->run->m->levels[level];

	*out = (struct group_heads){{NULL, NULL, 0}, {NULL, NULL, 0}, 0, 0};
	ev->run->level = level;
	ev->run->in_item = false;
	if (ev->run->m->trees)
		tree_run(ev, v->around, &ev->run->root, TREE_BEFORE, &out->made);
	else
		template_head(ev, v, &ev->run->root, &out->segments);
}

static void differs(struct ev *ev, const struct map_level *v, struct str where, struct str found,
	struct str expected, const struct node *from)
{
	struct finding f = {.code = STR("GROUP-HEAD-DIFFERS"),
		.found = found,
		.segment = where,
		.expected = expected.n ? arena_printf(ev->a, "'" STR_FMT "', as in the first item",
						 STR_ARG(expected))
				       : STR("nothing, as in the first item")};

	ev->line = v->line;
	run_finding(ev, &f, from);
}

static const struct value no_value = {.text = {"", 0}};

/* The first value that is another one; false when there is none. */
static bool other_value(const struct segment *a, const struct segment *b, const struct value **va,
	const struct value **vb)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		*va = i < a->n ? &a->values[i] : &no_value;
		*vb = i < b->n ? &b->values[i] : &no_value;
		if ((*va)->element != (*vb)->element || (*va)->component != (*vb)->component ||
			(!(*va)->masked && !str_eq((*va)->text, (*vb)->text)))
			return true;
	}
	return false;
}

static void compare_segments(struct ev *ev, const struct map_level *v, const struct segment *now,
	const struct segment *then)
{
	for (; now || then; now = now->next, then = then->next) {
		const struct value *a = &no_value;
		const struct value *b = &no_value;

		if (now && then && str_eq(now->tag, then->tag) && !other_value(now, then, &a, &b))
			continue;
		if (now && then && str_eq(now->tag, then->tag))
			differs(ev, v, now->tag, a->text, b->text, a->from);
		else
			differs(ev, v, now ? now->tag : then->tag, now ? now->tag : STR(""),
				then ? then->tag : STR(""), NULL);
		return;
	}
}

/* True when a difference was told. */
static bool compare_made(
	struct ev *ev, const struct map_level *v, const struct made *now, const struct made *then)
{
	for (; now || then; now = now->next, then = then->next) {
		const bool both = now && then && str_eq(now->name, then->name);

		if (!both || (!now->masked && !str_eq(now->text, then->text))) {
			differs(ev, v, now ? now->name : then->name, now ? now->text : STR(""),
				then ? then->text : STR(""), now ? now->from : NULL);
			return true;
		}
		if (compare_made(ev, v, now->child, then->child))
			return true;
	}
	return false;
}

/* The head of a group that is open, made of this item: only to see whether it would be the same. What is
 * merely noted of it was noted of the one that was written. */
static void make_again(struct ev *ev, size_t level, struct group_heads *out)
{
	struct map_run *r = ev->run;
	const struct run_level *l = &r->levels[level];
	int64_t *counters = arena_array(ev->a, r->m->ncounters + 1, sizeof(*counters));
	struct diag *told = r->d;
	struct finding *seen = r->seen;
	struct diag all;

	memcpy(counters, r->counters, r->m->ncounters * sizeof(*counters));
	diag_init(&all, ev->a);
	r->d = &all;
	r->seen = NULL;
	give_lets(r, level);
	make_head(ev, level, out);
	if (!compare_made(ev, &r->m->levels[level], out->made.first, l->made))
		compare_segments(ev, &r->m->levels[level], out->segments.first, l->head);
	memcpy(r->counters, counters, r->m->ncounters * sizeof(*counters));
	r->d = told;
	r->seen = seen;
	for (const struct finding *f = all.first; f; f = f->next)
		if (f->severity >= SEV_ERROR)
			diag_add(told, f);
}

/* The header that was just made of this item. */
static void copy_header(struct ev *ev, struct group_heads *out)
{
	*out = (struct group_heads){{NULL, NULL, 0}, {NULL, NULL, 0}, 0, 0};
	out->segments.first = copy_segments(ev->run->levels[0].head, ev->a);
	for (struct segment *s = out->segments.first; s; s = s->next) {
		out->segments.last = s;
		out->segments.n++;
	}
}

static void open_level(struct ev *ev, size_t level, struct group_heads *out)
{
	struct map_run *r = ev->run;
	struct run_level *l = &r->levels[level];
	const struct map_part *p = r->m->levels[level].part;

	clear(r, level);
	r->nopen = level + 1;
	l->items = 1;
	make_head(ev, level, out);
	template_totals(ev, p, &r->root);
	l->key = arena_str(&l->arena, r->keys[level]);
	l->head = copy_segments(out->segments.first, &l->arena);
	l->made = copy_made(out->made.first, &l->arena);
	keep_lets(ev, l, p);
	copy_item(l, r->item);
}

static void append(struct group_heads *all, struct group_heads *one)
{
	if (one->segments.n > 0)
		template_append(&all->segments, &one->segments);
	for (struct made *m = one->made.first, *next = NULL; m; m = next) {
		next = m->next;
		made_append(&all->made, m);
	}
}

void group_heads(struct ev *ev, struct group_heads *out)
{
	struct map_run *r = ev->run;
	const size_t open = r->nopen;

	*out = (struct group_heads){{NULL, NULL, 0}, {NULL, NULL, 0}, 0, 0};
	for (size_t i = 0; i < r->m->nlevels && !is_of_none(r); i++) {
		struct group_heads one;

		if (r->m->levels[i].by.n == 0)
			continue;
		if (i == 0 && r->levels[0].items == 1)
			copy_header(ev, &one);
		else if (i < open)
			make_again(ev, i, &one);
		else
			open_level(ev, i, &one);
		append(out, &one);
		if (i < open) {
			out->nopen = out->segments.n;
			out->nopen_made = out->made.n;
		}
	}
	r->level = r->m->nlevels - 1;
	r->in_item = true;
}

/* --- messages and feet --- */

void group_message(struct map_run *r)
{
	clear(r, 0);
	r->levels[0].key = STR("");
	r->nopen = r->nopen_before = 1;
	r->level = 0;
	r->in_item = false;
	group_snapshot(r);
}

void group_begin_message(struct ev *ev, struct segment *head, struct made *made)
{
	struct run_level *l = &ev->run->levels[0];

	l->key = arena_str(&l->arena, ev->run->keys[0]);
	l->head = copy_segments(head, &l->arena);
	l->made = copy_made(made, &l->arena);
	copy_item(l, ev->run->item);
}

/* The foot of one group, as its first item has it. */
static void foot(struct ev *ev, size_t level, struct template_out *out, struct made_list *made)
{
	struct map_run *r = ev->run;

	run_item(ev, &r->levels[level].first);
	for (size_t i = 1; i <= level; i++)
		give_lets(r, i);
	r->level = level;
	r->in_item = false;
	if (r->m->trees)
		tree_run(ev, r->m->levels[level].around, &r->root, TREE_AFTER, made);
	else
		template_run(ev, r->m->levels[level].foot, &r->root, out);
}

void group_feet(struct ev *ev, size_t level, struct map_around *out)
{
	struct map_run *r = ev->run;
	struct template_out t = {NULL, NULL, 0};
	struct made_list made = {NULL, NULL, 0};

	while (r->nopen > level) {
		foot(ev, r->nopen - 1, &t, &made);
		r->nopen--;
	}
	*out = (struct map_around){t.first, made.first, t.n + made.n};
}
