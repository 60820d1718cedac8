/*
 * The memory of libssh2, as it may hold secrets: wiped when freed, and in one list for each
 * connection, for libssh2 (1.10) forgets some when a connection breaks.
 */
#include "transport/ssh_state.h"

#include <string.h>

#include "base/mem.h"

struct ssh_piece {
	struct ssh_piece *prev;
	struct ssh_piece *next;
	size_t n;
	size_t unused; /* keeps what follows at a multiple of 16 */
};

static void wipe(void *p, size_t n)
{
	/* Through a volatile pointer, so that it is not optimised away. */
	void *(*volatile set)(void *, int, size_t) = memset;

	(void)set(p, 0, n);
}

LIBSSH2_ALLOC_FUNC(ssh_memory_take)
{
	struct ssh *s = *abstract;
	struct ssh_piece *p = mem_alloc(mem_add(count, sizeof(*p)));

	p->n = count;
	p->next = s->pieces;
	if (p->next)
		p->next->prev = p;
	s->pieces = p;
	return p + 1;
}

static void drop(struct ssh *s, struct ssh_piece *p)
{
	if (p->prev)
		p->prev->next = p->next;
	else
		s->pieces = p->next;
	if (p->next)
		p->next->prev = p->prev;
	wipe(p, p->n + sizeof(*p));
	mem_free(p);
}

LIBSSH2_FREE_FUNC(ssh_memory_give_back)
{
	if (ptr)
		drop(*abstract, (struct ssh_piece *)ptr - 1);
}

LIBSSH2_REALLOC_FUNC(ssh_memory_resize)
{
	void *p = ssh_memory_take(count, abstract);

	if (ptr) {
		const size_t old = ((struct ssh_piece *)ptr - 1)->n;

		memcpy(p, ptr, old < count ? old : count);
		ssh_memory_give_back(ptr, abstract);
	}
	return p;
}

void ssh_memory_free_all(struct ssh *s)
{
	while (s->pieces)
		drop(s, s->pieces);
}
