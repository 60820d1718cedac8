/*
 * Worker processes: forked from the supervisor (no exec), told what to do over a pair, closed in
 * by the sandbox before they see foreign bytes, gone when the supervisor is gone. The supervisor
 * waits for them in proc_next only: a worker that says nothing for too long is ended there, and a
 * signal ends the wait.
 */
#ifndef STAGE_PROC_H
#define STAGE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"
#include "stage/frame.h"

struct proc {
	pid_t pid;     /* 0: none */
	int fd;	       /* our end of the pair, -1 none */
	int64_t heard; /* when it last said something, by the monotonic clock; 0: wait from now */
	bool hung;     /* ended by us: it said nothing for too long */
};

/* How long we wait, in milliseconds of the monotonic clock. */
struct proc_patience {
	const struct clock *clock;
	int64_t quiet_ms; /* without a frame: the worker hangs */
	int64_t until_ms; /* the run's own end; 0 none */
	int64_t grace_ms; /* told to stop: wait so long for what is under way */
};

enum { PROC_EXIT_MEMORY = 71 };

/* How a worker ended. */
struct proc_end {
	bool crashed; /* by a signal; `signal` says which */
	int signal;
	int status; /* exit status when not crashed */
	bool hung;  /* as in struct proc */
};

/* Starts a worker that runs work(fd, arg) and exits with what it returns. All descriptors but
 * standard error, the pair and those in keep are closed in it. */
int proc_start(struct proc *p, int (*work)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, struct err *e) ATTR_CHECK;
/* Its end; closes the pair. One that has nothing more to say and still does not go is ended. */
void proc_wait(struct proc *p, struct proc_end *end);
void proc_kill(struct proc *p);
/* Tells a worker whose work is done that nothing more comes, so that it ends by itself: it takes
 * leave of its partner, and the sanitizer looks for leaks. Killed when it takes too long. */
void proc_stop(struct proc *p);
/* Waits until one of the pairs can be read; *which is its index. A worker that said nothing for
 * quiet_ms is ended; its pair then reads as closed, and hung tells why. -1 with ERR_STOP when we
 * were told to stop, or (reason RUN-TIME) the run's time is up. Not more than LIMIT_WORKERS. */
int proc_next(struct proc *procs, size_t n, const struct proc_patience *w, size_t *which,
	struct err *e) ATTR_CHECK;
/* The next frame of one worker: 1, 0 it is gone (proc_ended says how), -1 as proc_next. */
int proc_receive(struct proc *p, const struct proc_patience *w, struct frame *f, struct err *e)
	ATTR_CHECK;
/* proc_wait, told as an error of this code with reason HUNG or CRASH behind the prefix, such as
 * "INGEST" (none for ""): "the ingest worker died (signal 9)". Exhausted memory: ERR_MEMORY. */
int proc_ended(struct proc *p, const char *who, enum err_code code, const char *prefix,
	const struct proc_patience *w, struct err *e) ATTR_CHECK;
/* Has the process been told to stop by SIGTERM, SIGINT or SIGHUP? proc_catch_signals installs the handlers. */
void proc_catch_signals(void);
bool proc_told_to_stop(void);

#endif
