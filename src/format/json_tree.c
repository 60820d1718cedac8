/* Items of a packed export tree; see json_tree.h. A member that cannot be read or parsed is an item
 * without a tree, so that one bad file of an export does not stop the others. */
#include "format/json_tree.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/zip_read.h"

/* What one item needs; next and at have one each, so that they do not disturb each other. */
struct slot {
	struct arena arena;
	char *p;
	size_t cap;
};

struct json_tree {
	struct reader *r;
	struct json_simd *parser;
	struct zip_read *zip;
	uint64_t member;	/* the next one */
	struct slot next;
	struct slot at;
};

struct json_tree *json_tree_open(struct reader *r, struct json_simd *parser, struct err *e)
{
	struct json_tree *t = NULL;
	struct zip_read *zip = zip_read_open(r->fd, r->size, e);

	if (!zip) {
		(void)err_wrap(e, STR_FMT, STR_ARG(r->spec.file));
		return NULL;
	}
	t = mem_alloc(sizeof(*t));
	t->r = r;
	t->parser = parser;
	t->zip = zip;
	arena_init(&t->next.arena);
	arena_init(&t->at.arena);
	return t;
}

void json_tree_close(struct json_tree *t)
{
	if (!t)
		return;
	zip_read_close(t->zip);
	arena_done(&t->next.arena);
	arena_done(&t->at.arena);
	mem_free(t->next.p);
	mem_free(t->at.p);
	mem_free(t);
}

/* Folders and what is no JSON by its name are not items. */
static bool is_item(const struct json_tree *t, struct str name)
{
	const struct str tail = str_from(name, name.n < 5 ? 0 : name.n - 5);
	const char *want = ".json";

	if (!str_starts(name, t->r->spec.items_below) || tail.n != 5)
		return false;
	for (size_t i = 0; i < 5; i++)
		if (str_lower(tail.p[i]) != want[i])
			return false;
	return true;
}

/* The member cannot be had; the item is told with the reason. */
static int unreadable(struct item *it, const struct err *why, struct diag *d)
{
	const bool limit = why->code == ERR_LIMIT;
	const struct finding f = {
		.code = limit ? STR("ZIP-LIMIT") : STR("ZIP-MEMBER"),
		.severity = SEV_ERROR,
		.file = it->file,
		.found = str_c(why->text),
		.expected = limit ? STR("an item of usual size") : STR("a member that is whole"),
		.rule = STR("This member of the packed tree cannot be read."),
		.remedy = STR("Export the tree again."),
	};

	diag_add(d, &f);
	return 1;
}

static int read_member(struct json_tree *t, uint64_t i, struct slot *s, struct item *it, struct diag *d,
		       struct err *e)
{
	struct json_fault fault;
	size_t n = 0;

	arena_reset(&s->arena);
	memset(it, 0, sizeof(*it));
	it->file = zip_read_name(t->zip, i);
	it->locator = i;
	it->line = 1;
	it->raw = STR("");
	if (zip_read_member(t->zip, i, LIMIT_ITEM, JSON_SIMD_PAD, &s->p, &s->cap, &n, e) == -1) {
		if (e->code == ERR_IO)
			return err_wrap(e, STR_FMT ": " STR_FMT, STR_ARG(t->r->spec.file), STR_ARG(it->file));
		return unreadable(it, e, d);
	}
	it->raw = (struct str){s->p, n};
	if (str_starts(it->raw, STR("\xef\xbb\xbf"))) {
		it->raw = str_from(it->raw, 3);
		it->offset = 3;
	}
	if (json_simd_parse(t->parser, it->raw, it->offset, &s->arena, &it->root, &fault))
		return 1;
	it->root = NULL;
	if (strcmp(fault.code, "JSON-SYNTAX") == 0)
		(void)json_fault_scan(it->raw, &fault);
	json_fault_add(&fault, it, d);
	return 1;
}

int json_tree_next(struct json_tree *t, struct item *it, struct diag *d, struct err *e)
{
	const uint64_t count = zip_read_count(t->zip);

	while (t->member < count && !is_item(t, zip_read_name(t->zip, t->member)))
		t->member++;
	if (t->member == count) {
		t->r->bytes = t->r->size;
		return 0;
	}
	t->r->bytes = t->member * (t->r->size / count);
	return read_member(t, t->member++, &t->next, it, d, e);
}

int json_tree_at(struct json_tree *t, uint64_t index, struct item *it, struct diag *d, struct err *e)
{
	if (index >= zip_read_count(t->zip))
		return err_set(e, ERR_ABSENT, STR_FMT ": there is no member %llu", STR_ARG(t->r->spec.file),
			       (unsigned long long)index);
	return read_member(t, index, &t->at, it, d, e);
}
