/*
 * Time zones, read from the system's zone files (TZif of RFC 8536, versions 2 and later). A zone lives in
 * the arena it was read into and never changes: what the system does to its files meanwhile does not matter.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct tz;

/* Where zone files are: $TZDIR, as the C library has it, or /usr/share/zoneinfo. */
const char *tz_folder(void);
/* Can s name a zone? "Europe/Berlin", "Etc/GMT+1": no dots, no empty part. */
bool tz_name_ok(struct str s);
/* The zone of that name. ERR_ABSENT when there is none, ERR_CONFIG when there are no zone files at all. */
int tz_load(struct str name, struct arena *a, const struct tz **out, struct err *e) ATTR_CHECK;
/* The bytes of a zone file. ERR_INPUT says what is wrong with them. */
int tz_parse(struct str bytes, struct arena *a, const struct tz **out, struct err *e) ATTR_CHECK;
/* All names, to suggest one. */
void tz_names(struct arena *a, const char ***names, size_t *n);

/* Seconds that the zone's clock is ahead of UTC at that instant. */
int32_t tz_offset(const struct tz *z, int64_t at);
/* The first instant at which the zone's clock shows local (seconds since 1970 on that clock) or later: the
 * first of two where it is set back, the end of the gap where it is set forward. */
int64_t tz_instant(const struct tz *z, int64_t local);

#endif
