/*
 * What a partner is known to hold: the extract of the catalog state that a converter is given.
 * 40 bytes an item; keys and hashes by 128 bits.
 */
#ifndef STAGE_KNOWN_H
#define STAGE_KNOWN_H

#include "base/err.h"
#include "base/str.h"

enum known_state {
	KNOWN_NOT,
	KNOWN_PENDING,
	KNOWN_ACCEPTED,
	KNOWN_REJECTED,
	KNOWN_DUE,
	KNOWN_HELD
};

struct known;

/* Reads "key TAB state TAB hash" lines. */
int known_load(int fd, struct known **out, struct err *e) ATTR_CHECK;
void known_free(struct known *k);
/* State of a key; *same says whether its content is the one that state is about. */
enum known_state known_find(const struct known *k, struct str key, struct str hash, bool *same);

#endif
