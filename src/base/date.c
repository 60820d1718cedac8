/*
 * Dates of the proleptic Gregorian calendar (ISO 8601); see date.h. Leap seconds do not exist here,
 * as in Unix time.
 */
#include "base/date.h"

enum {
	DAY_SECONDS = 86400,
	ERA_DAYS = 146097,  /* 400 years */
	ERA_SHIFT = 719468, /* days from 0000-03-01 to 1970-01-01 */
	PIVOT = 69, /* two-digit years as POSIX has them: 69 to 99 are 19xx, 00 to 68 20xx */
	YEAR_LAST = 9999,
	OFFSET_HOURS = 14, /* the largest offset XML Schema allows; Kiribati has it */
};

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool date_valid(int year, int month, int day)
{
	static const uint8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (year < 1 || year > YEAR_LAST || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month] + (month == 2 && leap(year) ? 1 : 0);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* Counts in years that begin in March, so that the leap day is the last of its year. */
int64_t date_days(const struct date *d)
{
	const int64_t year = d->year - (d->month <= 2 ? 1 : 0);
	const int64_t month = (d->month + 9) % 12;
	const int64_t era = floor_div(year, 400);
	const int64_t in_era = year - era * 400;
	const int64_t in_year = (153 * month + 2) / 5 + d->day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - ERA_SHIFT;
}

static const struct date first = {.year = 1, .month = 1, .day = 1};
static const struct date last = {.year = YEAR_LAST, .month = 12, .day = 31};

/* Days outside the years 1 to 9999 become the first or the last one. */
struct date date_from_days(int64_t days)
{
	struct date d = {0};
	int64_t era = 0;
	int64_t day = 0;
	int64_t year = 0;
	int64_t month = 0;

	if (days < date_days(&first))
		return first;
	if (days > date_days(&last))
		return last;
	days += ERA_SHIFT;
	era = floor_div(days, ERA_DAYS);
	day = days - era * ERA_DAYS;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	d.day = (uint8_t)(day - (153 * month + 2) / 5 + 1);
	d.month = (uint8_t)(month < 10 ? month + 3 : month - 9);
	d.year = (int16_t)(year + era * 400 + (d.month <= 2 ? 1 : 0));
	return d;
}

int64_t date_unix(const struct date *d)
{
	return date_days(d) * DAY_SECONDS + d->hour * INT64_C(3600) + d->minute * INT64_C(60) +
		d->second;
}

/* Instants outside the years 1 to 9999 become the first or the last second of them. */
struct date date_from_unix(int64_t seconds)
{
	const int64_t low = date_days(&first) * DAY_SECONDS;
	const int64_t high = (date_days(&last) + 1) * DAY_SECONDS - 1;
	struct date d = {0};
	int64_t rest = 0;

	if (seconds < low)
		seconds = low;
	if (seconds > high)
		seconds = high;
	d = date_from_days(floor_div(seconds, DAY_SECONDS));
	rest = seconds - floor_div(seconds, DAY_SECONDS) * DAY_SECONDS;
	d.hour = (uint8_t)(rest / 3600);
	d.minute = (uint8_t)(rest / 60 % 60);
	d.second = (uint8_t)(rest % 60);
	d.has_time = true;
	return d;
}

/* Takes exactly n digits off the front. */
static bool number(struct str *s, size_t n, int *out)
{
	int v = 0;

	if (s->n < n || !str_is_digits(str_sub(*s, 0, n)))
		return false;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s->p[i] - '0');
	*s = str_from(*s, n);
	*out = v;
	return true;
}

static bool skip(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

struct parts {
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	bool has_time;
};

/* 24:00:00 is the end of a day (ISO 8601): the first second of the next one. */
static bool assemble(const struct parts *p, int64_t offset, struct date *out)
{
	struct date d = {0};
	int64_t at = 0;

	if (!date_valid(p->year, p->month, p->day) || p->minute > 59 || p->second > 59)
		return false;
	if (p->hour > 24 || (p->hour == 24 && (p->minute > 0 || p->second > 0)))
		return false;
	d.year = (int16_t)p->year;
	d.month = (uint8_t)p->month;
	d.day = (uint8_t)p->day;
	if (p->has_time) {
		at = date_unix(&d) + p->hour * INT64_C(3600) + p->minute * INT64_C(60) + p->second -
			offset;
		d = date_from_unix(at);
		if (date_unix(&d) != at)
			return false;
	}
	*out = d;
	return true;
}

/* Z, +HH, +HHMM or +HH:MM up to the end; nothing is UTC. */
static bool zone(struct str s, int64_t *offset)
{
	const bool minus = s.n > 0 && s.p[0] == '-';
	int hours = 0;
	int minutes = 0;

	*offset = 0;
	if (s.n == 0 || str_is(s, "Z") || str_is(s, "z"))
		return true;
	if (!minus && s.p[0] != '+')
		return false;
	s = str_from(s, 1);
	if (!number(&s, 2, &hours))
		return false;
	if (s.n > 0) {
		(void)skip(&s, ':');
		if (!number(&s, 2, &minutes))
			return false;
	}
	if (s.n > 0 || hours > OFFSET_HOURS || minutes > 59 ||
		(hours == OFFSET_HOURS && minutes > 0))
		return false;
	*offset = (minus ? -1 : 1) * (hours * INT64_C(3600) + minutes * INT64_C(60));
	return true;
}

/* Seconds and what follows them; a fraction is read over. */
static bool seconds(struct str *s, struct parts *p)
{
	if (!number(s, 2, &p->second))
		return false;
	if (skip(s, '.') || skip(s, ',')) {
		if (s->n == 0 || !str_is_digit(s->p[0]))
			return false;
		while (s->n > 0 && str_is_digit(s->p[0]))
			*s = str_from(*s, 1);
	}
	return true;
}

static bool time_of_day(struct str *s, bool extended, struct parts *p)
{
	p->has_time = true;
	if (!number(s, 2, &p->hour) || (extended && !skip(s, ':')) || !number(s, 2, &p->minute))
		return false;
	if (extended ? skip(s, ':') : s->n > 0 && str_is_digit(s->p[0]))
		return seconds(s, p);
	return true;
}

bool date_parse(struct str s, struct date *out)
{
	struct parts p = {0};
	int64_t offset = 0;
	bool extended = false;

	if (!number(&s, 4, &p.year))
		return false;
	extended = skip(&s, '-');
	if (!number(&s, 2, &p.month) || (extended && !skip(&s, '-')) || !number(&s, 2, &p.day))
		return false;
	if (s.n > 0) {
		const bool mark = skip(&s, 'T') || skip(&s, 't') || (extended && skip(&s, ' '));
		if ((extended && !mark) || !time_of_day(&s, extended, &p) || !zone(s, &offset))
			return false;
	}
	return assemble(&p, offset, out);
}

enum part { LITERAL, CENTURY, YEAR2, YEAR4, MONTH, DAY, HOUR, MINUTE, SECOND };

struct token {
	const char *text;
	enum part part;
};

static const struct token tokens[] = {
	{"CCYY", YEAR4},
	{"YYYY", YEAR4},
	{"CC", CENTURY},
	{"YY", YEAR2},
	{"MM", MONTH},
	{"DD", DAY},
	{"HH", HOUR},
	{"MI", MINUTE},
	{"SS", SECOND},
};

/* Takes the next token off the picture; *prev is the part before it, literals not counted. */
static enum part next_part(struct str *picture, enum part *prev, char *literal)
{
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		const struct str text = str_c(tokens[i].text);
		enum part part = tokens[i].part;
		if (!str_starts(*picture, text))
			continue;
		*picture = str_from(*picture, text.n);
		if (part == MONTH && *prev == HOUR)
			part = MINUTE;
		*prev = part;
		return part;
	}
	*literal = picture->p[0];
	*picture = str_from(*picture, 1);
	return LITERAL;
}

static bool take(struct str *s, enum part part, struct parts *p, int *century)
{
	switch (part) {
	case CENTURY:
		return number(s, 2, century);
	case YEAR2:
		return number(s, 2, &p->year);
	case YEAR4:
		*century = 0;
		return number(s, 4, &p->year);
	case MONTH:
		return number(s, 2, &p->month);
	case DAY:
		return number(s, 2, &p->day);
	case HOUR:
		p->has_time = true;
		return number(s, 2, &p->hour);
	case MINUTE:
		return number(s, 2, &p->minute);
	case SECOND:
		return number(s, 2, &p->second);
	case LITERAL:
		break;
	}
	return false;
}

bool date_parse_as(struct str s, struct str picture, struct date *out)
{
	struct parts p = {.year = -1, .month = 1, .day = 1};
	enum part prev = LITERAL;
	int century = -1;

	while (picture.n > 0) {
		char literal = '\0';
		const enum part part = next_part(&picture, &prev, &literal);
		if (part == LITERAL ? !skip(&s, literal) : !take(&s, part, &p, &century))
			return false;
	}
	if (s.n > 0 || p.year < 0)
		return false;
	if (century < 0)
		century = p.year >= PIVOT ? 19 : 20;
	p.year += century * 100;
	return assemble(&p, 0, out);
}

static int value_of(const struct date *d, enum part part)
{
	switch (part) {
	case CENTURY:
		return d->year / 100;
	case YEAR2:
		return d->year % 100;
	case YEAR4:
		return d->year;
	case MONTH:
		return d->month;
	case DAY:
		return d->day;
	case HOUR:
		return d->hour;
	case MINUTE:
		return d->minute;
	case SECOND:
		return d->second;
	case LITERAL:
		break;
	}
	return 0;
}

/* The text is terminated as well. When it does not fit, the result is empty: half a date is none. */
struct str date_format(const struct date *d, struct str picture, char *out, size_t size)
{
	enum part prev = LITERAL;
	size_t n = 0;

	while (picture.n > 0) {
		char literal = '\0';
		const enum part part = next_part(&picture, &prev, &literal);
		const size_t width = part == LITERAL ? 1 : part == YEAR4 ? 4 : 2;
		int v = value_of(d, part);
		if (width >= size - n)
			return (struct str){"", 0};
		if (part == LITERAL)
			out[n] = literal;
		for (size_t i = width; part != LITERAL && i > 0; i--, v /= 10)
			out[n + i - 1] = (char)('0' + v % 10);
		n += width;
	}
	if (size == 0)
		return (struct str){"", 0};
	out[n] = '\0';
	return (struct str){out, n};
}

struct str date_iso(int64_t unix_seconds, char out[DATE_TEXT])
{
	const struct date d = date_from_unix(unix_seconds);

	return date_format(&d, STR("CCYY-MM-DDTHH:MI:SSZ"), out, DATE_TEXT);
}

int date_cmp(const struct date *a, const struct date *b)
{
	const int64_t x = date_unix(a);
	const int64_t y = date_unix(b);

	return x < y ? -1 : x > y;
}
