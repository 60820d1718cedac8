/* The instants that a <when> means; see slots.h. */
#include "config/slots.h"

#include <stdio.h>

#include "base/date.h"

enum {
	DAY = 86400,
	MINUTE = 60,
	AROUND = 9, /* days: a week, and those that a zone may leave out or be ahead */
};

static int64_t day_of(int64_t local)
{
	return local / DAY - (local % DAY < 0 ? 1 : 0);
}

static bool on_day(const struct config_at *a, int64_t day)
{
	const int64_t weekday = ((day + 3) % 7 + 7) %
		7; /* 1970-01-01 was a Thursday; Monday is 0 */

	return (a->days >> weekday & 1) != 0;
}

/* The last up to now, or the first behind it: nothing is further away than AROUND days. */
static struct slot find(const struct config_when *w, int64_t now, bool behind)
{
	const int64_t today = day_of(now + tz_offset(w->zone, now));
	struct slot best = {0};
	bool any = false;

	for (int64_t day = today - AROUND; day <= today + AROUND; day++) {
		for (const struct config_at *a = w->ats; a; a = a->next) {
			struct slot s = {.local = day * DAY + a->minute * MINUTE};
			if (!on_day(a, day))
				continue;
			s.at = tz_instant(w->zone, s.local);
			if ((s.at > now) != behind ||
				(any && (behind ? s.at >= best.at : s.at <= best.at)))
				continue;
			best = s;
			any = true;
		}
	}
	BUG_IF(!any);
	return best;
}

struct slot slots_last(const struct config_when *w, int64_t now)
{
	return find(w, now, false);
}

struct slot slots_next(const struct config_when *w, int64_t now)
{
	return find(w, now, true);
}

int64_t slots_count(const struct config_when *w, int64_t after, int64_t until, int64_t max)
{
	int64_t n = 0;

	for (struct slot s = slots_next(w, after); s.at <= until && n < max; n++)
		s = slots_next(w, s.at);
	return n;
}

static struct str clock_text(int64_t local, char out[DATE_TEXT])
{
	const struct date d = date_from_unix(local);

	return date_format(&d, STR("CCYY-MM-DDTHH:MI"), out, DATE_TEXT);
}

const char *slots_name(const struct config_when *w, const struct slot *s, char out[SLOTS_TEXT])
{
	char when[DATE_TEXT];

	(void)snprintf(out, SLOTS_TEXT, STR_FMT " " STR_FMT, STR_ARG(clock_text(s->local, when)),
		STR_ARG(w->zone_name));
	return out;
}

const char *slots_text(const struct config_when *w, int64_t at, char out[SLOTS_TEXT])
{
	char when[DATE_TEXT];
	char utc[DATE_TEXT];

	(void)snprintf(out, SLOTS_TEXT, STR_FMT " " STR_FMT " (" STR_FMT ")",
		STR_ARG(clock_text(at + tz_offset(w->zone, at), when)), STR_ARG(w->zone_name),
		STR_ARG(date_iso(at, utc)));
	return out;
}
