/* Any bytes as CSV; the first says how it is to be read. Rows tell no more and no less than the
 * file has: each lies behind the last, and is the same when read again by its locator. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
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

static void cells(const struct item *it)
{
	for (const struct node *n = it->root->child; n; n = n->next)
		if (n->place.offset < it->offset || n->place.offset - it->offset > it->raw.n ||
			n->kind != NODE_TEXT || utf8_bad(n->value) != SIZE_MAX)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str number[] = {{"n", 1}};
	static const enum charset sets[] = {
		CHARSET_UTF8, CHARSET_LATIN1, CHARSET_CP1252, CHARSET_UTF8};
	struct reader_spec spec = {.format = STR("csv"), .file = STR("fuzz")};
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
	spec.separator = data[0] & 1 ? ';' : ',';
	spec.no_header = data[0] & 2;
	spec.keep_empty = data[0] & 4;
	spec.decimal = data[0] & 8 ? ',' : '.';
	spec.numbers = number;
	spec.nnumbers = data[0] & 16 ? 1 : 0;
	spec.charset = sets[data[0] >> 5 & 3];
	names_init(&names);
	arena_init(&a);
	err_clear(&e);
	r = reader_open(input_file(data + 1, size - 1), &spec, &names, &e);
	do {
		diag_init(&d, &a);
		rc = r ? reader_next(r, &it, &d, &e) : -1;
		if (rc == 1 && ((!it.root && d.errors == 0) || it.offset < last))
			abort();
		if (rc == 1) {
			last = it.offset + it.raw.n;
			if (it.root)
				cells(&it);
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
