/*
 * What a partner is known to hold: the extract of the catalog state that a converter is given.
 * 40 bytes an item; keys and hashes by 128 bits.
 */
#ifndef STAGE_KNOWN_H
#define STAGE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

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

/* Where a map says what is done to items at the partner, the hash of one says which of that was told last:
 * "add:HEX", "change:HEX", or KNOWN_GONE. */
#define KNOWN_GONE "delete:"

struct known;

/* Reads "key TAB state TAB hash TAB state that says what the partner holds" lines. */
int known_load(int fd, struct known **out, struct err *e) ATTR_CHECK;
void known_free(struct known *k);
size_t known_count(const struct known *k);
/* The number of a key, or SIZE_MAX. */
size_t known_at(const struct known *k, struct str key);
/* Does the partner hold the item, as far as is known? */
bool known_holds(const struct known *k, struct str key);
/* State of a key; *same says whether its content is the one that state is about. */
enum known_state known_find(const struct known *k, struct str key, struct str hash, bool *same);

#endif
