/* Outward TCP connections; see dial.h. The resolver's own time limits hold for names. */
#include "transport/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int dial_resolve(struct dial *d, struct str host, uint16_t port, struct err *e)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char name[256];
	char service[8];

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_sub(host, 1, host.n - 2);
	if (host.n == 0 || host.n >= sizeof(name) || str_chr(host, '\0') != SIZE_MAX)
		return err_set(e, ERR_CONFIG, "host \"" STR_FMT "\" cannot be the name of a host",
			STR_ARG(host));
	memcpy(name, host.p, host.n);
	name[host.n] = '\0';
	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	const int rc = getaddrinfo(name, service, &hints, &found);
	if (rc != 0) {
		(void)err_set(e, ERR_NET, "host %s: %s", name, gai_strerror(rc));
		return err_reason(e, "DNS");
	}
	d->n = 0;
	for (const struct addrinfo *a = found; a && d->n < DIAL_ADDRESSES; a = a->ai_next) {
		if (a->ai_addrlen > sizeof(d->to[0]))
			continue;
		memcpy(&d->to[d->n], a->ai_addr, a->ai_addrlen);
		d->len[d->n++] = a->ai_addrlen;
	}
	freeaddrinfo(found);
	return 0;
}

static int fault(int no, struct err *e)
{
	const char *reason = "CONNECT-FAILED";

	switch (no) {
	case ECONNREFUSED:
		reason = "CONNECT-REFUSED";
		break;
	case ETIMEDOUT:
		reason = "CONNECT-TIMEOUT";
		break;
	case EHOSTUNREACH:
	case ENETUNREACH:
		reason = "CONNECT-UNREACHABLE";
		break;
	case EACCES:
	case EPERM:
		reason = "CONNECT-DENIED";
		break;
	default:
		break;
	}
	errno = no;
	(void)err_errno(e, ERR_NET, "connect");
	return err_reason(e, reason);
}

static int make_socket(int family)
{
	const int fd = socket(family, SOCK_STREAM, 0);
	const int on = 1;

	if (fd == -1)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		(void)close(fd);
		return -1;
	}
	/* Small requests are answered one by one: waiting to fill a packet only adds delay. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* 0 connected, else an errno. */
static int wait_connected(int fd, const struct clock *clock, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int no = 0;
	socklen_t len = sizeof(no);

	for (;;) {
		const int64_t left = deadline - clock_ms(clock);

		if (left <= 0)
			return ETIMEDOUT;
		const int n = poll(&p, 1, (int)(left > 60000 ? 60000 : left));
		if (n > 0)
			break;
		if (n == 0 && left <= 60000)
			return ETIMEDOUT;
		if (n == -1 && errno != EINTR)
			return errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &no, &len) != 0)
		return errno;
	return no;
}

/* One address. 0 and *fd, else an errno. */
static int try_one(
	const struct dial *d, size_t i, const struct clock *clock, int64_t deadline, int *fd)
{
	const int s = make_socket(d->to[i].ss_family);
	int no = 0;

	if (s == -1)
		return errno;
	if (connect(s, (const struct sockaddr *)&d->to[i], d->len[i]) != 0) {
		no = errno;
		if (no == EINPROGRESS || no == EINTR)
			no = wait_connected(s, clock, deadline);
	}
	if (no != 0) {
		(void)close(s);
		return no;
	}
	*fd = s;
	return 0;
}

int dial_connect(
	const struct dial *d, const struct clock *clock, int64_t ms, int *fd, struct err *e)
{
	const int64_t end = clock_ms(clock) + ms;
	int no = EHOSTUNREACH;

	for (size_t i = 0; i < d->n; i++) {
		const int64_t now = clock_ms(clock);
		/* What is left is shared, so that a dead first address leaves time for the next. */
		const int64_t share = (end - now) / (int64_t)(d->n - i);

		no = share > 0 ? try_one(d, i, clock, now + share, fd) : ETIMEDOUT;
		if (no == 0)
			return 0;
	}
	return fault(no, e);
}
