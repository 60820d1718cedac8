/* What exporters put into an inbox: is it complete? */
#ifndef STAGE_INBOX_READY_H
#define STAGE_INBOX_READY_H

#include "base/fsx.h"
#include "stage/env.h"

/* A marker, a manifest, or something that is still being written. */
bool inbox_ready_companion(struct str name);
/* Is it complete, as its source says? inbox is the open folder. 1 ready, 0 not yet, -1. */
int inbox_ready_is(const struct env *v, const struct config_source *s, int inbox, const char *name,
	const struct stat *st, struct err *e) ATTR_CHECK;
/* The newest change of a file or tree, in nanoseconds. */
int inbox_ready_changed(int inbox, const char *name, const struct stat *st, int64_t *newest,
	struct err *e) ATTR_CHECK;
/* A tree that could not be moved out of the inbox still lies there: is it what was taken? 1, 0, -1. */
int inbox_ready_taken(struct env *v, const struct config_source *s, int inbox, const char *name,
	const struct stat *st, struct err *e) ATTR_CHECK;

#endif
