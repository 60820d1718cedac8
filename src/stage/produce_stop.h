/*
 * Rules that stop a message (<require stop="message">). What was written of it may be on the disk already
 * when one of its items breaks such a rule, so the messages are noted, and all is converted once more
 * without them.
 */
#ifndef STAGE_PRODUCE_STOP_H
#define STAGE_PRODUCE_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Items of the source by number, from 1. */
struct produce_stop_range {
	uint64_t first, last;
	struct str by; /* key of the item that broke the rule */
};

struct produce_stop {
	struct produce_stop_range *list; /* in order */
	size_t n, cap;
	size_t at;			/* of list, while all is converted once more */
	struct produce_stop_range open; /* written to the message in hand; first 0: nothing yet */
	bool broken;			/* one of its items broke a rule */
	bool again;			/* the list is complete */
};

void produce_stop_done(struct produce_stop *s);
/* All begins anew. What was noted stays where the list is complete. */
void produce_stop_start(struct produce_stop *s);
/* An item of the message in hand broke a rule; its key is copied to a. */
void produce_stop_broken(struct produce_stop *s, struct str key, struct arena *a);
/* The item of that number was written to it. */
void produce_stop_written(struct produce_stop *s, uint64_t item);
/* It is complete. */
void produce_stop_closed(struct produce_stop *s);
/* The message of that item, which is not to be sent, or NULL. Asked in the order of the items. */
const struct produce_stop_range *produce_stop_find(struct produce_stop *s, uint64_t item);

#endif
