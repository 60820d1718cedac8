/* Any bytes as acknowledgments: understood whole, or damaged with a reason and nothing given. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "edi/ack.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct diag d;
	struct err e;
	struct ack *first = NULL;
	struct str others = {"", 0};

	arena_init(&a);
	diag_init(&d, &a);
	err_clear(&e);
	if (ack_read(-1, (struct str){(const char *)data, size}, defs, STR("fuzz"), &first, &others,
		    &d, &a, &e) == -1) {
		if (first || e.text[0] == 0)
			abort();
	} else {
		if (d.errors > 0)
			abort();
		for (const struct ack *k = first; k; k = k->next)
			if (k->kind.n < 3 || k->verdict > ACK_REJECTED ||
				k->depth > ACK_DEPTH_APPLICATION || k->about_group > 999999999 ||
				k->about_isa > 999999999)
				abort();
	}
	arena_done(&a);
	return 0;
}
