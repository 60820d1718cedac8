/* Inside of ssh: one connection, its memory, and the login. Other files use ssh.h. */
#ifndef TRANSPORT_SSH_STATE_H
#define TRANSPORT_SSH_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <libssh2.h>

#include "transport/dial.h"
#include "transport/ssh.h"
#include "transport/sshkey.h"

struct ssh_piece;

struct ssh {
	const struct config_endpoint *ep;
	const struct cred *cred;
	const struct clock *clock;
	struct dial to;
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel; /* or NULL; see ssh_watch */
	struct ssh_piece *pieces;
	int64_t deadline; /* by clock_ms */
	int64_t allowed;  /* milliseconds of the deadline, for messages */
	bool timed_out;
	unsigned turns;		  /* reads in a row that had nothing, since libssh2 was called */
	bool lost;		  /* nothing more may be sent */
	bool answered;		  /* keyboard-interactive: the password was given once */
	char print[SSHKEY_PRINT]; /* of the key the server showed */
};

/* libssh2's memory, in one list of the connection; *abstract is the struct ssh. */
LIBSSH2_ALLOC_FUNC(ssh_memory_take);
LIBSSH2_FREE_FUNC(ssh_memory_give_back);
LIBSSH2_REALLOC_FUNC(ssh_memory_resize);
/* What libssh2 did not give back, once its session is freed. */
void ssh_memory_free_all(struct ssh *s);

/* Logs in with the credential of the endpoint, after the host key was checked. A key is tried once, a
 * password at most twice: as such, and as the answer to a prompt. ERR_AUTH when that fails. */
int ssh_login_user(struct ssh *s, struct err *e) ATTR_CHECK;

#endif
