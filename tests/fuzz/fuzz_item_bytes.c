/* Any bytes as an item that was put aside: one that is read is written so that it reads the same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "format/item_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first, second;
	struct arena a;
	struct item it;
	struct err e;

	arena_init(&a);
	buf_init(&first, LIMIT_ITEM);
	buf_init(&second, LIMIT_ITEM);
	if (item_bytes_get((struct str){(const char *)data, size}, &it, &a, &e) == 0) {
		item_bytes_put(&first, &it);
		if (first.n > size || item_bytes_get(buf_view(&first), &it, &a, &e) == -1)
			abort();
		item_bytes_put(&second, &it);
		if (!str_eq(buf_view(&first), buf_view(&second)))
			abort();
	}
	buf_done(&first);
	buf_done(&second);
	arena_done(&a);
	return 0;
}
