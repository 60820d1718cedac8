/* A file in a folder as an exclusive lock between processes (flock). It ends with its holder. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/err.h"
#include "base/str.h"

/* Takes the lock name in dir; *fd holds it until closed. ERR_BUSY, with the holder's note, when somebody
 * has it. note is written into the file for the one who comes second. */
int lock_take(int dir, const char *name, struct str note, int *fd, struct err *e) ATTR_CHECK;

#endif
