/*
 * What fsck mends when it is told to, each by a person with a reason, and nothing is ever removed. All take the lock
 * of the run, so that none goes on beside a night. A preview (dry_run) says what would be and changes nothing.
 */
#ifndef STAGE_FSCK_MEND_H
#define STAGE_FSCK_MEND_H

#include "stage/env.h"
#include "stage/verbs.h"

/* Each file of the spool that the ledger does not know goes into quarantine/unknown/; that files of archive/ are lost
 * is known from then on, and no fault. */
int fsck_mend_repair(struct env *v, const struct verbs_request *r, struct verbs_done *out,
	struct err *e) ATTR_CHECK;
/* After an older ledger.db was put back (opened by env_open_older): control numbers go on behind all that audit.log
 * tells of; what was about to be sent is in doubt; what is made from now on is held until one of its agreement is
 * released; audit.log is kept in log/ and written anew. */
int fsck_mend_reconcile(struct env *v, const struct verbs_request *r, struct verbs_done *out,
	struct err *e) ATTR_CHECK;
/* The environment works on this machine from now on. */
int fsck_mend_adopt(struct env *v, const struct verbs_request *r, struct verbs_done *out,
	struct err *e) ATTR_CHECK;

#endif
