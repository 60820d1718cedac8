/* Any bytes as X12 or EDIFACT with items inside; the first says which. Items come in the order of the file,
 * and each read again by its locator is the same one. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "defs/defs.h"
#include "edi/edi_items.h"
#include "input.h"
#include "model/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct defs *defs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const name = "maps";
	static int folder;

	(void)argc;
	(void)argv;
	xml_start();
	folder = open(TEST_TOP "/maps", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		abort();
	defs = defs_new(&folder, &name, 1);
	return 0;
}

static void again(struct reader *r, const struct item *it, struct diag *d)
{
	struct item other;
	struct err e;

	if (reader_at(r, it->locator, &other, d, &e) != 1 || other.raw.n != it->raw.n ||
		(it->raw.n > 0 && memcmp(other.raw.p, it->raw.p, it->raw.n) != 0) ||
		!other.root != !it->root)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_spec spec = {.file = STR("fuzz"), .defs = defs};
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
	spec.format = data[0] & 1 ? STR("edifact") : STR("x12");
	spec.version = data[0] & 1 ? STR("D01B") : STR("004010");
	spec.message = data[0] & 1 ? STR("PRICAT") : STR("832");
	spec.item = data[0] & 1 ? STR("SG36") : STR("LIN-loop");
	spec.ops = edi_items_find(spec.format);
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
