/* Runs a template of trees: parts of a map in, rows, objects or elements out. */
#ifndef MAP_TREE_H
#define MAP_TREE_H

#include "map/run.h"

/* What is around the items comes in two halves: up to the item or the next group, and from there on. */
enum tree_phase { TREE_ALL, TREE_BEFORE, TREE_AFTER };

/* All parts of a list, in order, appended to *out. */
void tree_run(struct ev *ev, const struct map_part *parts, const struct ctx *c,
	enum tree_phase phase, struct made_list *out);

#endif
