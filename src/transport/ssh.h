/*
 * One SSH connection to an endpoint, by libssh2 in its non-blocking form with deadlines of our own.
 * Nothing that proves who we are is sent before the host key is one that the endpoint pins.
 */
#ifndef TRANSPORT_SSH_H
#define TRANSPORT_SSH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "config/config.h"
#include "secure/cred.h"

struct ssh;
struct _LIBSSH2_SESSION;
struct _LIBSSH2_CHANNEL;

/* All borrowed. Freed by ssh_free. */
struct ssh *ssh_new(
	const struct config_endpoint *ep, const struct cred *cred, const struct clock *clock);
void ssh_free(struct ssh *s);

/* Looks the host up; before the sandbox. */
int ssh_resolve(struct ssh *s, struct err *e) ATTR_CHECK;
/* Connects, checks the host key, logs in. peer gets what is worth keeping as evidence. */
int ssh_open(struct ssh *s, char *peer, size_t size, struct err *e) ATTR_CHECK;
/* Says goodbye where that can be done at once, and closes; accepts one that is not open. */
void ssh_close(struct ssh *s);

/* The session while it is open, else NULL; borrowed. */
struct _LIBSSH2_SESSION *ssh_session(const struct ssh *s);

/* Everything goes through this channel from now on: when the server ends it, no answer is waited for. */
void ssh_watch(struct ssh *s, struct _LIBSSH2_CHANNEL *channel);

/* Starts the time that the next request may take (the endpoint's idle timeout). */
void ssh_begin(struct ssh *s);
/* After a call of libssh2 that gave rc: true when it wants to be called again and the socket is
 * ready; false when it is done, the time is up, or the watched channel has ended. */
bool ssh_again(struct ssh *s, long rc);
bool ssh_timed_out(const struct ssh *s);
/* Nothing more is sent on this connection; ssh_lost tells. */
void ssh_cut(struct ssh *s);
bool ssh_lost(const struct ssh *s);
/* ERR_NET for a call that gave rc (not of the server's answer): timeout, connection lost, or packets
 * that make no sense. The connection is cut. */
int ssh_fault(struct ssh *s, long rc, const char *what, struct err *e) ATTR_CHECK;

#endif
