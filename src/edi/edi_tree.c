/* Trees out of segments; see edi_tree.h. */
#include "edi/edi_tree.h"

#include "base/limits.h"

void edi_tree_start(struct edi_tree *t)
{
	arena_reset(&t->arena);
	t->root = node_new(&t->arena, NULL, 0, NODE_OBJECT);
	t->nloops = t->nodes = 0;
}

/* --- names --- */

static uint32_t known_id(struct edi_tree_names *n, const void *of, struct str name)
{
	const uintptr_t h = (uintptr_t)of >> 3;
	struct edi_tree_known *k = &n->known[(h ^ h >> 10) % EDI_TREE_KNOWN];

	if (k->of != of)
		*k = (struct edi_tree_known){of, names_id(n->names, name)};
	return k->id;
}

/* LIN03; CTP05-1 where the element is a composite. */
static uint32_t name_of(struct edi_tree *t, struct edi_tree_names *names, const struct segment *s,
	const struct value *v, const struct def_part *part)
{
	if (part)
		return known_id(names, part, part->ref);
	return names_id(names->names,
		arena_printf(
			&t->arena, STR_FMT "%02u-%u", STR_ARG(s->tag), v->element, v->component));
}

/* --- values --- */

/* A number with implied decimals gets its point: 1250 of N2 is 12.50. */
static struct str with_point(struct arena *a, struct str text, const struct def_element *x)
{
	const size_t sign = text.n > 0 && text.p[0] == '-';
	struct str digits = str_from(text, sign);
	size_t whole = 0;

	if (!str_is_digits(digits))
		return arena_str(a, text);
	whole = digits.n > x->decimals ? digits.n - x->decimals : 0;
	return arena_printf(a, "%s%.*s.%.*s" STR_FMT, sign ? "-" : "", whole > 0 ? (int)whole : 1,
		whole > 0 ? digits.p : "0",
		digits.n < x->decimals ? (int)(x->decimals - digits.n) : 0, "000000000",
		STR_ARG(str_from(digits, whole)));
}

static struct str text_of(
	struct arena *a, struct str text, const struct def_part *part, bool lasting)
{
	const struct def_element *x = part ? part->element : NULL;

	if (x && x->type == DEF_N && x->decimals > 0)
		return with_point(a, text, x);
	return lasting ? text : arena_str(a, text);
}

static void add_values(struct edi_tree *t, struct edi_tree_names *names, const struct segment *s,
	struct node *parent, bool lasting)
{
	struct node *list = arena_raw(&t->arena, s->n * sizeof(*list));

	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		const struct def_part *part = defs_leaf(s->def, v->element, v->component);

		list[i] = (struct node){.name = name_of(t, names, s, v, part),
			.kind = NODE_TEXT,
			.value = text_of(&t->arena, v->text, part, lasting),
			.place = {s->offset, s->position, v->element},
			.parent = parent,
			.next = i + 1 < s->n ? &list[i + 1] : NULL};
	}
	if (s->n > 0) {
		parent->child = list;
		parent->last = &list[s->n - 1];
	}
}

/* --- loops --- */

/* The loops around a segment, below base, outermost first. */
static size_t chain(
	const struct def_node *n, const struct def_node *base, const struct def_node **out)
{
	size_t k = 0;

	for (const struct def_node *p = n ? n->parent : NULL; p && p->parent && p != base;
		p = p->parent)
		if (k < EDI_TREE_LOOPS)
			out[k++] = p;
	for (size_t i = 0; i < k / 2; i++) {
		const struct def_node *swap = out[i];
		out[i] = out[k - 1 - i];
		out[k - 1 - i] = swap;
	}
	return k;
}

static struct node *parent_of(struct edi_tree *t)
{
	return t->nloops > 0 ? t->loops[t->nloops - 1].node : t->root;
}

/* Opens and closes loops until the segment can be added. */
static void place_in_loops(struct edi_tree *t, struct edi_tree_names *names,
	const struct segment *s, const struct def_node *base)
{
	const struct def_node *want[EDI_TREE_LOOPS];
	const size_t n = chain(s->node, base, want);
	size_t same = 0;

	while (same < n && same < t->nloops && t->loops[same].def == want[same])
		same++;
	if (same == n && n > 0 && s->node && want[n - 1]->child == s->node)
		same = n - 1; /* another occurrence of the innermost */
	t->nloops = same;
	for (; t->nloops < n; t->nloops++) {
		struct node *up = parent_of(t);
		const struct def_node *loop = want[t->nloops];
		struct node *made = node_new(
			&t->arena, up, known_id(names, loop, loop->name), NODE_OBJECT);
		made->place = (struct place){s->offset, s->position, 0};
		t->loops[t->nloops] = (struct edi_tree_loop){loop, made};
	}
}

void edi_tree_add(struct edi_tree *t, struct edi_tree_names *names, const struct segment *s,
	const struct def_node *base, bool lasting)
{
	struct node *n = NULL;

	t->nodes += s->n + 1;
	if (t->nodes > LIMIT_NODES)
		return;
	place_in_loops(t, names, s, base);
	n = node_new(&t->arena, parent_of(t),
		s->def ? known_id(names, s->def, s->tag) : names_id(names->names, s->tag),
		NODE_OBJECT);
	n->place = (struct place){s->offset, s->position, 0};
	add_values(t, names, s, n, lasting);
}
