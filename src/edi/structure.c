/*
 * Structure matching; see structure.h. The order in which a place is looked for: the same node
 * again, later nodes of the same loop, a new occurrence of the loop, later nodes of the loop
 * around it, and so on outwards (X12.6: order within a loop is normative). What is not found so is
 * too often, out of order or without its loop's first segment.
 */
#include "edi/structure.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "edi/finding.h"

#define NONE UINT32_MAX

struct step {
	uint32_t tag; /* packed; of a loop: its trigger's */
	uint32_t max; /* UINT32_MAX: any number */
	uint32_t next;
	uint32_t parent;
	uint32_t end;	/* index behind the last node below this one */
	uint32_t loops; /* that it is in, itself too */
	bool loop;
	bool needed;  /* mandatory and used */
	bool trigger; /* first segment of a loop */
	const struct def_node *def;
};

struct structure_plan {
	const struct def_message *message;
	uint32_t counted; /* packed tag that a trailer counts, or that of none */
	uint32_t n;
	struct step *steps;
};

/*
 * Where the segment behind a node was found before: under that tag it is found there again, as long as there
 * is room, since nothing of that tag and nothing mandatory comes before.
 */
struct structure_hop {
	uint32_t tag;
	uint32_t to; /* 0 none */
};

static inline uint32_t byte_at(struct str tag, size_t i)
{
	return (uint32_t)(unsigned char)tag.p[i] << (8 * i);
}

static inline uint32_t pack(struct str tag)
{
	uint32_t v = (uint32_t)(tag.n > 3 ? 0xff : tag.n) << 24;

	if (tag.n >= 2) /* as nearly all */
		v |= byte_at(tag, 0) | byte_at(tag, 1);
	if (tag.n == 1)
		v |= byte_at(tag, 0);
	if (tag.n >= 3)
		v |= byte_at(tag, 2);
	return v;
}

static struct str tag_of(const struct def_node *n)
{
	return n->segment ? n->segment->tag : n->name;
}

/* Lays the tree out in pre-order; the depth of a definition is bounded by its loader. */
static void lay(struct structure_plan *p, size_t *cap, const struct def_node *node, uint32_t parent)
{
	uint32_t before = NONE;
	bool first = parent != 0;

	for (; node; node = node->next) {
		const uint32_t i = p->n++;
		mem_grow(&p->steps, cap, p->n, sizeof(*p->steps));
		if (node->counts.n > 0)
			p->counted = pack(node->counts);
		p->steps[i] = (struct step){.tag = pack(tag_of(node)),
			.max = node->max ? node->max : UINT32_MAX,
			.next = NONE,
			.parent = parent,
			.end = i + 1,
			.loops = p->steps[parent].loops + node->loop,
			.loop = node->loop,
			.needed = node->mandatory && node->used,
			.trigger = first,
			.def = node};
		if (before != NONE)
			p->steps[before].next = i;
		before = i;
		first = false;
		if (node->loop) {
			lay(p, cap, node->child, i);
			p->steps[i].end = p->n;
		}
	}
}

struct structure_plan *structure_plan(const struct def_message *m)
{
	struct structure_plan *p = mem_alloc(sizeof(*p));
	size_t cap = 0;

	p->message = m;
	mem_grow(&p->steps, &cap, 1, sizeof(*p->steps));
	p->n = 1;
	p->steps[0] = (struct step){
		.max = 1, .next = NONE, .parent = NONE, .loop = true, .def = m->root};
	lay(p, &cap, m->root->child, 0);
	p->steps[0].end = p->n;
	return p;
}

void structure_plan_free(struct structure_plan *p)
{
	if (!p)
		return;
	mem_free(p->steps);
	mem_free(p);
}

const struct structure_plan *structure_plan_of(
	struct structure_plans *p, const struct def_message *m)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i]->message == m)
			return p->list[i];
	mem_grow(&p->list, &p->cap, p->n + 1, sizeof(struct structure_plan *));
	p->list[p->n] = structure_plan(m);
	return p->list[p->n++];
}

void structure_plans_done(struct structure_plans *p)
{
	for (size_t i = 0; i < p->n; i++)
		structure_plan_free(p->list[i]);
	mem_free(p->list);
	memset(p, 0, sizeof(*p));
}

void structure_start(struct structure_cursor *c, const struct structure_plan *p)
{
	if (p->n > c->cap) {
		c->count = mem_resize(c->count, p->n, sizeof(*c->count));
		c->told = mem_resize(c->told, p->n, sizeof(*c->told));
		c->hops = mem_resize(c->hops, p->n, sizeof(*c->hops));
		c->cap = p->n;
	}
	if (c->plan != p)
		memset(c->hops, 0, p->n * sizeof(*c->hops));
	memset(c->count, 0, p->n * sizeof(*c->count));
	memset(c->told, 0, p->n * sizeof(*c->told));
	c->plan = p;
	c->at = p->n > 1 ? 1 : 0;
	c->loop = 0;
	c->counted = 0;
}

void structure_done(struct structure_cursor *c)
{
	mem_free(c->count);
	mem_free(c->told);
	mem_free(c->hops);
	memset(c, 0, sizeof(*c));
}

static void clear_below(struct structure_cursor *c, uint32_t loop)
{
	const uint32_t from = loop + 1;
	const uint32_t n = c->plan->steps[loop].end - from;

	memset(c->count + from, 0, n * sizeof(*c->count));
	memset(c->told + from, 0, n * sizeof(*c->told));
}

/* Moves to a node: to the trigger, in a new occurrence, when it is a loop. */
static inline const struct def_node *move(struct structure_cursor *c, uint32_t to)
{
	const struct step *s = &c->plan->steps[to];

	c->count[to]++;
	if (s->loop && to + 1 < s->end) {
		clear_below(c, to);
		c->loop = to;
		c->at = to + 1;
		c->count[to + 1] = 1;
		return c->plan->steps[to + 1].def;
	}
	c->at = to;
	c->loop = s->parent == NONE ? 0 : s->parent;
	return s->def;
}

static void report(const struct structure_cursor *c, struct diag *d, const struct finding *about,
	const char *name, const struct def_node *node, struct str segment, struct str found,
	const char *expected, const char *rule)
{
	struct finding f = *about;
	char code[FINDING_CODE];
	char text[400];

	f.code = finding_code(c->plan->message->format, name, code);
	f.severity = SEV_ERROR;
	f.segment = segment;
	f.found = found;
	f.expected = str_c(expected);
	f.rule = finding_rule(rule, node ? node->narrowed : STR(""), text, sizeof(text));
	diag_add(d, &f);
}

static void missing(
	struct structure_cursor *c, uint32_t i, struct diag *d, const struct finding *about)
{
	const struct step *s = &c->plan->steps[i];
	const struct str tag = tag_of(s->def);
	char expected[160];
	char rule[200];

	(void)snprintf(expected, sizeof(expected), STR_FMT, STR_ARG(tag));
	if (s->parent != 0 && s->parent != NONE)
		(void)snprintf(rule, sizeof(rule), STR_FMT " is mandatory in " STR_FMT,
			STR_ARG(tag), STR_ARG(c->plan->steps[s->parent].def->name));
	else
		(void)snprintf(rule, sizeof(rule), STR_FMT " is mandatory in the %s", STR_ARG(tag),
			defs_format(c->plan->message->format)->message);
	report(c, d, about, "SEGMENT-MISSING", s->def, tag, about->segment, expected, rule);
	c->told[i] = true;
}

/* Mandatory nodes between from and the target that did not occur. */
static void missing_between(
	struct structure_cursor *c, uint32_t target, struct diag *d, const struct finding *about)
{
	const struct step *st = c->plan->steps;

	for (uint32_t level = c->at; level != NONE && level != 0; level = st[level].parent) {
		for (uint32_t m = level; m != NONE; m = st[m].next) {
			if (m == target)
				return;
			if (st[m].needed && c->count[m] == 0 && !c->told[m])
				missing(c, m, d, about);
		}
	}
}

static void too_many(
	struct structure_cursor *c, uint32_t i, struct diag *d, const struct finding *about)
{
	const struct step *s = &c->plan->steps[i];
	char expected[80];
	char rule[200];
	char found[80];

	if (c->told[i])
		return;
	c->told[i] = true;
	(void)snprintf(found, sizeof(found), "%u times", c->count[i] + 1);
	(void)snprintf(expected, sizeof(expected), "at most %u", s->max);
	(void)snprintf(rule, sizeof(rule),
		STR_FMT " occurs more often than the message allows here", STR_ARG(s->def->name));
	report(c, d, about, s->loop ? "LOOP-REPEAT" : "SEGMENT-REPEAT", s->def, about->segment,
		str_c(found), expected, rule);
}

/* What a search forward of the cursor gave. */
struct way {
	uint32_t to;   /* the place, or NONE */
	uint32_t over; /* the first one that is full already, or NONE */
	bool gap;      /* something mandatory is missing before it */
	bool always;   /* it is the same again whenever there is room in it */
};

/* Looks at one node; true when it is the place. The nodes that we are in have occurred. */
static bool look_at(
	const struct structure_cursor *c, uint32_t tag, uint32_t m, bool within, struct way *w)
{
	const struct step *s = &c->plan->steps[m];

	if (s->tag != tag) {
		w->gap = w->gap || (s->needed && c->count[m] == 0);
		w->always = w->always && (within || !s->needed);
		return false;
	}
	if (c->count[m] < s->max) {
		w->to = m;
		return true;
	}
	if (s->trigger && m == c->at) {
		w->always = w->always && s->max == 1;
		return false;
	}
	w->always = false;
	if (w->over == NONE)
		w->over = m;
	return false;
}

/* The place forward of the cursor. */
static struct way forward(const struct structure_cursor *c, uint32_t tag)
{
	const struct step *st = c->plan->steps;
	struct way w = {NONE, NONE, false, true};

	for (uint32_t level = c->at; level != NONE && level != 0; level = st[level].parent)
		for (uint32_t m = level; m != NONE; m = st[m].next)
			if (look_at(c, tag, m, m == level, &w))
				return w;
	return w;
}

/* The same without a search, or NONE. */
static uint32_t again(const struct structure_cursor *c, uint32_t tag)
{
	const struct structure_hop h = c->hops[c->at];

	if (h.to == 0 || h.tag != tag || c->count[h.to] >= c->plan->steps[h.to].max ||
		c->count[c->at] == 0)
		return NONE;
	return h.to;
}

/* A place before the cursor, in its loop or in one around it. */
static uint32_t backward(const struct structure_cursor *c, uint32_t tag)
{
	const struct step *st = c->plan->steps;

	for (uint32_t loop = c->loop;; loop = st[loop].parent) {
		for (uint32_t m = loop + 1; m != NONE && m < st[loop].end; m = st[m].next)
			if (st[m].tag == tag && !(st[m].trigger && loop != 0))
				return m;
		if (loop == 0)
			return NONE;
	}
}

/* A place in a loop that was not entered; behind the cursor rather than before it. */
static uint32_t inside(const struct structure_cursor *c, uint32_t tag)
{
	const struct step *st = c->plan->steps;

	for (uint32_t loop = c->loop;; loop = st[loop].parent) {
		uint32_t found = NONE;
		for (uint32_t m = loop + 1; m < st[loop].end; m++) {
			if (st[m].tag != tag || st[m].loop)
				continue;
			if (m > c->at)
				return m;
			if (found == NONE)
				found = m;
		}
		if (found != NONE || loop == 0)
			return found;
	}
}

/* Goes into the loops around a node as if their first segments had been there. */
static const struct def_node *enter(struct structure_cursor *c, uint32_t to)
{
	const struct step *st = c->plan->steps;
	uint32_t outer = to;

	for (uint32_t p = st[to].parent; p != 0 && p != NONE; p = st[p].parent) {
		if (p <= c->at && c->at < st[p].end)
			break;
		outer = p;
	}
	if (outer != to) {
		c->count[outer]++;
		clear_below(c, outer);
	}
	for (uint32_t p = to; p != NONE && p >= outer && p != 0; p = st[p].parent) {
		if (c->count[p] == 0)
			c->count[p] = 1;
		if (st[p].loop)
			c->told[p + 1] = true;
		if (p == outer)
			break;
	}
	c->at = to;
	c->loop = st[to].parent;
	if (st[c->loop].loop && c->loop != 0)
		c->told[c->loop + 1] = true;
	return st[to].def;
}

/* The tag that has to come before a node in a loop: its loop's first, or, of a first one, that of the
 * loop around it. */
static struct str tag_before(const struct step *st, uint32_t to)
{
	uint32_t loop = st[to].parent;

	if (st[to].trigger && st[loop].parent != 0 && st[loop].parent != NONE)
		loop = st[loop].parent;
	return tag_of(st[loop].def);
}

static const struct def_node *misplaced(
	struct structure_cursor *c, struct str tag, struct diag *d, const struct finding *about)
{
	const uint32_t packed = pack(tag);
	const struct step *st = c->plan->steps;
	uint32_t to = backward(c, packed);
	char expected[160];

	if (to != NONE) {
		if (c->count[to] >= st[to].max) {
			too_many(c, to, d, about);
		} else if (!c->told[to]) {
			(void)snprintf(expected, sizeof(expected), "before " STR_FMT,
				STR_ARG(tag_of(st[c->at].def)));
			report(c, d, about, "SEGMENT-ORDER", NULL, about->segment, tag, expected,
				"the order of segments is fixed; this one comes too late");
		}
		return move(c, to);
	}
	to = inside(c, packed);
	if (to == NONE)
		return NULL;
	(void)snprintf(
		expected, sizeof(expected), STR_FMT " before it", STR_ARG(tag_before(st, to)));
	report(c, d, about, "SEGMENT-UNEXPECTED", NULL, about->segment, tag, expected,
		"this segment occurs only in a loop, and the loop's first segment is not there");
	return enter(c, to);
}

/* A loop that begins where another one was, and only one of them may be (CONTRL). */
static void exclusive(struct structure_cursor *c, const struct def_node *node, struct diag *d,
	const struct finding *about)
{
	const struct def_node *loop = node->parent;
	char rule[200];

	if (!loop || !loop->instead || loop->child != node || c->count[loop->instead->index] == 0 ||
		c->told[loop->index])
		return;
	c->told[loop->index] = true;
	(void)snprintf(rule, sizeof(rule), STR_FMT " and " STR_FMT " may not both be there",
		STR_ARG(loop->instead->name), STR_ARG(loop->name));
	report(c, d, about, "LOOP-EXCLUSIVE", NULL, about->segment, node->name, "nothing", rule);
}

/* What a guide forbids that this segment is, or is the first segment of; or NULL. */
static const struct def_node *forbidden(const struct def_node *node)
{
	const struct def_node *loop = node->parent;

	if (!node->used)
		return node;
	return loop && loop->child == node && !loop->used ? loop : NULL;
}

/* Remembers a way on which nothing has to be told. */
static void remember(struct structure_cursor *c, uint32_t from, uint32_t tag, const struct way *w,
	const struct def_node *node)
{
	if (w->always && !w->gap && !forbidden(node) && !(node->parent && node->parent->instead))
		c->hops[from] = (struct structure_hop){tag, w->to};
}

static const struct def_node *search(struct structure_cursor *c, uint32_t packed, struct str tag,
	struct diag *d, const struct finding *about)
{
	const uint32_t from = c->at;
	const struct way w = forward(c, packed);
	const struct def_node *node = NULL;

	if (w.to != NONE) {
		if (w.gap)
			missing_between(c, w.to, d, about);
		node = move(c, w.to);
		remember(c, from, packed, &w, node);
	} else if (w.over != NONE) {
		too_many(c, w.over, d, about);
		node = move(c, w.over);
	} else {
		node = misplaced(c, tag, d, about);
	}
	if (node)
		exclusive(c, node, d, about);
	if (node && forbidden(node))
		report(c, d, about, "SEGMENT-UNUSED", forbidden(node), about->segment, tag,
			"nothing", "the partner's guide does not use this segment");
	return node;
}

const struct def_node *structure_step(
	struct structure_cursor *c, struct str tag, struct diag *d, const struct finding *about)
{
	const uint32_t packed = pack(tag);
	const uint32_t to = again(c, packed);

	c->counted += packed == c->plan->counted;
	return to != NONE ? move(c, to) : search(c, packed, tag, d, about);
}

uint32_t structure_loops(const struct structure_cursor *c, struct str *names, uint32_t max)
{
	const struct step *st = c->plan->steps;
	const uint32_t n = st[c->loop].loops;

	for (uint32_t l = c->loop, i = n; i > 0; l = st[l].parent)
		if (--i < max)
			names[i] = st[l].def->name;
	return n < max ? n : max;
}

static bool is_inside(const struct def_node *node, const struct def_node *loop)
{
	while (node && node != loop)
		node = node->parent;
	return node != NULL;
}

/* Is there one of these in the loop that begins with the segment? */
static bool has_one(
	const struct segment *begins, const struct def_node *loop, const struct def_node *node)
{
	const struct def_node *const wanted = node->loop ? node->child : node;
	const struct segment *s = begins->next;

	while (s && s->node != begins->node && is_inside(s->node, loop)) {
		if (s->node == wanted)
			return true;
		s = s->next;
	}
	return false;
}

static void lacks(const struct def_node *loop, const struct def_node *node, struct str format,
	struct diag *d, const struct finding *about)
{
	struct finding f = *about;
	char code[FINDING_CODE];
	char rule[200];
	char text[400];

	(void)snprintf(rule, sizeof(rule), STR_FMT " is mandatory in " STR_FMT,
		STR_ARG(tag_of(node)), STR_ARG(loop->name));
	f.code = finding_code(format, "SEGMENT-MISSING", code);
	f.severity = SEV_ERROR;
	f.segment = tag_of(node);
	f.expected = tag_of(node);
	f.rule = finding_rule(rule, node->narrowed, text, sizeof(text));
	f.remedy = STR("fill in the fields that it is made from");
	diag_add(d, &f);
}

bool structure_opens(const struct def_node *node, struct str loop)
{
	const struct def_node *p = node ? node->parent : NULL;

	return p && p->loop && p->child == node && str_eq(p->name, loop);
}

void structure_needed(
	const struct segment *first, struct str format, struct diag *d, const struct finding *about)
{
	for (const struct segment *s = first; s; s = s->next) {
		const struct def_node *loop = s->node ? s->node->parent : NULL;
		if (!loop || !loop->parent || loop->child != s->node)
			continue;
		for (const struct def_node *n = s->node->next; n; n = n->next)
			if (n->mandatory && n->used && !has_one(s, loop, n))
				lacks(loop, n, format, d, about);
	}
}
