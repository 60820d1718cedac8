/*
 * Inside of the verbs: one verb on one subject. verbs.c has the tables and calls verbs_SUBJECT_VERB
 * of verbs_SUBJECT.c, which checks the state, changes the ledger in one transaction, says what was
 * done in x->out, and lets the files follow.
 */
#ifndef STAGE_VERBS_ACT_H
#define STAGE_VERBS_ACT_H

#include "stage/verbs.h"
#include "store/ledger_interchange.h"

struct verbs_act {
	struct env *v;
	struct ledger *l;
	const struct verbs_request *r;
	const struct subject *s;
	struct verbs_done *out;
	struct arena a;
	char why[VERBS_SAID];	/* the reason as event rows have it: said="..." */
	char plain[VERBS_SAID]; /* the reason alone, escaped */
};

/* Refuses the verb (ERR_STALE, with those that are allowed) when the state does not allow it. */
int verbs_may(struct verbs_act *x, struct str state, struct str reason, struct err *e) ATTR_CHECK;

/* The sentence for the operator. */
void verbs_act_say(struct verbs_act *x, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* Ends the transaction: a preview, or rc -1, leaves no trace. 1 go on with the files, 0 preview, -1. */
int verbs_act_end(struct verbs_act *x, int rc, struct err *e) ATTR_CHECK;
/* Removes NAME.reason beside a place that is left. */
void verbs_act_forget(struct env *v, struct str place);

int verbs_interchange_retry(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_release(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_hold(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_resolve(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_resend(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_reissue(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_interchange_close(struct verbs_act *x, struct err *e) ATTR_CHECK;
/* At its rename, where nobody can hold it. */
bool verbs_interchange_renaming(const struct interchange_row *row);
/* The two halves of hold: the row within a transaction; after it is committed, the file and its note. */
int verbs_interchange_hold_row(
	struct verbs_act *x, const struct interchange_row *row, struct err *e) ATTR_CHECK;
int verbs_interchange_hold_file(
	struct verbs_act *x, const struct interchange_row *row, struct err *e) ATTR_CHECK;

/* Subjects: a partner or an agreement. */
int verbs_partner_retry(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_partner_hold(struct verbs_act *x, struct err *e) ATTR_CHECK;
/* Within a transaction: ends the back-off of a partner; *n grows by one if there was any. */
int verbs_partner_clear(struct verbs_act *x, struct str partner, int64_t *n, struct err *e)
	ATTR_CHECK;

int verbs_unit_retry(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_unit_close(struct verbs_act *x, struct err *e) ATTR_CHECK;
/* Within a transaction: the newest unit of an agreement, if it has failed; *n grows by one then. */
/* Would a retry of that unit be taken? 1, 0 not: *e says why; -1. */
int verbs_unit_may_retry(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_unit_retry_newest(struct verbs_act *x, struct str agreement, int64_t *n, struct err *e)
	ATTR_CHECK;

int verbs_input_release(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_input_close(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_received_retry(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_received_close(struct verbs_act *x, struct err *e) ATTR_CHECK;
int verbs_item_close(struct verbs_act *x, struct err *e) ATTR_CHECK;

#endif
