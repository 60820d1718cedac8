/* Control numbers that occurred; see seen.h. */
#include "edi/seen.h"

#include <string.h>

#include "base/mem.h"

/* 4 MB of fingerprints: sets of one group that do not count upwards. */
enum { MOST = 1 << 18, FIRST_CAP = 64, SPARSE = 16 };

void seen_done(struct seen *s)
{
	mem_free(s->slots);
	memset(s, 0, sizeof(*s));
}

void seen_clear(struct seen *s)
{
	if (s->cap > FIRST_CAP && s->n * SPARSE < s->cap) {
		seen_done(s);
		return;
	}
	if (s->n > 0)
		memset(s->slots, 0, s->cap * sizeof(*s->slots));
	s->n = 0;
	s->width = 0;
}

static bool put(uint64_t *slots, size_t cap, uint64_t mark)
{
	size_t i = (size_t)(mark * 0x9e3779b97f4a7c15u >> 20) & (cap - 1);

	while (slots[i] != 0) {
		if (slots[i] == mark)
			return false;
		i = (i + 1) & (cap - 1);
	}
	slots[i] = mark;
	return true;
}

static void grow(struct seen *s)
{
	const size_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
	uint64_t *slots = mem_array(cap, sizeof(*slots));

	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != 0)
			(void)put(slots, cap, s->slots[i]);
	mem_free(s->slots);
	s->slots = slots;
	s->cap = cap;
}

static bool has(const struct seen *s, uint64_t mark)
{
	size_t i = (size_t)(mark * 0x9e3779b97f4a7c15u >> 20) & (s->cap - 1);

	while (s->n > 0 && s->slots[i] != 0) {
		if (s->slots[i] == mark)
			return true;
		i = (i + 1) & (s->cap - 1);
	}
	return false;
}

/* Digits that v is written with in a range of this width. */
static size_t digits(uint64_t v, size_t width)
{
	size_t n = 1;

	for (; v >= 10; v /= 10)
		n++;
	return n > width ? n : width;
}

/* 1 was there, 0 is now, -1 the range cannot hold it. */
static int in_range(struct seen *s, struct str text, uint64_t mark)
{
	uint64_t v = 0;

	if (!str_is_digits(text) || text.n > 18)
		return -1;
	for (size_t i = 0; i < text.n; i++)
		v = v * 10 + (uint64_t)(text.p[i] - '0');
	if (s->width == 0) {
		s->first = v;
		s->last = v;
		s->width = text.n;
		return 0;
	}
	if (text.n != digits(v, s->width))
		return -1;
	if (v >= s->first && v <= s->last)
		return 1;
	if (v != s->last + 1 || has(s, mark))
		return -1;
	s->last = v;
	return 0;
}

bool seen_add(struct seen *s, struct str text)
{
	const uint64_t mark = str_hash(text) | 1;
	const int r = in_range(s, text, mark);

	if (r >= 0)
		return r == 0;
	if (s->n < MOST && s->n * 2 >= s->cap)
		grow(s);
	if (s->n >= MOST)
		return !has(s, mark);
	if (!put(s->slots, s->cap, mark))
		return false;
	s->n++;
	return true;
}
