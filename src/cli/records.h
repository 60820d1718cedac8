/*
 * What a conversion made, read back as records, so that two outputs can be compared in the words of the
 * format: segments with their elements, rows with their columns.
 */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/map_file.h"

struct record_value {
	struct str ref; /* "LIN03", "MEA04-1"; name of a column */
	struct str text;
	uint16_t element, component; /* of a segment */
	bool masked;		     /* told by records_mask: differs by design */
};

struct record {
	struct str kind;   /* "segment", "row", "line" */
	struct str tag;	   /* of a segment; else the kind */
	struct str set;	   /* reference of the message, "1" of a file without, or "" */
	struct str item;   /* key of the item whose it is, or "" */
	uint64_t position; /* in its message, its header is 1; else the row or line of the output */
	struct str text;   /* as people read it */
	struct record_value *values;
	size_t n;
};

struct records {
	struct arena arena;
	struct record *list;
	size_t n;
	size_t cap;
};

void records_init(struct records *r);
/* All of an output of this map, by its definition, into one that is new; NULL: lines of something else. */
int records_read(struct records *r, int fd, const struct map_file *of, struct err *e) ATTR_CHECK;
void records_done(struct records *r);
/* Says which item each segment is of, by the lineage that the conversion wrote beside it. */
int records_items(struct records *r, int lineage, struct err *e) ATTR_CHECK;
/* Marks the values that differ by design. */
void records_mask(struct records *r,
	bool (*masked)(const void *ctx, const struct record *r, const struct record_value *v),
	const void *ctx);

#endif
