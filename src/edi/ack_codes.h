/* Codes of acknowledgments in plain words. */
#ifndef EDI_ACK_CODES_H
#define EDI_ACK_CODES_H

#include "base/str.h"

/* What a code of the standard means; list is "I18" (TA105), "720" (AK304), "723" (AK403), "718" (AK502), "716"
 * (AK905), "0085" (CONTRL); those of 999 (IK304, IK403, IK502) are in them too. "" when either is unknown. */
struct str ack_codes_find(struct str list, struct str code);

#endif
