/* Messages that a broken rule stops; see produce_stop.h. */
#include "stage/produce_stop.h"

#include "base/mem.h"

void produce_stop_done(struct produce_stop *s)
{
	mem_free(s->list);
}

void produce_stop_start(struct produce_stop *s)
{
	if (!s->again)
		s->n = 0;
	s->at = 0;
	s->open = (struct produce_stop_range){0, 0, {NULL, 0}};
	s->broken = false;
}

void produce_stop_broken(struct produce_stop *s, struct str key, struct arena *a)
{
	if (s->broken || s->again)
		return;
	s->broken = true;
	s->open.by = arena_str(a, key);
}

void produce_stop_written(struct produce_stop *s, uint64_t item)
{
	if (s->open.first == 0)
		s->open.first = item;
	s->open.last = item;
}

void produce_stop_closed(struct produce_stop *s)
{
	if (s->broken && s->open.first > 0) {
		mem_grow(&s->list, &s->cap, s->n + 1, sizeof(*s->list));
		s->list[s->n++] = s->open;
	}
	s->open = (struct produce_stop_range){0, 0, {NULL, 0}};
	s->broken = false;
}

const struct produce_stop_range *produce_stop_find(struct produce_stop *s, uint64_t item)
{
	if (!s->again)
		return NULL;
	while (s->at < s->n && s->list[s->at].last < item)
		s->at++;
	return s->at < s->n && s->list[s->at].first <= item ? &s->list[s->at] : NULL;
}
