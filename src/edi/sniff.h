/* Says in words what a file is that should have been X12 or EDIFACT and is not. */
#ifndef EDI_SNIFF_H
#define EDI_SNIFF_H

#include "base/str.h"

/* head is the first bytes of the file (all of it when it is short). The text is static. */
const char *sniff_text(struct str head);
/* Where an interchange starts in head behind other text, unless head is a file of a kind that may hold
 * one inside (a packed one, XML ...): SIZE_MAX none. */
size_t sniff_start(struct str head);
/* Bytes of the character at the start of s when it is one of several bytes in UTF-8, else 0. */
size_t sniff_multibyte(struct str s);

#endif
