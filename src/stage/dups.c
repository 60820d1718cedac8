/* Duplicate keys in constant memory; see dups.h. */
#include "stage/dups.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pages.h"
#include "secure/hash.h"

/* 16 MB. A suspect may cost a pass: among a million different keys there is one in one of some
 * hundred inputs, among four million there are a dozen. */
enum { BITS = 1 << 27, LINE = 512 /* bits that one miss of the cache brings */, IN_LINE = 3 };
#define SPREAD 0x9e3779b97f4a7c15u /* odd, bits evenly mixed: 2^64 over the golden ratio */

struct suspect {
	uint64_t k[2];
	uint32_t seen;
};

struct dups {
	uint64_t *bits;
	void *room; /* they lie in */
	struct hash_ctx *hash;
	struct suspect *list;
	size_t n;
	size_t cap;
};

struct dups *dups_new(void)
{
	struct dups *d = mem_alloc(sizeof(*d));

	d->bits = pages_new(BITS / 8, &d->room);
	d->hash = hash_new();
	return d;
}

void dups_free(struct dups *d)
{
	if (!d)
		return;
	mem_free(d->room);
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

/* Sets bits in one line, by nine bits of the choice for each. Were they all set? */
static bool take_line(uint64_t *line, uint64_t choice)
{
	bool all = true;

	for (unsigned i = 0; i < IN_LINE; i++, choice >>= 9) {
		const uint64_t mask = (uint64_t)1 << (choice % 64);
		uint64_t *word = &line[choice % LINE / 64];
		all = all && (*word & mask);
		*word |= mask;
	}
	return all;
}

bool dups_first(struct dups *d, struct str key)
{
	const uint64_t hash = str_hash(key) * SPREAD;
	const uint64_t more = (hash ^ hash >> 32) * SPREAD;
	const size_t words = LINE / 64;
	uint64_t k[2];
	/* The upper bits are the best mixed: they choose the lines. */
	const bool one = take_line(&d->bits[(hash >> 46) * words], hash >> 16);
	const bool two = take_line(&d->bits[(more >> 46) * words], more >> 16);

	if (!one || !two)
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

	mem_free(d->room);
	d->room = NULL;
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
