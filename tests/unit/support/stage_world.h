/* An environment in the current folder with a ledger, for tests of what reads or changes states. */
#ifndef UNIT_SUPPORT_STAGE_WORLD_H
#define UNIT_SUPPORT_STAGE_WORLD_H

#include "stage/env.h"
#include "stage/subject.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"

enum { STAGE_WORLD_NOW = 1795399200 }; /* 2026-11-23T02:00:00Z */

struct stage_world {
	struct env v;
	struct arena a;
	struct faults f;
};

/* events: the agreement sends each file once; else it sends the changes of a snapshot. */
void stage_world_open(struct stage_world *w, bool events);
void stage_world_close(struct stage_world *w);

/* One transaction of plain SQL with an event. */
void stage_world_sql(struct stage_world *w, const char *sql);
/* An interchange of acme-832 that went through converting, with its items ("a b c"), in state
 * queued, its file and lineage in outbox/acme. */
int64_t stage_world_queued(struct stage_world *w, const char *items);
/* The same, then sent, held for a reason and so on, its files where the state has them. */
int64_t stage_world_in(
	struct stage_world *w, const char *state, const char *reason, const char *items);
struct interchange_row stage_world_row(struct stage_world *w, int64_t id);
struct input_row stage_world_input(struct stage_world *w, int64_t id);
struct subject stage_world_find(struct stage_world *w, const char *typed);
/* A file with these bytes below the environment. */
void stage_world_put(
	struct stage_world *w, const char *folder, const char *name, const char *bytes);
bool stage_world_has(struct stage_world *w, const char *place);
int64_t stage_world_count(struct stage_world *w, const char *sql);
/* The chain of events is whole; how many rows. */
int64_t stage_world_events(struct stage_world *w);

#endif
