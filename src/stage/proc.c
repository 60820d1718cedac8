/* Worker processes; see proc.h. */
#include "stage/proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#if ATTR_ASAN
#include <sanitizer/lsan_interface.h>
#endif

enum { STOP_MS = 5000 };

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

	p->pid = 0;
	p->fd = -1;
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

void proc_wait(struct proc *p, struct proc_end *end)
{
	int status = 0;

	memset(end, 0, sizeof(*end));
	if (p->pid > 0) {
		while (waitpid(p->pid, &status, 0) == -1 && errno == EINTR)
			;
		end->crashed = WIFSIGNALED(status);
		end->signal = end->crashed ? WTERMSIG(status) : 0;
		end->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	if (p->fd != -1)
		(void)close(p->fd);
	p->pid = 0;
	p->fd = -1;
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

	if (shutdown(p->fd, SHUT_WR) == -1 || poll(&end, 1, STOP_MS) != 1 ||
		recv(p->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		(void)kill(p->pid, SIGKILL);
	proc_wait(p, &(struct proc_end){0});
}

int proc_poll(const struct proc *procs, size_t n, int timeout_ms, size_t *which, struct err *e)
{
	struct pollfd fds[64];
	size_t used = n < 64 ? n : 64;
	int rc = 0;

	for (size_t i = 0; i < used; i++)
		fds[i] = (struct pollfd){.fd = procs[i].fd, .events = POLLIN};
	rc = poll(fds, used, timeout_ms);
	if (rc == -1 && errno != EINTR)
		return err_errno(e, ERR_IO, "wait for workers");
	for (size_t i = 0; rc > 0 && i < used; i++) {
		if (fds[i].revents != 0) {
			*which = i;
			return 1;
		}
	}
	return 0;
}

static void on_stop(int sig)
{
	(void)sig;
	stop_flag = 1;
}

void proc_catch_signals(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = on_stop;
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGINT, &act, NULL);
}

bool proc_told_to_stop(void)
{
	return stop_flag != 0;
}
