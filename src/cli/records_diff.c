/*
 * Differences of two outputs; see records_diff.h. Each is cut into groups: envelopes, header, items and
 * trailer, or whole messages. Groups of one name are compared by the longest list of records that both
 * have, where they are long piece by piece between records that both have once; what lies between is paired
 * by tag.
 */
#include "cli/records_diff.h"

#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "cli/records_match.h"

/* WINDOW: how far ahead the counterpart of a changed record is looked for. */
enum { CELLS_MAX = 16 << 20, WINDOW = 200 };

struct group {
	struct str name;
	const struct record *first;
	size_t n;
	struct group *other; /* the one of the same name */
	size_t place;
};

struct groups {
	struct arena arena;
	struct group *list;
	size_t n;
	size_t cap;
	struct table names;
};

/* ---- groups --------------------------------------------------------------------------------- */

/* Does b go on with what a is of? */
static bool together(const struct record *a, const struct record *b, enum records_by by)
{
	if (!str_eq(a->set, b->set))
		return false;
	return by == RECORDS_BY_SET || str_eq(a->item, b->item);
}

/* A name is unique: the second item of a key is another one. */
static void name(struct groups *g, struct group *x, enum records_by by)
{
	const struct record *r = x->first;
	const struct str base = by == RECORDS_BY_ITEM && r->item.n
		? arena_printf(&g->arena, "item " STR_FMT, STR_ARG(r->item))
		: arena_printf(&g->arena, "set " STR_FMT, STR_ARG(r->set));

	for (unsigned i = 1; !x->name.n || !table_add(&g->names, x->name, x); i++)
		x->name = arena_printf(&g->arena, STR_FMT " %u", STR_ARG(base), i);
}

static void cut(struct groups *g, const struct records *r, enum records_by by)
{
	memset(g, 0, sizeof(*g));
	arena_init(&g->arena);
	table_init(&g->names);
	for (size_t i = 0; i < r->n; i++) {
		if (i == 0 || !together(&r->list[i - 1], &r->list[i], by)) {
			mem_grow(&g->list, &g->cap, g->n + 1, sizeof(*g->list));
			g->list[g->n++] = (struct group){.first = &r->list[i], .place = g->n};
		}
		g->list[g->n - 1].n++;
	}
	for (size_t i = 0; i < g->n; i++)
		name(g, &g->list[i], by);
}

static void groups_done(struct groups *g)
{
	table_done(&g->names);
	mem_free(g->list);
	arena_done(&g->arena);
}

/* ---- records -------------------------------------------------------------------------------- */

static const struct record_value *value_of(const struct record *r, struct str ref)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->values[i].ref, ref))
			return &r->values[i];
	return NULL;
}

static void put(struct records_diff *d, const struct record *was, const struct record *is)
{
	mem_grow(&d->list, &d->cap, d->n + 1, sizeof(*d->list));
	d->list[d->n++] = (struct records_change){was, is};
}

/* How many values two records share. */
static size_t likeness(const struct record *a, const struct record *b)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct record_value *v = value_of(b, a->values[i].ref);
		n += v && str_eq(v->text, a->values[i].text);
	}
	return n;
}

static size_t count_tag(const struct record *list, size_t n, struct str tag)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += str_eq(list[i].tag, tag);
	return count;
}

/* Which of b is a, changed? The one with most of its values, if that is half of them; the only one of its
 * tag in any case. n: none is. */
static size_t counterpart(const struct record *a, bool only, const struct record *b, size_t n)
{
	size_t best = n;
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t like = 0;
		if (!str_eq(a->tag, b[i].tag))
			continue;
		like = likeness(a, &b[i]);
		if (best < n && like <= most)
			continue;
		best = i;
		most = like;
	}
	if (best == n || (only && count_tag(b, n, a->tag) == 1))
		return best;
	return 2 * most >= a->n && 2 * most >= b[best].n ? best : n;
}

/* Between two records that both have. */
static void between(struct records_diff *d, const struct record *a, size_t na,
	const struct record *b, size_t nb)
{
	size_t k = 0;

	for (size_t i = 0; i < na; i++) {
		const size_t ahead = nb - k < WINDOW ? nb - k : WINDOW;
		const bool only = na <= WINDOW && count_tag(a, na, a[i].tag) == 1;
		const size_t at = k + counterpart(&a[i], only, b + k, ahead);
		if (at == k + ahead) {
			put(d, &a[i], NULL);
			continue;
		}
		for (; k < at; k++)
			put(d, NULL, &b[k]);
		put(d, &a[i], &b[k++]);
	}
	for (; k < nb; k++)
		put(d, NULL, &b[k]);
}

/* Walks the table of longest common lists: cell [i][k] is that of a from i and b from k. */
static void walk(struct records_diff *d, const uint32_t *cells, const struct record *a, size_t na,
	const struct record *b, size_t nb)
{
	const size_t row = nb + 1;
	size_t i = 0;
	size_t k = 0;
	size_t from_i = 0;
	size_t from_k = 0;

	while (i < na && k < nb) {
		if (records_match_same(&a[i], &b[k])) {
			between(d, a + from_i, i - from_i, b + from_k, k - from_k);
			from_i = ++i;
			from_k = ++k;
		} else if (cells[(i + 1) * row + k] >= cells[i * row + k + 1]) {
			i++;
		} else {
			k++;
		}
	}
	between(d, a + from_i, na - from_i, b + from_k, nb - from_k);
}

static void compare(struct records_diff *d, const struct record *a, size_t na,
	const struct record *b, size_t nb);

/* Piece by piece, between the records that both have once. */
static void in_pieces(struct records_diff *d, const struct record *a, size_t na,
	const struct record *b, size_t nb)
{
	size_t n = 0;
	struct records_anchor *held = records_match_anchors(a, na, b, nb, &n);
	size_t from_a = 0;
	size_t from_b = 0;

	for (size_t i = 0; i < n; i++) {
		compare(d, a + from_a, held[i].a - from_a, b + from_b, held[i].b - from_b);
		from_a = held[i].a + 1;
		from_b = held[i].b + 1;
	}
	mem_free(held);
	if (n > 0)
		compare(d, a + from_a, na - from_a, b + from_b, nb - from_b);
	else
		between(d, a, na, b, nb);
}

/* By the table of longest common lists. */
static void by_table(struct records_diff *d, const struct record *a, size_t na,
	const struct record *b, size_t nb)
{
	uint32_t *cells = mem_array((na + 1) * (nb + 1), sizeof(*cells));

	for (size_t i = na; i-- > 0;) {
		for (size_t k = nb; k-- > 0;) {
			const uint32_t down = cells[(i + 1) * (nb + 1) + k];
			const uint32_t right = cells[i * (nb + 1) + k + 1];
			cells[i * (nb + 1) + k] = records_match_same(&a[i], &b[k])
				? cells[(i + 1) * (nb + 1) + k + 1] + 1
				: (down > right ? down : right);
		}
	}
	walk(d, cells, a, na, b, nb);
	mem_free(cells);
}

static void compare(struct records_diff *d, const struct record *a, size_t na,
	const struct record *b, size_t nb)
{
	while (na > 0 && nb > 0 && records_match_same(a, b)) {
		a++, b++;
		na--, nb--;
	}
	while (na > 0 && nb > 0 && records_match_same(&a[na - 1], &b[nb - 1])) {
		na--;
		nb--;
	}
	if (na == 0 || nb == 0)
		between(d, a, na, b, nb);
	else if ((na + 1) > CELLS_MAX / (nb + 1))
		in_pieces(d, a, na, b, nb);
	else
		by_table(d, a, na, b, nb);
}

void records_diff_make(const struct records *was, const struct records *is, enum records_by by,
	struct records_diff *out)
{
	struct groups old;
	struct groups new;
	size_t last = 0;

	memset(out, 0, sizeof(*out));
	cut(&old, was, by);
	cut(&new, is, by);
	for (size_t i = 0; i < old.n; i++) {
		struct group *g = &old.list[i];
		g->other = table_get(&new.names, g->name);
		if (g->other) {
			g->other->other = g;
			out->moved = out->moved || g->other->place < last;
			last = g->other->place;
			compare(out, g->first, g->n, g->other->first, g->other->n);
		}
		for (size_t k = 0; k < g->n && !g->other; k++)
			put(out, &g->first[k], NULL);
	}
	for (size_t i = 0; i < new.n; i++)
		for (size_t k = 0; k < new.list[i].n && !new.list[i].other; k++)
			put(out, NULL, &new.list[i].first[k]);
	groups_done(&old);
	groups_done(&new);
}

void records_diff_done(struct records_diff *d)
{
	mem_free(d->list);
}

/* ---- told ----------------------------------------------------------------------------------- */

struct told {
	void (*value)(void *ctx, struct str ref, const struct str *was, const struct str *is);
	void *ctx;
};

/* Each value that is not the same on both sides. */
static void each_value(const struct records_change *c, const struct told *t)
{
	for (size_t i = 0; i < c->was->n; i++) {
		const struct record_value *v = &c->was->values[i];
		const struct record_value *w = value_of(c->is, v->ref);
		if (!v->masked && (!w || !str_eq(v->text, w->text)))
			t->value(t->ctx, v->ref, &v->text, w ? &w->text : NULL);
	}
	for (size_t i = 0; i < c->is->n; i++) {
		const struct record_value *w = &c->is->values[i];
		if (!w->masked && !value_of(c->was, w->ref))
			t->value(t->ctx, w->ref, NULL, &w->text);
	}
}

struct text {
	struct buf *out;
	const char *old, *new;
};

static void side(struct buf *out, const char *name, const struct str *text)
{
	if (text)
		buf_printf(out, "%s '" STR_FMT "'", name, STR_ARG(*text));
	else
		buf_printf(out, "%s nothing", name);
}

static void value_text(void *ctx, struct str ref, const struct str *was, const struct str *is)
{
	const struct text *t = ctx;

	buf_printf(t->out, "      " STR_FMT ": ", STR_ARG(ref));
	side(t->out, t->old, was);
	buf_c(t->out, ", ");
	side(t->out, t->new, is);
	buf_ch(t->out, '\n');
}

static void place_text(struct buf *out, const struct record *r)
{
	if (r->item.n)
		buf_printf(out, "item " STR_FMT ", ", STR_ARG(r->item));
	if (r->set.n)
		buf_printf(out, "set " STR_FMT ", ", STR_ARG(r->set));
	buf_printf(out, STR_FMT " %llu", STR_ARG(r->kind), (unsigned long long)r->position);
}

void records_diff_text(
	const struct records_diff *d, const char *old, const char *new, struct buf *out)
{
	struct text t = {out, old, new};
	const struct told told = {value_text, &t};

	for (size_t i = 0; i < d->n; i++) {
		const struct records_change *c = &d->list[i];
		const struct record *at = c->is ? c->is : c->was;
		buf_c(out, "  ");
		place_text(out, at);
		buf_c(out, c->was && c->is ? " changed:\n" : c->is ? " added:\n" : " removed:\n");
		if (c->was)
			buf_printf(out, "    - " STR_FMT "\n", STR_ARG(c->was->text));
		if (c->is)
			buf_printf(out, "    + " STR_FMT "\n", STR_ARG(c->is->text));
		if (c->was && c->is)
			each_value(c, &told);
	}
	if (d->moved)
		buf_c(out, "  items or messages come in another order\n");
}

static void value_json(void *ctx, struct str ref, const struct str *was, const struct str *is)
{
	struct json *j = ctx;

	json_object(j);
	json_member(j, "ref", ref);
	if (was)
		json_member(j, "was", *was);
	if (is)
		json_member(j, "is", *is);
	json_end(j, '}');
}

static void change_json(struct json *j, const struct records_change *c)
{
	const struct record *at = c->is ? c->is : c->was;
	const struct told told = {value_json, j};

	json_object(j);
	json_member_c(j, "kind", c->was && c->is ? "changed" : c->is ? "added" : "removed");
	json_member_opt(j, "item", at->item);
	json_member_opt(j, "set", at->set);
	json_member_int(j, "position", (int64_t)at->position);
	json_member(j, "segment", at->tag);
	if (c->was)
		json_member(j, "was", c->was->text);
	if (c->is)
		json_member(j, "is", c->is->text);
	if (c->was && c->is) {
		json_name(j, "values");
		json_array(j);
		each_value(c, &told);
		json_end(j, ']');
	}
	json_end(j, '}');
}

void records_diff_json(const struct records_diff *d, struct json *j)
{
	json_name(j, "differences");
	json_array(j);
	for (size_t i = 0; i < d->n; i++)
		change_json(j, &d->list[i]);
	json_end(j, ']');
	json_name(j, "moved");
	json_bool(j, d->moved);
}
