/* Inside of defs/: the structure of a message, from its file. */
#ifndef DEFS_MESSAGE_H
#define DEFS_MESSAGE_H

#include "defs/dict.h"

/* Loaded and checked against dict, in the arena of d; NULL when faults were added. id is what the
 * name of the file says. */
struct dict_message *message_load(struct defs *d, struct dict *dict, const struct xml *root,
	const char *file, struct str id, struct faults *f);

#endif
