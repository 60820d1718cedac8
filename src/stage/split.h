/*
 * The limits of <message segments= bytes=>, and of an agreement's <limits>: does an item still fit into the
 * message, the interchange that is open? Bytes are counted before they are written, and as many as they can
 * be. Room is kept for a trailer of which each segment is written once, in a usual length; one that needs
 * more is found when the message is closed.
 */
#ifndef STAGE_SPLIT_H
#define STAGE_SPLIT_H

#include "format/segment.h"
#include "map/map.h"

struct split_size {
	uint64_t segments, bytes;
};

struct split {
	struct map_limits limits;
	struct split_size
		used; /* of the message that is open, with its header and room for its trailer */
	struct split_size room; /* for the trailer, in used */
};

/* Is there a limit at all? */
bool split_limited(const struct split *s);
struct split_size split_size(const struct segment *first);
/* A new interchange or file: what its envelopes take. */
void split_start_whole(struct split *s);
/* A new message with this header; trailer is how many segments it may have behind the items. */
void split_start(struct split *s, const struct segment *header, uint32_t trailer);
bool split_fits(const struct split *s, struct split_size n);
void split_add(struct split *s, struct split_size n);
/* The trailer as it is takes the place of the room that was kept. False: the message has more now than it
 * may. */
bool split_end(struct split *s, struct split_size trailer);

#endif
