/* The system's clocks and one that stands still; see clock.h. */
#include "base/clock.h"

#include <time.h>

#include "base/err.h"

static int64_t system_now(const struct clock *c)
{
	struct timespec t = {0, 0};

	(void)c;
	BUG_IF(clock_gettime(CLOCK_REALTIME, &t) != 0);
	return (int64_t)t.tv_sec;
}

static int64_t system_ms(const struct clock *c)
{
	struct timespec t = {0, 0};

	(void)c;
	BUG_IF(clock_gettime(CLOCK_MONOTONIC, &t) != 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t fixed_now(const struct clock *c)
{
	return c->fixed;
}

static int64_t fixed_ms(const struct clock *c)
{
	return c->fixed * 1000;
}

struct clock clock_system(void)
{
	return (struct clock){.now = system_now, .monotonic = system_ms};
}

struct clock clock_fixed(int64_t unix_seconds)
{
	return (struct clock){.now = fixed_now, .monotonic = fixed_ms, .fixed = unix_seconds};
}

int64_t clock_now(const struct clock *c)
{
	return c->now(c);
}

int64_t clock_ms(const struct clock *c)
{
	return c->monotonic(c);
}

void clock_sleep_ms(int64_t ms)
{
	struct timespec t = {0, 0};

	if (ms <= 0)
		return;
	t.tv_sec = (time_t)(ms / 1000);
	t.tv_nsec = (long)(ms % 1000) * 1000000;
	(void)nanosleep(&t, NULL);
}
