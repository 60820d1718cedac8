/*
 * An index from keys to places: 128-bit hashes in sorted order with a directory, 24 bytes an entry, in memory or, when
 * there are more than that may hold, in a scratch file. A hash is trusted to find candidates only; who asks compares
 * the key itself.
 */
#ifndef MAP_INDEX_H
#define MAP_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct scratch;
struct sorter;

struct index_hash {
	uint64_t a;
	uint64_t b;
};

struct index_row {
	struct index_hash hash;
	uint64_t locator;
};

struct index {
	struct scratch *scratch; /* borrowed; NULL: all stays in memory */
	size_t memory;		 /* bytes of rows to hold; some more while they are sorted */
	struct index_row *rows;	 /* all, or those of the file that were read last */
	size_t n;		 /* rows in all */
	size_t cap;
	struct sorter *sorter; /* more come than memory may hold */
	bool in_file;
	uint64_t at;	     /* where they are in the file */
	size_t first, nrows; /* which of the file are in memory */
	uint32_t *dir;	     /* first row whose hash begins with the bits; one more at the end */
	size_t ndir;
	unsigned bits;
};

void index_init(struct index *x, struct scratch *scratch, size_t memory);
/* Of a key of several parts: start with {0}, add each part. */
void index_hash(struct index_hash *h, struct str part);
int index_add(struct index *x, struct index_hash h, uint64_t locator, struct err *e) ATTR_CHECK;
/* Call once when all are in. */
int index_sort(struct index *x, struct err *e) ATTR_CHECK;
/* Rows of that hash, by their locators: the first, and how many. */
int index_find(struct index *x, struct index_hash h, size_t *first, size_t *n, struct err *e)
	ATTR_CHECK;
/* Where a row is, by its number. */
int index_locator(struct index *x, size_t row, uint64_t *locator, struct err *e) ATTR_CHECK;
void index_done(struct index *x);

#endif
