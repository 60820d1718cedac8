/* Content links; see link.h. */
#include "map/link.h"

#include "base/limits.h"
#include "map/run.h"

static int index_items(struct link *l, const struct map_run *run, struct diag *d, struct err *e)
{
	struct item it;
	int rc = 1;

	while (rc == 1 && (rc = reader_next(l->reader, &it, d, e)) == 1) {
		const struct node *id = it.root ? node_child(it.root, run->m->name_id) : NULL;
		struct index_hash h = {0, 0};

		if (!id || !id->value.n)
			continue;
		index_hash(&h, id->value);
		if (index_add(&l->index, h, it.locator, e) == -1)
			rc = -1;
	}
	return rc;
}

/* What is found in an item here is told when it is its turn. */
int link_build(struct link *l, struct ev *ev, struct err *e)
{
	struct arena a;
	struct diag untold;
	int rc = -1;

	arena_init(&a);
	diag_init(&untold, &a);
	untold.tolerances = ev->run->d->tolerances;
	rc = index_items(l, ev->run, &untold, e);
	arena_done(&a);
	if (rc == 0)
		rc = index_sort(&l->index, e);
	return rc == -1 ? err_wrap(e, "items for link()") : 0;
}

void link_done(struct link *l)
{
	if (l)
		index_done(&l->index);
}

static const struct linked *linked_of(const struct link *l, const struct node *n)
{
	while (n->parent)
		n = n->parent;
	for (const struct linked *k = l->seen; k; k = k->next)
		if (k->root == n)
			return k;
	return NULL;
}

/* Is id the item that node belongs to, or one on the way to it? */
static bool circle(struct ev *ev, const struct linked *from, struct str id)
{
	const struct node *own = node_child(ev->run->root.node, ev->run->m->name_id);

	if (own && str_eq(own->value, id))
		return true;
	for (; from; from = from->from)
		if (str_eq(from->id, id))
			return true;
	return false;
}

/* The item at an entry of the index if it has this id. 1, 0, -1. */
static int take(
	struct link *l, struct ev *ev, size_t entry, struct str id, const struct node **root)
{
	uint64_t locator = 0;
	struct item it;
	const struct node *have = NULL;

	if (index_locator(&l->index, entry, &locator, ev->run->e) == -1 ||
		reader_at(l->reader, locator, &it, ev->run->d, ev->run->e) == -1)
		return -1;
	have = it.root ? node_child(it.root, ev->run->m->name_id) : NULL;
	if (!have || !str_eq(have->value, id))
		return 0;
	*root = join_copy(it.root, NULL, ev->a);
	run_tree_add(ev, *root, arena_str(ev->a, it.file), l->reader, locator);
	return 1;
}

static const struct node *fetch(struct link *l, struct ev *ev, struct str id)
{
	struct index_hash h = {0, 0};
	const struct node *root = NULL;
	size_t n = 0;
	size_t first = 0;
	int rc = 0;

	index_hash(&h, id);
	rc = index_find(&l->index, h, &first, &n, ev->run->e);
	for (size_t i = first; rc == 0 && i < first + n; i++)
		rc = take(l, ev, i, id, &root);
	if (rc == -1)
		ev->run->failed = true;
	return root;
}

static const struct node *remember(
	struct link *l, struct ev *ev, struct str id, const struct linked *from)
{
	struct linked *k = ARENA_NEW(ev->a, struct linked);

	k->id = id;
	k->from = from;
	k->depth = from ? from->depth + 1 : 1;
	k->root = fetch(l, ev, id);
	k->next = l->seen;
	l->seen = k;
	return k->root;
}

void link_follow(struct link *l, struct ev *ev, const struct node *at, struct val *out)
{
	const struct node *id = at->child ? node_child(at, ev->run->m->name_id) : at;
	const struct linked *from = linked_of(l, at);
	const struct node *root = NULL;
	size_t cap = 0;

	if (!id || !id->value.n || !ev->run->root.node)
		return;
	if (circle(ev, from, id->value)) {
		run_report(ev, "LINK-CYCLE", id, id->value, "links that do not lead back");
		return;
	}
	if (from && from->depth >= LIMIT_LINK_DEPTH) {
		run_report(ev, "LINK-DEPTH", id, id->value, "at most 8 items one behind the other");
		return;
	}
	for (const struct linked *k = l->seen; k && !root; k = k->next)
		if (k->from == from && str_eq(k->id, id->value))
			root = k->root;
	if (!root)
		root = remember(l, ev, id->value, from);
	if (root)
		val_add(ev, out, &cap, root);
	else if (!ev->run->failed)
		run_report(ev, "LINK-DANGLING", id, id->value, "the id of an item in the export");
}
