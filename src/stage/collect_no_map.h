/*
 * Files that arrive for nobody: their source has no route, their folder no source, or they lie beside
 * the folders. They stay in the inbox, untouched, until somebody says what to do with them.
 */
#ifndef STAGE_COLLECT_NO_MAP_H
#define STAGE_COLLECT_NO_MAP_H

#include "stage/env.h"

/* Tells of them as NO-MAP, in status too: what is new is news, the rest a warning. */
int collect_no_map_tell(struct env *v, struct err *e) ATTR_CHECK;

#endif
