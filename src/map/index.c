/* Sorted hashes; see index.h. */
#include "map/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { DIR_BITS_MAX = 22 };

static uint64_t mix(uint64_t a, uint64_t b)
{
	u128 m = (u128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

void index_hash(struct index_hash *h, struct str part)
{
	static const uint64_t k[4] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu,
		0xd6e8feb86659fd93u};
	uint64_t a = h->a ^ k[0] ^ part.n;
	uint64_t b = h->b ^ k[1] ^ (part.n * k[2]);

	for (size_t at = 0; at < part.n; at += 8) {
		uint64_t w = 0;

		memcpy(&w, part.p + at, part.n - at < 8 ? part.n - at : 8);
		a = mix(a ^ w, k[2]) + k[0];
		b = mix(b + w, k[3]) ^ k[1];
	}
	h->a = mix(a ^ k[3], k[1]);
	h->b = mix(b ^ k[0], k[2]);
}

void index_add(struct index *x, struct index_hash h, uint64_t locator)
{
	mem_grow(&x->rows, &x->cap, x->n + 1, sizeof(*x->rows));
	x->rows[x->n++] = (struct index_row){h, locator};
}

static int cmp(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_hash(const void *pa, const void *pb)
{
	const struct index_row *a = pa;
	const struct index_row *b = pb;

	if (a->hash.a != b->hash.a)
		return cmp(a->hash.a, b->hash.a);
	if (a->hash.b != b->hash.b)
		return cmp(a->hash.b, b->hash.b);
	return cmp(a->locator, b->locator);
}

void index_sort(struct index *x)
{
	size_t row = 0;

	if (x->n)
		qsort(x->rows, x->n, sizeof(*x->rows), by_hash);
	for (x->bits = 1; x->bits < DIR_BITS_MAX && ((size_t)1 << x->bits) < x->n;)
		x->bits++;
	x->dir = mem_array(((size_t)1 << x->bits) + 1, sizeof(*x->dir));
	for (size_t i = 0; i < ((size_t)1 << x->bits); i++) {
		while (row < x->n && x->rows[row].hash.a >> (64 - x->bits) < i)
			row++;
		x->dir[i] = (uint32_t)row;
	}
	x->dir[(size_t)1 << x->bits] = (uint32_t)x->n;
}

static bool same(struct index_hash a, struct index_hash b)
{
	return a.a == b.a && a.b == b.b;
}

size_t index_find(const struct index *x, struct index_hash h, size_t *n)
{
	size_t slot = (size_t)(h.a >> (64 - x->bits));
	size_t at = x->dir[slot];
	size_t first = 0;

	while (at < x->dir[slot + 1] && !same(x->rows[at].hash, h))
		at++;
	first = at;
	while (at < x->dir[slot + 1] && same(x->rows[at].hash, h))
		at++;
	*n = at - first;
	return first;
}

void index_done(struct index *x)
{
	mem_free(x->rows);
	mem_free(x->dir);
	*x = (struct index){0};
}
