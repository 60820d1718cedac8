/* Trees written by their targets without a map, and what is then in the file. */
#ifndef UNIT_SUPPORT_MADE_WORLD_H
#define UNIT_SUPPORT_MADE_WORLD_H

#include "base/arena.h"
#include "format/made.h"
#include "stage/target.h"

/* All ASCII from `first` on, letters beyond it, and long text, all in one. */
struct str made_world_text(struct arena *a, unsigned char first);
struct made *made_world_node(struct arena *a, struct made *parent, enum made_kind kind,
	const char *name, struct str text);
/* One record, checked, written to `path` and read back by the target. */
void made_world_write(const struct def_message *m, const struct made *t, const char *path);
/* Codes of the findings of one record, each with the name of its value: "VALUE-REPERTOIRE name". */
struct str made_world_findings(const struct def_message *m, const struct made *t, struct arena *a);

#endif
