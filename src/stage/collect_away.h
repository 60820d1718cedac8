/* Inputs that are put away: quarantined, or abandoned when their file is lost. */
#ifndef STAGE_COLLECT_AWAY_H
#define STAGE_COLLECT_AWAY_H

#include "stage/env.h"
#include "store/ledger_input.h"

/* Puts an input away. First its row, inside the caller's transaction, so that what puts it away is
 * recorded with it: quarantined; or, by LOST-SOURCE, abandoned. What lies in the archive stays there. */
int collect_away_row(struct env *v, int64_t input, const char *reason, const char *note,
	struct err *e) ATTR_CHECK;
/* After the commit its file: quarantine/NAME with NAME.reason. When that is cut, the next run does it. */
int collect_away_file(struct env *v, int64_t input, struct err *e) ATTR_CHECK;
/* Both at once, for what is put away by itself. */
int collect_away_now(struct env *v, int64_t input, const char *reason, const char *note,
	struct err *e) ATTR_CHECK;
/* A bad tree that cannot be moved is put away where it lies, in the inbox. */
int collect_away_there(struct env *v, const struct input_row *r, const char *inbox,
	const char *reason, const char *why, struct err *e) ATTR_CHECK;
/* Brings the file of a row that is quarantined to where the ledger says, with its reason. */
int collect_away_settle(struct env *v, const struct input_row *r, struct err *e) ATTR_CHECK;

#endif
