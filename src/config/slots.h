/*
 * The instants that a <when> means. A time of the day that the zone's clock shows twice is its first; one
 * that it passes over is the first instant behind the gap. Two that fall together are one.
 */
#ifndef CONFIG_SLOTS_H
#define CONFIG_SLOTS_H

#include "config/config.h"

struct slot {
	int64_t at;    /* UTC */
	int64_t local; /* what the clock should show, in seconds since 1970 on it */
};

enum { SLOTS_TEXT = 128 };

/* The last slot up to now. w->zone must be there; so it is when the configuration has no faults. */
struct slot slots_last(const struct config_when *w, int64_t now);
/* The first behind it. */
struct slot slots_next(const struct config_when *w, int64_t now);
/* How many there are behind after and up to until; max when there are more. */
int64_t slots_count(const struct config_when *w, int64_t after, int64_t until, int64_t max);
/* As it is written down: "2026-11-26T02:00 Europe/Berlin". Never the same for two slots of a <when>. */
const char *slots_name(const struct config_when *w, const struct slot *s, char out[SLOTS_TEXT]);
/* For people, what the clock then shows: "2026-11-26T02:00 Europe/Berlin (2026-11-26T01:00:00Z)". */
const char *slots_text(const struct config_when *w, int64_t at, char out[SLOTS_TEXT]);

#endif
