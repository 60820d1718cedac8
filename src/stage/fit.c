/* Is a folder fit to be an environment? See fit.h. */
#include "stage/fit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fsx.h"
#include "stage/env.h"
#include "stage/fit_use.h"

/* --- whose it is --- */

int fit_owner(int dir, const char *path, struct err *e)
{
	struct stat st;
	char owner[80];
	char us[80];

	if (fstat(dir, &st) == -1)
		return err_errno(e, ERR_IO, "look at %s", path);
	if (st.st_uid == geteuid())
		return 0;
	fit_use_name(st.st_uid, owner);
	fit_use_name(geteuid(), us);
	(void)err_set(e, ERR_CONFIG,
		"environment %s belongs to user %s, and this is user %s, whose files %s could not use; "
		"nothing was started: sudo -u '%s' gridspool ...",
		path, owner, us, owner, owner);
	return err_reason(e, "WRONG-USER");
}

/* --- what becomes of names --- */

int fit_names(int dir, const char *path, struct err *e)
{
	struct stat low;
	struct stat high;

	if (fsx_stat(dir, "keys", &low, e) != 1 || fsx_stat(dir, "KEYS", &high, e) != 1)
		return 0;
	if (low.st_ino != high.st_ino || low.st_dev != high.st_dev)
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"the file system of %s takes names of other case for the same (keys is KEYS there); move the "
		"environment to one that does not",
		path);
	return err_reason(e, "FOLDED-NAMES");
}

/* --- how much room is left --- */

int fit_disk(int dir, const char *path, uint64_t min_free, struct err *e)
{
	struct statvfs fs;
	uint64_t left = 0;

	if (fstatvfs(dir, &fs) == -1)
		return err_errno(e, ERR_IO, "how much is free on the disk of %s", path);
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
	if (left >= min_free)
		return 0;
	(void)err_set(e, ERR_FULL,
		"%" PRIu64
		" MB are free on the disk of %s, <disk min-free> in environment.xml asks for "
		"%" PRIu64
		" MB: a run takes nothing in and converts nothing; free some, or lower it",
		left >> 20, path, min_free >> 20);
	return err_reason(e, "DISK-LOW");
}

/* --- who may do what --- */

bool fit_is_config(const char *name)
{
	return strcmp(name, "environment.xml") == 0 || strncmp(name, "partners", 8) == 0 ||
		strncmp(name, "bundle", 6) == 0;
}

/* Others may look into what partners are sent. */
static void check_seen(
	const char *path, const char *name, unsigned mode, const struct stat *top, struct faults *f)
{
	static const char text[] = "everybody may look into it (mode %04o): chmod o-rwx %s/%s";

	if (top->st_mode & S_IXOTH)
		(void)faults_add(f, name, 0, 0, text, mode, path, name);
	else
		faults_warn(f, name, 0, 0, text, mode, path, name);
}

void fit_mode(const char *path, const char *name, const struct stat *st, const struct stat *top,
	struct faults *f)
{
	const unsigned mode = (unsigned)st->st_mode & 07777;
	const bool config = fit_is_config(name);
	const bool inbox = strcmp(name, "inbox") == 0 || strncmp(name, "inbox/", 6) == 0;

	if (S_ISLNK(st->st_mode))
		(void)faults_add(f, name, 0, 0, "is a symbolic link; these are not followed");
	else if (mode & S_IWOTH)
		(void)faults_add(f, name, 0, 0,
			"everybody may write here (mode %04o): chmod o-w %s/%s", mode, path, name);
	else if (strcmp(name, "keys") == 0 && (mode & 077))
		(void)faults_add(f, name, 0, 0,
			"others may look into it (mode %04o), expected 0700: chmod 700 %s/%s", mode,
			path, name);
	else if (config && (mode & S_IWGRP))
		(void)faults_add(f, name, 0, 0,
			"the group may change it (mode %04o): chmod g-w %s/%s", mode, path, name);
	else if (!inbox && !config && (mode & (S_IROTH | S_IXOTH)))
		check_seen(path, name, mode, top, f);
	else if (strcmp(name, "inbox") == 0 && !(mode & S_ISGID))
		faults_warn(f, name, 0, 0,
			"what exporters drop does not get its group (mode %04o), expected 2750: chmod 2750 "
			"%s/%s",
			mode, path, name);
	else if (strncmp(name, "inbox/", 6) != 0 && !config && (mode & S_IWGRP))
		faults_warn(f, name, 0, 0,
			"the group may write here (mode %04o), which only inbox/SOURCE is for: chmod g-w "
			"%s/%s",
			mode, path, name);
}

static void check_name(struct fit_use *u, const char *name)
{
	struct stat st;
	struct err e;

	if (fsx_stat(u->dir, name, &st, &e) !=
		1) /* what cannot be looked at lies in what is told */
		return;
	fit_mode(u->path, name, &st, &u->top, u->f);
	if (strcmp(name, "ledger.db") != 0) /* fit_use_ledger */
		fit_use_look(u, name, &st);
}

static void check_files(struct fit_use *u, const char *folder)
{
	struct fsx_list list = {0};
	struct err e;
	const int at = fsx_subdir(u->dir, folder, &e);

	if (at == -1)
		return;
	if (fsx_list(at, &list, &e) == -1)
		(void)faults_add(u->f, folder, 0, 0, "%s", e.text);
	for (size_t i = 0; i < list.n; i++) {
		if (str_ends(str_c(list.names[i]), STR(".xml")))
			check_name(u, arena_printf(u->f->arena, "%s/%s", folder, list.names[i]).p);
	}
	fsx_list_done(&list);
	fsx_close(at);
}

const char *fit_rights(int dir, const char *path, struct faults *f)
{
	static const char *const files[] = {
		"environment.xml", "bundle/routes.xml", "ledger.db", "audit.log", NULL};
	const size_t before = f->n;
	const char *reason = NULL;
	struct fit_use u;
	struct stat top;

	if (fstat(dir, &top) == -1)
		return NULL;
	fit_use_begin(&u, dir, path, &top, f);
	if (top.st_mode &
		(S_IWGRP | S_IWOTH)) /* whoever may write here exchanges what lies in it */
		(void)faults_add(f, ".", 0, 0,
			"others may write in the environment's folder (mode %04o): chmod go-w %s",
			(unsigned)top.st_mode & 07777, path);
	for (const char *const *x = env_folders(); *x; x++)
		check_name(&u, *x);
	for (const char *const *x = files; *x; x++)
		check_name(&u, *x);
	check_files(&u, "partners");
	check_files(&u, "bundle/agreements");
	check_files(&u, "bundle/maps");
	reason = fit_use_end(&u);
	return reason ? reason : f->n > before ? "LOOSE-RIGHTS" : NULL;
}

int fit_run(int dir, const char *path, struct faults *f, struct err *e)
{
	const char *reason = NULL;

	if (fit_owner(dir, path, e) == -1 || fit_names(dir, path, e) == -1 ||
		fit_use_ledger(dir, path, false, e) == -1)
		return -1;
	reason = fit_rights(dir, path, f);
	if (!reason)
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"%zu fault%s of owners or rights, listed above: nothing was started", f->n,
		f->n == 1 ? "" : "s");
	return err_reason(e, reason);
}
