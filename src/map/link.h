/* Content links: an index from content item ids to places in the source. */
#ifndef MAP_LINK_H
#define MAP_LINK_H

#include "map/index.h"

struct err;
struct ev;
struct node;
struct val;
struct reader;

struct linked {
	struct str id;
	const struct node *root;
	const struct linked *from;	/* the item whose link led here; NULL for the item itself */
	int depth;
	struct linked *next;
};

struct link {
	struct reader *reader;
	struct index index;
	struct linked *seen;		/* of this item, newest first */
};

int link_build(struct link *l, struct ev *ev, struct err *e) ATTR_CHECK;
void link_done(struct link *l);
/* The item that the link at node leads to, copied into the item's arena; findings when it leads
 * nowhere, in a circle or too deep. */
void link_follow(struct link *l, struct ev *ev, const struct node *at, struct val *out);

#endif
