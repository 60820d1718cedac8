/*
 * Places: where a file of the spool lies, as the ledger has it: folder and name below the environment,
 * "work/in-000012".
 */
#ifndef STAGE_PLACE_H
#define STAGE_PLACE_H

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/env.h"

const char *place_name(const char *place);
/* The same, and its folder. NULL when it has none, or one that is too long. */
const char *place_split(const char *place, char folder[LIMIT_PATH]);
/* The number behind a prefix in a name of ours: "in-000012.zip" to 12; 0 when it is none. */
int64_t place_number(const char *name, const char *prefix);
/* Does it lead to something below the environment? No row that a run wrote has another one. */
bool place_inside(struct str place);
/* 1 it is there, 0 not, as what would be outside, -1. */
int place_stat(const struct env *v, const char *place, struct stat *st, struct err *e) ATTR_CHECK;
/* 1 moved, 0 there is nothing at from, -1 (never over another: ERR_EXISTS). */
int place_move(const struct env *v, const char *from, const char *to, struct err *e) ATTR_CHECK;
/* Moves it unless it is there already; ERR_ABSENT when it is in neither place. */
int place_bring(const struct env *v, const char *from, const char *to, struct err *e) ATTR_CHECK;
/* A file or a tree; nothing there is fine. */
int place_remove(const struct env *v, const char *place, struct err *e) ATTR_CHECK;

#endif
