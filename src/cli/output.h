/* What a command prints or writes: whole or not at all. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/diag.h"

/* All bytes of one descriptor, read by position, to another. */
int output_copy(int from, int to, struct err *e) ATTR_CHECK;
/* The bytes of fd under a name, replacing what is there, or to standard output ("-"). */
int output_publish(int fd, const char *path, struct err *e) ATTR_CHECK;
/* Writes and empties what has gathered, when it is over so many bytes. */
int output_flush(struct buf *b, int fd, size_t over, struct err *e) ATTR_CHECK;
/* A line to standard error. */
void output_say(const char *fmt, ...) ATTR_PRINTF(1, 2);
/* Findings on standard error, so many at most, the rest counted. */
struct output_findings {
	uint64_t max;
	uint64_t seen;
	uint64_t errors;
	int file;      /* all of them as NDJSON, or -1 */
	bool progress; /* a terminal watches */
	bool shown;    /* a line of progress stands there */
	struct buf json;
	bool trial;	  /* what is told may be taken back */
	struct buf lines; /* told on trial */
	uint64_t told;	  /* lines, on trial or not */
	struct output_mark {
		uint64_t seen, errors, told;
		int64_t size; /* of file */
	} mark;		      /* where the trial began */
	struct err e;	      /* the first fault of writing file */
};

void output_findings_init(struct output_findings *o, uint64_t max, int file);
void output_finding(struct output_findings *o, const struct finding *f);
/* What is told from now on is kept until output_findings_stand; output_findings_back takes it back. */
void output_findings_trial(struct output_findings *o);
void output_findings_back(struct output_findings *o);
void output_findings_stand(struct output_findings *o);
/* One line that is written over; gone before anything else is said. */
void output_progress(struct output_findings *o, uint64_t items, uint64_t bytes, uint64_t size);
/* Says how many were not told; -1 when the file could not be written. */
int output_findings_end(struct output_findings *o, struct err *e) ATTR_CHECK;

#endif
