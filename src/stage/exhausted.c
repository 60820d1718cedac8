/* Memory that runs out; see exhausted.h. */
#include "stage/exhausted.h"

#include <inttypes.h>

#include "base/limits.h"

/* Runs, not times: what else moves in a run lets it be tried more than once. */
static int runs_of(struct env *v, const char *subject, int64_t *n, struct err *e)
{
	return db_one_int(v->ledger.db, n, e,
		       "SELECT COUNT(DISTINCT run) FROM event WHERE subject = ?1 AND what = 'exhausted' AND "
		       "seq > COALESCE((SELECT MAX(seq) FROM event WHERE subject = ?1 AND what = 'retry'), 0)",
		       "c", subject) == 1
		? 0
		: -1;
}

int exhausted_record(struct env *v, const char *subject, const char *why, bool *last, struct err *e)
{
	int64_t n = 0;

	if (ledger_event_now(&v->ledger, "exhausted", subject, e, "%s", why) == -1 ||
		runs_of(v, subject, &n, e) == -1)
		return -1;
	*last = n >= LIMIT_EXHAUSTED;
	env_log(v, LOG_WARN, "exhausted", subject, "%s; no attempt counted, run %" PRId64 " of %d",
		why, n, LIMIT_EXHAUSTED);
	return 0;
}
