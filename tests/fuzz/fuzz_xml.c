/* Any bytes as a map or configuration file: a tree with sane places, or one error with a place. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
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

static void check(const struct xml *x, struct str bytes, size_t depth)
{
	if (depth > LIMIT_NESTING || x->name.n == 0 || x->line == 0 || x->column == 0 ||
		x->line > bytes.n + 1 || x->column > bytes.n + 1)
		abort();
	if (x->text.n > bytes.n)
		abort();
	for (const struct xml *c = x->child; c; c = c->next) {
		if (c->parent != x || c->line < x->line)
			abort();
		check(c, bytes, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str bytes = {(const char *)data, size};
	struct xml *root = NULL;
	struct arena a;
	struct err e;

	arena_init(&a);
	err_clear(&e);
	if (xml_parse(bytes, "fuzz.xml", &a, &root, &e) == 0)
		check(root, bytes, 1);
	else if (e.code != ERR_CONFIG || strncmp(e.text, "fuzz.xml:", 9) != 0 || root)
		abort();
	arena_done(&a);
	return 0;
}
