/* The one place where time comes from. Tests put their own clock in. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*now)(const struct clock *c); /* seconds since 1970, UTC, for show and schedules */
	int64_t (*monotonic)(const struct clock *c); /* milliseconds, for timeouts and back-off */
	int64_t fixed;				     /* used by clock_fixed */
};

struct clock clock_system(void);
struct clock clock_fixed(int64_t unix_seconds); /* both stand still; monotonic is fixed * 1000 */
int64_t clock_now(const struct clock *c);
int64_t clock_ms(const struct clock *c);
/* Sleeps; returns early on a signal. */
void clock_sleep_ms(int64_t ms);

#endif
