/* System calls that fail, in a thread of their own: its seccomp filter goes with it. */
#ifndef UNIT_SUPPORT_CALLS_H
#define UNIT_SUPPORT_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "base/err.h"

enum { CALLS_ANY = -1 };

/* Call nr fails with error, if argument arg, from 0, is value; arg CALLS_ANY: always. */
struct calls_fault {
	long nr;
	int error;
	int arg;
	uint32_t value;
};

/* Runs f while that fails; f may not assert, and keeps what it finds in ctx. Skips the test where the system
 * calls are not ours alone, as under valgrind. */
void calls_failing(const struct calls_fault *fault, void (*f)(void *ctx), void *ctx);

/* Something that fails then, what came of it, and what it is about. */
struct calls_try {
	int (*make)(void *about, struct err *e);
	void *about;
	int rc;
	struct err e;
};

void calls_try(const struct calls_fault *fault, struct calls_try *t);
/* It failed with that code, and says so. */
void calls_fails(const struct calls_fault *fault, int (*make)(void *about, struct err *e),
	void *about, enum err_code code, const char *says);

#endif
