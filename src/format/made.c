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
