/* Interned names; see names.h. The id is the index into text; 0 is kept free for "no name". */
#include "model/names.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void names_init(struct names *n)
{
	memset(n, 0, sizeof(*n));
	arena_init(&n->arena);
	table_init(&n->table);
	mem_grow(&n->text, &n->cap, 1, sizeof(*n->text));
	n->text[0] = STR("");
	n->n = 1;
}

void names_done(struct names *n)
{
	table_done(&n->table);
	arena_done(&n->arena);
	mem_free(n->text);
	memset(n, 0, sizeof(*n));
}

uint32_t names_id(struct names *n, struct str text)
{
	uint32_t id = names_find(n, text);
	struct str kept = {NULL, 0};

	if (id != 0)
		return id;
	if (n->n > UINT32_MAX)
		mem_exhausted();
	id = (uint32_t)n->n;
	kept = arena_str(&n->arena, text);
	mem_grow(&n->text, &n->cap, n->n + 1, sizeof(*n->text));
	n->text[n->n++] = kept;
	/* The table holds pointers; an id is a number that never is NULL. */
	BUG_IF(!table_add(&n->table, kept, (void *)(uintptr_t)id));
	return id;
}

uint32_t names_find(const struct names *n, struct str text)
{
	return (uint32_t)(uintptr_t)table_get(&n->table, text);
}

struct str names_text(const struct names *n, uint32_t id)
{
	return id < n->n ? n->text[id] : n->text[0];
}
