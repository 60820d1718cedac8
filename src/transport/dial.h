/* Outward TCP: names resolved before the sandbox, connections with a deadline after it. */
#ifndef TRANSPORT_DIAL_H
#define TRANSPORT_DIAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum { DIAL_ADDRESSES = 8 };

struct dial {
	struct sockaddr_storage to[DIAL_ADDRESSES];
	socklen_t len[DIAL_ADDRESSES];
	size_t n;
};

/* IPv4 and IPv6, in the order the system prefers; "[::1]" as well as "::1". ERR_NET with DNS when
 * the name is not known; at most DIAL_ADDRESSES are kept. */
int dial_resolve(struct dial *d, struct str host, uint16_t port, struct err *e) ATTR_CHECK;
/* Tries one address after the other within ms; *fd is a non-blocking socket. ERR_NET with
 * CONNECT-REFUSED, CONNECT-TIMEOUT, CONNECT-UNREACHABLE, CONNECT-DENIED or CONNECT-FAILED. */
int dial_connect(const struct dial *d, const struct clock *clock, int64_t ms, int *fd,
	struct err *e) ATTR_CHECK;

#endif
