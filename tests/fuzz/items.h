/* The items of an input, read as a file: what all readers of items keep to. */
#ifndef FUZZ_ITEMS_H
#define FUZZ_ITEMS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/reader.h"
#include "input.h"

/* An item must be the same when it is read again by its locator, which gives other. */
static void items_again(struct reader *r, const struct item *it, struct item *other, struct diag *d)
{
	struct err e;

	if (reader_at(r, it->locator, other, d, &e) != 1 || other->raw.n != it->raw.n ||
		(it->raw.n > 0 && memcmp(other->raw.p, it->raw.p, it->raw.n) != 0) ||
		!other->root != !it->root)
		abort();
}

/* Reads all items: one without a tree has findings, none begins before *last, and a file that cannot be read
 * has an error. look is given each of them, and sets where the next one may begin. */
static void items_read(const uint8_t *data, size_t size, const struct reader_spec *spec,
	void (*look)(struct reader *r, const struct item *it, struct diag *d, uint64_t *last))
{
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct reader *r = NULL;
	uint64_t last = 0;
	int rc = 0;

	names_init(&names);
	arena_init(&a);
	err_clear(&e);
	r = reader_open(input_file(data, size), spec, &names, &e);
	do {
		diag_init(&d, &a);
		rc = r ? reader_next(r, &it, &d, &e) : -1;
		if (rc == 1 && ((!it.root && d.errors == 0) || it.offset < last))
			abort();
		if (rc == 1)
			look(r, &it, &d, &last);
		arena_reset(&a);
	} while (rc == 1);
	if (rc == -1 && e.text[0] == '\0')
		abort();
	reader_close(r);
	arena_done(&a);
	names_done(&names);
}

#endif
