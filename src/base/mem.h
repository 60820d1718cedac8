/*
 * Memory. Nothing here returns NULL: exhaustion writes one line from a static buffer and
 * leaves with status 71; the next run resumes from spool and ledger.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* n bytes, zeroed. Owned by the caller, freed by mem_free. */
void *mem_alloc(size_t n);
/* count elements of size bytes, zeroed; the product is checked. */
void *mem_array(size_t count, size_t size);
/* Changes the size of an array; new elements are not zeroed. p may be NULL. */
void *mem_resize(void *p, size_t count, size_t size);
/* A terminated copy of n bytes. */
char *mem_strndup(const char *p, size_t n);
char *mem_strdup(const char *s);
void mem_free(void *p);

/* a + b or a * b; passing SIZE_MAX counts as exhaustion. */
size_t mem_add(size_t a, size_t b);
size_t mem_mul(size_t a, size_t b);

/* The one way out when memory is exhausted: one line, status 71. */
void mem_exhausted(void) __attribute__((noreturn));

/* Makes *array hold at least want elements; *cap is the number it can hold. */
void mem_grow(void *array_ptr, size_t *cap, size_t want, size_t size);

#endif
