/*
 * Inside of collect: the rows that its steps write, and the steps. Each goes over the rows that the step
 * before left in the ledger.
 */
#ifndef STAGE_COLLECT_PARTS_H
#define STAGE_COLLECT_PARTS_H

#include "base/limits.h"
#include "stage/alarms.h"
#include "store/ledger_input.h"

enum { COLLECT_BATCH = 256 }; /* claimed of one source at once */

/* "input 12", as events name it. */
void collect_row_subject(int64_t input, char out[40]);
/* Inside a transaction: new state with its event; and the same as one transaction. */
int collect_row_record(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
	ATTR_CHECK;
int collect_row_settle(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
	ATTR_CHECK;
/* A note about an input with the name that its exporter gave it. */
struct str collect_row_named(const struct input_row *r, const char *note, struct arena *a);
/* What happened to an input; news. */
void collect_row_tell(struct env *v, const struct input_row *r, const char *event,
	const char *reason, const char *note, struct arena *a);
/* Its place in work/, with an ending such as ".tree". */
void collect_row_work(const struct input_row *r, const char *end, char out[LIMIT_PATH]);
/* Its place in current/. */
void collect_row_shelf(
	const struct input_row *r, const struct config_source *s, char out[LIMIT_PATH]);

/* The version of its source in use from now on, in place of old (may be NULL): its file, then a transaction. */
int collect_row_current(struct env *v, const struct input_row *r, const struct config_source *s,
	const struct input_row *old, struct err *e) ATTR_CHECK;
/* Inside a transaction: its exporter wrote on, so it is claimed anew, where it lies. */
int collect_row_written_on(
	struct env *v, const struct input_row *r, const char *note, struct err *e) ATTR_CHECK;

/* Looks through inbox/<source>/ and writes a row of intent for each thing that is ready. One that cannot be
 * opened is added to gone. */
int collect_claim_source(struct env *v, const struct config_source *s, struct alarms *gone,
	struct err *e) ATTR_CHECK;
/* Brings one row from claiming to claimed, quarantined or abandoned. */
int collect_store_row(struct env *v, const struct input_row *row, struct err *e) ATTR_CHECK;

#endif
