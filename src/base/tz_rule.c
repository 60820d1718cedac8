/* TZ strings; see tz_rule.h. */
#include "base/tz_rule.h"

#include "base/date.h"

enum { DAY = 86400, HOUR = 3600, RULE_HOURS = 167, YEARS = 3, CHANGES = 2 * YEARS };

static bool skip(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

/* Up to digits digits. */
static bool number(struct str *s, unsigned digits, int low, int high, int *out)
{
	int v = 0;
	unsigned n = 0;

	for (; n < digits && s->n > 0 && str_is_digit(s->p[0]); n++) {
		v = 10 * v + (s->p[0] - '0');
		*s = str_from(*s, 1);
	}
	*out = v;
	return n > 0 && v >= low && v <= high;
}

/* Three letters or more; between < and > digits and signs too. */
static bool abbreviation(struct str *s)
{
	const bool quoted = skip(s, '<');
	size_t n = 0;

	while (n < s->n &&
		(str_is_alpha(s->p[n]) ||
			(quoted && (str_is_digit(s->p[n]) || s->p[n] == '+' || s->p[n] == '-'))))
		n++;
	*s = str_from(*s, n);
	return n >= 3 && (!quoted || skip(s, '>'));
}

/* [+-]H[H[H]][:MM[:SS]] */
static bool clock_time(struct str *s, int hours, int32_t *out)
{
	const bool minus = skip(s, '-');
	int h = 0;
	int m = 0;
	int sec = 0;

	if (!minus)
		(void)skip(s, '+');
	if (!number(s, 3, 0, hours, &h))
		return false;
	if (skip(s, ':') &&
		(!number(s, 2, 0, 59, &m) || (skip(s, ':') && !number(s, 2, 0, 59, &sec))))
		return false;
	*out = (minus ? -1 : 1) * (h * HOUR + m * 60 + sec);
	return true;
}

static bool change_day(struct str *s, struct tz_day *d)
{
	int month = 0;
	int week = 0;
	int day = 0;

	if (!skip(s, ','))
		return false;
	if (skip(s, 'M')) {
		d->kind = 'M';
		if (!number(s, 2, 1, 12, &month) || !skip(s, '.') || !number(s, 1, 1, 5, &week) ||
			!skip(s, '.') || !number(s, 1, 0, 6, &day))
			return false;
	} else {
		d->kind = skip(s, 'J') ? 'J' : 'N';
		if (!number(s, 3, d->kind == 'J' ? 1 : 0, 365, &day))
			return false;
	}
	d->month = (uint8_t)month;
	d->week = (uint8_t)week;
	d->day = (int16_t)day;
	d->time = 2 * HOUR;
	return !skip(s, '/') || clock_time(s, RULE_HOURS, &d->time);
}

/* TZ strings count west of Greenwich, we count east. */
static bool offset(struct str *s, int32_t *out)
{
	int32_t west = 0;

	if (!clock_time(s, 24, &west))
		return false;
	*out = -west;
	return true;
}

bool tz_rule_parse(struct str s, struct tz_rule *out)
{
	struct tz_rule r = {0};

	if (!abbreviation(&s) || !offset(&s, &r.standard))
		return false;
	if (s.n > 0) {
		r.has_summer = true;
		r.summer = r.standard + HOUR;
		if (!abbreviation(&s) || (s.n > 0 && s.p[0] != ',' && !offset(&s, &r.summer)) ||
			!change_day(&s, &r.begin) || !change_day(&s, &r.end))
			return false;
	}
	if (s.n > 0)
		return false;
	*out = r;
	return true;
}

/* --- what the clock does --- */

static int64_t first_of(int year, int month)
{
	const struct date d = {.year = (int16_t)year, .month = (uint8_t)month, .day = 1};

	return date_days(&d);
}

/* Days since 1970 of that day in a year. */
static int64_t day_of(const struct tz_day *d, int year)
{
	const int64_t new_year = first_of(year, 1);
	int64_t first = 0;
	int64_t day = 0;

	if (d->kind == 'N')
		return new_year + d->day;
	if (d->kind == 'J') /* behind February a leap year is a day further */
		return new_year + d->day - 1 +
			(d->day >= 60 ? first_of(year, 3) - new_year - 59 : 0);
	first = first_of(year, d->month);
	day = first + ((d->day - (first + 4)) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	day += 7 * (d->week - 1);
	return day < first_of(d->month == 12 ? year + 1 : year, d->month % 12 + 1) ? day : day - 7;
}

struct change {
	int64_t at;
	int32_t offset; /* from then on */
};

/* The changes of the years around, in order. Of two at one instant the later named one counts: so a
 * zone can have summer time all year. */
static void changes(const struct tz_rule *r, int year, struct change c[CHANGES])
{
	for (int i = 0; i < CHANGES; i++) {
		const bool first = i % 2 == 0;
		const struct tz_day *d = first ? &r->begin : &r->end;
		const struct change x = {
			.at = day_of(d, year - 1 + i / 2) * DAY + d->time -
				(first ? r->standard : r->summer),
			.offset = first ? r->summer : r->standard,
		};
		int k = i;
		for (; k > 0 && c[k - 1].at > x.at; k--)
			c[k] = c[k - 1];
		c[k] = x;
	}
}

int32_t tz_rule_offset(const struct tz_rule *r, int64_t at, int64_t *until)
{
	struct change c[CHANGES];
	int32_t now = r->standard;
	int i = 0;

	if (!r->has_summer) {
		*until = INT64_MAX;
		return now;
	}
	changes(r, date_from_unix(at + r->standard).year, c);
	for (; i < CHANGES && c[i].at <= at; i++)
		now = c[i].offset;
	*until = i < CHANGES ? c[i].at : at + DAY;
	return now;
}
