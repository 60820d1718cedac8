/* Records that two lists share; see records_match.h. */
#include "cli/records_match.h"

#include <stdlib.h>

#include "base/mem.h"

static size_t unmasked(const struct record *r, size_t i)
{
	while (i < r->n && r->values[i].masked)
		i++;
	return i;
}

bool records_match_same(const struct record *a, const struct record *b)
{
	size_t i = unmasked(a, 0);
	size_t k = unmasked(b, 0);

	if (!str_eq(a->tag, b->tag))
		return false;
	if (a->n == 0 && b->n == 0)
		return str_eq(a->text, b->text);
	while (i < a->n && k < b->n && str_eq(a->values[i].ref, b->values[k].ref) &&
		str_eq(a->values[i].text, b->values[k].text)) {
		i = unmasked(a, i + 1);
		k = unmasked(b, k + 1);
	}
	return i == a->n && k == b->n;
}

struct hashed {
	uint64_t hash;
	size_t at;
};

static uint64_t mixed(uint64_t hash, struct str s)
{
	return (hash ^ str_hash(s)) * UINT64_C(0x100000001b3);
}

static uint64_t hash_of(const struct record *r)
{
	uint64_t hash = mixed(UINT64_C(0xcbf29ce484222325), r->tag);

	if (r->n == 0)
		return mixed(hash, r->text);
	for (size_t i = unmasked(r, 0); i < r->n; i = unmasked(r, i + 1))
		hash = mixed(mixed(hash, r->values[i].ref), r->values[i].text);
	return hash;
}

static int by_hash(const void *x, const void *y)
{
	const struct hashed *a = x;
	const struct hashed *b = y;

	return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Those that are there once, by hash. */
static struct hashed *single(const struct record *list, size_t n, size_t *left)
{
	struct hashed *h = mem_array(n + 1, sizeof(*h));
	size_t end = 0;

	for (size_t i = 0; i < n; i++)
		h[i] = (struct hashed){hash_of(&list[i]), i};
	qsort(h, n, sizeof(*h), by_hash);
	*left = 0;
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && h[end].hash == h[i].hash;)
			end++;
		if (end == i + 1)
			h[(*left)++] = h[i];
	}
	return h;
}

static int by_place(const void *x, const void *y)
{
	const struct records_anchor *a = x;
	const struct records_anchor *b = y;

	return (a->a > b->a) - (a->a < b->a);
}

/* The longest list of them whose places rise in both: ends[k] is the one with the lowest place in b that a list
 * of k + 1 may end with, before[i] the one that i comes behind. */
static size_t rising(struct records_anchor *list, size_t n)
{
	size_t *ends = mem_array(n + 1, sizeof(*ends));
	size_t *before = mem_array(n + 1, sizeof(*before));
	struct records_anchor *kept = mem_array(n + 1, sizeof(*kept));
	size_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0;
		size_t high = longest;
		while (low < high) {
			const size_t middle = low + (high - low) / 2;
			if (list[ends[middle]].b < list[i].b)
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low > 0 ? ends[low - 1] : n;
		ends[low] = i;
		longest += low == longest;
	}
	for (size_t k = longest, i = k > 0 ? ends[k - 1] : n; k-- > 0; i = before[i])
		kept[k] = list[i];
	for (size_t k = 0; k < longest; k++)
		list[k] = kept[k];
	mem_free(ends);
	mem_free(before);
	mem_free(kept);
	return longest;
}

struct records_anchor *records_match_anchors(
	const struct record *a, size_t na, const struct record *b, size_t nb, size_t *n)
{
	size_t nx = 0;
	size_t ny = 0;
	struct hashed *x = single(a, na, &nx);
	struct hashed *y = single(b, nb, &ny);
	struct records_anchor *list = mem_array((nx < ny ? nx : ny) + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0, k = 0; i < nx && k < ny;) {
		if (x[i].hash < y[k].hash) {
			i++;
		} else if (x[i].hash > y[k].hash) {
			k++;
		} else {
			if (records_match_same(&a[x[i].at], &b[y[k].at]))
				list[count++] = (struct records_anchor){x[i].at, y[k].at};
			i++, k++;
		}
	}
	qsort(list, count, sizeof(*list), by_place);
	*n = rising(list, count);
	mem_free(x);
	mem_free(y);
	return list;
}
