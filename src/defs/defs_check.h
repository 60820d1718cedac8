/* Inside of defs/: what a definition must keep to, beyond being read. All add faults with place. */
#ifndef DEFS_DEFS_CHECK_H
#define DEFS_DEFS_CHECK_H

#include <stddef.h>

#include "defs/dict.h"

/* Type and lengths fit each other, and each code fits the lengths. */
void defs_check_element(const struct dict_element *e, struct faults *f);
/* Notes name positions that exist, once each, and can be kept to. */
void defs_check_notes(const struct dict_segment *s, struct faults *f);
/* Loops begin with their trigger, sizes and depth, ST first and SE last, no tag that a reader with
 * one segment in hand could put in two places. accepted[index] true: the author wrote that the first place
 * counts (ambiguous="first"). */
void defs_check_message(const struct dict_message *m, const bool *accepted, struct faults *f);

#endif
