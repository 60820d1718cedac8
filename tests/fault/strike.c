/*
 * strike: runs a program and does one thing to it at one of its system calls.
 *
 *   strike [--report FILE] [--calls change|io] [--seconds N] [--at P:N --do ACTION] -- PROGRAM ARG...
 *
 * P counts the processes in the order in which they are made (0 is PROGRAM), N the listed calls of
 * that process, from 1. Without --at the report has a line for each listed call. ACTION is
 *
 *   kill-before, kill-after      the process dies there (SIGKILL)
 *   all-before, all-after        it and all others of the program die at once
 *   errno=NUMBER, errno+=NUMBER  the call is not made and fails; +=: so do all calls of its name
 *                                after it, in that process; a close is made nevertheless, as
 *                                Linux does
 *   short                        a write or read is cut to half of its bytes
 *   power=FLAG:FOLDER            the file system of FOLDER stops before the call (ioctl shutdown:
 *                                1 the journal is written and data are lost, 2 nothing is), and
 *                                everything dies
 *
 * The report also has a line `struck P:N NAME` or `missed`, `died P SIGNAL` for each process that
 * a signal ended which was not ours, and `hung` when the time was up. strike leaves with the
 * program's status; 137 when it was killed, 124 when it hung, 64 when the arguments are wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "strike knows the registers of x86-64 only"
#endif

enum { PROCESSES = 256, SECONDS = 60, KILLED = 137, HUNG = 124, USAGE = 64 };

/* What a call's arguments name, for the report. */
enum shape { FD, PATH, AT, AT_HOW, NONE };

struct call {
	long number;
	const char *name;
	enum shape shape;
	bool change; /* changes something that others see */
	bool sized;  /* third argument: how many bytes */
};

static const struct call calls[] = {
	{SYS_write, "write", FD, true, true},
	{SYS_pwrite64, "pwrite64", FD, true, true},
	{SYS_writev, "writev", FD, true, false},
	{SYS_sendto, "sendto", FD, true, false},
	{SYS_sendmsg, "sendmsg", FD, true, false},
	{SYS_copy_file_range, "copy_file_range", FD, true, false},
	{SYS_sendfile, "sendfile", FD, true, false},
	{SYS_fsync, "fsync", FD, true, false},
	{SYS_fdatasync, "fdatasync", FD, true, false},
	{SYS_sync_file_range, "sync_file_range", FD, true, false},
	{SYS_ftruncate, "ftruncate", FD, true, false},
	{SYS_fallocate, "fallocate", FD, true, false},
	{SYS_fchmod, "fchmod", FD, true, false},
	{SYS_rename, "rename", PATH, true, false},
	{SYS_renameat, "renameat", AT, true, false},
	{SYS_renameat2, "renameat2", AT, true, false},
	{SYS_link, "link", PATH, true, false},
	{SYS_linkat, "linkat", AT, true, false},
	{SYS_symlinkat, "symlinkat", PATH, true, false},
	{SYS_unlink, "unlink", PATH, true, false},
	{SYS_unlinkat, "unlinkat", AT, true, false},
	{SYS_rmdir, "rmdir", PATH, true, false},
	{SYS_mkdir, "mkdir", PATH, true, false},
	{SYS_mkdirat, "mkdirat", AT, true, false},
	{SYS_fchmodat, "fchmodat", AT, true, false},
	{SYS_utimensat, "utimensat", AT, true, false},
	{SYS_open, "open", PATH, false, false},
	{SYS_openat, "openat", AT, false, false},
	{SYS_openat2, "openat2", AT_HOW, false, false},
	{SYS_read, "read", FD, false, true},
	{SYS_pread64, "pread64", FD, false, true},
	{SYS_readv, "readv", FD, false, false},
	{SYS_recvfrom, "recvfrom", FD, false, false},
	{SYS_recvmsg, "recvmsg", FD, false, false},
	{SYS_newfstatat, "newfstatat", AT, false, false},
	{SYS_fstat, "fstat", FD, false, false},
	{SYS_lseek, "lseek", FD, false, false},
	{SYS_close, "close", FD, false, false},
	{SYS_getdents64, "getdents64", FD, false, false},
	{SYS_readlink, "readlink", PATH, false, false},
	{SYS_flock, "flock", FD, false, false},
	{SYS_fcntl, "fcntl", FD, false, false},
	{SYS_socket, "socket", NONE, false, false},
	{SYS_socketpair, "socketpair", NONE, false, false},
	{SYS_connect, "connect", FD, false, false},
	{SYS_pipe2, "pipe2", NONE, false, false},
	{SYS_clone, "clone", NONE, false, false},
	{SYS_memfd_create, "memfd_create", NONE, false, false},
	{SYS_getrandom, "getrandom", NONE, false, false},
	{SYS_poll, "poll", NONE, false, false},
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

enum deed { LIST, KILL_ONE, KILL_ALL, FAIL, SHORT, POWER };

struct process {
	pid_t pid;
	bool gone;
	uint64_t seen; /* listed calls so far */
	bool in_call;  /* struck, and its end is waited for */
};

struct strike {
	struct process process[PROCESSES];
	int n;
	FILE *report;
	bool io; /* all calls of the table, not only those that change something */
	int at_process;
	uint64_t at_call;
	enum deed deed;
	bool after, on; /* kill after the call; fail from here on */
	int error, power;
	const char *folder;
	const struct call *failing; /* by errno+= */
	bool struck;
};

static volatile sig_atomic_t late;

static void time_is_up(int number)
{
	(void)number;
	late = 1;
}

static _Noreturn void usage(const char *why, const char *what)
{
	(void)fprintf(stderr, "strike: %s %s; see the head of tests/fault/strike.c\n", why, what);
	exit(USAGE);
}

/* --- the program's side --- */

static void trace_me(bool io)
{
	struct sock_filter code[CALLS + 6];
	unsigned n = 0;
	unsigned listed = 0;
	struct sock_fprog filter;

	for (size_t i = 0; i < CALLS; i++)
		listed += io || calls[i].change || calls[i].shape == AT_HOW ||
			calls[i].number == SYS_openat;
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CALLS; i++) {
		if (!io && !calls[i].change && calls[i].shape != AT_HOW &&
			calls[i].number != SYS_openat)
			continue;
		code[n] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned)calls[i].number, (unsigned char)(listed - n + 1), 0);
		n++;
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	filter = (struct sock_fprog){.len = (unsigned short)n, .filter = code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == -1) {
		perror("strike: seccomp");
		_exit(71);
	}
}

static pid_t start(char **argv, bool io)
{
	const pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) == -1)
		_exit(71);
	(void)raise(SIGSTOP);
	trace_me(io);
	(void)execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* --- one call --- */

static bool peek(pid_t pid, unsigned long long from, void *to, size_t n)
{
	struct iovec here = {to, n};
	struct iovec there = {(void *)(uintptr_t)from, n};

	return process_vm_readv(pid, &here, 1, &there, 1, 0) > 0;
}

static bool creates(pid_t pid, const struct call *c, const struct user_regs_struct *r)
{
	uint64_t flags = r->rdx;

	if (c->shape == AT_HOW && !peek(pid, r->rdx, &flags, sizeof(flags)))
		return false;
	return flags & O_CREAT;
}

/* The call's row, NULL when it is not listed. */
static const struct call *listed(
	const struct strike *s, pid_t pid, const struct user_regs_struct *r)
{
	for (size_t i = 0; i < CALLS; i++) {
		const struct call *c = &calls[i];
		if (c->number != (long)r->orig_rax)
			continue;
		return s->io || c->change || creates(pid, c, r) ? c : NULL;
	}
	return NULL;
}

static void print_text(FILE *f, pid_t pid, unsigned long long from)
{
	char text[300];

	memset(text, 0, sizeof(text));
	if (!peek(pid, from, text, sizeof(text) - 1)) /* the text may end where its page does */
		(void)peek(pid, from, text,
			4096 - from % 4096 < sizeof(text) ? 4096 - from % 4096 : 1);
	text[sizeof(text) - 1] = '\0';
	for (const char *p = text; *p; p++)
		(void)fputc((unsigned char)*p < ' ' ? '?' : *p, f);
}

static void print_fd(FILE *f, pid_t pid, unsigned long long fd)
{
	char link[64];
	char path[300];
	ssize_t n = 0;

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)fd);
	n = readlink(link, path, sizeof(path));
	(void)fprintf(f, " %.*s", n > 0 ? (int)n : 1, n > 0 ? path : "?");
}

static void print_call(const struct strike *s, int p, const struct call *c,
	const struct user_regs_struct *r, const char *word)
{
	const pid_t pid = s->process[p].pid;

	(void)fprintf(s->report, "%s%d:%" PRIu64 " %s", word, p, s->process[p].seen, c->name);
	if (c->shape == FD || c->shape == AT || c->shape == AT_HOW)
		print_fd(s->report, pid, r->rdi);
	if (c->shape != FD && c->shape != NONE) {
		(void)fputc(' ', s->report);
		print_text(s->report, pid, c->shape == PATH ? r->rdi : r->rsi);
	}
	(void)fputc('\n', s->report);
}

static void kill_all(const struct strike *s)
{
	for (int i = 0; i < s->n; i++)
		if (!s->process[i].gone)
			(void)kill(s->process[i].pid, SIGKILL);
}

static void power_off(const struct strike *s)
{
	const unsigned flag = (unsigned)s->power;
	const int fd = open(s->folder, O_RDONLY | O_DIRECTORY);

	if (fd == -1 || ioctl(fd, _IOR('X', 125, unsigned), &flag) == -1) {
		perror("strike: power");
		kill_all(s);
		exit(71);
	}
	(void)close(fd);
	kill_all(s);
}

static void kill_there(struct strike *s, int p)
{
	if (s->deed == KILL_ALL)
		kill_all(s);
	else
		(void)kill(s->process[p].pid, SIGKILL);
}

/* The end of a call that was waited for. */
static void after_call(struct strike *s, int p)
{
	const pid_t pid = s->process[p].pid;
	struct user_regs_struct r;

	if (s->deed != FAIL) {
		kill_there(s, p);
	} else if (ptrace(PTRACE_GETREGS, pid, 0, &r) == 0) {
		r.rax = (unsigned long long)-s->error;
		(void)ptrace(PTRACE_SETREGS, pid, 0, &r);
	}
}

/* Does it. True: the end of the call is waited for. */
static bool strike_now(struct strike *s, int p, const struct call *c, struct user_regs_struct *r)
{
	const pid_t pid = s->process[p].pid;

	switch (s->deed) {
	case KILL_ONE:
	case KILL_ALL:
		if (s->after)
			return true;
		kill_there(s, p);
		break;
	case FAIL:
		s->failing = s->on ? c : NULL;
		if (c->number == SYS_close)
			return true;
		r->orig_rax = (unsigned long long)-1;
		r->rax = (unsigned long long)-s->error;
		(void)ptrace(PTRACE_SETREGS, pid, 0, r);
		break;
	case SHORT:
		if (c->sized && r->rdx > 1) {
			r->rdx /= 2;
			(void)ptrace(PTRACE_SETREGS, pid, 0, r);
		}
		break;
	case POWER:
		power_off(s);
		break;
	case LIST:
		break;
	}
	return false;
}

/* A stop before a call. True: the end of the call is waited for. */
static bool before_call(struct strike *s, int p)
{
	struct user_regs_struct r;
	const struct call *c = NULL;

	if (ptrace(PTRACE_GETREGS, s->process[p].pid, 0, &r) == -1)
		return false;
	c = listed(s, s->process[p].pid, &r);
	if (!c)
		return false;
	s->process[p].seen++;
	if (s->deed == LIST) {
		print_call(s, p, c, &r, "");
		return false;
	}
	if (s->struck)
		return s->failing == c && p == s->at_process && strike_now(s, p, c, &r);
	if (p != s->at_process || s->process[p].seen != s->at_call)
		return false;
	s->struck = true;
	print_call(s, p, c, &r, "struck ");
	return strike_now(s, p, c, &r);
}

/* --- all processes --- */

static int index_of(struct strike *s, pid_t pid)
{
	for (int i = s->n - 1; i >= 0; i--)
		if (s->process[i].pid == pid && !s->process[i].gone)
			return i;
	if (s->n == PROCESSES)
		usage("more processes than", "256");
	s->process[s->n].pid = pid;
	return s->n++;
}

static void ended(struct strike *s, int p, int status)
{
	s->process[p].gone = true;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		(void)fprintf(s->report, "died %d %s\n", p, strsignal(WTERMSIG(status)));
}

/* What a stop is for, and what goes on after it: a request to ptrace, and a signal with it. */
static void stopped(struct strike *s, int p, int status)
{
	const pid_t pid = s->process[p].pid;
	const int number = WSTOPSIG(status);
	int event = status >> 16;
	bool till_end = false;
	int pass = 0;

	if (event == PTRACE_EVENT_SECCOMP) {
		till_end = before_call(s, p);
		s->process[p].in_call = till_end;
	} else if (event != 0) {
		unsigned long child = 0;
		if (event != PTRACE_EVENT_EXEC && ptrace(PTRACE_GETEVENTMSG, pid, 0, &child) == 0)
			(void)index_of(s, (pid_t)child); /* in the order in which they are made */
	} else if (number == (SIGTRAP | 0x80)) {
		if (s->process[p].in_call)
			after_call(s, p);
		s->process[p].in_call = false;
	} else if (number != SIGSTOP && number != SIGTRAP) {
		pass = number;
	}
	(void)ptrace(till_end ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, pass);
}

/* An orphan is reported twice: to who traces it, and to who inherits it, which is us again. */
static bool gone_already(const struct strike *s, pid_t pid)
{
	for (int i = s->n - 1; i >= 0; i--)
		if (s->process[i].pid == pid)
			return s->process[i].gone;
	return false;
}

/* Until the last process is gone: the wait status of the first. */
static int follow(struct strike *s)
{
	int status = 0;
	int first = 0;

	for (;;) {
		const pid_t pid = waitpid(-1, &status, __WALL);
		if (pid == -1 && errno == EINTR) {
			if (late) {
				(void)fputs("hung\n", s->report);
				kill_all(s);
			}
			continue;
		}
		if (pid == -1)
			return first;
		if (!WIFSTOPPED(status) && gone_already(s, pid))
			continue;
		const int p = index_of(s, pid);
		if (WIFSTOPPED(status)) {
			stopped(s, p, status);
			continue;
		}
		ended(s, p, status);
		if (p == 0)
			first = status;
	}
}

static void attach(struct strike *s, pid_t pid)
{
	int status = 0;
	const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD |
		PTRACE_O_EXITKILL;

	if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, 0, options) == -1 ||
		ptrace(PTRACE_CONT, pid, 0, 0) == -1) {
		perror("strike: ptrace");
		exit(71);
	}
	(void)index_of(s, pid);
}

/* --- arguments --- */

static void read_deed(struct strike *s, const char *text)
{
	char *end = NULL;

	if (strcmp(text, "short") == 0) {
		s->deed = SHORT;
	} else if (strncmp(text, "errno=", 6) == 0 || strncmp(text, "errno+=", 7) == 0) {
		s->deed = FAIL;
		s->on = text[5] == '+';
		s->error = (int)strtol(strchr(text, '=') + 1, &end, 10);
		if (*end != '\0' || s->error <= 0)
			usage("not an error number:", text);
	} else if (strncmp(text, "power=", 6) == 0) {
		s->deed = POWER;
		s->power = (int)strtol(text + 6, &end, 10);
		if (*end != ':')
			usage("power=FLAG:FOLDER, not", text);
		s->folder = end + 1;
	} else {
		s->after = strstr(text, "-after") != NULL;
		s->deed = strncmp(text, "all-", 4) == 0 ? KILL_ALL : KILL_ONE;
		if (strcmp(strchr(text, '-') ? strchr(text, '-') : "",
			    s->after ? "-after" : "-before") != 0)
			usage("unknown action", text);
	}
}

static void read_option(struct strike *s, const char *name, const char *value)
{
	char *end = NULL;

	if (strcmp(name, "--report") == 0) {
		s->report = fopen(value, "we");
		if (!s->report)
			usage("cannot write", value);
	} else if (strcmp(name, "--calls") == 0) {
		s->io = strcmp(value, "io") == 0;
	} else if (strcmp(name, "--seconds") == 0) {
		(void)alarm((unsigned)strtoul(value, NULL, 10));
	} else if (strcmp(name, "--at") == 0) {
		s->at_process = (int)strtol(value, &end, 10);
		s->at_call = *end == ':' ? strtoull(end + 1, &end, 10) : 0;
		if (*end != '\0' || s->at_call == 0)
			usage("not a place P:N:", value);
	} else if (strcmp(name, "--do") == 0) {
		read_deed(s, value);
	} else {
		usage("unknown option", name);
	}
}

int main(int argc, char **argv)
{
	static struct strike s;
	struct sigaction on_alarm = {.sa_handler = time_is_up};
	int status = 0;
	int i = 1;

	s.report = stderr;
	(void)sigaction(SIGALRM, &on_alarm, NULL);
	(void)alarm(SECONDS);
	for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2)
		read_option(&s, argv[i], argv[i + 1]);
	if (i + 1 >= argc || strcmp(argv[i], "--") != 0)
		usage("no program after", "--");
	if ((s.deed == LIST) != (s.at_call == 0))
		usage("--at goes with", "--do");
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* nobody else may reap orphans here */
	attach(&s, start(argv + i + 1, s.io));
	status = follow(&s);
	if (s.deed != LIST && !s.struck)
		(void)fputs("missed\n", s.report);
	if (fclose(s.report) != 0)
		return 74;
	if (late)
		return HUNG;
	return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED;
}
