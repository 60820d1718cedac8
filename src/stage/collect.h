/*
 * Collect: picks up what exporters dropped into inbox/<source>/ (reliability 2.3, P1 to P6). The
 * name in the inbox is data only; ours is made from the ledger's number.
 */
#ifndef STAGE_COLLECT_H
#define STAGE_COLLECT_H

#include "stage/env.h"

/* Finishes what an earlier run began, then takes in all that is ready. Faults of one file do not
 * stop the others. */
int collect_run(struct env *v, struct err *e) ATTR_CHECK;
/* Puts an input away. First its row, inside the caller's transaction, so that what puts it away is
 * recorded with it: quarantined; or, by LOST-SOURCE, abandoned. What lies in the archive stays there. */
int collect_away_row(struct env *v, int64_t input, const char *reason, const char *note,
	struct err *e) ATTR_CHECK;
/* After the commit its file: quarantine/NAME with NAME.reason. When that is cut, the next run does it. */
int collect_away_file(struct env *v, int64_t input, struct err *e) ATTR_CHECK;

#endif
