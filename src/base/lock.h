/* A file in a folder as an exclusive lock between processes (flock). It ends with its holder. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Takes the lock name in dir; *fd holds it until closed. ERR_BUSY, with the holder's note, when somebody
 * has it. note is written into the file for the one who comes second. */
int lock_take(int dir, const char *name, struct str note, int *fd, struct err *e) ATTR_CHECK;

/* Locks an open file against other processes that do the same, waiting at most ms; false when it
 * could not be had. It ends with lock_file_end, or when its last descriptor is closed. */
bool lock_file(int fd, int64_t ms);
void lock_file_end(int fd);

#endif
