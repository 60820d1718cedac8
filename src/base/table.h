/* Hash table from byte strings to pointers. Keys are not copied: they live as long as the table. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct table_slot {
	struct str key;
	void *value;
	uint64_t hash;
};

struct table {
	struct table_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t n;
};

void table_init(struct table *t);
void table_done(struct table *t);
void *table_get(const struct table *t, struct str key); /* NULL when absent */
/* False and no change when the key is there already. value must not be NULL. */
bool table_add(struct table *t, struct str key, void *value);
/* Every pair once, in no order: for (i = 0; table_each(t, &i, &key, &value);) */
bool table_each(const struct table *t, size_t *i, struct str *key, void **value);

#endif
