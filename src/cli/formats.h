/* The definitions for the commands that show them: their folders, and names as people write them. */
#ifndef CLI_FORMATS_H
#define CLI_FORMATS_H

#include "base/arena.h"
#include "base/err.h"
#include "defs/defs.h"
#include "model/faults.h"

struct formats_message {
	struct str format;
	struct str version;
	struct str id;
	const struct def_message *def; /* NULL until formats_load */
};

struct formats {
	struct arena arena;
	struct faults faults;
	int dirs[3];
	size_t ndirs;
	struct defs *defs;
	struct formats_message *all; /* by format, version, id */
	size_t n;
};

/* Finds all messages; env is the folder of an environment whose bundle comes first, or NULL.
 * formats_close accepts a half-open one. */
int formats_open(struct formats *f, const char *env, struct err *e) ATTR_CHECK;
void formats_close(struct formats *f);

/* What a name means: "x12/004010/832", "832", "PRICAT/PIA", "004010/LIN", "005010/235". guide is a path
 * below the definitions, or "". */
struct formats_found {
	const struct def_message *message; /* set: a message, or the one that segment is of */
	const struct def_segment *segment;
	const struct def_element *element;
	struct str format;
	struct str version;
};

/* -1: there is none, or several: which ones, or what is near, is in *e; or the definitions are wrong. */
int formats_find(struct formats *f, const char *name, struct str guide, struct formats_found *out,
	struct err *e) ATTR_CHECK;
/* The message itself; -1 when its definition is wrong. */
int formats_load(struct formats *f, struct formats_message *m, struct str guide, struct err *e)
	ATTR_CHECK;
/* The segments of a message, each once, in the order in which they stand first; in a. */
const struct def_segment **formats_segments(
	const struct def_message *m, struct arena *a, size_t *n);

#endif
