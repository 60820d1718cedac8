/*
 * Transfer: what is queued goes to its partner (reliability 2.5, S1 to S5). One connection a
 * partner; the rename is committed as an intent of its own, so that only a cut exactly there
 * leaves a doubt.
 */
#ifndef STAGE_TRANSFER_H
#define STAGE_TRANSFER_H

#include "stage/channel.h"

int transfer_run(struct env *v, int64_t *worked, struct err *e) ATTR_CHECK;
/* Records that a partner cannot be used now, with the time of the next try. */
int transfer_partner_failed(struct env *v, struct str partner, const struct err *why, struct err *e)
	ATTR_CHECK;
/* 1: may be tried now; 0: not yet. */
int transfer_partner_usable(struct env *v, struct str partner, struct err *e) ATTR_CHECK;
int transfer_partner_works(struct env *v, struct str partner, struct err *e) ATTR_CHECK;

#endif
