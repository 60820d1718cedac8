/* The rule behind the last line of a zone file: a TZ string as POSIX and RFC 8536 3.3.1 have it, such as
 * "CET-1CEST,M3.5.0,M10.5.0/3". It says what the clock does after the last transition of the file. */
#ifndef BASE_TZ_RULE_H
#define BASE_TZ_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

enum { TZ_OFFSET_MAX = 26 * 3600 /* no clock of RFC 8536 is that far from UTC */ };

/* The day of a year on which the clock is set. */
struct tz_day {
	char kind;   /* 'M' month, week, weekday; 'J' 1 to 365 without leap days; 'N' 0 to 365 */
	int16_t day; /* of 'J' and 'N'; of 'M' the weekday, Sunday is 0 */
	uint8_t month;
	uint8_t week; /* 5: the last */
	int32_t time; /* seconds from midnight, on the clock that is then left */
};

struct tz_rule {
	int32_t standard; /* seconds east of UTC */
	int32_t summer;
	bool has_summer;
	struct tz_day begin; /* of summer time */
	struct tz_day end;
};

/* False when s is none; a summer time without its days is none. */
bool tz_rule_parse(struct str s, struct tz_rule *out) ATTR_CHECK;
/* The offset at that instant, and an instant behind it up to which it holds. */
int32_t tz_rule_offset(const struct tz_rule *r, int64_t at, int64_t *until);

#endif
