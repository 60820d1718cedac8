/* The wall clock; see wall.h. */
#include "stage/wall.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	DAY = 86400,
	JUMP_TOLD = 60,	       /* less is a clock being kept right */
	JUMP = 31 * DAY,       /* ahead of the run before is no pause */
	EARLIEST = 1767225600, /* 2026-01-01: this program is younger */
};

/* Cannot be right, or not without somebody looking: what the operator has to know. */
static int doubt(struct env *v, int64_t last, struct err *e)
{
	char now[DATE_TEXT];
	char before[DATE_TEXT];
	char text[400];

	(void)date_iso(v->started, now);
	(void)date_iso(last, before);
	if (v->started < EARLIEST)
		(void)snprintf(text, sizeof(text),
			"the clock says %s, before this program was made: set it right (timedatectl); no "
			"agreement with <when> is begun before that",
			now);
	else
		(void)snprintf(text, sizeof(text),
			"the clock says %s, and the run before saw %s: if that is wrong, set it right "
			"(timedatectl); agreements with <when> are begun by the next run, which believes it",
			now, before);
	v->clock_doubt = true;
	v->news++;
	env_log(v, LOG_ERROR, "clock", "clock", "CLOCK-IMPLAUSIBLE: %s", text);
	return ledger_event_now(&v->ledger, "clock-implausible", "clock", e, "%s", text);
}

int wall_check(struct env *v, struct err *e)
{
	char text[100];
	int64_t last = 0;
	int64_t by = 0;
	const int rc = db_one_int(v->ledger.db, &last, e,
		"SELECT at FROM event WHERE what IN ('run-started', 'run-ended') ORDER BY seq DESC LIMIT 1",
		"");

	if (rc == -1)
		return -1;
	by = rc == 1 ? v->started - last : 0;
	if (v->started < EARLIEST || by < -DAY || by > JUMP)
		return doubt(v, last, e);
	if (by >= -JUMP_TOLD)
		return 0;
	(void)snprintf(text, sizeof(text), "by=%" PRId64 " s since the run before", by);
	env_log(v, LOG_INFO, "clock", "clock", "set back %s", text);
	return ledger_event_now(&v->ledger, "clock-jumped", "clock", e, "%s", text);
}

bool wall_is_believed(const struct env *v)
{
	return !v->clock_doubt && clock_now(&v->clock) - v->started <= JUMP;
}

int wall_end(struct env *v, struct err *e)
{
	const int64_t passed = (clock_ms(&v->clock) - v->started_ms) / 1000;
	const int64_t by = clock_now(&v->clock) - v->started - passed;
	char text[100];

	if (by >= -JUMP_TOLD && by <= JUMP_TOLD)
		return 0;
	(void)snprintf(text, sizeof(text), "by=%" PRId64 " s during this run", by);
	env_log(v, LOG_WARN, "clock", "clock", "set %s %s", by < 0 ? "back" : "forward", text);
	return ledger_event_now(&v->ledger, "clock-jumped", "clock", e, "%s", text);
}
