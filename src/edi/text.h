/* Forms of values in X12 (X12.6) and EDIFACT: numbers, dates, times, blanks. Texts alone, without definitions. */
#ifndef EDI_TEXT_H
#define EDI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* How many digits a number has, one of type R with point: a '.'; SIZE_MAX when it is none. */
size_t text_digits(struct str s, bool point);
/* A number of type R in its shortest form: no leading or trailing zeros, never "-0", but at
 * least min digits. out holds text.n + min + 2 bytes. False when text is no number. */
bool text_canonical(struct str text, uint16_t min, char *out, struct str *result);
/* CCYYMMDD or YYMMDD that exists; HHMM[SS[d[d]]] that exists. */
bool text_date(struct str s);
bool text_time(struct str s);
/* Nothing but blanks, or nothing at all. */
bool text_blank(struct str s);
/* Without the zeros in front, but not empty. */
struct str text_bare(struct str s);
/* Without blanks at the end, but at least min characters. */
struct str text_trim(struct str s, uint16_t min);

#endif
