/* Large pages; see pages.h. Without them the same bytes lie in small ones. */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#include "base/mem.h"

enum { LARGE = 2 << 20 };

void *pages_new(size_t n, void **room)
{
	char *p = mem_alloc(mem_add(n, LARGE));
	const size_t past = (uintptr_t)p % LARGE;
	char *start = p + (past > 0 ? LARGE - past : 0);

	*room = p;
	(void)madvise(start, n, MADV_HUGEPAGE);
	return start;
}
