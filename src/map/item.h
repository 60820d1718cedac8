/* One item of a run; map.c says when. Internal to this folder. */
#ifndef MAP_ITEM_H
#define MAP_ITEM_H

#include "map/run.h"

/* Are items made to be deleted? */
bool item_deleting(const struct map_run *r);
/* Type, key, withdraw, select: what is decided before anything is made. MAP_OUT: go on. */
enum map_verdict item_candidate(struct ev *ev);
/* What goes out of it, behind the heads of its groups; findings tell what holds it back. */
void item_make(struct ev *ev, struct map_result *out);

#endif
