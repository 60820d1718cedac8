/*
 * Whose the folders and files of an environment are, and whether its owner may use them. What has one
 * cause is one finding, however much of it there is: how many, the first few, and the command for all.
 */
#ifndef STAGE_FIT_USE_H
#define STAGE_FIT_USE_H

#include <sys/stat.h>

#include "model/faults.h"

struct fit_thing;

/* Things of one cause. */
struct fit_cause {
	struct fit_thing *first, **end;
	size_t n;
};

struct fit_use {
	int dir;
	const char *path; /* of the environment, as the user named it */
	struct stat top;  /* its folder */
	struct faults *f;
	struct fit_cause strange; /* of other users, and not to be used or believed */
	struct fit_cause foreign; /* of other users, and of use all the same */
	struct fit_cause closed;  /* of the owner, who may not use them */
};

void fit_use_begin(
	struct fit_use *u, int dir, const char *path, const struct stat *top, struct faults *f);
/* One name below the environment. */
void fit_use_look(struct fit_use *u, const char *name, const struct stat *st);
/* Looks at the folders that grow below the spool, and tells all. The reason code of what no run can be
 * started with, or NULL. */
const char *fit_use_end(struct fit_use *u);

/* -1 with WRONG-USER or UNREADABLE: we may not read ledger.db; or not write it, when the environment is
 * ours and look is false. One that is not there is no matter of this. */
int fit_use_ledger(int dir, const char *path, bool look, struct err *e) ATTR_CHECK;
/* The user's name, or "#N" as sudo -u takes it. */
void fit_use_name(uid_t uid, char out[80]);

#endif
