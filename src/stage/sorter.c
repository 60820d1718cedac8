/* External merge sort; see sorter.h. */
#include "stage/sorter.h"

#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"

enum { BLOCK = 32 << 10 }; /* bytes of a run to read at once, and of runs to write */

/* Before each record, in memory and in the file. */
struct head {
	uint32_t key, size;
};

/* A sorted part of the file, and what was read of it. */
struct run {
	uint64_t at, end; /* what is still to be read */
	char *p;
	size_t pos, n, cap;
};

struct sorter {
	int fd;
	size_t memory, most;
	char *p; /* records in the order in which they came */
	size_t n, cap;
	size_t *places; /* of each record in p, then in order */
	size_t nplaces, places_cap;
	const char **sorted;
	size_t given;
	struct run *runs;
	size_t nruns, runs_cap;
	size_t *heap; /* runs that are being merged, by their next records */
	size_t nheap;
	uint64_t size; /* of the file */
	char *out;     /* to be written behind it */
	size_t nout, out_cap;
	bool ready;
};

struct sorter *sorter_new(int fd, size_t memory, size_t runs)
{
	struct sorter *s = mem_alloc(sizeof(*s));

	s->fd = fd;
	s->memory = memory;
	s->most = runs;
	s->heap = mem_array(runs, sizeof(*s->heap));
	return s;
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nruns; i++)
		mem_free(s->runs[i].p);
	mem_free(s->p);
	mem_free(s->places);
	mem_free((void *)s->sorted);
	mem_free(s->runs);
	mem_free(s->heap);
	mem_free(s->out);
	mem_free(s);
}

/* --- records --- */

static struct head head_of(const char *p)
{
	struct head h;

	memcpy(&h, p, sizeof(h));
	return h;
}

static size_t size_of(const char *p)
{
	const struct head h = head_of(p);

	return sizeof(h) + h.key + h.size;
}

static struct str record_of(const char *p)
{
	const struct head h = head_of(p);

	return (struct str){p + sizeof(h) + h.key, h.size};
}

static int by_key(const char *a, const char *b)
{
	const struct head x = head_of(a);
	const struct head y = head_of(b);

	return str_cmp((struct str){a + sizeof(x), x.key}, (struct str){b + sizeof(y), y.key});
}

static int by_key_and_place(const void *pa, const void *pb)
{
	const char *a = *(const char *const *)pa;
	const char *b = *(const char *const *)pb;
	const int c = by_key(a, b);

	return c ? c : a < b ? -1 : a > b;
}

/* --- memory --- */

static void sort_memory(struct sorter *s)
{
	mem_free((void *)s->sorted);
	s->sorted = mem_array(s->nplaces + 1, sizeof(*s->sorted));
	for (size_t i = 0; i < s->nplaces; i++)
		s->sorted[i] = s->p + s->places[i];
	qsort((void *)s->sorted, s->nplaces, sizeof(*s->sorted), by_key_and_place);
}

static int flush(struct sorter *s, struct err *e)
{
	if (fsx_write_all(s->fd, s->out, s->nout, e) == -1)
		return err_wrap(e, "sort the items by their groups");
	s->size += s->nout;
	s->nout = 0;
	return 0;
}

static int write_record(struct sorter *s, const char *p, struct err *e)
{
	const size_t n = size_of(p);

	mem_grow(&s->out, &s->out_cap, s->nout + n, 1);
	memcpy(s->out + s->nout, p, n);
	s->nout += n;
	return s->nout < BLOCK ? 0 : flush(s, e);
}

static void add_run(struct sorter *s, uint64_t from)
{
	mem_grow(&s->runs, &s->runs_cap, s->nruns + 1, sizeof(*s->runs));
	s->runs[s->nruns++] = (struct run){.at = from, .end = s->size};
}

/* What is in memory becomes a run. */
static int spill(struct sorter *s, struct err *e)
{
	const uint64_t from = s->size;

	sort_memory(s);
	for (size_t i = 0; i < s->nplaces; i++)
		if (write_record(s, s->sorted[i], e) == -1)
			return -1;
	if (flush(s, e) == -1)
		return -1;
	add_run(s, from);
	s->n = s->nplaces = 0;
	return 0;
}

int sorter_add(struct sorter *s, struct str key, struct str record, struct err *e)
{
	const struct head h = {(uint32_t)key.n, (uint32_t)record.n};
	const size_t n = sizeof(h) + key.n + record.n;

	if (s->n > 0 && s->n + n > s->memory && spill(s, e) == -1)
		return -1;
	mem_grow(&s->p, &s->cap, s->n + n, 1);
	mem_grow(&s->places, &s->places_cap, s->nplaces + 1, sizeof(*s->places));
	s->places[s->nplaces++] = s->n;
	memcpy(s->p + s->n, &h, sizeof(h));
	memcpy(s->p + s->n + sizeof(h), key.p, key.n);
	memcpy(s->p + s->n + sizeof(h) + key.n, record.p, record.n);
	s->n += n;
	return 0;
}

/* --- merging --- */

/* Sees to it that the next record of a run is there whole. 1, 0 at its end, -1. */
static int fill(struct sorter *s, struct run *r, struct err *e)
{
	size_t need = sizeof(struct head);

	for (;;) {
		const size_t have = r->n - r->pos;
		size_t got = 0;

		if (have >= sizeof(struct head))
			need = size_of(r->p + r->pos);
		if (have >= need)
			return 1;
		if (r->at == r->end)
			return have == 0 ? 0
					 : err_set(e, ERR_CORRUPT,
						   "the file that items are sorted in is damaged");
		if (have > 0)
			memmove(r->p, r->p + r->pos, have);
		r->pos = 0;
		r->n = have;
		mem_grow(&r->p, &r->cap, (need > BLOCK ? need : (size_t)BLOCK) + have, 1);
		got = r->cap - have < r->end - r->at ? r->cap - have : (size_t)(r->end - r->at);
		if (fsx_pread(s->fd, r->p + have, got, r->at, &got, e) == -1)
			return err_wrap(e, "sort the items by their groups");
		if (got == 0)
			return err_set(
				e, ERR_CORRUPT, "the file that items are sorted in was cut off");
		r->n += got;
		r->at += got;
	}
}

static const char *next_of(const struct sorter *s, size_t run)
{
	return s->runs[run].p + s->runs[run].pos;
}

/* Runs are in the order in which their records came. */
static bool is_before(const struct sorter *s, size_t a, size_t b)
{
	const int c = by_key(next_of(s, a), next_of(s, b));

	return c < 0 || (c == 0 && a < b);
}

static void swap(size_t *a, size_t *b)
{
	const size_t t = *a;

	*a = *b;
	*b = t;
}

static void sink(struct sorter *s, size_t at)
{
	for (;;) {
		size_t least = at;

		for (size_t k = 2 * at + 1; k <= 2 * at + 2 && k < s->nheap; k++)
			if (is_before(s, s->heap[k], s->heap[least]))
				least = k;
		if (least == at)
			return;
		swap(&s->heap[at], &s->heap[least]);
		at = least;
	}
}

static int begin_merge(struct sorter *s, size_t first, size_t last, struct err *e)
{
	s->nheap = 0;
	for (size_t i = first; i < last; i++) {
		const int rc = fill(s, &s->runs[i], e);

		if (rc == -1)
			return -1;
		if (rc == 1)
			s->heap[s->nheap++] = i;
	}
	for (size_t i = s->nheap; i-- > 0;)
		sink(s, i);
	return 0;
}

/* Behind the record that was first in the heap. */
static int advance(struct sorter *s, struct err *e)
{
	struct run *r = &s->runs[s->heap[0]];
	int rc = 0;

	r->pos += size_of(r->p + r->pos);
	rc = fill(s, r, e);
	if (rc == -1)
		return -1;
	if (rc == 0) {
		mem_free(r->p);
		r->p = NULL;
		s->heap[0] = s->heap[--s->nheap];
	}
	sink(s, 0);
	return 0;
}

/* Runs that are too many to be merged at once become fewer and longer ones, in order. */
static int merge_some(struct sorter *s, struct err *e)
{
	const size_t have = s->nruns;
	size_t made = 0;

	for (size_t first = 0; first < have; first += s->most) {
		const size_t last = first + s->most < have ? first + s->most : have;
		const uint64_t from = s->size;

		if (begin_merge(s, first, last, e) == -1)
			return -1;
		while (s->nheap > 0)
			if (write_record(s, next_of(s, s->heap[0]), e) == -1 || advance(s, e) == -1)
				return -1;
		if (flush(s, e) == -1)
			return -1;
		s->runs[made++] = (struct run){.at = from, .end = s->size};
	}
	s->nruns = made;
	return 0;
}

/* --- giving --- */

static int ready(struct sorter *s, struct err *e)
{
	s->ready = true;
	if (s->nruns == 0) {
		sort_memory(s);
		return 0;
	}
	if (s->n > 0 && spill(s, e) == -1)
		return -1;
	mem_free(s->p);
	s->p = NULL;
	s->cap = 0;
	while (s->nruns > s->most)
		if (merge_some(s, e) == -1)
			return -1;
	return begin_merge(s, 0, s->nruns, e);
}

static int next_in_memory(struct sorter *s, struct str *record)
{
	if (s->given == s->nplaces)
		return 0;
	*record = record_of(s->sorted[s->given++]);
	return 1;
}

int sorter_next(struct sorter *s, struct str *record, struct err *e)
{
	if (!s->ready && ready(s, e) == -1)
		return -1;
	if (s->nruns == 0)
		return next_in_memory(s, record);
	if (s->given > 0 && advance(s, e) == -1)
		return -1;
	if (s->nheap == 0)
		return 0;
	s->given = 1;
	*record = record_of(next_of(s, s->heap[0]));
	return 1;
}
