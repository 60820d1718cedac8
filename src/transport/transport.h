/*
 * Channels to partners. The family: one struct transport_ops a protocol, one row in transport.c.
 * Used inside a transfer worker only: it has one endpoint and its credential, nothing else.
 * Every call has deadlines of our own; none blocks for ever.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "config/config.h"
#include "secure/cred.h"

struct transport;

/* What a name is over there. */
struct transport_entry {
	struct str name;
	bool plain;		/* a regular file */
	uint64_t size;
	int64_t mtime;		/* seconds, 0 unknown */
};

struct transport_ops {
	const char *name;
	bool network;		/* needs a port and a credential */
	/* MUST. Connects, checks who is there, authenticates. ERR_NET try later; ERR_AUTH never again
	 * by itself (with reason HOST-KEY-CHANGED, HOST-KEY-UNKNOWN, AUTH-REFUSED ...). */
	int (*open)(struct transport *t, struct err *e);
	/* MUST. 1 and *entry, 0 absent, -1. name is below the endpoint's put folder. */
	int (*stat)(struct transport *t, const char *name, struct transport_entry *entry, struct err *e);
	/* MUST. Writes fd's bytes to temp (over an older temp), checks the size there. Nothing under
	 * the final name yet: safe to repeat. */
	int (*upload)(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e);
	/* MUST. Renames temp to final without overwriting. ERR_EXISTS when final is there; ERR_DOUBT
	 * when the connection broke before the answer. */
	int (*commit)(struct transport *t, const char *temp, const char *final, struct err *e);
	/* MUST. Plain files in the endpoint's get folder, bad names left out (reported in *skipped). */
	int (*list)(struct transport *t, int (*each)(void *ctx, const struct transport_entry *entry),
		void *ctx, uint32_t *skipped, struct err *e);
	/* MUST. Reads a file of the get folder into fd; *size is what came. ERR_ABSENT when it is gone. */
	int (*fetch)(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e);
	/* MUST. Removes a file of the get folder; absent is fine. */
	int (*remove)(struct transport *t, const char *name, struct err *e);
	/* MUST accept a half-open transport. */
	void (*close)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
	const struct config_endpoint *endpoint;
	const struct cred *cred;	/* borrowed; NULL where none is needed */
	const struct clock *clock;
	int root;			/* directory: the endpoint's folder, opened before the sandbox; else -1 */
	void *self;
	char peer[200];			/* after open: "OpenSSH_9.2, ssh-ed25519 SHA256:..., aes128-ctr" for evidence */
};

const struct transport_ops *transport_find(struct str protocol);	/* NULL when unknown */
const char *const *transport_names(size_t *n);
void transport_init(struct transport *t, const struct transport_ops *ops, const struct config_endpoint *ep,
	const struct cred *cred, const struct clock *clock);

#endif
