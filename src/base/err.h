/*
 * Why a call failed. A struct err is fixed-size and lives on the caller's stack; setting it
 * cannot fail. Faults in a partner's data are findings (model/diag.h), not errors.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum err_code {
	ERR_NONE,
	ERR_USAGE,   /* the command line is wrong */
	ERR_INPUT,   /* data is not what it should be */
	ERR_LIMIT,   /* a limit of base/limits.h was passed */
	ERR_CONFIG,  /* configuration, map or definition is wrong */
	ERR_IO,	     /* the disk or a local file failed */
	ERR_FULL,    /* no space, quota or inodes */
	ERR_DENIED,  /* the file system does not let us (of a rename) */
	ERR_EXISTS,  /* the name is taken */
	ERR_ABSENT,  /* no such file, row or name */
	ERR_BUSY,    /* somebody else holds it: another run, a locked ledger */
	ERR_NET,     /* a partner cannot be reached or dropped the connection */
	ERR_AUTH,    /* a partner refused who we are, or is not who it should be */
	ERR_REMOTE,  /* a partner's server answered with a fault */
	ERR_DOUBT,   /* an effect outside may or may not have happened */
	ERR_STOP,    /* told to stop (signal) */
	ERR_STALE,   /* the row was changed by somebody else meanwhile */
	ERR_CORRUPT, /* ledger or spool do not agree with what was written */
	ERR_MEMORY,
	ERR_CODES
};

enum { ERR_TEXT_MAX = 900 };

struct err {
	enum err_code code;
	char reason[40]; /* stable reason code such as HOST-KEY-CHANGED, or "" */
	char text[ERR_TEXT_MAX];
};

/* Fills *e; returns -1 so that callers can `return err_set(...)`. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* As err_set, and appends ": " and the text of errno as it was on entry; chooses ERR_FULL,
 * ERR_EXISTS or ERR_ABSENT itself where errno says so and code is ERR_IO. ENOMEM ends the program
 * as any lack of memory does (mem_exhausted): it is no fault of the thing that was asked for. errno
 * stays, for those who want to know more of it. */
int err_errno(struct err *e, enum err_code code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* Puts "text: " before what is there. Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Sets the stable reason code that spool/README.md lists. Returns -1. */
int err_reason(struct err *e, const char *reason);

void err_clear(struct err *e);
bool err_retry(const struct err *e); /* does trying again later make sense? */
int err_exit(const struct err *e);   /* exit status for cron */

/* A promise inside the program is broken: prints and aborts. Never for input. */
void err_bug(const char *file, int line, const char *what) ATTR_NORETURN;
#define BUG_IF(cond)                                        \
	do {                                                \
		if (cond)                                   \
			err_bug(__FILE__, __LINE__, #cond); \
	} while (0)

#endif
