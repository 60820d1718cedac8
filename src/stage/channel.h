/*
 * A connection to one partner: a transfer worker that holds one endpoint and its credential, and
 * the supervisor's calls on it. Effects outside our disk start only after the supervisor has
 * committed them.
 */
#ifndef STAGE_CHANNEL_H
#define STAGE_CHANNEL_H

#include "stage/env.h"
#include "stage/frame.h"
#include "stage/proc.h"
#include "store/ledger_interchange.h"

struct channel {
	struct env *env;
	const struct config_partner *partner;
	const struct config_endpoint *endpoint;
	struct proc proc;
	struct frame frame;
	int outbox, received; /* folders of this partner */
	char peer[300];	      /* who answered: for evidence */
	char doing[300];      /* "send x.x12": for progress and messages */
	int64_t moved, size;  /* bytes of that */
};

/* Starts the worker and connects. ERR_NET, ERR_AUTH, ERR_REMOTE with a stable reason when the
 * partner cannot be used now; channel_close is due in any case. */
int channel_open(struct env *v, const struct config_partner *p, const struct config_endpoint *ep,
	struct channel *c, struct err *e) ATTR_CHECK;
void channel_close(struct channel *c);

enum channel_sent {
	CHANNEL_SENT,	   /* under its final name, size checked; only after may */
	CHANNEL_FOUND,	   /* it was there already, as an earlier attempt left it */
	CHANNEL_LIKELY,	   /* there, of the right size, but it could not be read back */
	CHANNEL_COLLISION, /* another file has that name */
	CHANNEL_DOUBT,	   /* the rename was asked for and nobody knows what came of it */
	CHANNEL_CORRUPT,   /* our file is not what the ledger says */
	CHANNEL_UNREADABLE /* the disk or its rights do not let us read our file */
};
enum { CHANNEL_OUTCOMES = CHANNEL_UNREADABLE + 1 };

/* Sends one interchange. may is called when the file is up and only the rename is left: it commits
 * that intent (0) or forbids it (-1). renaming: an earlier attempt got that far.
 * -1: the connection is of no more use; *e says why. */
int channel_send(struct channel *c, const struct interchange_row *r, bool renaming,
	int (*may)(void *ctx, struct err *e), void *ctx, enum channel_sent *outcome,
	char evidence[400], struct err *e) ATTR_CHECK;
/* Names of the partner's answers, at most LIMIT_LISTING. */
int channel_list(struct channel *c,
	void (*each)(void *ctx, struct str name, int64_t size, int64_t mtime), void *ctx,
	int64_t *skipped, struct err *e) ATTR_CHECK;
/* Fetches one into received/<partner>/.tmp/<tmp>. ERR_ABSENT: gone meanwhile. */
int channel_fetch(struct channel *c, const char *name, const char *tmp, int64_t *size,
	struct err *e) ATTR_CHECK;
int channel_remove(struct channel *c, const char *name, struct err *e) ATTR_CHECK;

#endif
