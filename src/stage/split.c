/* Limits of messages and interchanges; see split.h. */
#include "stage/split.h"

enum {
	ENVELOPE_SEGMENTS = 2, /* ST and SE, UNH and UNT */
	ENVELOPE_BYTES = 160,
	TRAILER_BYTES = 120, /* of one segment behind the items */
	WHOLE_SEGMENTS = 5,  /* UNA UNB UNG UNE UNZ; ISA GS GE IEA */
	WHOLE_BYTES = 600    /* with identities of 35 characters, each released */
};

bool split_limited(const struct split *s)
{
	return s->limits.segments > 0 || s->limits.bytes > 0;
}

/* A value with all that may have to be released in it, and its separator. */
static uint64_t value_bytes(const struct value *v)
{
	uint64_t n = v->text.n + v->component;

	for (size_t i = 0; i < v->text.n; i++)
		n += (unsigned char)v->text.p[i] < 0x80 && !str_is_alpha(v->text.p[i]) &&
			!str_is_digit(v->text.p[i]) && v->text.p[i] != ' ';
	return n;
}

struct split_size split_size(const struct segment *first)
{
	struct split_size n = {0, 0};

	for (const struct segment *s = first; s; s = s->next) {
		n.segments++;
		n.bytes += s->tag.n + 2; /* the terminator and a line end */
		for (size_t i = 0; i < s->n; i++)
			n.bytes += value_bytes(&s->values[i]);
		n.bytes += s->n > 0 ? s->values[s->n - 1].element : 0u;
	}
	return n;
}

void split_start(struct split *s, const struct segment *header, uint32_t trailer)
{
	s->room = (struct split_size){trailer, (uint64_t)trailer * TRAILER_BYTES};
	s->used = split_size(header);
	s->used.segments += ENVELOPE_SEGMENTS + s->room.segments;
	s->used.bytes += ENVELOPE_BYTES + s->room.bytes;
}

void split_start_whole(struct split *s)
{
	s->used = (struct split_size){WHOLE_SEGMENTS, WHOLE_BYTES};
}

bool split_fits(const struct split *s, struct split_size n)
{
	const struct map_limits *most = &s->limits;

	return (most->segments == 0 || s->used.segments + n.segments <= most->segments) &&
		(most->bytes == 0 || s->used.bytes + n.bytes <= most->bytes);
}

bool split_end(struct split *s, struct split_size trailer)
{
	const struct split_size none = {0, 0};

	s->used.segments += trailer.segments - s->room.segments;
	s->used.bytes += trailer.bytes - s->room.bytes;
	s->room = trailer;
	return split_fits(s, none);
}

void split_add(struct split *s, struct split_size n)
{
	s->used.segments += n.segments;
	s->used.bytes += n.bytes;
}
