/*
 * What is wrong with an environment for as long as it lasts, with nobody's row to stand in: an inbox that
 * is gone, a file that belongs to nobody. The run that finds it first tells of it (news), status names
 * it until a run finds it gone. Each is a row of meta: "alarm:REASON:PLACE", its value the sentence. One
 * whose sentence is another than before is a new one.
 */
#ifndef STAGE_ALARMS_H
#define STAGE_ALARMS_H

#include "stage/env.h"

#define ALARMS_KEY "alarm:"

/* What later runs make of one that is known: nothing, a warning, or news of each run. */
enum alarms_again { ALARMS_ONCE, ALARMS_WARN, ALARMS_NEWS };

/* All that one run finds for one reason. */
struct alarms {
	struct env *v;
	const char *reason; /* "MISSING-PAIR" */
	const char *event;  /* "missing-pair" */
	enum alarms_again again;
	struct arena a;
	struct alarms_one *first, **end;
	size_t n;
};

void alarms_init(struct alarms *s, struct env *v, const char *reason, const char *event);
/* One more; a place twice is once. place may be any bytes; it is kept as utf8_quote shows it. */
void alarms_add(struct alarms *s, struct str place, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* Compares with what is known: new ones are told and recorded, those that are gone are forgotten, in one
 * transaction; nothing is written when nothing changed. Then frees. */
int alarms_commit(struct alarms *s, struct err *e) ATTR_CHECK;
/* Frees without telling. */
void alarms_done(struct alarms *s);

#endif
