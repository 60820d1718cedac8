/* Any bytes as CSV; the first says how it is to be read. Rows tell no more and no less than the
 * file has: each lies behind the last, and is the same when read again by its locator. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format/reader.h"
#include "items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void cells(const struct item *it)
{
	for (const struct node *n = it->root->child; n; n = n->next)
		if (n->place.offset < it->offset || n->place.offset - it->offset > it->raw.n ||
			n->kind != NODE_TEXT || utf8_bad(n->value) != SIZE_MAX)
			abort();
}

static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	*last = it->offset + it->raw.n;
	if (it->root)
		cells(it);
	items_again(r, it, &other, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str number[] = {{"n", 1}};
	static const enum charset sets[] = {
		CHARSET_UTF8, CHARSET_LATIN1, CHARSET_CP1252, CHARSET_UTF8};
	struct reader_spec spec = {.format = STR("csv"), .file = STR("fuzz")};

	if (size == 0)
		return 0;
	spec.separator = data[0] & 1 ? ';' : ',';
	spec.no_header = data[0] & 2;
	spec.keep_empty = data[0] & 4;
	spec.decimal = data[0] & 8 ? ',' : '.';
	spec.numbers = number;
	spec.nnumbers = data[0] & 16 ? 1 : 0;
	spec.charset = sets[data[0] >> 5 & 3];
	items_read(data + 1, size - 1, &spec, look);
	return 0;
}
