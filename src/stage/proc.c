/* Worker processes; see proc.h. */
#include "stage/proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"

#if ATTR_ASAN
#include <sanitizer/lsan_interface.h>
#endif

enum {
	SLICE_MS = 200,	 /* how soon a signal is seen that came just before a wait */
	STOP_MS = 5000,	 /* for a worker to go once it is told to */
	LEAVE_MS = 10000 /* for a worker to go once it has nothing more to say */
};

static volatile sig_atomic_t stop_flag; /* the one signal flag */

/* A worker leaves by _exit, which the leak checker does not see. */
static int status_of(int status)
{
#if ATTR_ASAN
	if (__lsan_do_recoverable_leak_check() != 0)
		return 1;
#endif
	return status;
}

static int by_number(const void *a, const void *b)
{
	const int x = *(const int *)a;
	const int y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Closes every descriptor above standard error that is not in keep (sorted). */
static void close_others(int *keep, size_t n)
{
	int from = STDERR_FILENO + 1;

	qsort(keep, n, sizeof(*keep), by_number);
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < from)
			continue;
		if (keep[i] > from)
			(void)close_range((unsigned)from, (unsigned)keep[i] - 1, 0);
		from = keep[i] + 1;
	}
	(void)close_range((unsigned)from, ~0U, 0);
}

int proc_start(struct proc *p, int (*work)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, struct err *e)
{
	int pair[2];
	const pid_t parent = getpid();

	*p = (struct proc){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return err_errno(e, ERR_IO, "make a pair for a worker");
	p->pid = fork();
	if (p->pid == -1) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		p->pid = 0;
		return err_errno(e, ERR_IO, "start a worker");
	}
	if (p->pid == 0) {
		int *fds = mem_array(nkeep + 1, sizeof(*fds));
		if (nkeep > 0)
			memcpy(fds, keep, nkeep * sizeof(*fds));
		fds[nkeep] = pair[1];
		close_others(fds, nkeep + 1);
		mem_free(fds);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent) /* the supervisor died before we asked */
			_exit(75);
		(void)signal(SIGINT, SIG_IGN); /* the supervisor decides what an interrupt means */
		_exit(status_of(work(pair[1], arg)));
	}
	(void)close(pair[1]);
	p->fd = pair[0];
	return 0;
}

/* The status of a child that is gone by then; false when it is not. */
static bool reap(pid_t pid, int64_t ms, int *status)
{
	const struct clock clock = clock_system();
	const int64_t end = clock_ms(&clock) + ms;
	int64_t pause = 1;

	for (;;) {
		const pid_t got = waitpid(pid, status, WNOHANG);
		if (got == pid || (got == -1 && errno != EINTR))
			return true;
		if (clock_ms(&clock) >= end)
			return false;
		clock_sleep_ms(pause);
		pause = pause < 50 ? pause * 2 : 50;
	}
}

void proc_wait(struct proc *p, struct proc_end *end)
{
	int status = 0;

	memset(end, 0, sizeof(*end));
	end->hung = p->hung;
	if (p->fd != -1)
		(void)close(p->fd);
	if (p->pid > 0 && !reap(p->pid, LEAVE_MS, &status)) {
		end->hung = true;
		(void)kill(p->pid, SIGKILL);
		if (!reap(p->pid, LEAVE_MS,
			    &status)) /* in the kernel's hands: it cannot be waited for */
			status = SIGKILL;
	}
	if (p->pid > 0) {
		end->crashed = WIFSIGNALED(status);
		end->signal = end->crashed ? WTERMSIG(status) : 0;
		end->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	p->pid = 0;
	p->fd = -1;
	p->hung = false;
}

void proc_kill(struct proc *p)
{
	struct proc_end end;

	if (p->pid > 0)
		(void)kill(p->pid, SIGKILL);
	proc_wait(p, &end);
}

void proc_stop(struct proc *p)
{
	struct pollfd end = {.fd = p->fd, .events = POLLIN};
	char byte;

	if (p->pid <= 0)
		return;
	if (shutdown(p->fd, SHUT_WR) == -1 || poll(&end, 1, STOP_MS) != 1 ||
		recv(p->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		(void)kill(p->pid, SIGKILL);
	proc_wait(p, &(struct proc_end){0});
}

/* One look at all pairs, of at most SLICE_MS. 1 and *which, 0, -1. */
static int look(const struct proc *procs, size_t n, int ms, size_t *which, struct err *e)
{
	struct pollfd fds[LIMIT_WORKERS];
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){.fd = procs[i].fd, .events = POLLIN};
	rc = poll(fds, n, ms);
	if (rc == -1 && errno != EINTR)
		return err_errno(e, ERR_IO, "wait for workers");
	for (size_t i = 0; rc > 0 && i < n; i++) {
		if (fds[i].revents != 0) {
			*which = i;
			return 1;
		}
	}
	return 0;
}

/* Ends the workers that said nothing for too long; what they have of the pair is cut, so that
 * nothing waits for them, even where they cannot die. */
static void end_hung(struct proc *procs, size_t n, const struct proc_patience *w)
{
	const int64_t now = clock_ms(w->clock);

	for (size_t i = 0; i < n; i++) {
		if (now - procs[i].heard < w->quiet_ms || procs[i].hung)
			continue;
		procs[i].hung = true;
		(void)kill(procs[i].pid, SIGKILL);
		(void)shutdown(procs[i].fd, SHUT_RDWR);
	}
}

int proc_next(
	struct proc *procs, size_t n, const struct proc_patience *w, size_t *which, struct err *e)
{
	int64_t stop_at = 0;
	int rc = 0;

	BUG_IF(n > LIMIT_WORKERS);
	for (size_t i = 0; i < n; i++) { /* while it waited for us it had nothing to say */
		if (procs[i].heard == 0)
			procs[i].heard = clock_ms(w->clock);
	}
	while (rc == 0) {
		if (proc_told_to_stop() && stop_at == 0)
			stop_at = clock_ms(w->clock) + w->grace_ms;
		if (stop_at != 0 && clock_ms(w->clock) >= stop_at)
			return err_set(e, ERR_STOP, "told to stop");
		if (w->until_ms != 0 && clock_ms(w->clock) >= w->until_ms) {
			(void)err_set(e, ERR_STOP, "the run's time is up (<run time>)");
			return err_reason(e, "RUN-TIME");
		}
		rc = look(procs, n, SLICE_MS, which, e);
		if (rc == 0) /* what came while we were away was read first */
			end_hung(procs, n, w);
	}
	if (rc == 1)
		procs[*which].heard = 0;
	return rc == 1 ? 0 : -1;
}

int proc_receive(struct proc *p, const struct proc_patience *w, struct frame *f, struct err *e)
{
	size_t which = 0;

	return proc_next(p, 1, w, &which, e) == -1 ? -1 : frame_receive(p->fd, f, e);
}

int proc_ended(struct proc *p, const char *who, enum err_code code, const char *prefix,
	const struct proc_patience *w, struct err *e)
{
	struct proc_end end;
	char reason[40];

	proc_wait(p, &end);
	if (!end.crashed && !end.hung && end.status == PROC_EXIT_MEMORY)
		return err_set(e, ERR_MEMORY, "the %s worker ran out of memory", who);
	if (end.hung)
		(void)err_set(e, code, "the %s worker made no progress for %lld s and was ended",
			who, (long long)(w->quiet_ms / 1000));
	else
		(void)err_set(e, code, "the %s worker died (%s %d)", who,
			end.crashed ? "signal" : "status", end.crashed ? end.signal : end.status);
	if (!*prefix)
		return -1;
	(void)snprintf(reason, sizeof(reason), "%s-%s", prefix, end.hung ? "HUNG" : "CRASH");
	return err_reason(e, reason);
}

static void on_stop(int sig)
{
	(void)sig;
	stop_flag = 1;
}

void proc_catch_signals(void)
{
	struct sigaction act;
	struct sigaction was;

	memset(&act, 0, sizeof(act));
	act.sa_handler = on_stop;
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGINT, &act, NULL);
	/* The terminal was closed; under nohup that is nothing. */
	if (sigaction(SIGHUP, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
		(void)sigaction(SIGHUP, &act, NULL);
}

bool proc_told_to_stop(void)
{
	return stop_flag != 0;
}
