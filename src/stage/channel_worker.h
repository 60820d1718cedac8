/* The transfer worker: one partner's endpoint, its credential, its outbox; nothing else. */
#ifndef STAGE_CHANNEL_WORKER_H
#define STAGE_CHANNEL_WORKER_H

#include "stage/env.h"

/* Verbs of FRAME_WORK. */
enum channel_verb { CHANNEL_DO_SEND = 1, CHANNEL_DO_LIST, CHANNEL_DO_FETCH, CHANNEL_DO_REMOVE };

struct channel_job {
	struct env *env;
	const struct config_endpoint *endpoint;
	int keys, outbox, received;
};

/* First frame: RESULT(0, "", peer) or FAIL(code, reason, text). Then WORK frames are answered:
 * SEND(name, size, sha, 1 renaming | 2 resend | 0) by MAY() [answered MAY()] and RESULT(outcome, reason, text);
 * LIST() by FOUND(name, size, mtime)... and RESULT(skipped, "", ""); FETCH(name, tmp) by
 * RESULT(size, "", ""); REMOVE(name) by RESULT(0, "", ""); each may end in FAIL instead. While bytes move,
 * PROGRESS(bytes, of) comes in between; of is 0 where it is not known. */
int channel_worker_main(int fd, void *job);

#endif
