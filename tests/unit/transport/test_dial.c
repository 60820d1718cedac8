/* Names and connections on the loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "transport/dial.h"
#include "unit/support/calls.h"

static int bound(uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return s;
}

static void test_resolve(void **state)
{
	static const struct {
		struct str host;
		int family;
	} good[] = {{STR_INIT("127.0.0.1"), AF_INET}, {STR_INIT("::1"), AF_INET6},
		{STR_INIT("[::1]"), AF_INET6}};
	static const struct str bad[] = {STR_INIT(""), STR_INIT("[]"), STR_INIT("[::1"),
		STR_INIT("a\0b"), STR_INIT("no-such-host.invalid")};
	char long_name[300];
	struct dial d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		memset(&d, 0, sizeof(d));
		assert_int_equal(dial_resolve(&d, good[i].host, 22, &e), 0);
		assert_int_equal(d.n, 1);
		assert_int_equal(d.to[0].ss_family, good[i].family);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(dial_resolve(&d, bad[i], 22, &e), -1);
		assert_true(e.text[0] != '\0');
	}
	assert_string_equal(e.reason, "DNS");
	memset(long_name, 'n', sizeof(long_name));
	assert_int_equal(dial_resolve(&d, (struct str){long_name, sizeof(long_name)}, 22, &e), -1);
	assert_non_null(strstr(e.text, "cannot be the name of a host"));
}

static void test_connect(void **state)
{
	const struct clock clock = clock_system();
	struct dial d = {.n = 0};
	struct dial first = {.n = 0};
	uint16_t port[2] = {0, 0};
	struct err e;
	int fd = -1;
	const int deaf = bound(&port[0]);
	const int s = bound(&port[1]);

	(void)state;
	assert_int_equal(listen(s, 5), 0);
	assert_int_equal(dial_resolve(&first, STR("127.0.0.1"), port[0], &e), 0);
	assert_int_equal(dial_connect(&first, &clock, 2000, &fd, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "CONNECT-REFUSED");
	assert_int_equal(fd, -1);
	/* A second address is tried when the first refuses. */
	assert_int_equal(dial_resolve(&d, STR("127.0.0.1"), port[1], &e), 0);
	first.to[1] = d.to[0];
	first.len[1] = d.len[0];
	first.n = 2;
	assert_int_equal(dial_connect(&first, &clock, 2000, &fd, &e), 0);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	(void)close(fd);
	fd = -1;
	/* No address, no time. */
	first.n = 0;
	assert_int_equal(dial_connect(&first, &clock, 2000, &fd, &e), -1);
	assert_int_equal(dial_connect(&d, &clock, 0, &fd, &e), -1);
	assert_string_equal(e.reason, "CONNECT-TIMEOUT");
	(void)close(deaf);
	(void)close(s);
}

/* A listener whose queue is full drops what comes: only our deadline ends that. */
static void test_deadline(void **state)
{
	const struct clock clock = clock_system();
	struct dial d = {.n = 0};
	uint16_t port = 0;
	struct err e;
	int fds[8];
	size_t n = 0;
	const int s = bound(&port);

	(void)state;
	assert_int_equal(listen(s, 0), 0);
	assert_int_equal(dial_resolve(&d, STR("127.0.0.1"), port, &e), 0);
	const int64_t start = clock_ms(&clock);
	while (n < 8 && dial_connect(&d, &clock, 300, &fds[n], &e) == 0)
		n++;
	assert_in_range(n, 1, 7);
	assert_string_equal(e.reason, "CONNECT-TIMEOUT");
	assert_in_range(clock_ms(&clock) - start, 290, 5000);
	while (n > 0)
		(void)close(fds[--n]);
	(void)close(s);
}

static int connect_to(void *about, struct err *e)
{
	const struct clock clock = clock_system();
	int fd = -1;
	const int rc = dial_connect(about, &clock, 120000, &fd, e);

	if (rc == 0)
		(void)close(fd);
	return rc;
}

/* Each way to fail has its reason, which tells whose it is. */
static void test_reasons(void **state)
{
	static const struct {
		struct calls_fault fault;
		const char *reason;
		const char *says;
	} rows[] = {
		{{SYS_connect, ECONNREFUSED, CALLS_ANY, 0}, "CONNECT-REFUSED", "connect: "},
		{{SYS_connect, ETIMEDOUT, CALLS_ANY, 0}, "CONNECT-TIMEOUT", "connect: "},
		{{SYS_connect, EHOSTUNREACH, CALLS_ANY, 0}, "CONNECT-UNREACHABLE", "No route"},
		{{SYS_connect, ENETUNREACH, CALLS_ANY, 0}, "CONNECT-UNREACHABLE", "Network is"},
		{{SYS_connect, EACCES, CALLS_ANY, 0}, "CONNECT-DENIED", "Permission denied"},
		{{SYS_connect, EPERM, CALLS_ANY, 0}, "CONNECT-DENIED", "not permitted"},
		{{SYS_connect, EADDRNOTAVAIL, CALLS_ANY, 0}, "CONNECT-FAILED", "Cannot assign"},
		{{SYS_socket, EMFILE, CALLS_ANY, 0}, "CONNECT-FAILED", "Too many open files"},
		{{SYS_fcntl, EBADF, 1, F_SETFD}, "CONNECT-FAILED", "Bad file descriptor"},
		{{SYS_fcntl, EBADF, 1, F_SETFL}, "CONNECT-FAILED", "Bad file descriptor"},
		{{SYS_poll, EINVAL, CALLS_ANY, 0}, "CONNECT-FAILED", "Invalid argument"},
		{{SYS_getsockopt, ENOBUFS, CALLS_ANY, 0}, "CONNECT-FAILED", "No buffer space"},
	};
	struct dial d = {.n = 0};
	uint16_t port = 0;
	struct err e;
	const int s = bound(&port);

	(void)state;
	assert_int_equal(listen(s, 20), 0);
	assert_int_equal(dial_resolve(&d, STR("127.0.0.1"), port, &e), 0);
	assert_int_equal(connect_to(&d, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct calls_try t = {.make = connect_to, .about = &d};
		calls_try(&rows[i].fault, &t);
		assert_int_equal(t.rc, -1);
		assert_int_equal(t.e.code, ERR_NET);
		assert_string_equal(t.e.reason, rows[i].reason);
		assert_non_null(strstr(t.e.text, rows[i].says));
	}
	(void)close(s);
}

/* Some addresses answer before connect is back. */
static void test_at_once(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "at-once"};
	struct dial d = {.n = 1};
	struct err e;
	const int s = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s, 1), 0);
	memcpy(&d.to[0], &a, sizeof(a));
	d.len[0] = sizeof(a);
	assert_int_equal(connect_to(&d, &e), 0);
	(void)close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
