/*
 * Worker processes: forked from the supervisor (no exec), told what to do over a pair, closed in
 * by the sandbox before they see foreign bytes, gone when the supervisor is gone.
 */
#ifndef STAGE_PROC_H
#define STAGE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct proc {
	pid_t pid; /* 0: none */
	int fd;	   /* our end of the pair, -1 none */
};

/* How a worker ended. */
struct proc_end {
	bool crashed; /* by a signal; `signal` says which */
	int signal;
	int status; /* exit status when not crashed */
};

/* Starts a worker that runs work(fd, arg) and exits with what it returns. All descriptors but
 * standard error, the pair and those in keep are closed in it. */
int proc_start(struct proc *p, int (*work)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, struct err *e) ATTR_CHECK;
/* Waits for its end and closes the pair. */
void proc_wait(struct proc *p, struct proc_end *end);
void proc_kill(struct proc *p);
/* Tells a worker whose work is done that nothing more comes, so that it ends by itself: it takes
 * leave of its partner, and the sanitizer looks for leaks. Killed when it takes too long. */
void proc_stop(struct proc *p);
/* Waits until one of the pairs can be read; *which is its index. 1, 0 timeout, -1. */
int proc_poll(const struct proc *procs, size_t n, int timeout_ms, size_t *which, struct err *e)
	ATTR_CHECK;
/* Has the process been told to stop by SIGTERM or SIGINT? proc_catch_signals installs the handlers. */
void proc_catch_signals(void);
bool proc_told_to_stop(void);

#endif
