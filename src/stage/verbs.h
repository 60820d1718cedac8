/*
 * The operator's verbs: how a thing leaves the state it is in. Each is one transaction with its
 * event rows (who, why), then the move of the files; given again after a cut it finishes the move.
 * A verb that is not allowed now is refused (ERR_STALE) with the verbs that are.
 */
#ifndef STAGE_VERBS_H
#define STAGE_VERBS_H

#include "stage/subject.h"

enum verbs_kind {
	VERBS_RETRY,
	VERBS_RELEASE,
	VERBS_HOLD,
	VERBS_RESOLVE,
	VERBS_RESEND,
	VERBS_REISSUE,
	VERBS_CLOSE,
	VERBS_KINDS
};

struct verbs_request {
	enum verbs_kind verb;
	struct str reason; /* what the operator says; "" none */
	bool dry_run;	   /* look, count, change nothing */
	bool delivered;	   /* of resolve: it is there; else it is not */
};

/* What was done, or would be. */
struct verbs_done {
	int64_t count;	/* interchanges, files or items that changed */
	char said[600]; /* one sentence for the operator, escaped */
};

enum { VERBS_SAID = 400 };

/* What an operator says, escaped; and as event rows have it, said="...", or "". */
void verbs_said(struct str reason, char plain[VERBS_SAID], char event[VERBS_SAID]);
const char *verbs_name(enum verbs_kind verb);
/* Repeats or gives up something: wants --reason. */
bool verbs_wants_reason(enum verbs_kind verb);

/* The ledger of v is open with the user as its actor. */
int verbs_do(struct env *v, const struct verbs_request *r, const struct subject *s,
	struct verbs_done *out, struct err *e) ATTR_CHECK;
/* The verbs that are allowed now, "retry, close"; in a. state gets the present state, may be NULL. */
int verbs_allowed(struct env *v, const struct subject *s, struct arena *a, struct str *list,
	struct err *e) ATTR_CHECK;

#endif
