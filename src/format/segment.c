/* A segment as data; see segment.h. */
#include "format/segment.h"

struct str segment_get(const struct segment *s, uint16_t element, uint16_t component)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		if (v->element > element)
			break;
		if (v->element == element && v->repetition == 1 && v->component == component)
			return v->text;
	}
	return (struct str){"", 0};
}

const struct gap *segment_gap(const struct segment *s, uint16_t element, uint16_t component)
{
	for (size_t i = 0; s->gaps && i < s->gaps->n; i++) {
		const struct gap *g = &s->gaps->list[i];
		if (g->element == element && (!component || g->component == component))
			return g;
	}
	return NULL;
}

bool segment_told(const struct segment *s, uint16_t element)
{
	return s->gaps && element >= 1 && element <= 64 && (s->gaps->told >> (element - 1) & 1);
}
