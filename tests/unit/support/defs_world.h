/* The definitions we ship, for tests that look at what they say. */
#ifndef UNIT_SUPPORT_DEFS_WORLD_H
#define UNIT_SUPPORT_DEFS_WORLD_H

#include "base/arena.h"
#include "defs/defs.h"
#include "model/faults.h"

struct defs_world {
	struct arena arena;
	struct faults faults;
	struct defs *defs;
	int dir; /* maps/ */
};

/* For cmocka, of a group: *state is the world. */
int defs_world_start(void **state);
int defs_world_stop(void **state);

/* Of X12; the test fails when it is not there. */
const struct def_message *defs_world_version(
	struct defs_world *w, struct str version, struct str id);
/* Of 004010; the test fails when it is not there. */
const struct def_message *defs_world_message(struct defs_world *w, const char *id);
const struct def_segment *defs_world_segment(struct defs_world *w, const char *tag);
/* Of an EDIFACT directory, or of "syntax-3" or "syntax-4". */
const struct def_message *defs_world_edifact(
	struct defs_world *w, const char *directory, const char *id, const char *guide);
const struct def_segment *defs_world_edifact_segment(
	struct defs_world *w, const char *directory, const char *tag);
/* Each message of each version that is shipped; how many there are. The test fails when one does not
 * load. */
size_t defs_world_each(
	struct defs_world *w, void (*take)(const struct def_message *m, void *arg), void *arg);
/* "LIN-loop/CTP-loop/CTP" */
const struct def_node *defs_world_node(const struct def_message *m, const char *path);

#endif
