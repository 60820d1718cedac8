/*
 * Feedback: what partners refused, one entry an item, in the words of the people who can mend it:
 * feedback/RUN.json and feedback/RUN.csv.
 */
#ifndef STAGE_FEEDBACK_H
#define STAGE_FEEDBACK_H

#include "stage/env.h"

/* Writes what has come since the last report; nothing new, no file. */
int feedback_write(struct env *v, struct err *e) ATTR_CHECK;

#endif
