/* Sorted hashes; see index.h. */
#include "map/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sorter.h"

/* Rows of the file to read at once, a page of them; rows that an entry of the directory stands for there; bytes of a
 * row as the key of a record; how much more memory sorting may take, before there are items. */
enum { DIR_BITS_MAX = 22, BLOCK = 170, IN_SLOT = 128, KEY = 24, SORTING = 4 };

void index_init(struct index *x, struct scratch *scratch, size_t memory)
{
	*x = (struct index){.scratch = scratch, .memory = scratch ? memory : SIZE_MAX};
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	u128 m = (u128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

void index_hash(struct index_hash *h, struct str part)
{
	static const uint64_t k[4] = {
		0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd6e8feb86659fd93u};
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

/* --- more rows than memory may hold --- */

static int hand_over(struct index *x, const struct index_row *row, struct err *e)
{
	char key[KEY];

	sorter_put_number(key, row->hash.a);
	sorter_put_number(key + 8, row->hash.b);
	sorter_put_number(key + 16, row->locator);
	return sorter_add(x->sorter, (struct str){key, KEY}, STR(""), e);
}

static int begin_file(struct index *x, struct err *e)
{
	x->sorter = sorter_new(x->scratch, x->memory * SORTING);
	for (size_t i = 0; i < x->n; i++)
		if (hand_over(x, &x->rows[i], e) == -1)
			return -1;
	mem_free(x->rows);
	x->rows = NULL;
	return 0;
}

int index_add(struct index *x, struct index_hash h, uint64_t locator, struct err *e)
{
	const struct index_row row = {h, locator};

	if (x->n == UINT32_MAX)
		return err_set(e, ERR_LIMIT, "there are more than 4294967295 rows");
	if (!x->sorter && x->n >= x->memory / sizeof(row) && begin_file(x, e) == -1)
		return -1;
	if (x->sorter) {
		x->n++;
		return hand_over(x, &row, e);
	}
	mem_grow(&x->rows, &x->cap, x->n + 1, sizeof(*x->rows));
	x->rows[x->n++] = row;
	return 0;
}

/* --- the directory --- */

static void dir_start(struct index *x, size_t in_slot)
{
	for (x->bits = 1; x->bits < DIR_BITS_MAX && ((size_t)1 << x->bits) < x->n / in_slot;)
		x->bits++;
	x->dir = mem_array(((size_t)1 << x->bits) + 1, sizeof(*x->dir));
}

/* Rows come in order. */
static void dir_row(struct index *x, const struct index_row *r, size_t row)
{
	while (x->ndir <= r->hash.a >> (64 - x->bits))
		x->dir[x->ndir++] = (uint32_t)row;
}

static void dir_end(struct index *x)
{
	while (x->ndir <= (size_t)1 << x->bits)
		x->dir[x->ndir++] = (uint32_t)x->n;
}

static int write_rows(struct index *x, struct err *e)
{
	struct str key;
	struct str record;
	size_t row = 0;
	int rc = 0;

	while ((rc = sorter_next(x->sorter, &key, &record, e)) == 1) {
		struct index_row *r = &x->rows[row % BLOCK];
		r->hash.a = sorter_get_number(key.p);
		r->hash.b = sorter_get_number(key.p + 8);
		r->locator = sorter_get_number(key.p + 16);
		dir_row(x, r, row++);
		if (row == 1)
			x->at = x->scratch->size;
		if ((row % BLOCK == 0 || row == x->n) &&
			scratch_put(x->scratch, x->rows, ((row - 1) % BLOCK + 1) * sizeof(*x->rows),
				e) == -1)
			return -1;
	}
	return rc;
}

static int sort_file(struct index *x, struct err *e)
{
	int rc = 0;

	dir_start(x, IN_SLOT);
	x->rows = mem_array(BLOCK, sizeof(*x->rows));
	rc = write_rows(x, e);
	sorter_free(x->sorter);
	x->sorter = NULL;
	x->in_file = true;
	dir_end(x);
	return rc;
}

int index_sort(struct index *x, struct err *e)
{
	if (x->sorter)
		return sort_file(x, e);
	dir_start(x, 1);
	if (x->n)
		qsort(x->rows, x->n, sizeof(*x->rows), by_hash);
	for (size_t i = 0; i < x->n; i++)
		dir_row(x, &x->rows[i], i);
	dir_end(x);
	return 0;
}

/* --- looking up --- */

static int row_at(struct index *x, size_t row, const struct index_row **out, struct err *e)
{
	if (x->in_file && (row < x->first || row >= x->first + x->nrows)) {
		const size_t first = row - row % BLOCK;
		const size_t n = x->n - first < BLOCK ? x->n - first : (size_t)BLOCK;

		x->nrows = 0;
		if (scratch_get(x->scratch, x->rows, n * sizeof(*x->rows),
			    x->at + first * sizeof(*x->rows), e) == -1)
			return -1;
		x->first = first;
		x->nrows = n;
	}
	*out = &x->rows[row - x->first];
	return 0;
}

/* The first row from low to high that is not before want. */
static int bound(struct index *x, const struct index_row *want, size_t low, size_t high, size_t *at,
	struct err *e)
{
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct index_row *r = NULL;

		if (row_at(x, middle, &r, e) == -1)
			return -1;
		if (by_hash(r, want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return 0;
}

int index_find(struct index *x, struct index_hash h, size_t *first, size_t *n, struct err *e)
{
	const struct index_row least = {h, 0};
	const struct index_row most = {h, UINT64_MAX};
	const size_t slot = (size_t)(h.a >> (64 - x->bits));
	size_t end = 0;

	if (bound(x, &least, x->dir[slot], x->dir[slot + 1], first, e) == -1 ||
		bound(x, &most, *first, x->dir[slot + 1], &end, e) == -1)
		return -1;
	*n = end - *first;
	return 0;
}

int index_locator(struct index *x, size_t row, uint64_t *locator, struct err *e)
{
	const struct index_row *r = NULL;

	if (row_at(x, row, &r, e) == -1)
		return -1;
	*locator = r->locator;
	return 0;
}

void index_done(struct index *x)
{
	sorter_free(x->sorter);
	mem_free(x->rows);
	mem_free(x->dir);
	*x = (struct index){0};
}
