/* Any bytes as a JSON document with items inside: the first says how long the path is. Items come in the
 * order of the file, and each read again by its locator is the same one. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/json_items.h"
#include "format/reader.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(struct reader *r, const struct item *it, struct diag *d)
{
	struct item other;
	struct err e;

	if (reader_at(r, it->locator, &other, d, &e) != 1 || other.raw.n != it->raw.n ||
		memcmp(other.raw.p, it->raw.p, it->raw.n) != 0 || !other.root != !it->root)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str paths[] = {{"", 0}, {"p", 1}, {"p/q", 3}, {"p/q/p", 5}};
	struct reader_spec spec = {.format = STR("json"), .file = STR("fuzz")};
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct reader *r = NULL;
	uint64_t last = 0;
	int rc = 0;

	if (size == 0)
		return 0;
	spec.item = paths[data[0] & 3];
	names_init(&names);
	arena_init(&a);
	err_clear(&e);
	r = reader_open(input_file(data + 1, size - 1), &spec, &names, &e);
	do {
		diag_init(&d, &a);
		rc = r ? reader_next(r, &it, &d, &e) : -1;
		if (rc == 1 && ((!it.root && d.errors == 0) || it.offset < last))
			abort();
		if (rc == 1 && (spec.item.n > 0 || it.line > 0)) {
			last = it.offset + it.raw.n;
			again(r, &it, &d);
		}
		arena_reset(&a);
	} while (rc == 1);
	if (rc == -1 && e.text[0] == '\0')
		abort();
	reader_close(r);
	arena_done(&a);
	names_done(&names);
	return 0;
}
