/*
 * Closing a worker: Landlock and seccomp where the kernel has them, rlimits, no new privileges,
 * no core. What a worker may do is a role; the roles are rows of one table.
 */
#ifndef SECURE_SANDBOX_H
#define SECURE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum sandbox_role {
	SANDBOX_CONVERT,  /* no files by name, no network, no new processes */
	SANDBOX_INGEST,	  /* the same */
	SANDBOX_TRANSFER, /* outward TCP to one port; folders given by rule only */
	SANDBOX_ROLES
};

struct sandbox_path {
	int dir;    /* folder descriptor */
	bool write; /* files may be made, written, renamed and removed below it */
};

/* paths are the only places that a name can be opened below; descriptors that are open stay usable.
 * Resolve host names and load what libraries read from /etc before entering. */
struct sandbox {
	const struct sandbox_path *paths;
	size_t n;
	int port; /* TCP port for SANDBOX_TRANSFER, 0 none */
};

/* Restricts this process and its children for good. 0 done; -1 and *e filled where the kernel
 * lacks Landlock, a part of it that matters, or seccomp: what it has is in force, the caller logs
 * the rest and goes on. *level gets the Landlock ABI in force, 0 none. */
int sandbox_enter(enum sandbox_role role, const struct sandbox *s, int *level, struct err *e)
	ATTR_CHECK;
/* PR_SET_DUMPABLE 0, RLIMIT_CORE 0, umask 077, SIGPIPE ignored: the first thing in every process
 * of ours. */
void sandbox_basics(void);

#endif
