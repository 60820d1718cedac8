/* What a command prints or writes: whole or not at all. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/diag.h"
#include "model/faults.h"

/* All bytes of one descriptor, read by position, to another. */
int output_copy(int from, int to, struct err *e) ATTR_CHECK;
/* The bytes of fd under a name, replacing what is there, or to standard output ("-"). */
int output_publish(int fd, const char *path, struct err *e) ATTR_CHECK;
/* Writes and empties what has gathered, when it is over so many bytes. */
int output_flush(struct buf *b, int fd, size_t over, struct err *e) ATTR_CHECK;
/* A line to standard error. */
void output_say(const char *fmt, ...) ATTR_PRINTF(1, 2);
/* The error as it is to be told, and its exit status. */
int output_error(const struct err *e);
/* All faults of maps and definitions on standard error, one a line. */
void output_faults(const struct faults *f);

/* Findings on standard error, so many at most, the rest counted. */
struct output_findings {
	uint64_t max;
	uint64_t seen;
	uint64_t errors;
	int file;		/* all of them as NDJSON, or -1 */
	struct buf json;
	struct err e;		/* the first fault of writing file */
};

void output_findings_init(struct output_findings *o, uint64_t max, int file);
void output_finding(struct output_findings *o, const struct finding *f);
/* Says how many were not told; -1 when the file could not be written. */
int output_findings_end(struct output_findings *o, struct err *e) ATTR_CHECK;

#endif
