/*
 * Which definition a message has: by its id and version, narrowed by the partner's guide or by that of its
 * association code. A file has many messages of one kind, so the last answer is kept.
 */
#ifndef EDI_EDI_MESSAGE_H
#define EDI_EDI_MESSAGE_H

#include "edi/edi_read.h"

struct edi_message {
	struct arena arena;
	bool asked;
	struct str id, version, association; /* of what was asked for last */
	const struct def_message *message;
	struct str why; /* there is none, for people */
};

void edi_message_init(struct edi_message *m);
void edi_message_done(struct edi_message *m);
/* The definition of the message that c is in, or NULL: then m->why says why. Borrowed from o->defs. */
const struct def_message *edi_message_find(struct edi_message *m, const struct edi_read_options *o,
	const char *format, const struct edi_context *c);

#endif
