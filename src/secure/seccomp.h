/*
 * The system calls that a closed worker may still make: a seccomp filter, Linux
 * Documentation/userspace-api/seccomp_filter.rst. A call that is not listed fails with EPERM and
 * the kernel's audit log names it; nothing is killed. Calls are listed by need, in one table.
 */
#ifndef SECURE_SECCOMP_H
#define SECURE_SECCOMP_H

#include "base/err.h"

/* What a worker needs, added up. Every one may read and write what is open, take memory, wait, end. */
enum seccomp_need {
	SECCOMP_OPEN = 0, /* nothing more */
	SECCOMP_FOLDERS =
		1,	/* to open, make, rename and remove files; where is Landlock's business */
	SECCOMP_TCP = 2 /* to make TCP sockets and connect them; where is Landlock's business */
};

/* Restricts this process and its children for good, after Landlock, whose calls are not listed.
 * needs: SECCOMP_ values, or-ed. 0, or -1 where the kernel has no seccomp. */
int seccomp_enter(unsigned needs, struct err *e) ATTR_CHECK;

#endif
