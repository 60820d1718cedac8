/* Calendar dates and instants in UTC, proleptic Gregorian. Zones are in base/tz.h. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

struct date {
	int16_t year;  /* 1 to 9999 */
	uint8_t month; /* 1 to 12 */
	uint8_t day;
	uint8_t hour; /* 0 to 23 */
	uint8_t minute;
	uint8_t second;
	bool has_time;
};

enum { DATE_TEXT = 32 };

bool date_valid(int year, int month, int day);
int64_t date_days(const struct date *d); /* days since 1970-01-01 */
struct date date_from_days(int64_t days);
int64_t date_unix(const struct date *d); /* seconds since 1970-01-01T00:00:00Z */
struct date date_from_unix(int64_t seconds);
/* ISO 8601 calendar date, optionally with time (seconds and fraction optional) and Z or offset
 * (taken into account); also CCYYMMDD, CCYYMMDDHHMM[SS]. False when s is none or does not exist. */
bool date_parse(struct str s, struct date *out) ATTR_CHECK;
/* By a picture of CC YY MM DD HH MI SS and literals, e.g. "CCYYMMDD", "DD.MM.CCYY", "YYMMDD".
 * HHMM is accepted for hour and minute: MM behind HH is the minute. */
bool date_parse_as(struct str s, struct str picture, struct date *out) ATTR_CHECK;
struct str date_format(const struct date *d, struct str picture, char *out, size_t size);
/* "2026-11-23T02:00:00Z" */
struct str date_iso(int64_t unix_seconds, char out[DATE_TEXT]);
int date_cmp(const struct date *a, const struct date *b);

#endif
