/* The tree of an item; see node.h. */
#include "model/node.h"

#include <stdio.h>
#include <string.h>

struct node *node_new(struct arena *a, struct node *parent, uint32_t name, enum node_kind kind)
{
	struct node *n = arena_raw(a, sizeof(*n));

	*n = (struct node){.name = name, .kind = (uint8_t)kind, .value = STR(""), .parent = parent};
	if (!parent)
		return n;
	if (parent->last)
		parent->last->next = n;
	else
		parent->child = n;
	parent->last = n;
	return n;
}

static struct node *from(struct node *n, uint32_t name)
{
	while (n && n->name != name)
		n = n->next;
	return n;
}

struct node *node_child(const struct node *n, uint32_t name)
{
	return from(n->child, name);
}

struct node *node_again(const struct node *n)
{
	return from(n->next, n->name);
}

/* Position among the siblings of the same name, from 1; 0 when n is the only one. */
static size_t position(const struct node *n)
{
	size_t at = 1;

	for (const struct node *s = n->parent->child; s != n; s = s->next)
		if (s->name == n->name)
			at++;
	return at == 1 && !node_again(n) ? 0 : at;
}

/* "name" or "name[2]"; writes it where out is not NULL, and says how long it is. */
static size_t step(const struct node *n, const struct names *names, char *out)
{
	const struct str name = names_text(names, n->name);
	const size_t at = position(n);
	char index[32] = "";
	size_t digits = 0;

	if (at != 0)
		(void)snprintf(index, sizeof(index), "[%zu]", at);
	digits = strlen(index);
	if (out) {
		if (name.n > 0)
			memcpy(out, name.p, name.n);
		memcpy(out + name.n, index, digits);
	}
	return name.n + digits;
}

struct str node_path(const struct node *n, const struct names *names, struct arena *a)
{
	size_t size = 0;
	char *p = NULL;
	size_t end = 0;

	for (const struct node *s = n; s->parent; s = s->parent)
		size += step(s, names, NULL) + (s->parent->parent ? 1 : 0);
	p = arena_raw(a, size + 1);
	p[size] = '\0';
	end = size;
	for (const struct node *s = n; s->parent; s = s->parent) {
		end -= step(s, names, NULL);
		(void)step(s, names, p + end);
		if (s->parent->parent)
			p[--end] = '/';
	}
	return (struct str){p, size};
}
