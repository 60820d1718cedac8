/* Loads <message>: segments, loops, the item, elements, pairs, totals, in the order they are written. */
#include "map/load.h"

#include <string.h>

#include "base/mem.h"
#include "map/check.h"
#include "map/masked.h"
#include "map/origin.h"

static struct map_part *parts(
	struct load *l, const struct xml *x, struct check_level *v, struct map_part *owner);

static const char *const controls[] = {"each", "if", "sort", "as"};

static bool is_control(struct str name)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (str_is(name, controls[i]))
			return true;
	return false;
}

static bool is_segment(const struct xml *x)
{
	return x->name.n >= 2 && x->name.n <= 3 && x->name.p[0] >= 'A' && x->name.p[0] <= 'Z';
}

void load_template_place(const struct xml *x, struct map_part *p)
{
	p->as = MAP_NO_SLOT;
	p->line = x->line;
	p->column = x->column;
}

/* each, sort and as; if comes later, when the name that as gives is known. */
void load_template_head(struct load *l, const struct xml *x, struct map_part *p)
{
	struct str as = xml_attr(x, "as");

	load_template_place(x, p);
	p->each = load_expr(l, x, "each");
	load_list(l, x, "sort", true, &p->sort); /* of the nodes; none has the name yet */
	if (as.n) {
		mem_grow(&l->m->as, &l->as_cap, l->m->nas + 1, sizeof(*l->m->as));
		l->m->as[l->m->nas] = (struct map_named){
			.name = arena_str(&l->m->arena, as), .line = x->line};
		load_name(l, x, "as", as);
		p->as = (uint32_t)l->m->nas++;
	}
	if (!xml_has(x, "each") && (xml_has(x, "sort") || as.n))
		load_fault(l, x, "sort and as need each: there is nothing to sort or name");
}

/* A name given by as ends with its element: its line is what makes it visible. */
void load_template_tail(struct load *l, const struct map_part *p)
{
	if (p->as != MAP_NO_SLOT)
		l->m->as[p->as].line = 0;
}

void load_template_lets(struct load *l, struct map_part *p, size_t first)
{
	p->let_first = (uint32_t)first;
	p->let_n = (uint32_t)(l->m->nlets - first);
	for (size_t i = first; i < l->m->nlets; i++) {
		l->m->lets[i].visible = false;
		l->m->lets[i].local = true;
	}
}

/* --- pairs --- */

static bool same_ids(const struct def_part *q, const struct def_part *v, const struct def_part *q2,
	const struct def_part *v2)
{
	return q && v && q2 && v2 && q->element && v->element && q2->element && v2->element &&
		str_eq(q->element->id, q2->element->id) && str_eq(v->element->id, v2->element->id);
}

/* Pairs are what the notes call paired, a code and a text; and places with the same two elements. */
static void find_pairs(struct map_part *p)
{
	const struct def_part *q = NULL;
	const struct def_part *v = NULL;

	for (size_t i = 0; p->def && i < p->def->nnotes && !q; i++) {
		const struct def_note *n = &p->def->notes[i];
		const struct def_part *a = n->kind == DEF_PAIRED && n->n == 2
			? defs_part(p->def, n->at[0])
			: NULL;
		const struct def_part *b = a ? defs_part(p->def, n->at[1]) : NULL;

		if (b && n->at[1] == n->at[0] + 1 && a->element && a->element->type == DEF_ID &&
			b->element && b->element->type == DEF_AN) {
			q = a;
			v = b;
		}
	}
	for (size_t i = 0; q && i + 1 < p->def->nparts && p->npair_at < 16; i++)
		if (same_ids(q, v, &p->def->parts[i], &p->def->parts[i + 1]))
			p->pair_at[p->npair_at++] = p->def->parts[i].position;
}

static void pair(struct load *l, const struct xml *x, struct map_part *p)
{
	static const char *const known[] = {"q", "v", "if"};
	struct map_pair *m = ARENA_NEW(&l->m->arena, struct map_pair);
	struct map_pair **end = &p->pairs;
	const struct def_part *q = p->npair_at ? defs_part(p->def, p->pair_at[0]) : NULL;

	load_need(l, x, "q");
	load_need(l, x, "v");
	m->q = load_expr(l, x, "q");
	m->v = load_expr(l, x, "v");
	m->cond = load_expr(l, x, "if");
	m->q_masked = masked_is(l->m, m->q);
	m->v_masked = masked_is(l->m, m->v);
	m->line = x->line;
	m->column = x->column;
	load_unused(l, x, known, 3);
	if (q)
		check_value(l, x, STR("q"), q->element, q->ref, m->q);
	else if (p->def)
		load_fault(l, x, STR_FMT " has no pairs of qualifier and value", STR_ARG(p->tag));
	while (*end)
		end = &(*end)->next;
	*end = m;
}

/* --- elements --- */

static bool element_of(struct load *l, const struct xml *x, struct str ref, struct map_part *p,
	struct map_value *m)
{
	const struct def_part *d = NULL;
	const struct def_part *last = p->def && p->def->nparts ? &p->def->parts[p->def->nparts - 1]
							       : NULL;

	if (!p->def)
		return false;
	if (!defs_ref(p->def, ref, &m->element, &m->component)) {
		load_fault_at(l, x, ref, 0,
			STR_FMT " has no element " STR_FMT "; its elements are " STR_FMT
				" to " STR_FMT,
			STR_ARG(p->tag), STR_ARG(ref),
			STR_ARG(last ? p->def->parts[0].ref : STR("none")),
			STR_ARG(last ? last->ref : STR("none")));
		return false;
	}
	d = defs_part(p->def, m->element);
	if (d && d->nparts) {
		m->composite = true;
		if (!defs_ref_component(ref)) {
			load_fault_at(l, x, ref, 0,
				STR_FMT " has components; write " STR_FMT "-1 and so on",
				STR_ARG(ref), STR_ARG(ref));
			return false;
		}
		d = m->component <= d->nparts ? &d->parts[m->component - 1] : NULL;
	}
	if (d && !d->used)
		load_fault_at(l, x, ref, 0, "the guide does not allow " STR_FMT, STR_ARG(ref));
	m->def = d ? d->element : NULL;
	m->ref = arena_str(&l->m->arena, ref);
	if (m->component == 0)
		m->component = 1;
	return true;
}

static void add_value(struct load *l, const struct xml *x, struct map_part *p, struct map_value m)
{
	size_t at = p->nvalues;

	m.masked = masked_is(l->m, m.value) || masked_is(l->m, m.each);
	for (size_t i = 0; i < p->nvalues; i++) {
		if (p->values[i].element == m.element && p->values[i].component == m.component &&
			!m.cond && !p->values[i].cond) {
			load_fault(l, x, STR_FMT " is filled twice", STR_ARG(m.ref));
			return;
		}
	}
	/* in the order of the segment, so that values come out sorted */
	for (; at > 0 &&
		(p->values[at - 1].element > m.element ||
			(p->values[at - 1].element == m.element &&
				p->values[at - 1].component > m.component));
		at--)
		p->values[at] = p->values[at - 1];
	p->values[at] = m;
	p->nvalues++;
}

static void attributes(struct load *l, const struct xml *x, struct map_part *p)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		struct map_value m = {.line = x->line, .column = x->column};
		const char *name = arena_cstr(l->scratch, a->name);
		uint32_t column = 0;

		if (a->ns.n || is_control(a->name))
			continue;
		load_place(l, x, a->name, 0, &m.line, &column);
		m.value = load_expr(l, x, name);
		if (!str_starts(a->name, p->tag)) {
			const char *near = str_suggest(
				a->name, controls, sizeof(controls) / sizeof(controls[0]));

			load_fault_at(l, x, a->name, 0,
				"<" STR_FMT "> has no attribute '" STR_FMT "'%s%s%s",
				STR_ARG(p->tag), STR_ARG(a->name),
				near ? "; did you mean '" : "; elements are ",
				near ? near
				     : arena_printf(
					       l->scratch, STR_FMT "01 and so on", STR_ARG(p->tag))
						.p,
				near ? "'?" : "");
			continue;
		}
		if (!element_of(l, x, a->name, p, &m) || !m.value)
			continue;
		check_value(l, x, a->name, m.def, m.ref, m.value);
		add_value(l, x, p, m);
	}
}

static void element(struct load *l, const struct xml *x, struct map_part *p)
{
	static const char *const known[] = {"ref", "each", "if", "value"};
	struct map_value m = {.line = x->line, .column = x->column};
	struct str ref = load_need(l, x, "ref");
	const struct def_part *d = NULL;

	load_need(l, x, "value");
	m.each = load_expr(l, x, "each");
	m.cond = load_expr(l, x, "if");
	m.value = load_expr(l, x, "value");
	load_unused(l, x, known, 4);
	if (!ref.n || !p->def)
		return;
	if (!defs_ref(p->def, ref, &m.element, &m.component)) {
		load_fault_at(l, x, STR("ref"), 0, STR_FMT " has no element " STR_FMT,
			STR_ARG(p->tag), STR_ARG(ref));
		return;
	}
	if (!element_of(l, x, ref, p, &m) || !m.value)
		return;
	d = defs_part(p->def, m.element);
	if (m.each && d && d->repeat == 1)
		load_fault(l, x, STR_FMT " does not repeat in this version", STR_ARG(ref));
	check_value(l, x, STR("value"), m.def, m.ref, m.value);
	add_value(l, x, p, m);
}

/* May a finding come of its absence? */
static bool is_wanted(const struct def_segment *def, const struct map_value *m)
{
	const struct def_part *d = defs_part(def, m->element);

	if (d && (d->mandatory || (d->nparts && d->parts[m->component - 1].mandatory)))
		return true;
	for (size_t i = 0; i < def->nnotes; i++)
		for (uint8_t k = 0; k < def->notes[i].n; k++)
			if (def->notes[i].at[k] == m->element)
				return true;
	return false;
}

/* Elements whose absence may be a finding, and the fields that they are made from. Pairs fill the
 * places in their order. */
static void find_gaps(struct load *l, struct map_part *p)
{
	struct gap *g = arena_array(
		&l->m->arena, p->nvalues + 2 * (size_t)p->npair_at + 1, sizeof(*g));
	size_t n = 0;
	uint8_t place = 0;

	for (size_t i = 0; p->def && i < p->nvalues; i++) {
		const struct map_value *m = &p->values[i];
		if (is_wanted(p->def, m))
			g[n++] = (struct gap){m->element, m->composite ? m->component : 0,
				origin_text(l->m, m->value, &l->m->arena)};
	}
	for (const struct map_pair *m = p->pairs; m && place < p->npair_at; m = m->next, place++) {
		const struct str field = origin_text(l->m, m->v, &l->m->arena);
		g[n++] = (struct gap){p->pair_at[place], 0, field};
		g[n++] = (struct gap){(uint16_t)(p->pair_at[place] + 1), 0, field};
	}
	p->gaps = g;
	p->ngaps = n;
}

static size_t count_children(const struct xml *x, const char *name)
{
	size_t n = 0;

	for (const struct xml *k = x->child; k; k = k->next)
		n += str_is(k->name, name);
	return n;
}

static void segment(struct load *l, const struct xml *x, struct map_part *p, struct check_level *v)
{
	size_t room = count_children(x, "e");

	p->tag = arena_str(&l->m->arena, x->name);
	p->node = check_segment(l, x, v);
	p->def = p->node ? p->node->segment : NULL;
	if (!p->def && !v->parent && l->m->target)
		p->def = defs_segment(
			l->env->defs, l->m->target->format, l->m->target->version, x->name, l->f);
	find_pairs(p);
	p->cond = load_expr(l, x, "if");
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		room++;
	p->values = arena_array(&l->m->arena, room + 1, sizeof(*p->values));
	attributes(l, x, p);
	for (const struct xml *k = x->child; k; k = k->next) {
		if (load_is_ours(k) && str_is(k->name, "e"))
			element(l, k, p);
		else if (load_is_ours(k) && str_is(k->name, "pair"))
			pair(l, k, p);
		else
			load_fault(l, k,
				"<" STR_FMT "> has no <" STR_FMT
				"> inside; there are <e> and <pair>",
				STR_ARG(p->tag), STR_ARG(k->name));
	}
	check_filled(l, x, p);
	find_gaps(l, p);
}

/* --- loops --- */

static const struct xml *first_segment(const struct xml *x)
{
	for (const struct xml *k = x->child; k; k = k->next)
		if (is_segment(k))
			return k;
	return NULL;
}

static const struct def_node *find_trigger(const struct check_level *v, struct str tag)
{
	for (const struct def_node *n = v->at; v->parent && n; n = n->next)
		if (n->loop && n->used && str_eq(n->child->name, tag))
			return n;
	return NULL;
}

static void loop(struct load *l, const struct xml *x, struct map_part *p, struct check_level *v)
{
	static const char *const known_item[] = {"if"};
	const struct xml *trigger = first_segment(x);
	struct check_level inner = {NULL, NULL};
	size_t lets = l->m->nlets;

	p->loop = true;
	p->item = str_is(x->name, "item");
	p->group = str_is(x->name, "group");
	p->tag = arena_str(&l->m->arena, x->name);
	if (p->group) {
		load_group_begin(l, x, p);
	} else {
		p->cond = load_expr(l, x, "if");
		load_unused(l, x, p->item ? known_item : controls, p->item ? 1 : 4);
	}
	if (!trigger) {
		load_fault(l, x, "<" STR_FMT "> has no segment inside%s", STR_ARG(x->name),
			count_children(x, "loop") + count_children(x, "item") > 0
				? "; it begins with one, before any <loop> or <item>"
				: "");
		if (p->group)
			load_group_end(l);
		return;
	}
	/* An item need not be a loop of the definition: segments of this level may repeat by themselves. */
	if (p->item && !find_trigger(v, trigger->name) &&
		(!v->parent || check_knows(v, trigger->name))) {
		p->child = parts(l, x, v, p);
	} else {
		p->node = check_loop(l, x, trigger, v);
		inner = (struct check_level){p->node, p->node ? p->node->child : NULL};
		p->child = parts(l, x, &inner, p);
		check_complete(l, x, &inner, p->child);
	}
	if (p->group)
		load_group_end(l);
	load_template_lets(l, p, lets);
}

void load_template_total(struct load *l, const struct xml *x, struct map_part *owner)
{
	static const char *const known[] = {"name", "add"};
	struct map_total *t = ARENA_NEW(&l->m->arena, struct map_total);
	struct str name = load_need(l, x, "name");

	load_need(l, x, "add");
	t->add = load_expr(l, x, "add");
	t->line = x->line;
	load_unused(l, x, known, 2);
	if (!owner) {
		load_fault(l, x, "<total> adds up values of items; put it into <item>");
		return;
	}
	t->slot = load_named(&l->m->totals, &l->m->ntotals, &l->totals_cap, name, x->line);
	l->m->totals[t->slot].line = 0; /* declared */
	t->next = owner->totals;
	owner->totals = t;
}

static void unknown(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"loop", "item", "let", "total", "group"};
	const char *near = str_suggest(x->name, known, 5);

	load_fault(l, x, "<" STR_FMT "> is no segment and no element of a message%s%s%s",
		STR_ARG(x->name), near ? "; did you mean <" : "", near ? near : "",
		near ? ">?" : "");
}

/* One child of a message, item or loop; NULL when it is no part of the output. */
static struct map_part *part(
	struct load *l, const struct xml *x, struct check_level *v, struct map_part *owner)
{
	struct map_part *p = NULL;
	const bool is_group = str_is(x->name, "group");
	const bool is_outer = is_group || str_is(x->name, "item");
	const bool is_loop = is_outer || str_is(x->name, "loop");

	if (!load_is_ours(x) || (!is_loop && !is_segment(x))) {
		if (load_is_ours(x) && str_is(x->name, "let"))
			load_decl_let(l, x);
		else if (load_is_ours(x) && str_is(x->name, "total"))
			load_template_total(l, x, owner);
		else
			unknown(l, x);
		return NULL;
	}
	if (is_outer && owner && !owner->group)
		load_fault(l, x, "<" STR_FMT "> stands directly in <message> or <group>",
			STR_ARG(x->name));
	p = ARENA_NEW(&l->m->arena, struct map_part);
	load_template_place(x, p);
	if (!is_outer) /* these are made once for each of the source */
		load_template_head(l, x, p);
	if (is_loop)
		loop(l, x, p, v);
	else
		segment(l, x, p, v);
	load_template_tail(l, p);
	return p;
}

static struct map_part *parts(
	struct load *l, const struct xml *x, struct check_level *v, struct map_part *owner)
{
	struct map_part *first = NULL;
	struct map_part **end = &first;

	for (const struct xml *k = x->child; k; k = k->next) {
		*end = part(l, k, v, owner);
		if (*end)
			end = &(*end)->next;
	}
	return first;
}

static uint64_t limit(
	struct load *l, const struct xml *x, const char *attr, int64_t least, int64_t most)
{
	const struct str text = xml_attr(x, attr);
	int64_t n = 0;

	if (text.p && (!str_to_i64(text, &n) || n < least || n > most)) {
		load_fault_at(l, x, str_c(attr), 0,
			"%s is a number from %lld to %lld, not '" STR_FMT "'", attr,
			(long long)least, (long long)most, STR_ARG(text));
		return 0;
	}
	return (uint64_t)n;
}

static void limits(struct load *l, const struct xml *x)
{
	static const char *const known[] = {"items", "segments", "bytes", "group-by"};

	load_group_messages(l, x);
	l->m->limits = (struct map_limits){.items = (uint32_t)limit(l, x, "items", 1, 1000000),
		.segments = limit(l, x, "segments", 4, 1000000000),
		.bytes = limit(l, x, "bytes", 500, INT64_C(1) << 40)};
	load_unused(l, x, known, 4);
}

/* The list is cut at the group or item: what is before is written first, what is behind last. */
static void cut(struct load *l, struct map_part *all, size_t at)
{
	struct map_level *v = &l->m->levels[at];
	struct map_part **end = &v->head;
	struct map_part *found = NULL;

	for (struct map_part *p = all; p;) {
		struct map_part *next = p->next;

		p->next = NULL;
		if ((p->item || p->group) && found) {
			faults_add(l->f, l->file, p->line, p->column,
				"<" STR_FMT "> is there twice, or beside <group>; a message has "
				"one <item> or one <group>",
				STR_ARG(p->tag));
		} else if (p->item || p->group) {
			found = p;
			end = &v->foot;
		} else {
			*end = p;
			end = &p->next;
		}
		p = next;
	}
	if (found && found->item)
		l->m->item = found;
	else if (found && at + 1 < l->m->nlevels)
		cut(l, found->child, at + 1);
}

void load_template_message(struct load *l, const struct xml *x)
{
	const struct def_node *root = l->m->target ? l->m->target->root : NULL;
	struct check_level v = {root, root ? root->child : NULL};
	struct map_part *all = NULL;

	if (l->m->levels[0].head || l->m->item || l->m->levels[0].foot)
		return;
	limits(l, x);
	all = parts(l, x, &v, NULL);
	check_complete(l, x, &v, all);
	cut(l, all, 0);
	if (!l->m->item)
		load_fault(l, x, "<item> is missing in <" STR_FMT ">",
			STR_ARG(l->m->nlevels > 1 ? STR("group") : STR("message")));
}
