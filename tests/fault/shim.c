/*
 * shim: preloaded (LD_PRELOAD) into the program under test; a release build has nothing of this.
 *
 *   FAULT_CLOCK=SECONDS     the wall clock is so much later, or earlier when negative
 *   FAULT_COUNTS=FILE       where allocations are counted: struct counts below; processes in the order
 *                           in which they are made, 0 is the program
 *   FAULT_ALLOC=P:N         the N-th allocation of process P fails; P:N+: all from there on
 *   FAULT_RANDOM=P          the P-th process and those after it get no random bytes; needs FAULT_COUNTS
 *
 * Built with CLOCK_ONLY it leaves all but the clock alone, so that a sanitizer can have it.
 *
 * Allocations of every library count: malloc, calloc, realloc, posix_memalign, aligned_alloc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 255 };

struct counts {
	uint64_t processes;
	uint64_t of[PROCESSES]; /* allocations */
	uint64_t ended; /* the program came to its end by exit(): then the next two are right */
	int64_t live;	/* pieces of memory that it has not freed then */
	int64_t open;	/* descriptors that it has not closed then */
};

static struct counts *counts;
static uint64_t self;
static uint64_t fail_process, fail_at;
static bool fail_on;
static uint64_t random_from = UINT64_MAX;
static time_t later;
static int (*real_clock)(clockid_t, struct timespec *);

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);
extern void __libc_free(void *p);

static void next_process(void)
{
	self = __atomic_fetch_add(&counts->processes, 1, __ATOMIC_SEQ_CST);
}

__attribute__((constructor)) static void start(void)
{
	const char *file = getenv("FAULT_COUNTS");
	const char *alloc = getenv("FAULT_ALLOC");
	const char *clock = getenv("FAULT_CLOCK");
	const char *random = getenv("FAULT_RANDOM");
	char *end = NULL;
	void *p = MAP_FAILED;
	int fd = -1;

	real_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	random_from = random ? strtoull(random, NULL, 10) : UINT64_MAX;
	later = clock ? (time_t)strtoll(clock, NULL, 10) : 0;
	if (alloc) {
		fail_process = strtoull(alloc, &end, 10);
		fail_at = *end == ':' ? strtoull(end + 1, &end, 10) : 0;
		fail_on = *end == '+';
	}
	fd = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd != -1 && ftruncate(fd, sizeof(*counts)) == 0)
		p = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd != -1)
		(void)close(fd);
	if (p == MAP_FAILED)
		return;
	(void)pthread_atfork(NULL, NULL, next_process);
	counts = p; /* counting starts here */
	next_process();
}

__attribute__((destructor)) static void end(void)
{
	if (!counts || self != 0)
		return;
	for (int fd = 0; fd < 1024; fd++)
		counts->open += fcntl(fd, F_GETFD) != -1;
	counts->ended = 1;
}

/* --- memory --- */

#ifndef CLOCK_ONLY
static void *got(void *p)
{
	if (p && counts && self == 0)
		(void)__atomic_add_fetch(&counts->live, 1, __ATOMIC_RELAXED);
	return p;
}

static void gone(const void *p)
{
	if (p && counts && self == 0)
		(void)__atomic_sub_fetch(&counts->live, 1, __ATOMIC_RELAXED);
}

static bool fails(void)
{
	uint64_t n = 0;

	if (!counts || self >= PROCESSES)
		return false;
	n = __atomic_add_fetch(&counts->of[self], 1, __ATOMIC_RELAXED);
	if (self != fail_process || fail_at == 0 || n < fail_at || (n > fail_at && !fail_on))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails() ? NULL : got(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : got(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n)
{
	void *q = NULL;

	if (fails())
		return NULL;
	q = __libc_realloc(p, n);
	if (!p)
		return got(q);
	if (!q && n == 0)
		gone(p);
	return q;
}

void *aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : got(__libc_memalign(align, n));
}

int posix_memalign(void **p, size_t align, size_t n)
{
	if (fails())
		return ENOMEM;
	*p = got(__libc_memalign(align, n));
	return *p ? 0 : ENOMEM;
}

void free(void *p)
{
	gone(p);
	__libc_free(p);
}

/* --- random bytes: of the kernel's calls and of its files --- */

/* Other libraries may call before our start. */
static long kernel(long number, const long a[6])
{
	static long (*real)(long, ...);

	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static bool no_random(void)
{
	if (!counts || self < random_from)
		return false;
	errno = EIO;
	return true;
}

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
	return no_random() ? -1
			   : kernel(SYS_getrandom, (const long[6]){(long)p, (long)n, (long)flags});
}

int getentropy(void *p, size_t n)
{
	return getrandom(p, n, 0) == (ssize_t)n ? 0 : -1;
}

/* All calls that are made by number; six arguments are passed on, which is what any takes. */
long syscall(long number, ...)
{
	va_list ap;
	long a[6];

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_getrandom && no_random())
		return -1;
	return kernel(number, a);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	int mode = 0;

	va_start(ap, flags);
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
		mode = va_arg(ap, int);
	va_end(ap);
	if (strncmp(path, "/dev/", 5) == 0 && strstr(path, "random") && no_random())
		return -1;
	return (int)kernel(SYS_openat, (const long[6]){AT_FDCWD, (long)path, flags, mode});
}

#endif

/* --- time --- */

int clock_gettime(clockid_t clock, struct timespec *t)
{
	const int rc = real_clock(clock, t);

	if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += later;
	return rc;
}

time_t time(time_t *t)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now = {0};

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}
