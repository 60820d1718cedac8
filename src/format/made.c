/* Trees that maps make; see made.h. */
#include "format/made.h"

void made_add(struct made *parent, struct made *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->child = child;
	parent->last = child;
}

void made_append(struct made_list *l, struct made *m)
{
	if (l->last)
		l->last->next = m;
	else
		l->first = m;
	l->last = m;
	l->n++;
}

bool made_is_leaf(const struct made *m)
{
	if (m->kind == MADE_ELEMENT)
		return m->text.n > 0 || m->absent;
	return m->kind != MADE_OBJECT && m->kind != MADE_ARRAY;
}
