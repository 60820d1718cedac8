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
#include "secure/hash.h"

struct transport;

/* What a name is over there. */
struct transport_entry {
	struct str name;
	bool plain; /* a regular file */
	uint64_t size;
	int64_t mtime; /* seconds, 0 unknown */
};

struct transport_ops {
	const char *name;
	bool network; /* needs a port and a credential */
	/* MUST. Before the sandbox: host names resolved, local folders opened. Once a transport. */
	int (*prepare)(struct transport *t, struct err *e);
	/* MUST. In the sandbox: connects, checks who is there, authenticates. ERR_NET try later;
	 * ERR_AUTH never again by itself (with reason HOST-KEY-CHANGED, HOST-KEY-UNKNOWN,
	 * AUTH-REFUSED ...). After a close it may be called again. */
	int (*open)(struct transport *t, struct err *e);
	/* MUST. 1 and *entry, 0 absent, -1. name is below the endpoint's put folder; that folder
	 * not being there is a failure, not an absent file. */
	int (*stat)(struct transport *t, const char *name, struct transport_entry *entry,
		struct err *e);
	/* MUST. Writes the first size bytes of fd to temp (over an older temp), checks the size
	 * there, sets t->unsynced. Nothing under the final name yet: safe to repeat. */
	int (*upload)(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e);
	/* MUST. Renames temp to final without overwriting. ERR_EXISTS when final is there; ERR_DOUBT
	 * when the connection broke before the answer. */
	int (*commit)(struct transport *t, const char *temp, const char *final, struct err *e);
	/* MUST. Plain files in the endpoint's get folder, by name, each name once; temporary names
	 * left out, bad names too but counted in *skipped. each returns 0 to go on; else the listing
	 * ends there, and well. */
	int (*list)(struct transport *t,
		int (*each)(void *ctx, const struct transport_entry *entry), void *ctx,
		uint32_t *skipped, struct err *e);
	/* MUST. Appends a file of the get folder to fd; *size is what came. ERR_ABSENT when it is
	 * gone; ERR_REMOTE with FILE-CHANGING when it changed meanwhile. */
	int (*fetch)(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e);
	/* MUST. SHA-256 of a file of the put folder that has size bytes. ERR_ABSENT when it is gone,
	 * ERR_REMOTE when it cannot be read or has another size. */
	int (*hash)(struct transport *t, const char *name, uint64_t size, char sha[HASH_HEX],
		struct err *e);
	/* MUST. Removes a file of the get folder; absent is fine. */
	int (*remove)(struct transport *t, const char *name, struct err *e);
	/* MUST. Ends the connection; accepts one that is half open or closed. */
	void (*close)(struct transport *t);
	/* MUST. Gives back what prepare took; accepts one not prepared. */
	void (*done)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
	const struct config_endpoint *endpoint;
	const struct cred *cred; /* borrowed; NULL where none is needed */
	const struct clock *clock;
	int root; /* directory: the endpoint's folder, open after prepare for the sandbox's rules; else -1 */
	bool unsynced; /* of the last upload: the other side cannot say that it is on its disk */
	void *self;
	/* MAY be NULL. Told whenever bytes of an upload or fetch have moved: so many of size are there;
	 * size is 0 where it is not known. */
	void (*moved)(void *ctx, uint64_t at, uint64_t size);
	void *moved_ctx;
	char peer
		[200]; /* after open: "OpenSSH_9.2, ssh-ed25519 SHA256:..., aes128-ctr" for evidence */
};

const struct transport_ops *transport_find(struct str protocol); /* NULL when unknown */
/* Everything is borrowed and outlives t. Takes nothing, so it cannot fail. */
void transport_init(struct transport *t, const struct transport_ops *ops,
	const struct config_endpoint *ep, const struct cred *cred, const struct clock *clock);
/* Resolves host names and opens the directory root. After reading the credential, before the
 * sandbox and open. */
int transport_prepare(struct transport *t, struct err *e) ATTR_CHECK;
/* Closes and gives everything back; accepts a zeroed or done transport. */
void transport_done(struct transport *t);

void transport_moved(const struct transport *t, uint64_t at, uint64_t size);

/* May a file of this foreign name be taken? No folder, no control characters, UTF-8. */
bool transport_name_ok(struct str name);
/* Is it one that is still being written: .x, x.tmp, x.part, x.filepart, x.partial, x.incomplete? */
bool transport_name_temp(struct str name);
/* For our own names below the put or get folder: ERR_INPUT when name is not that of a file. */
int transport_name_check(const char *name, struct err *e) ATTR_CHECK;

/* A listing being collected; zeroed is empty. */
struct transport_listing {
	struct transport_entry *entries; /* names owned */
	size_t n;
	size_t cap;
	uint32_t listed; /* names that came, those left out too */
	uint32_t skipped;
};
/* Adds an entry that passes the name rules (name is copied) or counts it. ERR_LIMIT by
 * LIMIT_LISTING and LIMIT_LISTED. */
int transport_listing_add(
	struct transport_listing *l, const struct transport_entry *entry, struct err *e) ATTR_CHECK;
/* Sorts, drops repeated names, gives each one out until it says stop. */
void transport_listing_give(struct transport_listing *l,
	int (*each)(void *ctx, const struct transport_entry *entry), void *ctx);
void transport_listing_done(struct transport_listing *l);

#endif
