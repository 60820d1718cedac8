/* Codes of acknowledgments in plain words. */
#ifndef EDI_ACK_CODES_H
#define EDI_ACK_CODES_H

#include "base/str.h"

/* Empty when list or code is unknown. */
struct str ack_codes_find(struct str list, struct str code);

#endif
