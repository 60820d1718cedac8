/*
 * Agreements with <when>: whether the time of one has come, and that it was done. A slot is done once,
 * whatever the clock does: its row and the units of work it makes are one commit, or the units know by
 * themselves that they were made. Of several that were missed the last is done, and the others are told.
 */
#ifndef STAGE_SCHEDULE_H
#define STAGE_SCHEDULE_H

#include "config/slots.h"
#include "stage/env.h"

enum { SCHEDULE_MISSED = 300 };

struct schedule {
	const struct config_agreement *agreement;
	struct slot slot; /* that has come; none where the agreement has no <when> */
	int64_t missed;	  /* slots before it that nothing was done for */
};

/* An agreement that is new here counts from the run before this one, or from the making of the environment.
 * Before the first stage of every run. */
int schedule_begin(struct env *v, struct err *e) ATTR_CHECK;
/* 1: it may begin now, and schedule_done is called when it has; 0: not due; -1. */
int schedule_due(struct env *v, const struct config_agreement *g, struct schedule *s, struct err *e)
	ATTR_CHECK;
/* In a transaction: its slot is done. Nothing where there is none. */
int schedule_done(struct env *v, const struct schedule *s, struct err *e) ATTR_CHECK;
/* The same in a transaction of its own, for what made no unit of work. */
int schedule_done_now(struct env *v, const struct schedule *s, struct err *e) ATTR_CHECK;
#define SCHEDULE_NOW "now, by the next run"
/* When the agreement begins next, for people: "2026-11-27T02:00 Europe/Berlin (2026-11-27T01:00:00Z)",
 * SCHEDULE_NOW or, without <when>, "". The same before and after the first run. */
int schedule_next(struct ledger *l, const struct config_agreement *g, char out[SLOTS_TEXT],
	struct err *e) ATTR_CHECK;
/* Which time was passed over (catch-up="none"), until the next one is done, for people; else "". */
int schedule_missed(struct ledger *l, const struct config_agreement *g, char out[SCHEDULE_MISSED],
	struct err *e) ATTR_CHECK;

#endif
