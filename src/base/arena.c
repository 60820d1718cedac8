/*
 * Arenas: a list of blocks, a pointer that moves; see arena.h. With ARENA_MALLOC (instrumented builds)
 * every piece is a block of its own, so that AddressSanitizer and valgrind see a read behind its end.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#ifndef ARENA_MALLOC
#define ARENA_MALLOC 0
#endif

enum { BLOCK = 64 << 10 };

struct arena_block {
	struct arena_block *older;
	size_t size;
	size_t pad[2];
};

void arena_init(struct arena *a)
{
	memset(a, 0, sizeof(*a));
}

static void drop(struct arena_block *b)
{
	while (b) {
		struct arena_block *older = b->older;
		mem_free(b);
		b = older;
	}
}

void arena_done(struct arena *a)
{
	drop(a->head);
	memset(a, 0, sizeof(*a));
}

static void use(struct arena *a, struct arena_block *b)
{
	a->head = b;
	a->next = (char *)(b + 1);
	a->end = a->next + b->size;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;

	a->used = 0;
	if (!keep)
		return;
	if (ARENA_MALLOC) {
		arena_done(a);
		return;
	}
	drop(keep->older);
	keep->older = NULL;
	if (keep->size > 16 * (size_t)BLOCK) { /* one huge item must not hold its memory for ever */
		mem_free(keep);
		memset(a, 0, sizeof(*a));
		return;
	}
	use(a, keep);
}

static void more(struct arena *a, size_t n)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK;
	struct arena_block *b = NULL;

	if (size > 16 * (size_t)BLOCK)
		size = 16 * (size_t)BLOCK;
	if (size < n)
		size = n;
	b = mem_alloc(mem_add(sizeof(*b), size));
	b->size = size;
	b->older = a->head;
	use(a, b);
}

static void *own_block(struct arena *a, size_t n)
{
	struct arena_block *b = mem_alloc(mem_add(sizeof(*b), n));

	b->older = a->head;
	a->head = b;
	a->used = mem_add(a->used, n);
	return b + 1;
}

void *arena_more(struct arena *a, size_t n)
{
	void *p = NULL;
	const size_t want = mem_add(n, ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

	if (ARENA_MALLOC)
		return own_block(a, n);
	if (!a->head || (size_t)(a->end - a->next) < want)
		more(a, want);
	p = a->next;
	a->next += want;
	a->used += want;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	const size_t n = mem_mul(count, size);
	void *p = arena_raw(a, n);

	memset(p, 0, n);
	return p;
}

char *arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_raw(a, mem_add(s.n, 1));

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){arena_cstr(a, s), s.n};
}

struct str arena_join(struct arena *a, const struct str *parts, size_t n)
{
	size_t size = 1;
	size_t at = 0;
	char *p = NULL;

	for (size_t i = 0; i < n; i++)
		size = mem_add(size, parts[i].n);
	p = arena_raw(a, size);
	for (size_t i = 0; i < n; at += parts[i++].n)
		if (parts[i].n > 0)
			memcpy(p + at, parts[i].p, parts[i].n);
	p[at] = '\0';
	return (struct str){p, at};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_list again;
	char room[256]; /* for most; what is longer is made twice */
	char *p = NULL;
	int n = 0;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(room, sizeof(room), fmt, ap);
	va_end(ap);
	BUG_IF(n < 0);
	p = arena_raw(a, (size_t)n + 1);
	if ((size_t)n < sizeof(room))
		memcpy(p, room, (size_t)n + 1);
	else
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}
