/* What is wrong with inboxes and with what lies in them for too long: INBOX-GONE, MISSING-PAIR. */
#ifndef STAGE_INBOX_WATCH_H
#define STAGE_INBOX_WATCH_H

#include "stage/alarms.h"

/* Looks at the inbox of each source. Those that are gone are added to gone (INBOX-GONE), the caller's; other
 * alarms are raised, or ended. */
int inbox_watch_run(struct env *v, struct alarms *gone, struct err *e) ATTR_CHECK;
/* An inbox that could not be opened, and why: told though it may be there a moment later. */
void inbox_watch_gone(struct alarms *gone, const struct config_source *s, const struct err *why);

#endif
