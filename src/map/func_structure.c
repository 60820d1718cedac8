/* Functions on structure: places in a list, presence, numbers of the message. */
#include <string.h>

#include "map/compiled.h"
#include "map/func.h"
#include "map/run.h"

FUNC_RUN(position)
{
	*out = val_of_number(dec_int(c->pos));
}

FUNC_RUN(last)
{
	*out = val_of_number(dec_int(c->size));
}

FUNC_RUN(current)
{
	size_t cap = 0;

	if (c->current)
		val_add(ev, out, &cap, c->current);
}

/* What is counted, by the name of it or by where this stands: an item counts in its message. */
static const struct run_level *scope(struct ev *ev, const struct expr *x, uint32_t arg)
{
	const struct map_run *r = ev->run;
	const bool message = x->nargs > arg ? str_is(x->args[arg]->text, "message") : r->in_item;

	return &r->levels[message ? 0 : r->level];
}

FUNC_RUN(item_number)
{
	const struct run_level *l = scope(ev, x, 0);
	const bool message = l == ev->run->levels;

	*out = val_of_number(dec_int(message ? ev->run->item_number : (int64_t)l->items));
}

FUNC_RUN(item_count)
{
	*out = val_of_number(dec_int((int64_t)scope(ev, x, 0)->items));
}

FUNC_RUN(counter)
{
	*out = val_of_number(dec_int(++ev->run->counters[x->slot]));
}

FUNC_RUN(total)
{
	*out = val_of_number(scope(ev, x, 1)->totals[x->slot]);
}

FUNC_RUN(exists)
{
	*out = val_of_bool(args[0].kind != VAL_ABSENT);
}

FUNC_RUN(null)
{
	*out = val_of_bool(args[0].kind == VAL_NODES && val_node(&args[0], 0)->kind == NODE_NULL);
}

FUNC_RUN(first_of)
{
	for (uint32_t i = 0; i < x->nargs; i++) {
		size_t n = args[i].kind == VAL_NODES ? args[i].n : 1;

		for (size_t k = 0; k < n; k++) {
			struct val v = args[i];

			if (v.kind == VAL_NODES && n > 1)
				v = (struct val){
					.kind = VAL_NODES, .n = 1, .u.one = val_node(&args[i], k)};
			if (v.kind == VAL_NODES)
				v.from = val_origin(v.u.one);
			if (v.kind == VAL_ABSENT || (v.kind == VAL_TEXT && !v.u.text.n))
				continue;
			if (v.kind == VAL_NODES && !v.u.one->child && !v.u.one->value.n)
				continue;
			*out = v;
			return;
		}
	}
}

/* Element number at the end of a name as LIN03, or 0. */
static unsigned element_of(struct ev *ev, const struct node *n)
{
	struct str name = names_text(ev->run->names, n->name);

	if (name.n < 4 || !str_is_digit(name.p[name.n - 1]) || !str_is_digit(name.p[name.n - 2]))
		return 0;
	return (unsigned)(name.p[name.n - 2] - '0') * 10 + (unsigned)(name.p[name.n - 1] - '0');
}

/* A composite has its qualifier in the first component with a code list, its value in the first without:
 * C212 is 7140, the number, and 7143, what it is. */
static bool is_pair(const struct def_part *d, uint16_t *qualifier, uint16_t *value)
{
	*qualifier = *value = 0;
	for (uint16_t i = 0; d && i < d->nparts; i++) {
		const struct def_element *e = d->parts[i].element;
		uint16_t *first = e && e->codes ? qualifier : value;

		if (*first == 0)
			*first = (uint16_t)(i + 1);
	}
	return *qualifier > 0 && *value > 0;
}

static bool is_at(struct ev *ev, const struct def_segment *def, const struct node *n,
	uint16_t element, uint16_t component)
{
	uint16_t e = 0;
	uint16_t c = 0;

	return defs_ref(def, names_text(ev->run->names, n->name), &e, &c) && e == element &&
		c == component;
}

/* The value that stands in one composite with the qualifier q. */
static const struct node *value_beside(struct ev *ev, const struct def_segment *def,
	const struct node *segment, const struct node *q)
{
	const struct node *before = NULL;
	uint16_t element = 0;
	uint16_t component = 0;
	uint16_t qualifier = 0;
	uint16_t value = 0;

	if (!defs_ref(def, names_text(ev->run->names, q->name), &element, &component) ||
		!is_pair(defs_part(def, element), &qualifier, &value) || component != qualifier)
		return NULL;
	for (const struct node *k = segment->child; value < qualifier && k != q; k = k->next)
		before = is_at(ev, def, k, element, value) ? k : before;
	for (const struct node *k = q->next; value > qualifier && k; k = k->next)
		if (is_at(ev, def, k, element, value))
			return k;
	return before;
}

static void pair_of_composites(struct ev *ev, const struct def_message *message,
	const struct node *segment, struct str q, struct val *out)
{
	const struct def_segment *def = defs_segment(ev->run->m->defs, message->format,
		message->version, names_text(ev->run->names, segment->name), NULL);
	size_t cap = 0;

	for (const struct node *k = segment->child; def && k; k = k->next) {
		const struct node *v = str_eq(k->value, q) ? value_beside(ev, def, segment, k)
							   : NULL;

		if (v) {
			val_add(ev, out, &cap, v);
			return;
		}
	}
}

/* The message of EDIFACT that a node is of, or NULL. */
static const struct def_message *edifact_of(struct ev *ev, const struct node *n)
{
	const struct map_run *r = ev->run;
	const struct def_message *message = NULL;

	if (!r->m->edifact)
		return NULL;
	message = run_message(r, n);
	return message && str_is(message->format, "edifact") ? message : NULL;
}

FUNC_RUN(pair)
{
	const struct def_message *edifact = NULL;
	struct str q = val_text(ev, &args[1]);
	size_t cap = 0;

	if (args[0].kind != VAL_NODES || !q.n)
		return;
	edifact = edifact_of(ev, val_node(&args[0], 0));
	if (edifact) {
		for (size_t i = 0; i < args[0].n && out->kind == VAL_ABSENT; i++)
			pair_of_composites(ev, edifact, val_node(&args[0], i), q, out);
		return;
	}
	for (const struct node *k = val_node(&args[0], 0)->child; k && k->next; k = k->next) {
		const unsigned at = str_eq(k->value, q) ? element_of(ev, k) : 0;

		if (at && element_of(ev, k->next) == at + 1) {
			val_add(ev, out, &cap, k->next);
			return;
		}
	}
}

FUNC_RUN(negate)
{
	*out = val_of_bool(!val_truth(&args[0]));
}

FUNC_RUN(yes)
{
	*out = val_of_bool(true);
}

FUNC_RUN(no)
{
	*out = val_of_bool(false);
}

static const struct func rows[] = {
	{"position", 0, 0, FUNC_PLAIN, position, "",
		"The place in the list that is gone through, from 1.",
		"body/categories[position() = 2]/code", "A"},
	{"last", 0, 0, FUNC_PLAIN, last, "", "How many the list has.",
		"body/categories[last()]/code", "A"},
	{"current", 0, 0, FUNC_PLAIN, current, "",
		"The node that the innermost each has reached; in a condition '.' is "
		"another one.",
		"count(body/categories[code = current()/body/main])", "1"},
	{"item-number", 0, 1, FUNC_SCOPE, item_number, "scope",
		"The item's number in the message, with 'group' in its group, from 1.",
		"item-number()", "1"},
	{"item-count", 0, 1, FUNC_SCOPE, item_count, "scope",
		"Items in the message so far, this one included; in the "
		"trailer all of them, behind the items of a group those of the group. 'group' or "
		"'message' says which are meant.",
		"item-count('message')", "1"},
	{"counter", 0, 1, FUNC_COUNTER, counter, "'name'",
		"One more each time it is drawn, from 1 in each message. Put "
		"it into a let to use one number twice.",
		"concat(counter('hl'), counter('hl'))", "12"},
	{"total", 1, 2, FUNC_TOTAL, total, "'name', scope",
		"What <total name add> has added up in the message so far; "
		"in the trailer all of it, behind the items of a group what is of the group. 'group' "
		"or 'message' says which is meant.",
		"total('qty')", "1"},
	{"exists", 1, 1, FUNC_PLAIN, exists, "nodes", "Is there a node, be it empty or null?",
		"exists(body/care)", "true"},
	{"null", 1, 1, FUNC_PLAIN, null, "node", "Is it there and null?", "null(body/care)",
		"true"},
	{"first-of", 1, FUNC_ANY, FUNC_PLAIN, first_of, "values, ...",
		"The first that holds something.", "first-of(body/care, body/missing, body/sku)",
		"SCA1607-030"},
	{"pair", 2, 2, FUNC_PLAIN, pair, "segment, qualifier",
		"The value behind a qualifier, wherever the pair stands.", "pair(LIN, 'VN')",
		"SCA1607"},
	{"not", 1, 1, FUNC_PLAIN, negate, "value",
		"True when the value is absent, empty, null, 0 or false.", "not(body/care)",
		"true"},
	{"true", 0, 0, FUNC_PLAIN, yes, "", "Yes.", "true()", "true"},
	{"false", 0, 0, FUNC_PLAIN, no, "", "No.", "false()", "false"},
};

const struct func_family func_structure_family = {rows, sizeof(rows) / sizeof(rows[0])};
