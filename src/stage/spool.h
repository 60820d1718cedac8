/* Where interchanges and received files lie: a state is a place, and a crash between the two is mended here. */
#ifndef STAGE_SPOOL_H
#define STAGE_SPOOL_H

#include "stage/env.h"
#include "store/ledger_interchange.h"

/* With the number behind it, the key in meta of an interchange whose file is not what it should be; its
 * value is the reason, LOST-FILE or CHANGED-BY-HAND. */
#define SPOOL_WRONG "wrong:"
/* With the name of an agreement behind it: its ledger was put back from a backup, or lacks items of it (then the
 * value is SPOOL_ITEMS), and what it makes is held until a person releases one. */
#define SPOOL_RESTORED "restored:"
#define SPOOL_ITEMS "items"

enum { SPOOL_ADVICE = 200 };

/* What mends a file of an interchange that is lost or changed. Nobody is told to send again what a partner may have. */
void spool_lost_advice(struct str state, int64_t sent_at, int64_t id, char out[SPOOL_ADVICE]);
/* Moves an interchange with its lineage to the folder that the ledger names for it, from wherever
 * it lies. ERR_ABSENT with reason LOST-FILE when it is nowhere. */
int spool_settle(struct env *v, int64_t interchange, struct err *e) ATTR_CHECK;
/* The same after something that is committed: a file that is lost is reported, and stops nothing. */
int spool_follow(struct env *v, int64_t interchange, struct err *e) ATTR_CHECK;
/* The same for all that are open; what is lost is reported, the others go on. */
int spool_settle_all(struct env *v, struct err *e) ATTR_CHECK;
/* Are interchange and lineage in their place with the bytes that were made? -1 with reason LOST-FILE or
 * CHANGED-BY-HAND when not, with no reason when the disk failed. */
int spool_check(struct env *v, const struct interchange_row *r, struct err *e) ATTR_CHECK;
/* The same of one file, with its place and SHA-256. */
int spool_check_file(struct env *v, const char *place, struct str sha, struct err *e) ATTR_CHECK;
/* Inside a transaction: the reason is known; NULL: nothing is wrong with it any more. */
int spool_wrong(struct ledger *l, int64_t interchange, const char *reason, struct err *e)
	ATTR_CHECK;
/* What a check found, with its reason, is told: news once, and by status until it is mended or given
 * up. */
int spool_tell_wrong(struct env *v, const struct interchange_row *r, const struct err *why,
	struct err *e) ATTR_CHECK;
/* Brings a received file to where the ledger says now that it is: to its partner's folder or to
 * quarantine/. 1 it is there, 0 it is in neither. */
int spool_settle_received(struct env *v, int64_t received, struct err *e) ATTR_CHECK;
/* The folder of a state for a partner: "sent/acme". */
void spool_place(const char *state, struct str partner, char out[100]);

#endif
