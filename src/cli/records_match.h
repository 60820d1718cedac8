/* Records that two lists share: what is the same in both, and where to hold on in lists too long for a table. */
#ifndef CLI_RECORDS_MATCH_H
#define CLI_RECORDS_MATCH_H

#include "cli/records.h"

/* The same tag and values, those left out that differ by design. */
bool records_match_same(const struct record *a, const struct record *b);

struct records_anchor {
	size_t a, b; /* places in the two lists */
};

/* Records that are there once in each list, as many as come in one order in both; *n of them, freed by mem_free. */
struct records_anchor *records_match_anchors(
	const struct record *a, size_t na, const struct record *b, size_t nb, size_t *n);

#endif
