/* The filter; see seccomp.h. A program of BPF that goes through the listed calls one by one. */
#include "secure/seccomp.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE

enum { ALL = 0, FOLDERS = SECCOMP_FOLDERS, TCP = SECCOMP_TCP };
enum { CODE_MAX = 400 };
/* The low half of an argument, where the kernel's struct has it on a little-endian machine. */
enum {
	ARG_0 = offsetof(struct seccomp_data, args[0]),
	ARG_1 = offsetof(struct seccomp_data, args[1]),
	ARG_2 = offsetof(struct seccomp_data, args[2])
};

/* What an argument must be besides. */
enum check { ANY, NOT_EXECUTABLE, INET_STREAM };

struct call {
	uint32_t number;
	enum check check;
	unsigned need; /* listed if this is among what the worker needs; ALL always */
};

/* Those that are made most stand first. */
static const struct call calls[] = {
	{SYS_recvfrom, ANY, ALL},
	{SYS_sendto, ANY, ALL},
	{SYS_read, ANY, ALL},
	{SYS_write, ANY, ALL},
	{SYS_pread64, ANY, ALL},
	{SYS_pwrite64, ANY, ALL},
	{SYS_lseek, ANY, ALL},
	{SYS_ppoll, ANY, ALL},
	/* memory */
	{SYS_brk, ANY, ALL},
	{SYS_mmap, NOT_EXECUTABLE, ALL},
	{SYS_mprotect, NOT_EXECUTABLE, ALL},
	{SYS_munmap, ANY, ALL},
	{SYS_mremap, ANY, ALL},
	{SYS_madvise, ANY, ALL},
	{SYS_mlock, ANY, ALL},
	{SYS_munlock, ANY, ALL},
	/* what is open */
	{SYS_close, ANY, ALL},
	{SYS_close_range, ANY, ALL},
	{SYS_fstat, ANY, ALL},
	{SYS_newfstatat, ANY, ALL},
	{SYS_statx, ANY, ALL},
	{SYS_readv, ANY, ALL},
	{SYS_writev, ANY, ALL},
	{SYS_recvmsg, ANY, ALL},
	{SYS_sendmsg, ANY, ALL},
	{SYS_shutdown, ANY, ALL},
	{SYS_fcntl, ANY, ALL},
	{SYS_ftruncate, ANY, ALL},
	/* time, chance, waiting, the end */
	{SYS_clock_gettime, ANY, ALL},
	{SYS_clock_nanosleep, ANY, ALL},
	{SYS_nanosleep, ANY, ALL},
	{SYS_gettimeofday, ANY, ALL},
	{SYS_restart_syscall, ANY, ALL},
	{SYS_futex, ANY, ALL},
	{SYS_getrandom, ANY, ALL},
	{SYS_sysinfo, ANY, ALL}, /* qsort asks how much memory there is */
	{SYS_getpid, ANY, ALL},
	{SYS_gettid, ANY, ALL},
	{SYS_rt_sigaction, ANY, ALL},
	{SYS_rt_sigprocmask, ANY, ALL},
	{SYS_rt_sigreturn, ANY, ALL},
	{SYS_tgkill, ANY, ALL}, /* abort */
	{SYS_exit, ANY, ALL},
	{SYS_exit_group, ANY, ALL},
	/* folders */
	{SYS_openat, ANY, FOLDERS},
	{SYS_openat2, ANY, FOLDERS},
	{SYS_getdents64, ANY, FOLDERS},
	{SYS_fsync, ANY, FOLDERS},
	{SYS_fdatasync, ANY, FOLDERS},
	{SYS_sync_file_range, ANY, FOLDERS},
	{SYS_fchmod, ANY, FOLDERS},
	{SYS_renameat2, ANY, FOLDERS},
#ifdef SYS_renameat
	{SYS_renameat, ANY, FOLDERS}, /* the C library's renameat2 without flags */
#endif
	{SYS_unlinkat, ANY, FOLDERS},
	{SYS_mkdirat, ANY, FOLDERS},
	{SYS_faccessat, ANY, FOLDERS},
	/* the network: no UDP, no sockets by path, nothing that listens */
	{SYS_socket, INET_STREAM, TCP},
	{SYS_connect, ANY, TCP},
	{SYS_setsockopt, ANY, TCP},
	{SYS_getsockopt, ANY, TCP},
	{SYS_getsockname, ANY, TCP},
	{SYS_getpeername, ANY, TCP},
#ifdef __x86_64__ /* older forms, which later machines do not have */
	{SYS_poll, ANY, ALL},
	{SYS_select, ANY, ALL},
	{SYS_time, ANY, ALL},
	{SYS_open, ANY, FOLDERS},
	{SYS_stat, ANY, FOLDERS},
	{SYS_lstat, ANY, FOLDERS},
	{SYS_access, ANY, FOLDERS},
#endif
};

struct code {
	struct sock_filter at[CODE_MAX];
	unsigned short n;
};

static void put(struct code *c, uint16_t what, uint32_t k, uint8_t yes, uint8_t no)
{
	BUG_IF(c->n == CODE_MAX);
	c->at[c->n++] = (struct sock_filter){what, yes, no, k};
}

static void load(struct code *c, uint32_t from)
{
	put(c, BPF_LD | BPF_W | BPF_ABS, from, 0, 0);
}

static void answer(struct code *c, bool allow)
{
	put(c, BPF_RET | BPF_K, allow ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | 1 /* EPERM */, 0,
		0);
}

/* The answer for a call whose number has been met. */
static void decide(struct code *c, enum check check)
{
	if (check == NOT_EXECUTABLE) {
		load(c, ARG_2);
		put(c, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
		answer(c, false);
	}
	if (check == INET_STREAM) {
		load(c, ARG_0);
		put(c, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0);
		put(c, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0);
		answer(c, false);
		load(c, ARG_1);
		put(c, BPF_ALU | BPF_AND | BPF_K, 0xf, 0,
			0); /* without SOCK_CLOEXEC, SOCK_NONBLOCK */
		put(c, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0);
		answer(c, false);
	}
	answer(c, true);
}

static void program(struct code *c, unsigned needs)
{
	load(c, offsetof(struct seccomp_data, arch));
	put(c, BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
	answer(c, false);
	load(c, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].need != ALL && (calls[i].need & needs) == 0)
			continue;
		const unsigned short test = c->n;
		put(c, BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 0);
		decide(c, calls[i].check);
		c->at[test].jf = (uint8_t)(c->n - test - 1);
	}
	answer(c, false);
}

int seccomp_enter(unsigned needs, struct err *e)
{
	struct code c = {.n = 0};
	struct sock_fprog filter = {.filter = c.at};

	program(&c, needs);
	filter.len = c.n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, ERR_IO, "no new privileges");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &filter) != 0)
		return err_errno(
			e, ERR_CONFIG, "this kernel does not restrict system calls (seccomp)");
	return 0;
}

#else

int seccomp_enter(unsigned needs, struct err *e)
{
	(void)needs;
	return err_set(e, ERR_CONFIG, "system calls are not restricted on this kind of machine");
}

#endif
