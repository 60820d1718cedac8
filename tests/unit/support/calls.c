/* System calls that fail; see calls.h. */
#include "unit/support/calls.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

struct job {
	const struct calls_fault *fault;
	void (*f)(void *ctx);
	void *ctx;
	bool filtered;
};

static bool filter(const struct calls_fault *x)
{
	/* Without an argument the second comparison is the first once more. */
	const uint32_t at = x->arg == CALLS_ANY
		? (uint32_t)offsetof(struct seccomp_data, nr)
		: (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)x->arg);
	const uint32_t want = x->arg == CALLS_ANY ? (uint32_t)x->nr : x->value;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)x->nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)x->error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void *run(void *at)
{
	struct job *j = at;

	j->filtered = filter(j->fault);
	if (j->filtered)
		j->f(j->ctx);
	return NULL;
}

void calls_failing(const struct calls_fault *fault, void (*f)(void *ctx), void *ctx)
{
	struct job j = {fault, f, ctx, false};
	const char *flavour = getenv("TEST_FLAVOUR");
	pthread_t thread;

	if (flavour && strcmp(flavour, "vg") == 0)
		skip();
	assert_int_equal(pthread_create(&thread, NULL, run, &j), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(j.filtered);
}

static void try_it(void *ctx)
{
	struct calls_try *t = ctx;

	t->rc = t->make(t->about, &t->e);
}

void calls_try(const struct calls_fault *fault, struct calls_try *t)
{
	err_clear(&t->e);
	calls_failing(fault, try_it, t);
}

void calls_fails(const struct calls_fault *fault, int (*make)(void *about, struct err *e),
	void *about, enum err_code code, const char *says)
{
	struct calls_try t = {.make = make, .about = about};

	calls_try(fault, &t);
	if (t.rc != -1 || t.e.code != code || !strstr(t.e.text, says))
		fail_msg("%d, code %d, '%s' instead of '%s'", t.rc, (int)t.e.code, t.e.text, says);
}
