/* Functions on dates: proleptic Gregorian, UTC. */
#include "base/tz.h"
#include "map/compare.h"
#include "map/func.h"
#include "map/run.h"

enum { DAYS_MAX = 4000000, PICTURE_TEXT = 64 };

FUNC_RUN(date)
{
	struct date d;

	if (x->nargs == 1) {
		if (val_date(ev, &args[0], &d))
			*out = val_of_date(d);
		return;
	}
	if (val_empty(ev, &args[0]))
		return;
	if (date_parse_as(val_text(ev, &args[0]), val_text(ev, &args[1]), &d))
		*out = val_of_date(d);
	else
		run_report(ev, "VALUE-NOT-DATE", args[0].from, val_text(ev, &args[0]),
			"a date by the picture of the map");
	out->from = args[0].from;
}

FUNC_RUN(format_date)
{
	struct date d;
	char text[PICTURE_TEXT];
	struct str picture = {NULL, 0};
	struct str made = {NULL, 0};

	if (!val_date(ev, &args[0], &d))
		return;
	picture = val_text(ev, &args[1]);
	made = date_format(&d, picture, text, sizeof(text));
	if (made.n == 0 && picture.n > 0)
		run_report(ev, "VALUE-TOO-LONG", args[1].from, picture,
			"a picture of at most 63 characters");
	*out = val_of_text(arena_str(ev->a, made));
	out->from = args[0].from;
}

/* What the zone's clock shows at an instant. A date without a time is the same day everywhere. */
FUNC_RUN(to_zone)
{
	struct date d;

	if (!val_date(ev, &args[0], &d))
		return;
	if (d.has_time) {
		const int64_t at = date_unix(&d);
		d = date_from_unix(at + tz_offset(ev->run->m->zones[x->slot], at));
		d.has_time = true;
	}
	*out = val_of_date(d);
	out->from = args[0].from;
}

static bool in_range(int64_t days)
{
	static const struct date first = {.year = 1, .month = 1, .day = 1};
	static const struct date last = {.year = 9999, .month = 12, .day = 31};

	return days >= date_days(&first) && days <= date_days(&last);
}

FUNC_RUN(add_days)
{
	struct date d;
	struct dec by;
	int64_t n = 0;

	if (!val_date(ev, &args[0], &d) || !val_number(ev, &args[1], &by))
		return;
	if (!dec_is_int(by, &n) || n > DAYS_MAX || n < -DAYS_MAX || !in_range(date_days(&d) + n)) {
		run_report(ev, "VALUE-NOT-DATE", args[1].from, val_text(ev, &args[1]),
			"whole days up to the year 9999");
		return;
	}
	*out = val_of_date(date_from_days(date_days(&d) + n));
	out->from = args[0].from;
}

FUNC_RUN(days_between)
{
	struct date a;
	struct date b;

	if (val_date(ev, &args[0], &a) && val_date(ev, &args[1], &b))
		*out = val_of_number(dec_int(date_days(&b) - date_days(&a)));
}

FUNC_RUN(valid)
{
	struct date from;
	struct date to;
	struct date at;
	bool in = true;

	*out = val_of_bool(false);
	if (!val_date(ev, &args[2], &at))
		return;
	if (!val_empty(ev, &args[0]))
		in = val_date(ev, &args[0], &from) && date_days(&from) <= date_days(&at);
	if (!val_empty(ev, &args[1]))
		in = val_date(ev, &args[1], &to) && date_days(&at) <= date_days(&to) && in;
	*out = val_of_bool(in);
}

static const struct func rows[] = {
	{"date", 1, 2, FUNC_DATE_PICTURE, date, "text, picture",
		"The text as a date: 2026-11-23, 20261123, or by a picture of "
		"CC YY MM DD HH MI SS.",
		"date('23.11.2026', 'DD.MM.CCYY')", "2026-11-23"},
	{"format-date", 2, 2, FUNC_DATE_PICTURE, format_date, "date, picture",
		"The date by a picture.", "format-date($run/date, 'CCYYMMDD')", "20261123"},
	{"add-days", 2, 2, FUNC_PLAIN, add_days, "date, days",
		"So many days later; earlier when negative.", "add-days('2026-12-30', 3)",
		"2027-01-02"},
	{"days-between", 2, 2, FUNC_PLAIN, days_between, "date, date",
		"Days from the first to the second.", "days-between('2026-02-27', '2026-03-01')",
		"2"},
	{"to-zone", 2, 2, FUNC_ZONE, to_zone, "date, 'zone'",
		"What the clock of a time zone shows at that instant, which is in UTC unless it says "
		"otherwise; a date without time stays.",
		"format-date(to-zone('2026-11-23T23:30:00Z', 'Europe/Berlin'), 'DD.MM. HH:MI')",
		"24.11. 00:30"},
	{"valid", 3, 3, FUNC_PLAIN, valid, "from, to, at",
		"Does at lie within from and to, both included? An empty end "
		"is open.",
		"valid('2026-01-01', '', $run/date)", "true"},
};

const struct func_family func_date_family = {rows, sizeof(rows) / sizeof(rows[0])};
