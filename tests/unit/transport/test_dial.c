/* Names and connections on the loopback. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "transport/dial.h"

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
	static const struct str bad[] = {
		STR_INIT(""), STR_INIT("[]"), STR_INIT("a\0b"), STR_INIT("no-such-host.invalid")};
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
