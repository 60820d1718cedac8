/*
 * Sorts records by their keys, as bytes; those with the same key stay in the order in which they came. What is
 * more than fits into memory goes through a file, in sorted runs that are merged.
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include "base/err.h"
#include "base/scratch.h"
#include "base/str.h"

enum { SORTER_MEMORY = 2 << 20 };

struct sorter;

/* file: borrowed; NULL: all stays in memory. memory: bytes to hold while records come, and again while they are
 * given (SORTER_MEMORY; less in tests). */
struct sorter *sorter_new(struct scratch *file, size_t memory);
void sorter_free(struct sorter *s);
int sorter_add(struct sorter *s, struct str key, struct str record, struct err *e) ATTR_CHECK;
/* The next record, and its key unless key is NULL; with the first call all have been added. 1, 0 behind the last,
 * -1. Borrowed until the next call. */
int sorter_next(struct sorter *s, struct str *key, struct str *record, struct err *e) ATTR_CHECK;
/* Numbers as parts of keys: eight bytes whose order is theirs. */
void sorter_put_number(char key[8], uint64_t number);
uint64_t sorter_get_number(const char *key);

#endif
