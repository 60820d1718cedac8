/*
 * Random messages of every definition that is shipped: written, read without a finding, written
 * again byte for byte; and with one fault put in, found where it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "edi/edi_read.h"
#include "edi/x12_rules.h"
#include "edi/x12_write.h"
#include "model/xml.h"
#include "unit/support/def_random.h"
#include "unit/support/defs_world.h"

enum { MESSAGES = 1000, FAULTS = 300 /* of each definition */, SEGMENTS = 4096 };

static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -.,/()'";

static struct x12_profile profile_of(const struct def_message *m)
{
	const bool old = str_cmp(m->version, STR("005010")) < 0;

	return (struct x12_profile){.element = '*',
		.component = '>',
		.terminator = '~',
		.newline = true,
		.repertoire = X12_BASIC,
		.sender_qual = STR("ZZ"),
		.sender = STR("US"),
		.receiver_qual = STR("ZZ"),
		.receiver = STR("THEM"),
		.group_sender = STR("US"),
		.group_receiver = STR("THEM"),
		.isa_version = old ? STR("00401") : STR("00501"),
		.group_version = m->version,
		.usage = 'P',
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2}};
}

/* ---- what segments say of one another ------------------------------------------------------- */

static struct str number(unsigned long n, struct arena *a)
{
	return arena_printf(a, "%lu", n);
}

/* Of a hierarchy with parents at random among those before. */
static void number_hl(struct def_random *r, struct segment *first, struct arena *a)
{
	unsigned n = 0;

	for (struct segment *s = first; s; s = s->next) {
		if (!str_is(s->tag, "HL"))
			continue;
		const struct str parent = n > 0 && def_random_below(r, 3) > 0
			? number(100 + (unsigned long)def_random_below(r, n), a)
			: STR("");
		def_random_set(s, 1, number(100 + n++, a), a);
		def_random_set(s, 2, parent, a);
		def_random_set(s, 4, STR("0"), a);
		for (struct segment *p = first; p != s; p = p->next)
			if (str_is(p->tag, "HL") && str_eq(segment_get(p, 1, 1), parent))
				def_random_set(p, 4, STR("1"), a);
	}
}

static void relate(struct def_random *r, struct segment *first, struct arena *a)
{
	struct str loop = STR("");

	number_hl(r, first, a);
	for (struct segment *s = first; s; s = s->next) {
		unsigned long n = 0;
		if (str_is(s->tag, "LS"))
			loop = segment_get(s, 1, 1);
		if (str_is(s->tag, "LE"))
			def_random_set(s, 1, loop, a);
		if (s->node->counts.n == 0)
			continue;
		for (const struct segment *k = first; k; k = k->next)
			n += str_eq(k->tag, s->node->counts);
		def_random_set(s, 1, number(n, a), a);
	}
}

static struct segment *make(struct def_random *r, const struct def_message *m, struct arena *a)
{
	struct segment *first = def_random_message(r, m, a);

	relate(r, first, a);
	return first;
}

/* ---- round trip ----------------------------------------------------------------------------- */

struct trip {
	const struct def_message *m;
	struct x12_profile profile;
	struct def_random random;
	struct buf out;	  /* written */
	struct buf again; /* read and written */
	bool *seen;	  /* nodes that occurred */
};

static void write_set(struct x12_writer *w, const struct def_message *m, const struct segment *s)
{
	x12_writer_open_set(w, m->id);
	for (; s; s = s->next)
		x12_writer_put(w, s);
	x12_writer_close_set(w);
}

static void open_all(struct x12_writer *w, const struct trip *t, struct buf *out)
{
	x12_writer_init(w, &t->profile, out);
	x12_writer_open_interchange(w, 7);
	x12_writer_open_group(w, t->m->group, 8);
}

static void close_all(struct x12_writer *w)
{
	x12_writer_close_group(w);
	x12_writer_close_interchange(w);
}

/* Each passes the writer's own checks too. */
static void write_messages(struct trip *t)
{
	struct element_rules *rules = x12_rules_new(&t->profile);
	struct x12_writer w;
	struct arena a;
	struct diag d;

	arena_init(&a);
	diag_init(&d, &a);
	open_all(&w, t, &t->out);
	for (size_t i = 0; i < MESSAGES; i++) {
		t->random.chance = 100 + 40 * (unsigned)(i % 10);
		struct segment *first = make(&t->random, t->m, &a);
		for (struct segment *s = first; s; s = s->next) {
			t->seen[s->node->index] = true;
			if (!str_is(s->tag, "ST") && !str_is(s->tag, "SE") &&
				!x12_write_check(rules, s, &d, NULL))
				fail_msg("%.*s: " STR_FMT, (int)t->m->id.n, t->m->id.p,
					STR_ARG(d.first->rule));
		}
		write_set(&w, t->m, first);
		arena_reset(&a);
	}
	close_all(&w);
	assert_int_equal(d.n, 0);
	element_rules_free(rules);
	arena_done(&a);
}

static void take_event(
	struct x12_writer *w, const struct trip *t, enum edi_event ev, const struct segment *s)
{
	if (ev == EDI_INTERCHANGE)
		x12_writer_open_interchange(w, 7);
	else if (ev == EDI_GROUP)
		x12_writer_open_group(w, t->m->group, 8);
	else if (ev == EDI_INTERCHANGE_END)
		x12_writer_close_interchange(w);
	else if (ev == EDI_GROUP_END)
		x12_writer_close_group(w);
	else if (ev == EDI_SET)
		x12_writer_open_set(w, segment_get(s, 1, 1));
	else if (ev == EDI_SET_END)
		x12_writer_close_set(w);
	else
		x12_writer_put(w, s);
}

static void fail_with(const struct def_message *m, const char *what, const struct finding *f)
{
	if (f)
		fail_msg(STR_FMT " " STR_FMT ": %s: " STR_FMT " at " STR_FMT
				 " %u element %u-%u, byte %llu: " STR_FMT " '" STR_FMT
				 "', expected " STR_FMT,
			STR_ARG(m->version), STR_ARG(m->id), what, STR_ARG(f->code),
			STR_ARG(f->segment), (unsigned)f->segment_at, (unsigned)f->element,
			(unsigned)f->component, (unsigned long long)f->offset, STR_ARG(f->rule),
			STR_ARG(f->found), STR_ARG(f->expected));
	fail_msg(STR_FMT " " STR_FMT ": %s: no finding", STR_ARG(m->version), STR_ARG(m->id), what);
}

static void read_messages(struct trip *t)
{
	const struct edi_read_options o = {
		.defs = (struct defs *)(uintptr_t)t->m->defs, .file = STR("t"), .level = EDI_NOTES};
	struct x12_writer w;
	struct arena a;
	struct diag d;
	struct err e;
	enum edi_event ev;
	struct segment s;
	int rc = 0;

	arena_init(&a);
	diag_init(&d, &a);
	x12_writer_init(&w, &t->profile, &t->again);
	struct edi_read *r = edi_read_open(-1, buf_view(&t->out), &o, &e);
	assert_non_null(r);
	while ((rc = edi_read_next(r, &ev, &s, &d, &e)) == 1) {
		take_event(&w, t, ev, &s);
		if (d.n > 0)
			fail_with(t->m, "a message that is right", d.first);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(edi_read_context(r)->sets, MESSAGES);
	edi_read_close(r);
	arena_done(&a);
}

static void all_nodes_were_there(const struct trip *t, const struct def_node *n)
{
	for (; n; n = n->next) {
		if (!n->loop && !t->seen[n->index])
			fail_msg(STR_FMT ": %u " STR_FMT " did not occur", STR_ARG(t->m->id),
				(unsigned)n->index, STR_ARG(n->name));
		all_nodes_were_there(t, n->child);
	}
}

static struct trip trip_of(const struct def_message *m, uint64_t seed)
{
	struct trip t = {.m = m,
		.profile = profile_of(m),
		.random = {.state = seed, .chance = 200, .signs = {signs, sizeof(signs) - 1}},
		.seen = mem_array(m->nodes, sizeof(bool))};

	buf_init(&t.out, 64 << 20);
	buf_init(&t.again, 64 << 20);
	return t;
}

static void trip_done(struct trip *t)
{
	buf_done(&t->out);
	buf_done(&t->again);
	mem_free(t->seen);
}

static void round_trip(const struct def_message *m, void *arg)
{
	struct trip t = trip_of(m, 2026);

	(void)arg;
	write_messages(&t);
	read_messages(&t);
	assert_true(str_eq(buf_view(&t.out), buf_view(&t.again)));
	all_nodes_were_there(&t, m->root->child);
	trip_done(&t);
}

/* Case 97: what is written reads back, and is written the same again. */
static void every_definition(void **state)
{
	assert_in_range(defs_world_each(*state, round_trip, NULL), 19, 1000);
}

/* ---- faults --------------------------------------------------------------------------------- */

/* One fault, and where it has to be told first. */
struct fault_at {
	const char *code; /* or more of them, with blanks between */
	struct str tag;
	uint32_t position;
	uint16_t element;
	uint16_t component;
};

struct line {
	struct segment *all[SEGMENTS];
	size_t n;
};

static void line_up(struct line *l, struct segment *s)
{
	for (l->n = 0; s && l->n < SEGMENTS; s = s->next)
		l->all[l->n++] = s;
}

static bool is_frame(const struct segment *s)
{
	return str_is(s->tag, "ST") || str_is(s->tag, "SE");
}

static bool is_trigger(const struct segment *s)
{
	const struct def_node *p = s->node->parent;

	return p->parent && p->child == s->node;
}

static size_t count_tag(const struct def_node *n, struct str tag)
{
	size_t k = 0;

	for (; n; n = n->next)
		k += (n->loop ? 0 : str_eq(n->name, tag)) + count_tag(n->child, tag);
	return k;
}

/* Of all the segments, one at random and from there on the next that ok likes; SIZE_MAX none. */
static size_t find(struct def_random *r, const struct line *l,
	bool (*ok)(const struct def_message *m, const struct line *l, size_t i),
	const struct def_message *m)
{
	const size_t from = (size_t)def_random_below(r, l->n);

	for (size_t k = 0; k < l->n; k++)
		if (ok(m, l, (from + k) % l->n))
			return (from + k) % l->n;
	return SIZE_MAX;
}

/* Mandatory, alone, and what follows fits nowhere before it in the same loop. */
static bool may_go(const struct def_message *m, const struct line *l, size_t i)
{
	const struct segment *s = l->all[i];

	(void)m;
	if (is_frame(s) || is_trigger(s) || !s->node->mandatory)
		return false;
	if (l->all[i - 1]->node == s->node || l->all[i + 1]->node == s->node)
		return false;
	for (const struct def_node *n = s->node->parent->child; n != s->node; n = n->next)
		if (str_eq(n->name, l->all[i + 1]->tag) ||
			count_tag(n->child, l->all[i + 1]->tag) > 0)
			return false;
	return true;
}

static bool drop(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	const size_t i = find(&t->random, l, may_go, t->m);

	(void)a;
	if (i == SIZE_MAX)
		return false;
	*f = (struct fault_at){"X12-SEGMENT-MISSING", l->all[i]->tag, (uint32_t)i + 1, 0, 0};
	l->all[i - 1]->next = l->all[i + 1];
	return true;
}

/* Two neighbours whose tags occur only there. */
static bool may_change_places(const struct def_message *m, const struct line *l, size_t i)
{
	const struct segment *s = l->all[i];
	const struct segment *k = i + 1 < l->n ? l->all[i + 1] : s;

	return s->node->parent == k->node->parent && s->node != k->node && !is_frame(s) &&
		!is_frame(k) && !is_trigger(s) && !is_trigger(k) &&
		count_tag(m->root->child, s->tag) == 1 && count_tag(m->root->child, k->tag) == 1;
}

static bool change_places(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	const size_t i = find(&t->random, l, may_change_places, t->m);

	(void)a;
	if (i == SIZE_MAX)
		return false;
	const bool needed = l->all[i]->node->mandatory && l->all[i - 1]->node != l->all[i]->node;
	*f = (struct fault_at){
		needed ? "X12-SEGMENT-MISSING" : "X12-SEGMENT-ORDER X12-SEGMENT-REPEAT",
		l->all[i]->tag, (uint32_t)i + (needed ? 1 : 2), 0, 0};
	l->all[i - 1]->next = l->all[i + 1];
	l->all[i]->next = l->all[i + 1]->next;
	l->all[i + 1]->next = l->all[i];
	return true;
}

static const struct def_part *part_of(const struct segment *s, const struct value *v)
{
	const struct def_part *p = defs_part(s->def, v->element);

	return p->nparts > 0 ? &p->parts[v->component - 1] : p;
}

static bool is_text(const struct def_part *p)
{
	return p->element->type == DEF_AN && p->element->max < 300;
}

static bool is_listed(const struct def_part *p)
{
	return p->element->codes && !p->element->codes->open;
}

static bool is_date(const struct def_part *p)
{
	return p->element->type == DEF_DT;
}

/* A value at random whose part ok likes. */
static struct value *find_value(struct trip *t, const struct line *l, struct fault_at *f,
	bool (*ok)(const struct def_part *p))
{
	const size_t from = (size_t)def_random_below(&t->random, l->n);

	for (size_t k = 0; k < l->n; k++) {
		const size_t i = (from + k) % l->n;
		struct segment *s = l->all[i];
		for (size_t j = is_frame(s) ? s->n : 0; j < s->n; j++) {
			struct value *v = &s->values[j];
			if (!ok(part_of(s, v)))
				continue;
			const bool composite = defs_part(s->def, v->element)->nparts > 0;
			f->tag = s->tag;
			f->position = (uint32_t)i + 1;
			f->element = v->element;
			f->component = composite || v->component > 1 ? v->component : 0;
			return v;
		}
	}
	return NULL;
}

static bool lengthen(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	struct value *v = find_value(t, l, f, is_text);
	char text[400];

	if (!v)
		return false;
	memset(text, 'X', sizeof(text));
	const size_t n = part_of(l->all[f->position - 1], v)->element->max + 1;
	v->text = arena_str(a, (struct str){text, n});
	f->code = "X12-ELEMENT-LONG";
	return true;
}

static bool change_code(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	struct value *v = find_value(t, l, f, is_listed);

	if (!v)
		return false;
	const size_t n = part_of(l->all[f->position - 1], v)->element->min;
	v->text = arena_str(a, str_sub(STR("!!!!!!!!"), 0, n));
	f->code = "X12-ELEMENT-CODE";
	return true;
}

static bool change_date(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	struct value *v = find_value(t, l, f, is_date);

	if (!v)
		return false;
	v->text = arena_printf(a, "%.*s0230", (int)v->text.n - 4, v->text.p);
	f->code = "X12-ELEMENT-DATE";
	return true;
}

/* A mandatory element whose segment has others. */
static bool empty(struct trip *t, struct line *l, struct arena *a, struct fault_at *f)
{
	for (size_t tries = 0; tries < 50; tries++) {
		const size_t i = 1 + (size_t)def_random_below(&t->random, l->n - 2);
		struct segment *s = l->all[i];
		const uint16_t at = s->values[def_random_below(&t->random, s->n)].element;
		if (!defs_part(s->def, at)->mandatory ||
			(s->values[0].element == at && s->values[s->n - 1].element == at))
			continue;
		def_random_set(s, at, STR(""), a);
		*f = (struct fault_at){"X12-ELEMENT-MISSING", s->tag, (uint32_t)i + 1, at, 0};
		return true;
	}
	return false;
}

static bool is_told(const struct finding *f, const struct fault_at *want)
{
	return f && str_find(str_c(want->code), f->code, 0) != SIZE_MAX &&
		str_eq(f->segment, want->tag) && f->segment_at == want->position &&
		f->element == want->element && f->component == want->component;
}

static void check_fault(struct trip *t, const struct segment *first, const struct fault_at *want)
{
	const struct edi_read_options o = {
		.defs = (struct defs *)(uintptr_t)t->m->defs, .file = STR("t"), .level = EDI_NOTES};
	struct x12_writer w;
	struct arena a;
	struct diag d;
	struct err e;
	enum edi_event ev;
	struct segment s;

	buf_clear(&t->out);
	open_all(&w, t, &t->out);
	write_set(&w, t->m, first);
	close_all(&w);
	arena_init(&a);
	diag_init(&d, &a);
	struct edi_read *r = edi_read_open(-1, buf_view(&t->out), &o, &e);
	while (edi_read_next(r, &ev, &s, &d, &e) == 1)
		continue;
	if (!is_told(d.first, want)) {
		print_error("want %s at " STR_FMT " %u element %u-%u in\n" STR_FMT, want->code,
			STR_ARG(want->tag), (unsigned)want->position, (unsigned)want->element,
			(unsigned)want->component, STR_ARG(buf_view(&t->out)));
		fail_with(t->m, "a fault", d.first);
	}
	edi_read_close(r);
	arena_done(&a);
}

static const struct {
	const char *name;
	bool (*put)(struct trip *t, struct line *l, struct arena *a, struct fault_at *f);
} kinds[] = {{"dropped", drop}, {"out of order", change_places}, {"too long", lengthen},
	{"code", change_code}, {"date", change_date}, {"mandatory", empty}};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void faults_of(const struct def_message *m, void *arg)
{
	struct trip t = trip_of(m, 7);
	struct line *l = mem_alloc(sizeof(*l));
	size_t *put = arg;
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < FAULTS; i++) {
		const size_t k = i % KINDS;
		struct fault_at f = {.code = ""};
		struct segment *first = make(&t.random, m, &a);
		line_up(l, first);
		if (kinds[k].put(&t, l, &a, &f)) {
			check_fault(&t, first, &f);
			put[k]++;
		}
		arena_reset(&a);
	}
	arena_done(&a);
	mem_free(l);
	trip_done(&t);
}

static void every_fault(void **state)
{
	size_t put[KINDS] = {0};

	(void)defs_world_each(*state, faults_of, put);
	for (size_t k = 0; k < KINDS; k++)
		if (put[k] < 300)
			fail_msg("%s: only %zu", kinds[k].name, put[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_definition),
		cmocka_unit_test(every_fault),
	};

	xml_start();
	const int rc = cmocka_run_group_tests(tests, defs_world_start, defs_world_stop);
	xml_stop();
	return rc;
}
