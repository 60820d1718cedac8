/* Any bytes as a ZIP archive: refused with a reason, or every member is read within its limit. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "format/zip_read.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zip_read *z = NULL;
	struct err e;
	char *p = NULL;
	size_t cap = 0;
	size_t n = 0;

	err_clear(&e);
	z = zip_read_open(input_file(data, size), size, &e);
	if (!z && e.text[0] == '\0')
		abort();
	for (uint64_t i = 0; z && i < zip_read_count(z) && i < 100; i++) {
		err_clear(&e);
		if (zip_read_member(z, i, 1 << 20, 64, &p, &cap, &n, &e) == -1 ? e.text[0] == '\0'
									       : n > 1 << 20)
			abort();
	}
	zip_read_close(z);
	mem_free(p);
	return 0;
}
