/*
 * Do ledger and spool agree? Looks only, beside a running night too: what does not fit is looked at once more
 * before it is told. Level 1: each row has its file, of the right size, and each name its row. Level 2: each
 * file has the bytes that were recorded, and each bundle that was used is kept (1) and whole. Level 3: the ledger's structure, the chain of events with audit.log,
 * control numbers, and whether each row is there, what its events say, and in the state that they say.
 */
#ifndef STAGE_FSCK_H
#define STAGE_FSCK_H

#include "stage/env.h"

enum { FSCK_LEVEL = 3 };

struct fsck_found {
	const char *code;   /* of the table of reasons: a literal */
	struct str subject; /* "interchange 000012", "ledger.db"; "" a file that nobody knows */
	struct str place;   /* the file */
	struct str found, expected;
	struct str command; /* what mends it */
	bool known;	    /* a loss that was accepted: told, and no fault */
};

struct fsck_options {
	int level;
	bool progress;
	void (*tell)(void *ctx, const struct fsck_found *x); /* MUST */
	void *ctx;
};

struct fsck_counts {
	int64_t rows, files, events;
	int64_t found;
	int64_t known; /* losses that were accepted */
};

/* Only each name its row, in the folders that work goes through: not in archive/. For the end of a run, which has
 * moved everything; *o: tell and ctx. */
int fsck_spool(struct env *v, const struct fsck_options *o, struct err *e) ATTR_CHECK;
/* The ledger of v is open, to look only. -1: it could not be looked at to the end. */
int fsck_run(struct env *v, const struct fsck_options *o, struct fsck_counts *n, struct err *e)
	ATTR_CHECK;

#endif
