/*
 * The log: one line an event, key=value, first keys run= and item=. Values are quoted, escaped
 * and shortened; no payload, no secrets. A log that cannot be written never stops the work: it is
 * counted and reported.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
	int fd;	   /* appended to; -1 for none */
	bool echo; /* errors and warnings to standard error too */
	enum log_level level;
	const struct clock *clock;
	char run[40];  /* run id or "" */
	uint64_t lost; /* lines that could not be written */
};

void log_init(struct log *l, const struct clock *clock);
/* event is a short name such as "sent"; then pairs of const char *key and struct str value,
 * ended by NULL: log_event(l, LOG_INFO, "sent", "item", id, "partner", name, NULL). */
void log_event(struct log *l, enum log_level level, const char *event, ...);

#endif
