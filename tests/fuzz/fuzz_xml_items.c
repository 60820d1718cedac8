/* Any bytes as an XML file with items inside: the first says where they stand. Items come in the order of
 * the file, and each read again by its locator is the same one. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/reader.h"
#include "format/xml_reader.h"
#include "format/xml_stream.h"
#include "input.h"
#include "model/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	xml_start();
	return 0;
}

/* The one may have been read without libxml2, the other one not. */
static void same(const struct node *a, const struct node *b)
{
	if (a->name != b->name || a->kind != b->kind || !str_eq(a->value, b->value) ||
		a->place.offset != b->place.offset || !a->child != !b->child ||
		!a->next != !b->next)
		abort();
	if (a->child)
		same(a->child, b->child);
	if (a->next)
		same(a->next, b->next);
}

/* What stands in the bytes is the same; bytes are not kept of an item that is too large. */
static void again(struct reader *r, const struct item *it, struct diag *d)
{
	struct item other;
	struct err e;

	if (reader_at(r, it->locator, &other, d, &e) != 1 || other.raw.n != it->raw.n ||
		other.offset != it->offset || !other.root != !it->root ||
		(it->raw.n > 0 && memcmp(other.raw.p, it->raw.p, it->raw.n) != 0))
		abort();
	if (it->root)
		same(it->root, other.root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str paths[] = {{"", 0}, {"c", 1}, {"c/p", 3}, {"u:c/u:p", 7}};
	static const struct reader_space spaces[] = {{{"u", 1}, {"urn:u", 5}}};
	struct reader_spec spec = {
		.format = STR("xml"), .file = STR("fuzz"), .spaces = spaces, .nspaces = 1};
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
	spec.own_prefixes = data[0] & 4;
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
			last = it.offset + 1;
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
