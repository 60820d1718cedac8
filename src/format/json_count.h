/*
 * Walks JSON of any size by the grammar of RFC 8259 and counts what is there: to see that a file which
 * was written is one. Shares nothing with the writer.
 */
#ifndef FORMAT_JSON_COUNT_H
#define FORMAT_JSON_COUNT_H

#include <stdint.h>

#include "base/err.h"

struct json_counts {
	uint64_t documents; /* one behind the other, parted by line ends */
	uint64_t values;    /* texts, numbers, truths and nulls, at any depth */
};

/* From the start of fd, by position. ERR_CORRUPT with the offset of the first fault. */
int json_count_file(int fd, struct json_counts *c, struct err *e) ATTR_CHECK;

#endif
