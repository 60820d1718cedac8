/* What is wrong with inboxes and with what lies in them for too long: INBOX-GONE, MISSING-PAIR. */
#ifndef STAGE_INBOX_WATCH_H
#define STAGE_INBOX_WATCH_H

#include "stage/env.h"

/* Looks at the inbox of each source and raises its alarms, or ends them. */
int inbox_watch_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
