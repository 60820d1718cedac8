/*
 * Arenas: memory by lifetime (run, item, record). Freed or reset as a whole. A `struct arena *`
 * parameter means "the result lives there".
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* the block in use; older ones behind it */
	char *next;
	char *end;
	size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
void arena_done(struct arena *a); /* accepts a zeroed arena */
/* Forgets everything; keeps one block, so that a steady load allocates nothing. */
void arena_reset(struct arena *a);

enum { ARENA_ALIGN = 16 };

void *arena_more(struct arena *a, size_t n); /* arena_raw where there is no room left */
/* n bytes aligned for anything, not zeroed. */
static inline void *arena_raw(struct arena *a, size_t n)
{
	const size_t want = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	void *p = a->next;

	/* 0 when n was 0 or near the end of numbers; in instrumented builds there never is room. */
	if (want == 0 || want > (size_t)(a->end - a->next))
		return arena_more(a, n);
	a->next += want;
	a->used += want;
	return p;
}
/* count * size bytes, zeroed. */
void *arena_array(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_array((a), 1, sizeof(type)))

/* Copies; the results are terminated too. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
/* The parts behind each other: what printf would make of them costs ten times as much. */
struct str arena_join(struct arena *a, const struct str *parts, size_t n);
struct str arena_printf(struct arena *a, const char *fmt, ...) ATTR_PRINTF(2, 3);

#endif
