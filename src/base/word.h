/*
 * Eight bytes at a time: where in a word is a byte? The first byte of memory is the lowest one of
 * the word, so that ATTR_CTZ64(hits) / 8 is the place of the first hit.
 */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define WORD_ONES 0x0101010101010101u
#define WORD_TOPS 0x8080808080808080u

/* The eight bytes at p. */
static inline uint64_t word_load(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
		(uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
		(uint64_t)b[7] << 56;
}

static inline uint64_t word_load_half(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24;
}

/* The n < 8 bytes at p, and behind them what fill has there; none is read behind them. */
static inline uint64_t word_load_short(const char *p, size_t n, uint64_t fill)
{
	uint64_t w = 0;

	if (n >= 4)
		w = word_load_half(p) | word_load_half(p + n - 4) << 8 * (n - 4);
	else if (n > 0)
		w = (uint64_t)(unsigned char)p[0] |
			(uint64_t)(unsigned char)p[n / 2] << 8 * (n / 2) |
			(uint64_t)(unsigned char)p[n - 1] << 8 * (n - 1);
	return w | fill << 8 * n;
}

/* As word_load has read it. */
static inline void word_store(char *p, uint64_t w)
{
	p[0] = (char)w;
	p[1] = (char)(w >> 8);
	p[2] = (char)(w >> 16);
	p[3] = (char)(w >> 24);
	p[4] = (char)(w >> 32);
	p[5] = (char)(w >> 40);
	p[6] = (char)(w >> 48);
	p[7] = (char)(w >> 56);
}

/* A word of eight times c. */
static inline uint64_t word_of(char c)
{
	return WORD_ONES * (unsigned char)c;
}

/* The top bit of every byte of w that equals the byte that like is made of; exact. */
static inline uint64_t word_equal(uint64_t w, uint64_t like)
{
	const uint64_t t = w ^ like;

	return ~(((t & ~WORD_TOPS) + ~WORD_TOPS) | t) & WORD_TOPS;
}

#endif
