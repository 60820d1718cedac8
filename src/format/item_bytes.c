/* Items as bytes; see item_bytes.h. */
#include "format/item_bytes.h"

#include <string.h>

struct node_head {
	uint64_t offset;
	uint32_t name, kind, line, column, size, children;
};

struct item_head {
	uint64_t locator, offset;
	uint32_t line, column, file, raw;
	uint32_t root, header; /* is there one? */
};

static void put_node(struct buf *b, const struct node *n)
{
	struct node_head h = {n->place.offset, n->name, n->kind, n->place.line, n->place.column,
		(uint32_t)n->value.n, 0};

	for (const struct node *k = n->child; k; k = k->next)
		h.children++;
	buf_put(b, &h, sizeof(h));
	buf_str(b, n->value);
	for (const struct node *k = n->child; k; k = k->next)
		put_node(b, k);
}

void item_bytes_put(struct buf *b, const struct item *it)
{
	const struct item_head h = {it->locator, it->offset, it->line, it->column,
		(uint32_t)it->file.n, (uint32_t)it->raw.n, it->root != NULL, it->header != NULL};

	buf_put(b, &h, sizeof(h));
	buf_str(b, it->file);
	buf_str(b, it->raw);
	if (it->root)
		put_node(b, it->root);
	if (it->header)
		put_node(b, it->header);
}

/* False when there are fewer. */
static bool take(struct str *from, void *to, size_t n)
{
	if (from->n < n)
		return false;
	memcpy(to, from->p, n);
	*from = str_from(*from, n);
	return true;
}

static bool take_text(struct str *from, size_t n, struct str *text)
{
	if (from->n < n)
		return false;
	*text = str_sub(*from, 0, n);
	*from = str_from(*from, n);
	return true;
}

static struct node *take_node(struct str *from, struct node *parent, struct arena *a)
{
	struct node_head h;
	struct node *n = NULL;

	if (!take(from, &h, sizeof(h)))
		return NULL;
	n = node_new(a, parent, h.name, (enum node_kind)h.kind);
	n->place = (struct place){h.offset, h.line, h.column};
	if (!take_text(from, h.size, &n->value))
		return NULL;
	for (uint32_t i = 0; i < h.children; i++)
		if (!take_node(from, n, a))
			return NULL;
	return n;
}

int item_bytes_get(struct str bytes, struct item *it, struct arena *a, struct err *e)
{
	struct item_head h;
	struct item made;

	memset(&made, 0, sizeof(made));
	if (!take(&bytes, &h, sizeof(h)) || !take_text(&bytes, h.file, &made.file) ||
		!take_text(&bytes, h.raw, &made.raw) ||
		(h.root && !(made.root = take_node(&bytes, NULL, a))) ||
		(h.header && !(made.header = take_node(&bytes, NULL, a))))
		return err_set(
			e, ERR_CORRUPT, "an item that was put aside to be sorted is damaged");
	made.locator = h.locator;
	made.offset = h.offset;
	made.line = h.line;
	made.column = h.column;
	*it = made;
	return 0;
}
