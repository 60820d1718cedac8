/*
 * Folders removed with all that is in them: no link is followed, and nothing that is mounted there
 * is entered.
 */
#ifndef BASE_FSX_TREE_H
#define BASE_FSX_TREE_H

#include "base/err.h"

/* Removes a file or a folder; a name that is not there is fine. Its folder is fsynced. */
int fsx_tree_remove(int dir, const char *name, struct err *e) ATTR_CHECK;
/* Removes what is in the folder and keeps the folder; one that is not there is fine. */
int fsx_tree_empty(int dir, const char *name, struct err *e) ATTR_CHECK;

#endif
