/* Duplicate keys in constant memory; see dups.h. */
#include "stage/dups.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "secure/hash.h"

/* 16 MB. A suspect may cost a pass: among a million different keys there is one in one of a
 * thousand inputs, among four million there are a few. */
enum { BITS = 1 << 27, PROBES = 6 };
#define SPREAD 0x9e3779b97f4a7c15u /* odd, bits evenly mixed: 2^64 over the golden ratio */

struct suspect {
	uint64_t k[2];
	uint32_t seen;
};

struct dups {
	uint64_t *bits; /* pages are only touched where keys fall */
	struct hash_ctx *hash;
	struct suspect *list;
	size_t n;
	size_t cap;
};

struct dups *dups_new(void)
{
	struct dups *d = mem_alloc(sizeof(*d));

	d->bits = mem_array(BITS / 64, sizeof(*d->bits));
	d->hash = hash_new();
	return d;
}

void dups_free(struct dups *d)
{
	if (!d)
		return;
	mem_free(d->bits);
	mem_free(d->list);
	hash_free(d->hash);
	mem_free(d);
}

static void key_bits(const struct dups *d, struct str key, uint64_t k[2])
{
	uint8_t digest[HASH_SIZE];

	hash_add(d->hash, key.p, key.n);
	hash_end(d->hash, digest);
	memcpy(k, digest, 2 * sizeof(*k));
}

bool dups_first(struct dups *d, struct str key)
{
	const uint64_t hash = str_hash(key) * SPREAD;
	const uint64_t first = hash >> 37; /* the upper bits are the best mixed */
	const uint64_t step = hash >> 10 | 1;
	uint64_t k[2];
	bool new_one = false;

	for (unsigned i = 0; i < PROBES; i++) {
		const uint64_t bit = (first + i * step) % BITS;
		const uint64_t mask = (uint64_t)1 << (bit % 64);
		new_one = new_one || !(d->bits[bit / 64] & mask);
		d->bits[bit / 64] |= mask;
	}
	if (new_one)
		return true;
	key_bits(d, key, k);
	mem_grow(&d->list, &d->cap, d->n + 1, sizeof(*d->list));
	d->list[d->n++] = (struct suspect){{k[0], k[1]}, 0};
	return false;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, 2 * sizeof(uint64_t));
}

bool dups_again(struct dups *d)
{
	size_t kept = 0;

	mem_free(d->bits);
	d->bits = NULL;
	if (d->n == 0)
		return false;
	qsort(d->list, d->n, sizeof(*d->list), by_key);
	for (size_t i = 0; i < d->n; i++) {
		if (kept == 0 || by_key(&d->list[kept - 1], &d->list[i]) != 0)
			d->list[kept++] = d->list[i];
	}
	d->n = kept;
	return true;
}

static struct suspect *find(const struct dups *d, struct str key)
{
	struct suspect want = {{0, 0}, 0};

	if (d->n == 0)
		return NULL;
	key_bits(d, key, want.k);
	return bsearch(&want, d->list, d->n, sizeof(*d->list), by_key);
}

void dups_second(struct dups *d, struct str key)
{
	struct suspect *s = find(d, key);

	if (s && s->seen < 2)
		s->seen++;
}

bool dups_is(const struct dups *d, struct str key)
{
	const struct suspect *s = find(d, key);

	return s && s->seen > 1;
}
