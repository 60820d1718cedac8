/* The bytes of an input as a file, for readers that want one. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fsx.h"

/* The same descriptor at each call, not to be closed. */
static int input_file(const void *p, size_t n)
{
	static FILE *f;
	struct err e;

	if (!f)
		f = tmpfile();
	if (!f || ftruncate(fileno(f), 0) == -1 || lseek(fileno(f), 0, SEEK_SET) == -1 ||
		fsx_write_all(fileno(f), p, n, &e) == -1)
		abort();
	return fileno(f);
}

#endif
