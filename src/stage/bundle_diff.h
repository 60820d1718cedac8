/* What is other in the bundle version of this run than in that of the run before: BUNDLE-CHANGED. */
#ifndef STAGE_BUNDLE_DIFF_H
#define STAGE_BUNDLE_DIFF_H

#include "stage/env.h"

/* Compares the version of this run, which is kept already, with that of the newest run of the ledger, and
 * in a production environment warns of what changed, by name. A test environment's bundle is edited all day. */
int bundle_diff_tell(struct env *v, struct err *e) ATTR_CHECK;

#endif
