/* External merge sort; see sorter.h. */
#include "base/sorter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK = 16 << 10 }; /* bytes of a run to read at once, and of runs to write */

/* Before each record, in memory and in the file. */
struct head {
	uint32_t key, size;
};

/* A record in memory: the first bytes of its key as a number, so that most comparisons end there. */
struct place {
	uint64_t prefix;
	union {
		size_t at;     /* while records come, and p may move */
		const char *p; /* when all are there */
	} record;
};

/* A sorted part of the file, and what was read of it. */
struct run {
	uint64_t at, end; /* what is still to be read */
	uint64_t prefix;  /* of the next record */
	char *p;
	size_t pos, n, cap;
};

struct sorter {
	struct scratch *file;
	size_t memory;
	size_t most; /* runs to merge at once: each has a block in memory */
	char *p;     /* records in the order in which they came */
	size_t n, cap;
	struct place *places; /* of each record in p, then in order */
	size_t nplaces, places_cap;
	size_t given;
	struct run *runs;
	size_t nruns, runs_cap;
	size_t *heap; /* runs that are being merged, by their next records */
	size_t nheap, heap_cap;
	char *out; /* to be written behind the file */
	size_t nout, out_cap;
	bool ready;
};

struct sorter *sorter_new(struct scratch *file, size_t memory)
{
	struct sorter *s = mem_alloc(sizeof(*s));

	s->file = file;
	s->memory = file ? memory : SIZE_MAX;
	s->most = memory / BLOCK > 2 ? memory / BLOCK : 2;
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
	mem_free(s->runs);
	mem_free(s->heap);
	mem_free(s->out);
	mem_free(s);
}

void sorter_put_number(char key[8], uint64_t number)
{
	for (size_t i = 8; i-- > 0; number >>= 8)
		key[i] = (char)(number & 0xff);
}

uint64_t sorter_get_number(const char *key)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 8; i++)
		number = number << 8 | (unsigned char)key[i];
	return number;
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

static struct str key_of(const char *p)
{
	const struct head h = head_of(p);

	return (struct str){p + sizeof(h), h.key};
}

static struct str record_of(const char *p)
{
	const struct head h = head_of(p);

	return (struct str){p + sizeof(h) + h.key, h.size};
}

static uint64_t prefix_of(struct str key)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < sizeof(prefix); i++)
		prefix = prefix << 8 | (i < key.n ? (unsigned char)key.p[i] : 0);
	return prefix;
}

static int by_key_and_place(const void *pa, const void *pb)
{
	const struct place *a = pa;
	const struct place *b = pb;
	int c = 0;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	c = str_cmp(key_of(a->record.p), key_of(b->record.p));
	return c ? c : a->record.p < b->record.p ? -1 : a->record.p > b->record.p;
}

/* --- memory --- */

static void sort_memory(struct sorter *s)
{
	for (size_t i = 0; i < s->nplaces; i++)
		s->places[i].record.p = s->p + s->places[i].record.at;
	if (s->nplaces > 0)
		qsort(s->places, s->nplaces, sizeof(*s->places), by_key_and_place);
}

static int flush(struct sorter *s, struct err *e)
{
	if (scratch_put(s->file, s->out, s->nout, e) == -1)
		return -1;
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
	s->runs[s->nruns++] = (struct run){.at = from, .end = s->file->size};
}

/* What is in memory becomes a run. */
static int spill(struct sorter *s, struct err *e)
{
	const uint64_t from = s->file->size;

	sort_memory(s);
	for (size_t i = 0; i < s->nplaces; i++)
		if (write_record(s, s->places[i].record.p, e) == -1)
			return -1;
	if (flush(s, e) == -1)
		return -1;
	add_run(s, from);
	s->n = s->nplaces = 0;
	return 0;
}

/* With what sorting takes beside: places, and as many again while they are sorted. */
static size_t in_memory(const struct sorter *s)
{
	return s->n + s->nplaces * 2 * sizeof(*s->places);
}

/* All at once, since what a growing block leaves behind stays ours; pages that are not used cost nothing. */
static size_t reserve(const struct sorter *s)
{
	return s->file ? s->memory : 0;
}

int sorter_add(struct sorter *s, struct str key, struct str record, struct err *e)
{
	const struct head h = {(uint32_t)key.n, (uint32_t)record.n};
	const size_t n = sizeof(h) + key.n + record.n;

	if (s->n > 0 && in_memory(s) + n > s->memory && spill(s, e) == -1)
		return -1;
	mem_grow(&s->p, &s->cap, s->n + n > reserve(s) ? s->n + n : reserve(s), 1);
	mem_grow(&s->places, &s->places_cap, s->nplaces + 1, sizeof(*s->places));
	s->places[s->nplaces].prefix = prefix_of(key);
	s->places[s->nplaces++].record.at = s->n;
	memcpy(s->p + s->n, &h, sizeof(h));
	if (key.n > 0)
		memcpy(s->p + s->n + sizeof(h), key.p, key.n);
	if (record.n > 0)
		memcpy(s->p + s->n + sizeof(h) + key.n, record.p, record.n);
	s->n += n;
	return 0;
}

/* --- merging --- */

/* Reads on in a run whose next record needs so many bytes. */
static int read_on(struct sorter *s, struct run *r, size_t need, struct err *e)
{
	const size_t have = r->n - r->pos;
	size_t got = 0;

	if (have > 0)
		memmove(r->p, r->p + r->pos, have);
	r->pos = 0;
	r->n = have;
	mem_grow(&r->p, &r->cap, need > BLOCK ? need : (size_t)BLOCK, 1);
	got = r->cap - have < r->end - r->at ? r->cap - have : (size_t)(r->end - r->at);
	if (scratch_get(s->file, r->p + have, got, r->at, e) == -1)
		return -1;
	r->n += got;
	r->at += got;
	return 0;
}

/* Sees to it that the next record of a run is there whole. 1, 0 at its end, -1. */
static int fill(struct sorter *s, struct run *r, struct err *e)
{
	for (;;) {
		const size_t have = r->n - r->pos;
		size_t need = sizeof(struct head);

		if (have >= need)
			need = size_of(r->p + r->pos);
		if (have >= need) {
			r->prefix = prefix_of(key_of(r->p + r->pos));
			return 1;
		}
		if (have == 0 && r->at == r->end)
			return 0;
		if (need - have > r->end - r->at)
			return scratch_damaged(e, r->at - have);
		if (read_on(s, r, need, e) == -1)
			return -1;
	}
}

static const char *next_of(const struct sorter *s, size_t run)
{
	return s->runs[run].p + s->runs[run].pos;
}

/* Runs are in the order in which their records came. */
static bool is_before(const struct sorter *s, size_t a, size_t b)
{
	const struct run *x = &s->runs[a];
	const struct run *y = &s->runs[b];
	int c = 0;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix;
	c = str_cmp(key_of(x->p + x->pos), key_of(y->p + y->pos));
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
	mem_grow(&s->heap, &s->heap_cap, last - first, sizeof(*s->heap));
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
		const uint64_t from = s->file->size;

		if (begin_merge(s, first, last, e) == -1)
			return -1;
		while (s->nheap > 0)
			if (write_record(s, next_of(s, s->heap[0]), e) == -1 || advance(s, e) == -1)
				return -1;
		if (flush(s, e) == -1)
			return -1;
		s->runs[made++] = (struct run){.at = from, .end = s->file->size};
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
	mem_free(s->places);
	s->p = NULL;
	s->places = NULL;
	while (s->nruns > s->most)
		if (merge_some(s, e) == -1)
			return -1;
	return begin_merge(s, 0, s->nruns, e);
}

/* The record that is next; NULL behind the last. */
static int next(struct sorter *s, const char **p, struct err *e)
{
	*p = NULL;
	if (!s->ready && ready(s, e) == -1)
		return -1;
	if (s->nruns == 0) {
		if (s->given < s->nplaces)
			*p = s->places[s->given++].record.p;
		return 0;
	}
	if (s->given > 0 && s->nheap > 0 && advance(s, e) == -1)
		return -1;
	s->given = 1;
	if (s->nheap > 0)
		*p = next_of(s, s->heap[0]);
	return 0;
}

int sorter_next(struct sorter *s, struct str *key, struct str *record, struct err *e)
{
	const char *p = NULL;

	if (next(s, &p, e) == -1)
		return -1;
	if (!p)
		return 0;
	if (key)
		*key = key_of(p);
	*record = record_of(p);
	return 1;
}
