/*
 * Closing a worker; see sandbox.h. First Landlock, then seccomp. Landlock by raw system calls with constants of our own, as the
 * installed header may be older than the kernel: Linux Documentation/userspace-api/landlock.rst.
 * What is handled grows with the ABI that the kernel says it has:
 * 1 files, 2 renames between folders, 3 truncate, 4 TCP, 5 device ioctls, 6 signals and abstract
 * sockets. Under 2 a file could not be published (.tmp to its folder), so that counts as none.
 * Left open by Landlock, closed by seccomp: UDP, sockets by path. All descriptors the process
 * holds stay usable.
 */
#include "secure/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include "secure/seccomp.h"

enum {
	CALL_CREATE = 444,
	CALL_ADD_RULE = 445,
	CALL_RESTRICT = 446,
	CREATE_VERSION = 1,
	RULE_PATH = 1,
	RULE_PORT = 2,
	ABI_LEAST = 2,
	ABI_TRUNCATE = 3,
	ABI_TCP = 4,
	ABI_IOCTL = 5,
	ABI_SCOPE = 6
};

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,
	FS_ALL_2 = FS_TRUNCATE - 1,
	/* The folder for temporaries is made where it lacks, hence MAKE_DIR. */
	FS_READ = FS_READ_FILE | FS_READ_DIR,
	FS_WRITE = FS_READ | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER |
		FS_TRUNCATE,
	NET_BIND = 1 << 0,
	NET_CONNECT = 1 << 1,
	SCOPE_ABSTRACT = 1 << 0,
	SCOPE_SIGNAL = 1 << 1
};

/* As the kernel lays them out: it takes a longer struct than it knows if the rest is zero, and of
 * rule_path the 12 bytes up to its padding. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct rule_path {
	uint64_t allowed;
	int32_t fd;
};

struct rule_port {
	uint64_t allowed;
	uint64_t port;
};

struct role {
	const char *name;
	unsigned calls; /* SECCOMP_ needs; with SECCOMP_TCP it may reach s->port */
	rlim_t data;	/* bytes of memory of its own */
};

/* Data: a worker is made for 64 MB; this only keeps a bad input from taking the machine. */
static const struct role roles[SANDBOX_ROLES] = {
	[SANDBOX_CONVERT] = {"convert", SECCOMP_OPEN, (rlim_t)2 << 30},
	[SANDBOX_INGEST] = {"ingest", SECCOMP_OPEN, (rlim_t)2 << 30},
	[SANDBOX_TRANSFER] = {"transfer", SECCOMP_FOLDERS | SECCOMP_TCP, (rlim_t)2 << 30},
};

static void limit(__rlimit_resource_t what, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(what, &now) != 0)
		return;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		value = now.rlim_max;
	const struct rlimit l = {value, value};
	(void)setrlimit(what, &l);
}

void sandbox_basics(void)
{
	struct sigaction ignore;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL); /* a write fails with EFBIG, and says so */
	(void)umask(077);
	limit(RLIMIT_CORE, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	tzset(); /* libraries that want local times look for the zone now, not when they are closed in */
}

static int abi_of_kernel(void)
{
	const long abi = syscall(CALL_CREATE, NULL, 0, CREATE_VERSION);

	return abi < ABI_LEAST ? 0 : (int)abi;
}

static uint64_t fs_rights(int abi)
{
	uint64_t all = FS_ALL_2;

	if (abi >= ABI_TRUNCATE)
		all |= FS_TRUNCATE;
	if (abi >= ABI_IOCTL)
		all |= FS_IOCTL_DEV;
	return all;
}

static int allow_paths(int rules, uint64_t handled, const struct sandbox *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const uint64_t want = s->paths[i].write ? FS_WRITE : FS_READ;
		const struct rule_path r = {want & handled, s->paths[i].dir};
		if (syscall(CALL_ADD_RULE, rules, RULE_PATH, &r, 0) != 0)
			return err_errno(e, ERR_IO, "landlock: folder rule %zu", i + 1);
	}
	return 0;
}

/* The leak checker of the address sanitizer looks at its own threads and maps when it ends. */
static int allow_leak_check(int rules, struct err *e)
{
	const int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct rule_path r = {FS_READ, proc};
	int rc = 0;

	if (proc == -1)
		return 0;
	if (syscall(CALL_ADD_RULE, rules, RULE_PATH, &r, 0) != 0)
		rc = err_errno(e, ERR_IO, "landlock: rule for /proc");
	(void)close(proc);
	return rc;
}

static int allow_port(int rules, int port, struct err *e)
{
	const struct rule_port r = {NET_CONNECT, (uint64_t)port};

	if (syscall(CALL_ADD_RULE, rules, RULE_PORT, &r, 0) != 0)
		return err_errno(e, ERR_IO, "landlock: rule for port %d", port);
	return 0;
}

static int restrict_self(const struct role *role, const struct sandbox *s, int abi, struct err *e)
{
	const struct ruleset handled = {
		.fs = fs_rights(abi),
		.net = abi >= ABI_TCP ? NET_BIND | NET_CONNECT : 0,
		.scoped = abi >= ABI_SCOPE ? SCOPE_ABSTRACT | SCOPE_SIGNAL : 0,
	};
	const long rules = syscall(CALL_CREATE, &handled, sizeof(handled), 0);
	int rc = -1;

	if (rules < 0)
		return err_errno(e, ERR_IO, "landlock: rules of role %s", role->name);
	if (allow_paths((int)rules, handled.fs, s, e) != 0)
		goto out;
	if (ATTR_ASAN && allow_leak_check((int)rules, e) != 0)
		goto out;
	if ((role->calls & SECCOMP_TCP) && s->port > 0 && handled.net != 0 &&
		allow_port((int)rules, s->port, e) != 0)
		goto out;
	if (syscall(CALL_RESTRICT, (int)rules, 0) != 0) {
		(void)err_errno(e, ERR_IO, "landlock: enter role %s", role->name);
		goto out;
	}
	rc = 0;
out:
	(void)close((int)rules);
	return rc;
}

/* Files, and with them TCP. 0; -1 with what this kernel lacks. *level: the ABI in force. */
static int close_names(const struct role *r, const struct sandbox *s, int *level, struct err *e)
{
	const int abi = abi_of_kernel();

	if (abi == 0)
		return err_set(e, ERR_CONFIG,
			"this kernel has no Landlock (Linux 5.19 or newer, switched on with lsm=): "
			"the %s worker runs without it",
			r->name);
	if (restrict_self(r, s, abi, e) != 0)
		return -1;
	*level = abi;
	if (abi < ABI_TCP)
		return err_set(e, ERR_CONFIG,
			"the Landlock of this kernel has ABI %d and cannot restrict TCP (Linux 6.7 "
			"can): the %s worker is kept from files only",
			abi, r->name);
	return 0;
}

int sandbox_enter(enum sandbox_role role, const struct sandbox *s, int *level, struct err *e)
{
	const struct role *r = NULL;
	struct err names;
	int rc = 0;

	BUG_IF((size_t)role >= SANDBOX_ROLES);
	r = &roles[role];
	*level = 0;
	limit(RLIMIT_CORE, 0);
	/* The address sanitizer reserves terabytes and makes a thread of its own. */
	if (!ATTR_ASAN) {
		limit(RLIMIT_DATA, r->data);
		limit(RLIMIT_NPROC, 0);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, ERR_IO, "no new privileges");
	rc = close_names(r, s, level, &names);
	if (!ATTR_INSTRUMENTED && seccomp_enter(r->calls, e) == -1)
		return rc == -1 ? err_wrap(e, "%s; also", names.text) : -1;
	if (rc == -1)
		*e = names;
	return rc;
}
