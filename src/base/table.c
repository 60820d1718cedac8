/* Hash table with open addressing and linear probing, at most 70 % full; see table.h. */
#include "base/table.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum { FIRST_CAP = 16 };

void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
}

void table_done(struct table *t)
{
	mem_free(t->slots);
	memset(t, 0, sizeof(*t));
}

/* The slot that holds key or, when it is absent, the free one where it belongs. */
static struct table_slot *find(struct table_slot *slots, size_t cap, struct str key, uint64_t hash)
{
	size_t i = (size_t)hash & (cap - 1);

	while (slots[i].value && (slots[i].hash != hash || !str_eq(slots[i].key, key)))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

void *table_get(const struct table *t, struct str key)
{
	if (t->n == 0)
		return NULL;
	return find(t->slots, t->cap, key, str_hash(key))->value;
}

static void grow(struct table *t)
{
	const size_t cap = t->cap ? mem_mul(t->cap, 2) : FIRST_CAP;
	struct table_slot *slots = mem_array(cap, sizeof(*slots));

	for (size_t i = 0; i < t->cap; i++) {
		const struct table_slot *old = &t->slots[i];
		if (old->value)
			*find(slots, cap, old->key, old->hash) = *old;
	}
	mem_free(t->slots);
	t->slots = slots;
	t->cap = cap;
}

bool table_add(struct table *t, struct str key, void *value)
{
	const uint64_t hash = str_hash(key);
	struct table_slot *slot = NULL;

	BUG_IF(!value);
	if (t->n > 0 && find(t->slots, t->cap, key, hash)->value)
		return false;
	if (t->n >= t->cap / 10 * 7 + t->cap % 10 * 7 / 10)
		grow(t);
	slot = find(t->slots, t->cap, key, hash);
	*slot = (struct table_slot){key, value, hash};
	t->n++;
	return true;
}

bool table_each(const struct table *t, size_t *i, struct str *key, void **value)
{
	while (*i < t->cap) {
		const struct table_slot *slot = &t->slots[(*i)++];
		if (slot->value) {
			*key = slot->key;
			*value = slot->value;
			return true;
		}
	}
	return false;
}
