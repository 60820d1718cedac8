/* Messages and envelopes of a conversion: header, trailer and what is around them. */
#include "stage/produce_parts.h"

/* Header and trailer are the agreement's and map's business: a fault there stops the unit. */
static int check_segments(
	struct produce_making *m, const struct segment *s, const char *what, struct err *e)
{
	struct diag d;
	const struct finding about = {.item = str_c(what)};

	diag_init(&d, &m->item);
	for (; s; s = s->next) {
		if (!m->target.ops->check(m->target.self, s, &d, &about)) {
			struct buf line;
			buf_init(&line, 2000);
			diag_line(&line, diag_first_error(&d));
			(void)err_set(e, ERR_CONFIG, "the message's %s (map line %u): %s", what,
				s->map_line, buf_cstr(&line));
			buf_done(&line);
			return -1;
		}
	}
	return 0;
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

int produce_message_start(struct produce_making *m, struct err *e)
{
	struct diag d;
	size_t n = 0;

	if (m->message_ready)
		return 0;
	arena_reset(&m->header);
	diag_init(&d, &m->header);
	if (map_message_start(m->run, &m->head, &n, &d, &m->header, e) == -1)
		return -1;
	if (sound(&d, "header", e) == -1 || check_segments(m, m->head, "header", e) == -1)
		return -1;
	m->message_ready = true;
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
	for (const struct segment *s = m->head; s; s = s->next)
		t->ops->put(t->self, s);
	outcome_header(&m->o, t->ops->at(t->self), 1);
	m->set_open = true;
	m->in_set = 0;
	m->c->sets++;
	return 0;
}

int produce_message_close(struct produce_making *m, struct err *e)
{
	struct segment *tail = NULL;
	size_t n = 0;
	struct diag d;
	const struct target *t = &m->target;
	const uint64_t first = t->ops->at(t->self)->segments + 1;

	if (!m->set_open)
		return 0;
	diag_init(&d, &m->item);
	if (map_message_end(m->run, &tail, &n, &d, &m->item, e) == -1 ||
		sound(&d, "trailer", e) == -1 || check_segments(m, tail, "trailer", e) == -1)
		return -1;
	for (const struct segment *s = tail; s; s = s->next)
		t->ops->put(t->self, s);
	t->ops->close_set(t->self);
	outcome_trailer(&m->o, t->ops->at(t->self), first, m->in_set);
	m->set_open = false;
	m->message_ready = false;
	m->in_set = 0; /* the next item is the first of its message, also before that is open */
	return 0;
}
