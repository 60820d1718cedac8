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
#include "items.h"
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
static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	*last = it->offset + 1;
	items_again(r, it, &other, d);
	if (other.offset != it->offset)
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

	if (size == 0)
		return 0;
	spec.item = paths[data[0] & 3];
	spec.own_prefixes = data[0] & 4;
	items_read(data + 1, size - 1, &spec, look);
	return 0;
}
