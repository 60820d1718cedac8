/*
 * Folders removed with all that is in them: no link is followed, and nothing that is mounted there
 * is entered.
 */
#ifndef BASE_FSX_TREE_H
#define BASE_FSX_TREE_H

#include <stdint.h>

#include "base/err.h"

/* Removes a file or a folder; a name that is not there is fine. Its folder is fsynced. */
int fsx_tree_remove(int dir, const char *name, struct err *e) ATTR_CHECK;
/* Removes what is left under dir/.tmp: what a process wrote that is gone, by the number its name begins
 * with (this process's too: call it before anything is written), and, since such numbers come again,
 * what was not touched after `old`. What others are writing stays. No .tmp is fine. */
int fsx_tree_clean(int dir, int64_t old, struct err *e) ATTR_CHECK;

#endif
