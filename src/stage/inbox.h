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

/* What a source's folder is known by: an empty folder of that name in it. The mount point that an inbox leaves
 * behind, or another folder in its place, does not have it. */
#define INBOX_MARK ".gridspool"

/* Makes the folder of a new source and marks it; one that is there already is left as it is, but for the mark. */
int inbox_prepare(struct env *v, struct str source, struct err *e) ATTR_CHECK;
/* Opens it; the caller closes it. -1 with reason INBOX-GONE: it is not there, or is not the one that was
 * marked. */
int inbox_open(const struct env *v, struct str source, struct err *e) ATTR_CHECK;
/* What is wrong with the rights of a source's folder, and the command that mends it; NULL nothing. */
const char *inbox_fault(int dir, const struct stat *st);

#endif
