/* Inputs that are taken up once more: what its exporter wrote on; a version whose successor fell away. */
#ifndef STAGE_COLLECT_AGAIN_H
#define STAGE_COLLECT_AGAIN_H

#include "stage/env.h"

/* Inside a transaction: an input that its exporter wrote on is claimed anew, to be read again as new content by
 * the next run. 1 it is, 0 it may not: something of it was sent, or its manifest says that it was complete. */
int collect_again_row(struct env *v, int64_t input, const char *note, struct err *e) ATTR_CHECK;
/* Each source of which no version is in use, since the newest fell away before anything of it was sent: the
 * version before it is in use again. */
int collect_again_versions(struct env *v, struct err *e) ATTR_CHECK;

#endif
