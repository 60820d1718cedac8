/*
 * Sixteen bytes at a time: which of them are ...? Answers are sets of bits, bit 0 for the first byte. With
 * SSE2, which every x86-64 has, or two words as in word.h.
 */
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include <stdint.h>
#include <string.h>

#include "base/word.h"

enum { LANES = 16 };

#if defined(__SSE2__) && !defined(LANES_WORDS)

#include <emmintrin.h>

struct lanes {
	__m128i v;
};

static inline struct lanes lanes_load(const char *p)
{
	struct lanes l;

	memcpy(&l, p, sizeof(l));
	return l;
}

static inline struct lanes lanes_of(char c)
{
	return (struct lanes){_mm_set1_epi8(c)};
}

static inline unsigned lanes_equal(struct lanes a, struct lanes like)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a.v, like.v));
}

/* Bytes below 0x20. */
static inline unsigned lanes_control(struct lanes a)
{
	return lanes_equal((struct lanes){_mm_min_epu8(a.v, _mm_set1_epi8(0x1f))}, a);
}

/* Bytes from 0x80 on. */
static inline unsigned lanes_high(struct lanes a)
{
	return (unsigned)_mm_movemask_epi8(a.v);
}

#else

struct lanes {
	uint64_t low;
	uint64_t high;
};

static inline struct lanes lanes_load(const char *p)
{
	return (struct lanes){word_load(p), word_load(p + 8)};
}

static inline struct lanes lanes_of(char c)
{
	return (struct lanes){word_of(c), word_of(c)};
}

/* The top bits of the bytes of a word, side by side. */
static inline unsigned lanes_tops(uint64_t w)
{
	return (unsigned)(((w & WORD_TOPS) >> 7) * 0x0102040810204080u >> 56);
}

static inline unsigned lanes_equal(struct lanes a, struct lanes like)
{
	return lanes_tops(word_equal(a.low, like.low)) |
		lanes_tops(word_equal(a.high, like.high)) << 8;
}

static inline uint64_t lanes_word_control(uint64_t w)
{
	return ~(((w & ~WORD_TOPS) + WORD_ONES * 0x60) | w);
}

static inline unsigned lanes_control(struct lanes a)
{
	return lanes_tops(lanes_word_control(a.low)) | lanes_tops(lanes_word_control(a.high)) << 8;
}

static inline unsigned lanes_high(struct lanes a)
{
	return lanes_tops(a.low) | lanes_tops(a.high) << 8;
}

#endif

#endif
