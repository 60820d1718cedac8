/*
 * Closed workers: a child enters its role, tries what it must not do and what it must still do,
 * and leaves with the number of the first line that came out wrong.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "base/mem.h"
#include "secure/sandbox.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { NO_LANDLOCK = 255, NO_TCP = 254 };

struct box {
	char path[64];
	int dir; /* holds in/a, out/old, other/b */
	int in;
	int out;
	int other;
	int file; /* in/a, open before */
	int listening[2];
	int port[2];
};

static int listener(int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s, 5), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return s;
}

static int folder(int dir, const char *name, const char *file)
{
	struct err e;

	assert_int_equal(fsx_mkdir(dir, name, 0700, &e), 0);
	const int fd = fsx_subdir(dir, name, &e);
	assert_true(fd >= 0);
	assert_int_equal(fsx_put(fd, file, STR("content"), &e), 0);
	return fd;
}

static int setup(void **state)
{
	struct box *b = test_calloc(1, sizeof(*b));
	struct err e;

	(void)snprintf(b->path, sizeof(b->path), "box-XXXXXX");
	assert_non_null(mkdtemp(b->path));
	b->dir = fsx_dir(b->path, &e);
	b->in = folder(b->dir, "in", "a");
	b->out = folder(b->dir, "out", "old");
	b->other = folder(b->dir, "other", "b");
	b->file = fsx_open(b->in, "a", &e);
	for (int i = 0; i < 2; i++)
		b->listening[i] = listener(&b->port[i]);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;
	struct err e;
	const int here = fsx_dir(".", &e);
	const int fds[] = {
		b->dir, b->in, b->out, b->other, b->file, b->listening[0], b->listening[1]};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		fsx_close(fds[i]);
	assert_int_equal(fsx_tree_remove(here, b->path, &e), 0);
	fsx_close(here);
	test_free(b);
	return 0;
}

/* 0 connected, else errno. */
static int try_connect(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	errno = 0;
	const int rc = connect(s, (const struct sockaddr *)&a, sizeof(a));
	const int why = rc == 0 ? 0 : errno;
	fsx_close(s);
	return why;
}

static int try_bind(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	const int why = bind(s, (const struct sockaddr *)&a, sizeof(a)) == 0 ? 0 : errno;
	fsx_close(s);
	return why;
}

static int try_open(int dir, const char *name, int flags)
{
	const int fd = openat(dir, name, flags, 0600);
	const int why = fd == -1 ? errno : 0;

	fsx_close(fd);
	return why;
}

/* By Landlock, or by seccomp, which is not in instrumented builds and answers before it. */
static bool refused(int why)
{
	return why == EACCES || (why == EPERM && !ATTR_INSTRUMENTED);
}

/* In the child: what is wanted, or the line as exit status. */
#define WANT(cond)                                 \
	do {                                       \
		if (!(cond))                       \
			_exit(__LINE__ % 250 + 1); \
	} while (0)

/* Enters the role or leaves with a status that makes the test skip. */
static void enter(enum sandbox_role role, const struct sandbox *s)
{
	int level = -1;
	struct err e;

	err_clear(&e);
	if (sandbox_enter(role, s, &level, &e) == 0)
		return;
	(void)fprintf(stderr, "%s\n", e.text);
	_exit(level == 0 ? NO_LANDLOCK : NO_TCP);
}

typedef void child_fn(const struct box *b);

static void in_child(const struct box *b, child_fn *run)
{
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		run(b);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_LANDLOCK || WEXITSTATUS(status) == NO_TCP)
		skip(); /* this kernel has no Landlock, or not enough of it */
	if (WEXITSTATUS(status) != 0)
		fail_msg("the child came to a wrong answer at line N with N %% 250 + 1 = %d",
			WEXITSTATUS(status));
}

static void convert_child(const struct box *b)
{
	const struct sandbox none = {NULL, 0, b->port[0]};
	char text[8] = "";

	enter(SANDBOX_CONVERT, &none);
	WANT(refused(try_open(b->in, "a", O_RDONLY)));
	WANT(refused(try_open(b->out, "new", O_WRONLY | O_CREAT)));
	WANT(refused(try_open(AT_FDCWD, "/etc/passwd", O_RDONLY)));
	WANT(refused(try_open(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY)));
	WANT(mkdirat(b->out, "d", 0700) == -1 && refused(errno));
	WANT(unlinkat(b->other, "b", 0) == -1 && refused(errno));
	WANT(renameat(b->other, "b", b->other, "c") == -1 && refused(errno));
	WANT(symlinkat("x", b->other, "l") == -1 && refused(errno));
	WANT(refused(try_connect(b->port[0])));
	WANT(refused(try_bind()));
	/* What it was given stays usable. */
	WANT(pread(b->file, text, sizeof(text), 0) == 7 && memcmp(text, "content", 7) == 0);
	/* Memory still works; there is no way out by a second entering. */
	mem_free(mem_alloc(1 << 20));
	const struct sandbox_path p = {b->in, true};
	const struct sandbox wider = {&p, 1, 0};
	int level = 0;
	struct err e;
	WANT(sandbox_enter(SANDBOX_TRANSFER, &wider, &level, &e) == (ATTR_INSTRUMENTED ? 0 : -1));
	WANT(refused(try_open(b->in, "a", O_RDONLY)));
}

static void convert_is_closed(void **state)
{
	in_child(*state, convert_child);
}

static void reading_child(const struct box *b)
{
	const struct sandbox_path p = {b->in, false};
	const struct sandbox s = {&p, 1, 0};
	struct err e;

	enter(SANDBOX_TRANSFER, &s);
	WANT(try_open(b->in, "a", O_RDONLY) == 0);
	WANT(try_open(b->in, ".", O_RDONLY | O_DIRECTORY) == 0);
	WANT(refused(try_open(b->in, "a", O_WRONLY)));
	WANT(refused(try_open(b->in, "n", O_WRONLY | O_CREAT)));
	WANT(unlinkat(b->in, "a", 0) == -1 && refused(errno));
	WANT(fsx_put(b->in, "n", STR("x"), &e) == -1);
	WANT(refused(try_open(b->in, "../other/b", O_RDONLY)));
	WANT(refused(try_open(b->other, "b", O_RDONLY)));
	WANT(refused(try_connect(b->port[0])));
}

static void read_rule(void **state)
{
	in_child(*state, reading_child);
}

static void transfer_child(const struct box *b)
{
	const struct sandbox_path paths[] = {{b->in, false}, {b->out, true}};
	const struct sandbox s = {paths, 2, b->port[0]};
	struct fsx_list l;
	struct err e;

	enter(SANDBOX_TRANSFER, &s);
	WANT(try_open(b->in, "a", O_RDONLY) == 0);
	WANT(refused(try_open(b->in, "n", O_WRONLY | O_CREAT)));
	/* A file can be published, replaced, truncated, renamed and removed where writing is allowed,
	 * also in a folder that has no .tmp yet. */
	WANT(fsx_put(b->out, "new", STR("x"), &e) == 0);
	WANT(fsx_put(b->out, "new", STR("x"), &e) == -1 && e.code == ERR_EXISTS);
	WANT(fsx_replace(b->out, "new", STR("y"), &e) == 0);
	WANT(fsx_move(b->out, "new", b->out, "newer", &e) == 0);
	WANT(try_open(b->out, "newer", O_WRONLY | O_TRUNC) == 0);
	WANT(fsx_mkdir(b->out, "sub", 0700, &e) == 0);
	const int sub = fsx_subdir(b->out, "sub", &e);
	WANT(fsx_put(sub, "deep", STR("x"), &e) == 0);
	WANT(fsx_remove(b->out, "newer", &e) == 0);
	WANT(fsx_list(b->out, &l, &e) == 0);
	fsx_list_done(&l);
	/* Not out of its folders, by no name. */
	WANT(fsx_move(b->out, "old", b->other, "stolen", &e) == -1);
	WANT(linkat(b->other, "b", b->out, "b", 0) == -1);
	WANT(refused(try_open(b->other, "b", O_RDONLY)));
	WANT(symlinkat("../other/b", b->out, "l") == -1 && refused(errno));
	WANT(mkfifoat(b->out, "f", 0600) == -1 && refused(errno));
	/* One port and no other; nothing is listened on. */
	WANT(try_connect(b->port[0]) == 0);
	WANT(refused(try_connect(b->port[1])));
	WANT(refused(try_bind()));
}

static void transfer_has_its_port_and_folders(void **state)
{
	in_child(*state, transfer_child);
}

static void portless_child(const struct box *b)
{
	const struct sandbox s = {NULL, 0, 0};

	enter(SANDBOX_TRANSFER, &s);
	WANT(refused(try_connect(b->port[0])));
	WANT(refused(try_connect(b->port[1])));
}

static void no_port_is_no_network(void **state)
{
	in_child(*state, portless_child);
}

static void basics_child(const struct box *b)
{
	struct rlimit core;
	int ends[2];

	(void)b;
	(void)umask(022);
	sandbox_basics();
	WANT(umask(0) == 077);
	WANT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
	WANT(pipe(ends) == 0 && close(ends[0]) == 0);
	WANT(write(ends[1], "x", 1) == -1 && errno == EPIPE); /* and we are still here */
	WANT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
}

static void basics(void **state)
{
	in_child(*state, basics_child);
}

static void gained_child(const struct box *b)
{
	const struct sandbox s = {NULL, 0, 0};
	char line[256];
	bool seen = false;
	FILE *f = fopen("/proc/self/status", "r");

	(void)b;
	WANT(f != NULL);
	(void)setvbuf(f, NULL, _IONBF, 0);
	enter(SANDBOX_CONVERT, &s);
	while (fgets(line, sizeof(line), f))
		seen = seen || strcmp(line, "NoNewPrivs:\t1\n") == 0;
	WANT(seen);
	(void)fclose(f);
}

static void no_new_privileges(void **state)
{
	in_child(*state, gained_child);
}

/* Calls that no worker may make; the arguments are such that they would do no harm. */
static const struct forbidden {
	const char *name;
	long number;
	long args[5];
} forbidden[] = {
	{"execve", SYS_execve, {0, 0, 0}},
	{"execveat", SYS_execveat, {-1, 0, 0, 0, 0}},
	{"clone", SYS_clone, {SIGCHLD, 0, 0, 0, 0}},
	{"clone3", SYS_clone3, {0, 0}},
	{"unshare", SYS_unshare, {0}},
	{"setns", SYS_setns, {-1, 0}},
	{"ptrace", SYS_ptrace, {0, 0, 0, 0}},
	{"process_vm_readv", SYS_process_vm_readv, {1, 0, 0, 0, 0}},
	{"pidfd_open", SYS_pidfd_open, {1, 0}},
	{"kill", SYS_kill, {1, 0}},
	{"prctl", SYS_prctl, {PR_GET_DUMPABLE, 0, 0, 0, 0}},
	{"seccomp", SYS_seccomp, {2, 0, 0}},
	{"bpf", SYS_bpf, {0, 0, 0}},
	{"perf_event_open", SYS_perf_event_open, {0, 0, -1, -1, 0}},
	{"userfaultfd", SYS_userfaultfd, {0}},
	{"io_uring_setup", SYS_io_uring_setup, {1, 0}},
	{"keyctl", SYS_keyctl, {0, 0, 0, 0, 0}},
	{"add_key", SYS_add_key, {0, 0, 0, 0, 0}},
	{"mount", SYS_mount, {0, 0, 0, 0, 0}},
	{"umount2", SYS_umount2, {0, 0}},
	{"chroot", SYS_chroot, {0}},
	{"pivot_root", SYS_pivot_root, {0, 0}},
	{"setuid", SYS_setuid, {-1}},
	{"capset", SYS_capset, {0, 0}},
	{"setrlimit", SYS_setrlimit, {RLIMIT_CORE, 0}},
	{"ioctl", SYS_ioctl, {0, 0x5412, 0}}, /* TIOCSTI */
	{"bind", SYS_bind, {-1, 0, 0}},
	{"listen", SYS_listen, {-1, 0}},
	{"accept4", SYS_accept4, {-1, 0, 0, 0}},
	{"udp", SYS_socket, {AF_INET, SOCK_DGRAM, 0}},
	{"unix", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
	{"netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
	{"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, 0}},
	{"memfd_create", SYS_memfd_create, {0, 0}},
	{"mmap_exec", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
	{"linkat", SYS_linkat, {-1, 0, -1, 0, 0}},
	{"symlinkat", SYS_symlinkat, {0, -1, 0}},
	{"mknodat", SYS_mknodat, {-1, 0, 0, 0}},
	{"fchown", SYS_fchown, {-1, 0, 0}},
	{"name_to_handle_at", SYS_name_to_handle_at, {-1, 0, 0, 0, 0}},
	{"open_by_handle_at", SYS_open_by_handle_at, {-1, 0, 0}},
	{"init_module", SYS_init_module, {0, 0, 0}},
	{"reboot", SYS_reboot, {0, 0, 0, 0}},
	{"clock_settime", SYS_clock_settime, {0, 0}},
};

/* Those that a worker with folders or the network may make. */
static const struct forbidden by_name[] = {
	{"openat", SYS_openat, {AT_FDCWD, 0, 0}},
	{"openat2", SYS_openat2, {AT_FDCWD, 0, 0, 0}},
	{"unlinkat", SYS_unlinkat, {AT_FDCWD, 0, 0}},
	{"renameat2", SYS_renameat2, {-1, 0, -1, 0, 0}},
	{"mkdirat", SYS_mkdirat, {-1, 0, 0}},
	{"fchmod", SYS_fchmod, {-1, 0}},
	{"getdents64", SYS_getdents64, {-1, 0, 0}},
	{"tcp", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
	{"connect", SYS_connect, {-1, 0, 0}},
};

static void want_refused(const struct forbidden *calls, size_t n, const char *role)
{
	for (size_t i = 0; i < n; i++) {
		const struct forbidden *f = &calls[i];
		const long rc = syscall(
			f->number, f->args[0], f->args[1], f->args[2], f->args[3], f->args[4], 0);
		if (rc == -1 && errno == EPERM)
			continue;
		(void)fprintf(stderr, "%s: %s gave %ld, errno %d\n", role, f->name, rc, errno);
		_exit(1);
	}
}

static void every_convert_child(const struct box *b)
{
	const struct sandbox s = {NULL, 0, 0};

	(void)b;
	enter(SANDBOX_CONVERT, &s);
	want_refused(forbidden, COUNT(forbidden), "convert");
	want_refused(by_name, COUNT(by_name), "convert");
}

static void every_ingest_child(const struct box *b)
{
	const struct sandbox s = {NULL, 0, 0};

	(void)b;
	enter(SANDBOX_INGEST, &s);
	want_refused(forbidden, COUNT(forbidden), "ingest");
	want_refused(by_name, COUNT(by_name), "ingest");
}

static void every_transfer_child(const struct box *b)
{
	const struct sandbox_path p = {b->out, true};
	const struct sandbox s = {&p, 1, b->port[0]};

	enter(SANDBOX_TRANSFER, &s);
	want_refused(forbidden, COUNT(forbidden), "transfer");
}

static void forbidden_calls_fail(void **state)
{
	if (ATTR_INSTRUMENTED) /* seccomp is not in these builds; the plain one shows this */
		return;
	in_child(*state, every_convert_child);
	in_child(*state, every_ingest_child);
	in_child(*state, every_transfer_child);
}

#define IN_BOX(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(convert_is_closed),
		IN_BOX(read_rule),
		IN_BOX(transfer_has_its_port_and_folders),
		IN_BOX(no_port_is_no_network),
		IN_BOX(basics),
		IN_BOX(no_new_privileges),
		IN_BOX(forbidden_calls_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
