/* Any bytes as a JSON document with items inside: the first says how long the path is. Items come in the
 * order of the file, and each read again by its locator is the same one. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/json_items.h"
#include "format/reader.h"
#include "items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	if (r->spec.item.n == 0 && it->line == 0)
		return;
	*last = it->offset + it->raw.n;
	items_again(r, it, &other, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str paths[] = {{"", 0}, {"p", 1}, {"p/q", 3}, {"p/q/p", 5}};
	struct reader_spec spec = {.format = STR("json"), .file = STR("fuzz")};

	if (size == 0)
		return 0;
	spec.item = paths[data[0] & 3];
	items_read(data + 1, size - 1, &spec, look);
	return 0;
}
