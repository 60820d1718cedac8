/*
 * The archive: finished files, compressed, by day: archive/2026/11/23/NAME.gz. The copy is read
 * back and compared before the original goes.
 */
#ifndef STAGE_ARCHIVE_H
#define STAGE_ARCHIVE_H

#include "stage/env.h"

/* Opens a file of the spool by its place, "sent/acme/x.lineage", or its compressed copy in the
 * archive (then an unlinked plain copy). The caller closes it. */
int archive_open(struct env *v, const char *place, struct err *e) ATTR_CHECK;
/* Archives what is finished: interchanges that are fully answered, superseded and done inputs,
 * received files that are understood. */
int archive_run(struct env *v, struct err *e) ATTR_CHECK;

#endif
