/* See def_random.h. */
#include "unit/support/def_random.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"

enum { LONGEST = 300 /* of one value */, PARTS = 100, MOST = 3 /* repeats of anything */ };

uint64_t def_random_below(struct def_random *r, uint64_t n)
{
	r->state += 0x9e3779b97f4a7c15u;
	uint64_t z = r->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % n;
}

static bool chance(struct def_random *r, unsigned in_1000)
{
	return def_random_below(r, 1000) < in_1000;
}

static size_t between(struct def_random *r, size_t low, size_t high)
{
	return low + (size_t)def_random_below(r, high - low + 1);
}

static char digit(struct def_random *r, bool zero)
{
	return (char)('0' + (zero ? def_random_below(r, 10) : 1 + def_random_below(r, 9)));
}

/* ---- values --------------------------------------------------------------------------------- */

/* Mostly short, now and then as long as can be. */
static size_t length_of(struct def_random *r, const struct def_element *e, size_t usual)
{
	const size_t max = e->max < LONGEST ? e->max : LONGEST;
	const size_t some = e->min + usual < max ? e->min + usual : max;

	return between(r, e->min > 0 ? e->min : 1, chance(r, 100) ? max : some);
}

static size_t make_text(struct def_random *r, const struct def_element *e, char *out)
{
	const size_t n = length_of(r, e, 10);

	for (size_t i = 0; i < n; i++)
		do
			out[i] = r->signs.p[def_random_below(r, r->signs.n)];
		while (out[i] == ' ' && (i == 0 || i + 1 == n));
	return n;
}

static size_t make_code(struct def_random *r, const struct def_element *e, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	if (e->codes) {
		const struct str s = e->codes->codes[def_random_below(r, e->codes->n)].value;
		memcpy(out, s.p, s.n);
		return s.n;
	}
	const size_t n = length_of(r, e, 3);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[def_random_below(r, sizeof(letters) - 1)];
	return n;
}

/* In its shortest form: no zero in front, none behind a point. */
static size_t make_number(struct def_random *r, const struct def_element *e, char *out)
{
	const bool point = e->type == DEF_R;
	const size_t n = between(r, e->min > 0 ? e->min : 1, e->max < 9 ? e->max : 9);
	const size_t part = point && chance(r, 400) ? between(r, 1, n) : 0;
	size_t at = 0;

	if (point && chance(r, 100))
		out[at++] = '-';
	for (size_t i = 0; i < n; i++) {
		if (part > 0 && i == n - part)
			out[at++] = '.';
		out[at++] = digit(r, i > 0 && !(part > 0 && i + 1 == n));
	}
	return at;
}

static size_t make_date(struct def_random *r, const struct def_element *e, char *out)
{
	const int year = (int)between(r, 1980, 2040);
	const int month = (int)between(r, 1, 12);
	int day = 0;
	char text[40];

	do
		day = (int)between(r, 1, 31);
	while (!date_valid(year, month, day));
	(void)snprintf(text, sizeof(text), "%04d%02d%02d", year, month, day);
	memcpy(out, e->max == 6 ? text + 2 : text, e->max == 6 ? 6 : 8);
	return e->max == 6 ? 6 : 8;
}

static size_t make_time(struct def_random *r, const struct def_element *e, char *out)
{
	static const size_t lengths[] = {4, 6, 7, 8};
	char text[40];
	size_t n = 0;

	do
		n = lengths[def_random_below(r, 4)];
	while (n < e->min || n > e->max);
	(void)snprintf(text, sizeof(text), "%02u%02u%02u%02u", (unsigned)def_random_below(r, 24),
		(unsigned)def_random_below(r, 60), (unsigned)def_random_below(r, 60),
		(unsigned)def_random_below(r, 100));
	memcpy(out, text, n);
	return n;
}

static struct str make_value(struct def_random *r, const struct def_element *e, struct arena *a)
{
	char room[LONGEST + 8];
	size_t n = 0;

	switch (e->type) {
	case DEF_ID:
		n = make_code(r, e, room);
		break;
	case DEF_N:
	case DEF_R:
		n = make_number(r, e, room);
		break;
	case DEF_DT:
		n = make_date(r, e, room);
		break;
	case DEF_TM:
		n = make_time(r, e, room);
		break;
	default:
		n = make_text(r, e, room);
		break;
	}
	return arena_str(a, (struct str){room, n});
}

/* ---- which elements are there --------------------------------------------------------------- */

static uint16_t one_of(struct def_random *r, const struct def_note *n, uint8_t from)
{
	return n->at[from + def_random_below(r, (uint64_t)(n->n - from))];
}

/* What a note wants is put in; what it excludes is taken out. False: nothing was changed. */
static bool obey(
	struct def_random *r, const struct def_note *n, const struct def_segment *s, bool *there)
{
	size_t have = 0;

	for (uint8_t i = 0; i < n->n; i++)
		have += there[n->at[i]];
	const bool head = there[n->at[0]];
	if (n->kind == DEF_EXCLUSIVE && have > 1) {
		const uint16_t at = one_of(r, n, 0);
		there[at] = s->parts[at - 1].mandatory;
		return true;
	}
	if (n->kind == DEF_REQUIRED ? have == 0 : n->kind == DEF_LIST && head && have == 1) {
		there[one_of(r, n, n->kind == DEF_LIST)] = true;
		return true;
	}
	if ((n->kind == DEF_PAIRED && have > 0 && have < n->n) ||
		(n->kind == DEF_CONDITIONAL && head && have < n->n)) {
		for (uint8_t i = 0; i < n->n; i++)
			there[n->at[i]] = true;
		return true;
	}
	return false;
}

/* Notes pull at one another, so this may come to no end; then other elements are tried. */
static bool settle(struct def_random *r, const struct def_segment *s, bool *there)
{
	for (size_t round = 0; round < 30; round++) {
		bool changed = false;
		for (size_t i = 0; i < s->nnotes; i++)
			changed = obey(r, &s->notes[i], s, there) || changed;
		if (!changed)
			return true;
	}
	return false;
}

static void choose(struct def_random *r, const struct def_segment *s, bool *there)
{
	bool any = false;

	do {
		any = false;
		memset(there, 0, PARTS * sizeof(*there));
		for (size_t i = 0; i < s->nparts; i++)
			there[i + 1] = s->parts[i].used &&
				(s->parts[i].mandatory || chance(r, r->chance));
		there[1 + def_random_below(r, s->nparts)] = true;
		if (!settle(r, s, there))
			continue;
		for (size_t i = 0; i < s->nparts; i++)
			any = any || there[i + 1];
	} while (!any);
}

/* ---- segments ------------------------------------------------------------------------------- */

static void put(struct segment *s, uint16_t element, uint16_t repetition, uint16_t component,
	struct str text)
{
	s->values[s->n++] = (struct value){
		.element = element, .repetition = repetition, .component = component, .text = text};
}

static void put_part(struct def_random *r, const struct def_part *p, uint16_t repetition,
	struct segment *s, struct arena *a)
{
	const size_t before = s->n;

	if (p->nparts == 0) {
		put(s, p->position, repetition, 1, make_value(r, p->element, a));
		return;
	}
	for (size_t i = 0; i < p->nparts; i++) {
		const struct def_part *c = &p->parts[i];
		if (c->mandatory || chance(r, r->chance / 2) ||
			(i + 1 == p->nparts && s->n == before))
			put(s, p->position, repetition, c->position, make_value(r, c->element, a));
	}
}

static struct segment *make_segment(
	struct def_random *r, const struct def_node *node, struct arena *a)
{
	const struct def_segment *def = node->segment;
	struct segment *s = ARENA_NEW(a, struct segment);
	bool there[PARTS];
	size_t most = 1;

	for (size_t i = 0; i < def->nparts; i++)
		most += (def->parts[i].nparts + 1) * MOST;
	*s = (struct segment){.tag = def->tag,
		.def = def,
		.node = node,
		.values = arena_array(a, most, sizeof(struct value))};
	choose(r, def, there);
	for (size_t i = 0; i < def->nparts; i++) {
		const struct def_part *p = &def->parts[i];
		const size_t max = p->repeat < MOST ? p->repeat : MOST;
		const size_t times = there[i + 1] ? between(r, 1, max) : 0;
		for (size_t k = 1; k <= times; k++)
			put_part(r, p, (uint16_t)k, s, a);
	}
	return s;
}

void def_random_set(struct segment *s, uint16_t element, struct str text, struct arena *a)
{
	struct value *v = arena_array(a, s->n + 2, sizeof(*v));
	const struct value new = {
		.element = element, .repetition = 1, .component = 1, .text = text};
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->values[i].element > element && text.n > 0 &&
			(n == 0 || v[n - 1].element < element))
			v[n++] = new;
		if (s->values[i].element != element)
			v[n++] = s->values[i];
	}
	if (text.n > 0 && (n == 0 || v[n - 1].element < element))
		v[n++] = new;
	s->values = v;
	s->n = n;
}

/* ---- structure ------------------------------------------------------------------------------ */

static size_t times_of(struct def_random *r, const struct def_node *n)
{
	const size_t max = n->max > 0 && n->max < MOST ? n->max : MOST;
	size_t times = n->used && (n->mandatory || chance(r, r->chance)) ? 1 : 0;

	while (times > 0 && times < max && chance(r, r->chance / 2))
		times++;
	return times;
}

/* The nodes of one loop; its depth is bounded by the loader. */
static struct segment **make_nodes(
	struct def_random *r, const struct def_node *n, struct segment **link, struct arena *a)
{
	for (; n; n = n->next) {
		const size_t times = times_of(r, n);
		for (size_t i = 0; i < times; i++) {
			if (n->loop) {
				link = make_nodes(r, n->child, link, a);
				continue;
			}
			*link = make_segment(r, n, a);
			link = &(*link)->next;
		}
	}
	return link;
}

struct segment *def_random_message(
	struct def_random *r, const struct def_message *m, struct arena *a)
{
	struct segment *first = NULL;
	uint32_t position = 0;

	(void)make_nodes(r, m->root->child, &first, a);
	for (struct segment *s = first; s; s = s->next)
		s->position = ++position;
	return first;
}
