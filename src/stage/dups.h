/*
 * Which keys of an input occur more than once, in memory that does not grow with it: a first pass
 * through a bit table collects suspects (all real duplicates and a few others; who makes keys that
 * collide there gains no more than a second pass), a second counts the suspects exactly. These are
 * known by 128 bits of SHA-256.
 */
#ifndef STAGE_DUPS_H
#define STAGE_DUPS_H

#include <stdbool.h>

#include "base/str.h"

struct dups;

struct dups *dups_new(void);
void dups_free(struct dups *d);
/* First pass. False: a suspect, the key may have been there before. */
bool dups_first(struct dups *d, struct str key);
bool dups_again(struct dups *d);		  /* is a second pass needed? Prepares it */
void dups_second(struct dups *d, struct str key); /* second pass */
bool dups_is(
	const struct dups *d, struct str key); /* afterwards: does the key occur twice or more? */

#endif
