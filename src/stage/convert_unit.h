/*
 * Inside of convert: one unit of work from its intent to its end. The functions that change the ledger
 * are a transaction each.
 */
#ifndef STAGE_CONVERT_UNIT_H
#define STAGE_CONVERT_UNIT_H

#include "base/fsx.h"
#include "stage/convert_answer.h"
#include "stage/convert_worker.h"
#include "stage/proc.h"
#include "store/ledger_interchange.h"
#include "store/ledger_unit.h"

struct convert_unit {
	struct unit_row unit;
	struct interchange_row interchange;
	struct convert_job work;
	struct fsx_tmp out, lineage, aside, result, known;
	struct fsx_tmp scratch; /* of a map that may need it */
	int outbox, quarantine, workdir;
	int64_t requests; /* control numbers asked for */
	bool answered;	  /* DONE or FAIL has come */
	bool done;
	bool refused;		  /* what it asked for it may not have: fault says why */
	bool interrupted;	  /* not tried again before something else moves */
	struct convert_done told; /* of DONE */
	struct err fault;	  /* of FAIL, or why it was refused */
};

/* "unit 12", as events name it. */
void convert_unit_subject(const struct convert_unit *j, char out[40]);
/* Closes what is open and drops what was not published; j may be begun in part. */
void convert_unit_close(struct convert_unit *j);
/* It ends without an interchange; the one it was to make is closed. */
int convert_unit_end(struct env *v, struct convert_unit *j, const char *state, const char *reason,
	const char *note, struct err *e) ATTR_CHECK;
/* It fails by an input, which is put away in the same transaction. */
int convert_unit_put_away(struct env *v, struct convert_unit *j, int64_t input, const char *reason,
	const char *note, struct err *e) ATTR_CHECK;
/* An input of it is not what was recorded. What its exporter wrote on is read again, and the unit closed; all else is
 * put away, with the unit's failure. */
int convert_unit_input_fault(struct env *v, struct convert_unit *j, int64_t input,
	const char *reason, const char *note, struct err *e) ATTR_CHECK;
/* Its worker died (event "crashed" or "hung"): one attempt; the last one puts the unit away. */
int convert_unit_died(struct env *v, struct convert_unit *j, const char *event, const char *reason,
	const char *note, struct err *e) ATTR_CHECK;
/* The attempt came to nothing and does not count: nothing of the unit is to blame. */
int convert_unit_interrupted(struct env *v, struct convert_unit *j, const char *why, struct err *e)
	ATTR_CHECK;

/* Fills j from u and starts its worker; 0 with p->pid 0 when the unit ended instead. j lives in the
 * caller's storage, its texts in a. */
int convert_begin_unit(struct env *v, struct convert_unit *j, const struct unit_row *u,
	struct proc *p, struct arena *a, struct err *e) ATTR_CHECK;

/* Its worker is gone: waits for it and records what came of the attempt. */
int convert_end_unit(struct env *v, struct convert_unit *j, struct proc *p, struct err *e)
	ATTR_CHECK;
/* After a convert_end_unit that failed with *e: the unit stays behind, the others go on; -1 when the
 * ledger or the disk is broken. */
int convert_end_unrecorded(struct env *v, struct convert_unit *j, struct err *e) ATTR_CHECK;

#endif
