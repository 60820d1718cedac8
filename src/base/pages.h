/* Large tables that are touched all over: in large pages, where the system has them, for each small one that is
 * touched first costs as much as thousands of instructions. */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* n zeroed bytes. *room is what mem_free takes. */
void *pages_new(size_t n, void **room);

#endif
