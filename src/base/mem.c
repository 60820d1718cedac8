/* Memory that is there or ends the program; see mem.h. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char exhausted[] =
	"gridspool: out of memory; nothing is lost, the next run goes on from spool and ledger\n";

void mem_exhausted(void)
{
	ssize_t n = write(STDERR_FILENO, exhausted, sizeof(exhausted) - 1);

	(void)n;
	_exit(71);
}

void *mem_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		mem_exhausted();
	return p;
}

size_t mem_add(size_t a, size_t b)
{
	if (a > SIZE_MAX - b)
		mem_exhausted();
	return a + b;
}

size_t mem_mul(size_t a, size_t b)
{
	if (b != 0 && a > SIZE_MAX / b)
		mem_exhausted();
	return a * b;
}

void *mem_array(size_t count, size_t size)
{
	return mem_alloc(mem_mul(count, size));
}

void *mem_resize(void *p, size_t count, size_t size)
{
	const size_t n = mem_mul(count, size);
	void *q = realloc(p, n ? n : 1);

	if (!q)
		mem_exhausted();
	return q;
}

char *mem_strndup(const char *p, size_t n)
{
	char *s = mem_alloc(mem_add(n, 1));

	if (n > 0)
		memcpy(s, p, n);
	return s;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

void mem_free(void *p)
{
	free(p);
}

void mem_grow(void *array_ptr, size_t *cap, size_t want, size_t size)
{
	void *p = NULL;
	size_t n = *cap ? *cap : 8;

	if (want <= *cap)
		return;
	while (n < want)
		n = mem_mul(n, 2);
	memcpy(&p, array_ptr, sizeof(p));
	p = mem_resize(p, n, size);
	memcpy(array_ptr, &p, sizeof(p));
	*cap = n;
}
