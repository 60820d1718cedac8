/*
 * The message and the groups in it, while a map runs: levels, one in the other. Items come in the order of
 * what their groups have in common; a group begins with the first item that is of no open one, and ends
 * before the first that is of another.
 */
#ifndef MAP_GROUP_H
#define MAP_GROUP_H

#include "map/template.h"

void group_init(struct map_run *r);
void group_done(struct map_run *r);

/* What the item has in common with those of its message and groups: r->keys. A finding where there is
 * nothing. */
void group_keys(struct ev *ev);
/* All of that as one text, by whose bytes items are sorted; empty when the map has no groups, or the item
 * is of none. */
struct str group_order(struct ev *ev);
/* Is the item in hand of another one than is open at this level? */
bool group_is_other(const struct map_run *r, size_t level);

/* A new message, with nothing counted and no group open. Then, where items make its header, what it
 * begins with. */
void group_message(struct map_run *r);
void group_begin_message(struct ev *ev, struct segment *head, struct made *made);

void group_snapshot(struct map_run *r);
void group_take_back(struct map_run *r);
/* Counts the item in what is open. */
void group_count(struct map_run *r);
/* Adds to a total of all that is open. False when it is more than a number can be. */
bool group_add(struct map_run *r, uint32_t slot, struct dec d);
/* The heads of the item's groups, one list, and how many of them are of groups that were open before; opens
 * the others. An item that says otherwise than the first of its group is a finding. */
struct group_heads {
	struct template_out segments;
	struct made_list made;
	size_t nopen, nopen_made;
};
void group_heads(struct ev *ev, struct group_heads *out);
/* The feet of the open groups from the innermost to this level, which end. */
void group_feet(struct ev *ev, size_t level, struct map_around *out);

#endif
