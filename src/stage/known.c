/* Catalog state for a converter; see known.h. */
#include "stage/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "secure/hash.h"
#include "stage/lines.h"

struct entry {
	uint8_t key[16];
	uint8_t hash[16];
	uint8_t state;
	bool held; /* by the partner */
};

struct known {
	struct entry *list;
	size_t n;
	size_t cap;
	struct hash_ctx *ctx;
};

static void digest(const struct known *k, struct str s, uint8_t out[16])
{
	uint8_t full[HASH_SIZE];

	hash_add(k->ctx, s.p, s.n);
	hash_end(k->ctx, full);
	memcpy(out, full, 16);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key, 16);
}

static enum known_state state_of(struct str s)
{
	static const char *const names[] = {"", "pending", "accepted", "rejected", "due", "held"};

	for (unsigned i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_is(s, names[i]))
			return (enum known_state)i;
	}
	return KNOWN_NOT;
}

/* What was told last counts once it was not refused; what was refused was not done. */
static bool is_held(struct str hash, struct str settled)
{
	if (str_is(settled, "pending") || str_is(settled, "accepted"))
		return !str_is(hash, KNOWN_GONE);
	return str_is(hash, KNOWN_GONE) || str_starts(hash, STR("change:"));
}

/* The content alone. */
static struct str content(struct str hash)
{
	const size_t colon = str_chr(hash, ':');

	return colon == SIZE_MAX || str_is(hash, KNOWN_GONE) ? hash : str_from(hash, colon + 1);
}

static void add(struct known *k, struct str line, struct arena *a)
{
	const struct str key = lines_take(&line, a);
	const struct str state = lines_take(&line, a);
	const struct str hash = lines_take(&line, a);
	struct entry *one = NULL;

	mem_grow(&k->list, &k->cap, k->n + 1, sizeof(*k->list));
	one = &k->list[k->n++];
	one->state = (uint8_t)state_of(state);
	digest(k, key, one->key);
	digest(k, content(hash), one->hash);
	one->held = is_held(hash, lines_take(&line, a));
}

int known_load(int fd, struct known **out, struct err *e)
{
	struct known *k = mem_alloc(sizeof(*k));
	struct lines l;
	struct str line;
	struct arena a;
	int rc = 0;

	k->ctx = hash_new();
	arena_init(&a);
	lines_open(&l, fd);
	while ((rc = lines_next(&l, &line, e)) == 1) {
		add(k, line, &a);
		arena_reset(&a);
	}
	lines_close(&l);
	arena_done(&a);
	if (rc == -1) {
		known_free(k);
		return err_wrap(e, "catalog state");
	}
	if (k->n > 0)
		qsort(k->list, k->n, sizeof(*k->list), by_key);
	*out = k;
	return 0;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	mem_free(k->list);
	hash_free(k->ctx);
	mem_free(k);
}

size_t known_count(const struct known *k)
{
	return k ? k->n : 0;
}

static const struct entry *find(const struct known *k, struct str key)
{
	struct entry want;

	if (!k || k->n == 0)
		return NULL;
	digest(k, key, want.key);
	return bsearch(&want, k->list, k->n, sizeof(want), by_key);
}

size_t known_at(const struct known *k, struct str key)
{
	const struct entry *found = find(k, key);

	return found ? (size_t)(found - k->list) : SIZE_MAX;
}

bool known_holds(const struct known *k, struct str key)
{
	const struct entry *found = find(k, key);

	return found && found->held;
}

enum known_state known_find(const struct known *k, struct str key, struct str hash, bool *same)
{
	const struct entry *found = find(k, key);
	uint8_t want[16];

	*same = false;
	if (!found)
		return KNOWN_NOT;
	digest(k, hash, want);
	*same = memcmp(found->hash, want, 16) == 0;
	return (enum known_state)found->state;
}
