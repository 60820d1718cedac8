/*
 * Names in a folder: what may be one, and how it is opened so that it leads neither out of the
 * folder (openat2, RESOLVE_BENEATH) nor through a link. The opening is for fsx and its neighbours;
 * other folders open through fsx.h.
 */
#ifndef BASE_BENEATH_H
#define BASE_BENEATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* openat, O_CLOEXEC; -1 with errno. */
int beneath_open(int dir, const char *name, int flags, mode_t mode) ATTR_CHECK;
/* The same, but not into what is mounted there (EXDEV). */
int beneath_open_unmounted(int dir, const char *name, int flags, mode_t mode) ATTR_CHECK;
/* Opens a regular file and nothing else; what is no file never blocks. The descriptor, or -1. */
int beneath_open_file(int dir, const char *name, int flags, mode_t mode, struct err *e) ATTR_CHECK;
/* The errno of beneath_open in words; -1. */
int beneath_error(const char *name, struct err *e) ATTR_CHECK;

/* A name split for calls that do not resolve by openat2: the folder it is in, and the last part. */
struct beneath {
	int dir;
	bool own;	  /* dir was opened by beneath_split */
	const char *base; /* borrowed from the name */
};

/* Refuses a last part that beneath_name_ok refuses; ERR_ABSENT when the folder is not there. */
int beneath_split(int dir, const char *name, struct beneath *b, struct err *e) ATTR_CHECK;
void beneath_done(const struct beneath *b);

/* May it, a foreign file name too, be looked up in a folder? No '/', no NUL, not "" "." or "..", at most LIMIT_NAME bytes. */
bool beneath_name_ok(struct str name);

#endif
