/*
 * Is the wall clock to be believed? Timeouts and back-off within a run go by the monotonic clock; dates in
 * envelopes and the times of <when> go by the wall clock, which may be set wrongly. A clock that jumped is
 * told, and believed by the run after that: by then it is right, or somebody was told.
 */
#ifndef STAGE_WALL_H
#define STAGE_WALL_H

#include "stage/env.h"

/* Before run-started is committed. Sets v->clock_doubt: agreements with <when> are not begun. */
int wall_check(struct env *v, struct err *e) ATTR_CHECK;
/* May what depends on the time of day be done: was the clock believed at the start, and has it not jumped ahead since? */
bool wall_is_believed(const struct env *v);
/* At the end of a run: a jump since its start is an event. */
int wall_end(struct env *v, struct err *e) ATTR_CHECK;

#endif
