/* Messages and envelopes of a conversion: header, trailer and what is around them. */
#include "stage/produce_parts.h"

#include <inttypes.h>

static int faulty(const struct diag *d, const char *what, uint32_t line, struct err *e)
{
	struct buf text;

	buf_init(&text, 2000);
	diag_line(&text, diag_first_error(d));
	(void)err_set(
		e, ERR_CONFIG, "the message's %s (map line %u): %s", what, line, buf_cstr(&text));
	buf_done(&text);
	return -1;
}

/* Header and trailer are the agreement's and map's business: a fault there stops the unit. What is spelled
 * otherwise goes to noted. */
static int check_around(struct produce_making *m, const struct map_around *x, const char *what,
	struct diag *noted, struct err *e)
{
	const struct target *t = &m->target;
	const struct target_blame blame = {produce_item_blame, m};
	const struct finding about = {.item = str_c(what)};
	const uint64_t first = m->set_open ? 1 : 0;
	struct diag d;
	struct diag spelled;

	diag_init(&d, &m->item);
	diag_init(&spelled, &m->header);
	diag_init(noted, &m->header);
	produce_item_spell(m, x->segments, x->made, about.item, &spelled, &m->header);
	if (m->c->sets == first) { /* those of the next messages are made of the same */
		produce_item_report(m, &spelled);
		*noted = spelled;
	}
	for (const struct segment *s = x->segments; s; s = s->next)
		if (!t->ops->check(t->self, s, &d, &about))
			return faulty(&d, what, s->map_line, e);
	for (const struct made *k = x->made; k; k = k->next)
		if (!t->ops->check_tree(t->self, k, &d, &about, &blame))
			return faulty(&d, what, k->map_line, e);
	return 0;
}

static void put_around(const struct target *t, const struct map_around *x)
{
	for (const struct segment *s = x->segments; s; s = s->next)
		t->ops->put(t->self, s);
	for (const struct made *k = x->made; k; k = k->next)
		t->ops->put_tree(t->self, k);
}

/* -1 when the map itself found a fault in what it made of the header or the trailer. */
static int sound(const struct diag *d, const char *what, struct err *e)
{
	struct buf line;

	if (d->errors == 0)
		return 0;
	buf_init(&line, 2000);
	diag_line(&line, diag_first_error(d));
	(void)err_set(e, ERR_CONFIG, "the message's %s: %s", what, buf_cstr(&line));
	buf_done(&line);
	return -1;
}

/* A header that is made of an item is checked as one. */
static void check_head(struct produce_making *m, struct diag *d)
{
	static const struct finding nothing = {.item = {"", 0}};

	produce_item_spell(m, m->head.segments, NULL, STR(""), d, &m->header);
	(void)produce_item_fit(m, m->head.segments, &nothing, d);
}

int produce_message_start(
	struct produce_making *m, const struct item *it, struct diag *d, struct err *e)
{
	const bool of_item = map_groups_messages(m->p->map);
	struct diag own;

	/* One that no item was written to may have been made of one that was set aside. */
	if (m->message_ready && (m->set_open || !of_item))
		return 0;
	arena_reset(&m->header);
	diag_init(&own, &m->header);
	diag_init(&m->head_noted, &m->header);
	if (map_message_start(m->run, it, &m->head, of_item ? d : &own, &m->header, e) == -1)
		return -1;
	if (of_item)
		check_head(m, d);
	else if (sound(&own, "header", e) == -1 ||
		check_around(m, &m->head, "header", &m->head_noted, e) == -1)
		return -1;
	m->message_ready = true;
	split_start(&m->split, m->head.segments, map_trailer_segments(m->p->map));
	return 0;
}

/* The control numbers that the envelopes need, unless the unit has drawn them already. */
static int draw_numbers(struct produce_making *m, struct err *e)
{
	uint64_t isa = m->c->isa;
	uint64_t gs = m->c->gs;

	if (isa > 0)
		return 0;
	for (const char *kind = m->target.ops->numbers(m->target.self); *kind; kind++)
		if (m->p->number(m->p->ctx, *kind, *kind == 'I' ? &isa : &gs, e) == -1)
			return -1;
	m->c->isa = isa;
	m->c->gs = gs;
	return 0;
}

int produce_message_open(struct produce_making *m, struct err *e)
{
	const struct target *t = &m->target;

	if (!m->started) {
		if (draw_numbers(m, e) == -1)
			return -1;
		t->ops->begin(t->self, m->c->isa, m->c->gs);
		m->started = true;
	}
	t->ops->open_set(t->self);
	put_around(t, &m->head);
	outcome_header(&m->o, t->ops->at(t->self), 1);
	outcome_noted(&m->o, t->ops->at(t->self), STR("header"), m->head_noted.first);
	m->set_open = true;
	m->in_set = 0;
	m->c->sets++;
	return 0;
}

/* What is behind the items is written once for all of them, so no item can be blamed. */
static int over_limit(const struct split *s, struct err *e)
{
	return err_set(e, ERR_CONFIG,
		"a message has %" PRIu64 " segments and up to %" PRIu64 " bytes with the %" PRIu64
		" segments that the map writes behind its items, more than segments= and bytes= of "
		"<message> allow; raise them, or let the map write less behind <item>",
		s->used.segments, s->used.bytes, s->room.segments);
}

/* Writes what is behind the items of groups that end: of all that are open, or that the item in hand is not
 * of. */
static int end_groups(struct produce_making *m, bool all, struct err *e)
{
	struct map_around foot = {NULL, NULL, 0};
	const struct target *t = &m->target;
	const uint64_t first = t->ops->at(t->self)->segments + 1;
	struct diag d;
	struct diag noted;

	diag_init(&d, &m->item);
	if (map_groups_end(m->run, all, &foot, &d, &m->item, e) == -1 ||
		sound(&d, "group's foot", e) == -1 ||
		check_around(m, &foot, "group's foot", &noted, e) == -1)
		return -1;
	if (foot.n == 0)
		return 0;
	put_around(t, &foot);
	split_add(&m->split, split_size(foot.segments));
	outcome_foot(&m->o, t->ops->at(t->self), first);
	outcome_noted(&m->o, t->ops->at(t->self), STR("group's foot"), noted.first);
	return 0;
}

int produce_message_groups(struct produce_making *m, struct err *e)
{
	if (map_message_over(m->run) && produce_message_close(m, e) == -1)
		return -1;
	return m->set_open ? end_groups(m, false, e) : 0;
}

int produce_message_close(struct produce_making *m, struct err *e)
{
	struct map_around tail = {NULL, NULL, 0};
	struct diag d;
	struct diag noted;
	const struct target *t = &m->target;
	uint64_t first = 0;

	if (!m->set_open)
		return 0;
	if (end_groups(m, true, e) == -1)
		return -1;
	first = t->ops->at(t->self)->segments + 1;
	diag_init(&d, &m->item);
	if (map_message_end(m->run, &tail, &d, &m->item, e) == -1 ||
		sound(&d, "trailer", e) == -1 || check_around(m, &tail, "trailer", &noted, e) == -1)
		return -1;
	if (!split_end(&m->split, split_size(tail.segments)))
		return over_limit(&m->split, e);
	put_around(t, &tail);
	t->ops->close_set(t->self);
	split_add(&m->whole, m->split.used);
	outcome_trailer(&m->o, t->ops->at(t->self), first, m->in_set);
	outcome_noted(&m->o, t->ops->at(t->self), STR("trailer"), noted.first);
	produce_stop_closed(&m->stop);
	m->set_open = false;
	m->message_ready = false;
	m->in_set = 0; /* the next item is the first of its message, also before that is open */
	return 0;
}
