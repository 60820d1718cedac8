/*
 * Sorts records by their keys, as bytes; those with the same key stay in the order in which they came. What is
 * more than fits into memory goes through a file, in sorted runs that are merged.
 */
#ifndef STAGE_SORTER_H
#define STAGE_SORTER_H

#include "base/err.h"
#include "base/str.h"

enum { SORTER_MEMORY = 8 << 20, SORTER_RUNS = 64 };

struct sorter;

/* fd: an empty file to write and read back, borrowed. memory: bytes of records to hold, runs: files to merge
 * at once (SORTER_MEMORY, SORTER_RUNS; less in tests). */
struct sorter *sorter_new(int fd, size_t memory, size_t runs);
void sorter_free(struct sorter *s);
int sorter_add(struct sorter *s, struct str key, struct str record, struct err *e) ATTR_CHECK;
/* The next record; with the first call all have been added. 1, 0 behind the last, -1. Borrowed until the next
 * call. */
int sorter_next(struct sorter *s, struct str *record, struct err *e) ATTR_CHECK;

#endif
