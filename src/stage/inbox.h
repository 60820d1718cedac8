/*
 * The one place where others may write: inbox/<source>/. Its group is that of inbox/, which an
 * operator gives to the exporters (chgrp exporters inbox); the folder is theirs to write into
 * (setgid, 2770), and what they leave there is ours to read whatever their umask (default ACL).
 */
#ifndef STAGE_INBOX_H
#define STAGE_INBOX_H

#include <stdbool.h>
#include <sys/stat.h>

#include "stage/env.h"

enum { INBOX_MODE = 02750, INBOX_SOURCE_MODE = 02770 };

/* Makes the folder of a source; one that is there is left as it is. */
int inbox_make(struct env *v, struct str source, struct err *e) ATTR_CHECK;
/* What is wrong with the rights of a source's folder, and the command that mends it; NULL nothing. */
const char *inbox_fault(int dir, const struct stat *st);

#endif
