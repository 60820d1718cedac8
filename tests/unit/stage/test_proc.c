/* Workers: what they inherit, how their end is told, and that they do not outlive us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fsx.h"
#include "base/mem.h"
#include "secure/sandbox.h"
#include "stage/frame.h"
#include "stage/proc.h"

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

struct seen {
	int keep, other;
};

/* Which descriptors are there? 0 as it should be, else what is wrong. */
static int look_around(int fd, void *arg)
{
	const struct seen *s = arg;

	if (!is_open(fd) || !is_open(s->keep) || !is_open(STDERR_FILENO))
		return 1;
	for (int i = STDERR_FILENO + 1; i < 256; i++) {
		if (i != fd && i != s->keep && is_open(i))
			return 2;
	}
	return 0;
}

static void closes_what_is_not_kept(void **state)
{
	struct proc p;
	struct proc_end end;
	struct err e;
	struct seen s;

	(void)state;
	s.keep = fsx_scratch(&e);
	s.other = fsx_scratch(&e);
	assert_true(s.keep > 2 && s.other > 2);
	assert_int_equal(proc_start(&p, look_around, &s, &s.keep, 1, &e), 0);
	assert_true(is_open(s.other)); /* ours stay */
	proc_wait(&p, &end);
	assert_false(end.crashed);
	assert_int_equal(end.status, 0);
	assert_int_equal(p.fd, -1);
	assert_int_equal(
		proc_start(&p, look_around, &s, &s.other, 1, &e), 0); /* proof that it looks */
	proc_wait(&p, &end);
	assert_int_equal(end.status, 1);
	fsx_close(s.keep);
	fsx_close(s.other);
}

static int answer(int fd, void *arg)
{
	static struct frame f;
	struct err e;

	if (frame_receive(fd, &f, &e) != 1)
		return 1;
	const int64_t n = frame_get_int(&f);
	frame_start(&f, FRAME_RESULT);
	frame_int(&f, n * *(const int *)arg);
	return frame_send(fd, &f, &e) == 0 ? 42 : 2;
}

static void talks_over_the_pair(void **state)
{
	static struct frame f;
	struct proc p[2];
	struct proc_end end;
	struct err e;
	const int factors[2] = {3, 5};
	const struct clock clock = clock_system();
	const struct proc_patience patient = {.clock = &clock, .quiet_ms = 20000};
	size_t which = 9;

	(void)state;
	for (int i = 0; i < 2; i++) {
		int factor = factors[i];
		assert_int_equal(proc_start(&p[i], answer, &factor, NULL, 0, &e), 0);
	}
	frame_start(&f, FRAME_WORK);
	frame_int(&f, 7);
	assert_int_equal(frame_send(p[1].fd, &f, &e), 0);
	assert_int_equal(proc_next(p, 2, &patient, &which, &e), 0); /* the other waits for us */
	assert_int_equal(which, 1);
	assert_int_equal(frame_receive(p[1].fd, &f, &e), 1);
	assert_int_equal(frame_get_int(&f), 35);
	proc_wait(&p[1], &end);
	assert_int_equal(end.status, 42);
	proc_kill(&p[0]);
	assert_int_equal(p[0].pid, 0);
}

/* Tells progress every 100 ms, *arg times, then says no more and stays. */
static int tell_then_hang(int fd, void *arg)
{
	static struct frame f;
	struct err e;

	for (int i = 0; i < *(const int *)arg; i++) {
		clock_sleep_ms(100);
		frame_start(&f, FRAME_PROGRESS);
		if (frame_send(fd, &f, &e) != 0)
			return 1;
	}
	for (;;)
		clock_sleep_ms(1000);
}

/* Progress keeps a worker alive far beyond the time that it may be quiet; silence ends it. */
static void ends_one_that_hangs(void **state)
{
	static struct frame f;
	const struct clock clock = clock_system();
	const struct proc_patience w = {.clock = &clock, .quiet_ms = 700};
	const int64_t start = clock_ms(&clock);
	struct proc p;
	struct err e;
	int times = 15;
	int rc = 0;
	int n = 0;

	(void)state;
	assert_int_equal(proc_start(&p, tell_then_hang, &times, NULL, 0, &e), 0);
	while ((rc = proc_receive(&p, &w, &f, &e)) == 1)
		n++;
	assert_int_equal(rc, 0);
	assert_int_equal(n, times);
	assert_true(clock_ms(&clock) - start >= 1500 + 700);
	assert_true(clock_ms(&clock) - start < 20000);
	assert_int_equal(proc_ended(&p, "test", ERR_LIMIT, "INGEST", &w, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.reason, "INGEST-HUNG");
	assert_non_null(strstr(e.text, "no progress"));
	assert_int_equal(p.pid, 0);
}

/* One of two hangs; the other is heard all the same. */
static void names_the_one_that_hangs(void **state)
{
	static struct frame f;
	const struct clock clock = clock_system();
	const struct proc_patience w = {.clock = &clock, .quiet_ms = 500};
	struct proc p[2];
	struct proc_end end;
	struct err e;
	int never = 0;
	int times = 30;
	int heard = 0;
	size_t which = 9;

	(void)state;
	assert_int_equal(proc_start(&p[0], tell_then_hang, &never, NULL, 0, &e), 0);
	assert_int_equal(proc_start(&p[1], tell_then_hang, &times, NULL, 0, &e), 0);
	for (;;) {
		assert_int_equal(proc_next(p, 2, &w, &which, &e), 0);
		if (frame_receive(p[which].fd, &f, &e) != 1)
			break;
		heard++;
	}
	assert_int_equal(which, 0);
	assert_true(heard > 0);
	proc_wait(&p[0], &end);
	assert_true(end.hung);
	proc_kill(&p[1]);
}

static void keeps_to_the_end_of_the_run(void **state)
{
	const struct clock clock = clock_system();
	const struct proc_patience w = {
		.clock = &clock, .quiet_ms = 60000, .until_ms = clock_ms(&clock) + 300};
	struct proc p;
	struct err e;
	int never = 0;
	size_t which = 0;

	(void)state;
	assert_int_equal(proc_start(&p, tell_then_hang, &never, NULL, 0, &e), 0);
	assert_int_equal(proc_next(&p, 1, &w, &which, &e), -1);
	assert_int_equal(e.code, ERR_STOP);
	assert_string_equal(e.reason, "RUN-TIME");
	proc_kill(&p);
}

static int crash(int fd, void *arg)
{
	(void)fd;
	(void)signal(*(const int *)arg, SIG_DFL);
	return raise(*(const int *)arg);
}

static void tells_how_it_ended(void **state)
{
	static const int signals[] = {SIGKILL, SIGTERM};
	struct proc p;
	struct proc_end end;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int sig = signals[i];
		static struct frame f;
		assert_int_equal(proc_start(&p, crash, &sig, NULL, 0, &e), 0);
		assert_int_equal(
			frame_receive(p.fd, &f, &e), 0); /* its end is the end of the pair */
		proc_wait(&p, &end);
		assert_true(end.crashed);
		assert_int_equal(end.signal, signals[i]);
	}
	p.pid = 0;
	p.fd = -1;
	proc_kill(&p); /* nobody: nothing happens */
	proc_wait(&p, &end);
	assert_false(end.crashed);
}

/* Waits for work until none comes any more, then leaves a trace in a file. */
static int leave(int fd, void *arg)
{
	static struct frame f;
	struct err e;

	if (frame_receive(fd, &f, &e) != 0)
		return 1;
	return write(*(const int *)arg, "x", 1) == 1 ? 0 : 2;
}

static int sleep_on(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	for (int i = 0; i < 100; i++)
		clock_sleep_ms(1000);
	return 0;
}

static void stops_by_itself_or_not_at_all(void **state)
{
	struct proc p;
	struct err e;
	const int trace = fsx_scratch(&e);

	(void)state;
	assert_true(trace > 2);
	int fd = trace;
	assert_int_equal(proc_start(&p, leave, &fd, &fd, 1, &e), 0);
	proc_stop(&p);
	assert_int_equal(p.pid, 0);
	assert_int_equal(lseek(trace, 0, SEEK_CUR), 1);
	assert_int_equal(proc_start(&p, sleep_on, NULL, NULL, 0, &e), 0);
	proc_stop(&p); /* comes back, since it kills in the end */
	assert_int_equal(p.pid, 0);
	fsx_close(trace);
}

/* Shut in, as each worker is; then it loses memory. */
static int lose(int fd, void *arg)
{
	static const struct sandbox nothing = {NULL, 0, 0};
	struct err e;
	int level = 0;
	void *volatile lost = NULL;

	(void)fd;
	(void)arg;
	if (sandbox_enter(SANDBOX_CONVERT, &nothing, &level, &e) == -1 && level > 0)
		return 3;
	(void)close(STDERR_FILENO); /* the report is not for people here */
	lost = mem_alloc(77);
	lost = lost ? NULL : &e;
	return lost ? 4 : 0;
}

/* Or nobody would know whether the sanitizer still looks at workers. */
static void a_leak_is_found(void **state)
{
	struct proc p;
	struct proc_end end;
	struct err e;

	(void)state;
	if (!ATTR_ASAN)
		return;
	assert_int_equal(proc_start(&p, lose, NULL, NULL, 0, &e), 0);
	proc_wait(&p, &end);
	assert_false(end.crashed);
	assert_int_equal(end.status, 1);
}

/* A supervisor that starts a worker, tells its process id, and is killed. */
static void supervisor(int out)
{
	struct proc p;
	struct err e;

	if (proc_start(&p, sleep_on, NULL, NULL, 0, &e) == 0 &&
		write(out, &p.pid, sizeof(p.pid)) == sizeof(p.pid))
		(void)raise(SIGKILL);
	_exit(1);
}

static void dies_with_us(void **state)
{
	int out[2];
	int status = 0;
	pid_t worker = 0;
	bool gone = false;

	(void)state;
	assert_int_equal(pipe(out), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* the orphan comes to us */
	const pid_t pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		supervisor(out[1]);
	assert_int_equal(read(out[0], &worker, sizeof(worker)), sizeof(worker));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	for (int i = 0; i < 200 && !gone; i++) {
		gone = waitpid(worker, &status, WNOHANG) == worker;
		if (!gone)
			clock_sleep_ms(50);
	}
	if (!gone)
		(void)kill(worker, SIGKILL);
	assert_true(gone);
	/* Killed by the kernel, or it saw at once that we were gone. */
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 75);
	assert_int_equal(close(out[0]), 0);
	assert_int_equal(close(out[1]), 0);
}

static void hears_signals(void **state)
{
	const struct clock clock = clock_system();
	const struct proc_patience w = {.clock = &clock, .quiet_ms = 60000, .grace_ms = 500};
	struct proc p;
	struct err e;
	int never = 0;
	size_t which = 0;

	(void)state;
	proc_catch_signals();
	assert_false(proc_told_to_stop());
	assert_int_equal(raise(SIGTERM), 0);
	assert_true(proc_told_to_stop());
	assert_int_equal(proc_start(&p, tell_then_hang, &never, NULL, 0, &e), 0);
	const int64_t start = clock_ms(&clock);
	assert_int_equal(proc_next(&p, 1, &w, &which, &e), -1);
	assert_int_equal(e.code, ERR_STOP);
	assert_true(clock_ms(&clock) - start >= 500);
	assert_true(clock_ms(&clock) - start < 10000);
	proc_kill(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_what_is_not_kept),
		cmocka_unit_test(talks_over_the_pair),
		cmocka_unit_test(ends_one_that_hangs),
		cmocka_unit_test(names_the_one_that_hangs),
		cmocka_unit_test(keeps_to_the_end_of_the_run),
		cmocka_unit_test(tells_how_it_ended),
		cmocka_unit_test(stops_by_itself_or_not_at_all),
		cmocka_unit_test(a_leak_is_found),
		cmocka_unit_test(dies_with_us),
		cmocka_unit_test(hears_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
