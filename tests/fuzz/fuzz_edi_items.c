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
#include "format/reader.h"
#include "items.h"
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

static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	*last = it->offset + 1;
	items_again(r, it, &other, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_spec spec = {.file = STR("fuzz"), .defs = defs};

	if (size == 0)
		return 0;
	spec.format = data[0] & 1 ? STR("edifact") : STR("x12");
	spec.version = data[0] & 1 ? STR("D01B") : STR("004010");
	spec.message = data[0] & 1 ? STR("PRICAT") : STR("832");
	spec.item = data[0] & 1 ? STR("SG36") : STR("LIN-loop");
	spec.ops = edi_items_find(spec.format);
	items_read(data + 1, size - 1, &spec, look);
	return 0;
}
