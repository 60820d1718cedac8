/* Is an environment's folder fit to be worked in: whose it is, who else may write and read there, and what its
 * file system makes of names. */
#ifndef STAGE_FIT_H
#define STAGE_FIT_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "model/faults.h"

/* -1 with WRONG-USER: the folder is another user's, who could not use what we would make there. */
int fit_owner(int dir, const char *path, struct err *e) ATTR_CHECK;
/* -1 with FOLDED-NAMES: the file system takes keys and KEYS for the same, so that of two files of a
 * partner one would take the other's place. */
int fit_names(int dir, const char *path, struct err *e) ATTR_CHECK;
/* Is it configuration, which its owner must be able to answer for? */
bool fit_is_config(const char *name);
/* The rights of one name, its path below the environment; top is the environment's folder, path how it is
 * called. Faults are what no run starts with, the rest are warnings. */
void fit_mode(const char *path, const char *name, const struct stat *st, const struct stat *top,
	struct faults *f);
/* The same of all folders and of the configuration's files, as far as they are there, and whose they are
 * (fit_use.h). The reason code of what no run starts with, or NULL. */
const char *fit_rights(int dir, const char *path, struct faults *f);
/* -1 with DISK-LOW: less than min_free bytes are free on its disk; without a reason when nobody can tell. */
int fit_disk(int dir, const char *path, uint64_t min_free, struct err *e) ATTR_CHECK;
/* -1 with DISK-LOW: less than min_free bytes are free on its disk; without a reason when nobody can tell. */
int fit_disk(int dir, const char *path, uint64_t min_free, struct err *e) ATTR_CHECK;
/* All of it, before a run. Its faults stand in f, and *e says how many. */
int fit_run(int dir, const char *path, struct faults *f, struct err *e) ATTR_CHECK;

#endif
