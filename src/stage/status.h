/*
 * How things stand, read from the ledger: per partner and agreement, what waits and why, the
 * newest run. Counts of what is finished are of a time (since); what is open is counted whole.
 */
#ifndef STAGE_STATUS_H
#define STAGE_STATUS_H

#include "stage/env.h"
#include "store/ledger_interchange.h"
#include "store/ledger_runs.h"

/* The headline of an interchange, derived from its axes. */
enum status_word {
	STATUS_MAKING,
	STATUS_WAITING, /* queued or being sent */
	STATUS_SENT,	/* answers are expected */
	STATUS_OVERDUE, /* they should have come */
	STATUS_ACCEPTED,
	STATUS_ERRORS, /* accepted with errors, or in part */
	STATUS_REJECTED,
	STATUS_HELD,
	STATUS_DOUBT,
	STATUS_QUARANTINED,
	STATUS_CLOSED,
	STATUS_WORDS
};

struct status_partner {
	struct str name;
	int64_t count[STATUS_WORDS]; /* interchanges */
	int64_t last;		     /* newest activity, 0 none */
	bool backs_off;
	struct str reason, note; /* of the back-off */
	int64_t next_try, failures;
};

/* An interchange that a person should look at. */
struct status_named {
	int64_t id;
	enum status_word word;
	struct str name, partner, agreement, reason, note;
	struct status_named *next;
};

struct status_agreement {
	struct str name;
	struct str waits;	     /* "SOURCE-MISSING nothing usable ...", or "" */
	struct str next;	     /* when it begins next, "" when it has no <when> */
	struct str missed;	     /* which time was passed over, or "" */
	struct str failed;	     /* reason why its newest unit of work stopped, or "" */
	int64_t unit;		     /* that unit */
	int64_t aside;		     /* items set aside */
	int64_t orphans;	     /* rows of joins that are broken, or that no item has */
	int64_t rejected, held, due; /* items */
};

struct status_put_away {
	struct str id, state, source, reason, note;
	struct str name; /* that its exporter or partner gave it: any bytes */
};

/* What stage/alarms.h keeps. */
struct status_alarm {
	struct str reason, place, note;
};

struct status {
	int64_t now, since;
	struct status_partner *partners;
	size_t npartners;
	struct status_named *named, *last_named; /* by id */
	struct status_agreement *agreements;
	size_t nagreements;
	struct status_put_away *away; /* inputs and received files, held or quarantined */
	size_t naway;
	struct status_alarm *alarms;
	size_t nalarms;
	struct run_row run; /* the newest; no id: none yet */
	int64_t finished;   /* when a run last ended, 0 never */
};

/* expects: the acknowledgments of its agreement, NULL when it is gone. */
enum status_word status_of(
	const struct interchange_row *r, const struct config_agreement *g, int64_t now);
/* "accepted with errors" */
const char *status_text(enum status_word w);
/* Has that answer come, or need it come no more? The one rule for overdue and for the archive. */
bool status_answered(const struct interchange_row *r, const struct config_expect *x);
/* The first acknowledgment that should have come by now, or NULL. */
const struct config_expect *status_overdue(
	const struct interchange_row *r, const struct config_agreement *g, int64_t now);
/* Everything, in a. */
int status_load(struct env *v, int64_t since, struct arena *a, struct status *out, struct err *e)
	ATTR_CHECK;

#endif
