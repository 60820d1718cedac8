/* Any bytes as a JSON document and as a JSON file. The fast parser and the exact walk must
 * agree, and an item read again by its locator must be the same item. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "format/json_simd.h"
#include "format/reader.h"
#include "items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void agree(struct str doc)
{
	struct names names;
	struct arena a;
	struct node *root = NULL;
	struct json_fault fast;
	struct json_fault exact;
	char *padded = mem_alloc(doc.n + JSON_SIMD_PAD);
	struct json_simd *s = NULL;
	bool good = false;
	bool bad = false;

	if (doc.n > 0)
		memcpy(padded, doc.p, doc.n);
	doc.p = padded;
	names_init(&names);
	arena_init(&a);
	s = json_simd_new(&names);
	good = json_simd_parse(s, doc, 0, &a, &root, &fast);
	bad = json_fault_scan(doc, &exact);
	if (good == bad &&
		(good || strcmp(fast.code, "JSON-SYNTAX") == 0 ||
			strcmp(fast.code, "JSON-DEPTH") == 0))
		abort();
	if (bad && exact.at + exact.n > doc.n)
		abort();
	json_simd_free(s);
	arena_done(&a);
	names_done(&names);
	mem_free(padded);
}

static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	(void)last;
	items_again(r, it, &other, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct reader_spec spec = {.format = STR("json"), .file = STR("fuzz")};
	const struct str bytes = {(const char *)data, size};

	agree(bytes);
	items_read(data, size, &spec, look);
	return 0;
}
