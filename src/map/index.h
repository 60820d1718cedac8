/*
 * An index from keys to places: 128-bit hashes in a sorted array with a directory, 24 bytes an
 * entry. A hash is trusted to find candidates only; who asks compares the key itself.
 */
#ifndef MAP_INDEX_H
#define MAP_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

struct index_hash {
	uint64_t a;
	uint64_t b;
};

struct index_row {
	struct index_hash hash;
	uint64_t locator;
};

struct index {
	struct index_row *rows;
	size_t n;
	size_t cap;
	uint32_t *dir;		/* first row whose hash begins with the bits; one more at the end */
	unsigned bits;
};

/* Of a key of several parts: start with {0}, add each part. */
void index_hash(struct index_hash *h, struct str part);
void index_add(struct index *x, struct index_hash h, uint64_t locator);
/* Call once when all are in. */
void index_sort(struct index *x);
/* Rows of that hash, in the order they were added: the first and, in *n, how many. */
size_t index_find(const struct index *x, struct index_hash h, size_t *n);
void index_done(struct index *x);

#endif
