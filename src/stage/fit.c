/* Is a folder fit to be an environment? See fit.h. */
#include "stage/fit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/user.h"
#include "stage/env.h"

/* --- whose it is --- */

static void owner_name(uid_t uid, char out[80])
{
	if (!user_name(uid, out, 80))
		(void)snprintf(out, 80, "#%lu", (unsigned long)uid); /* as sudo -u takes it */
}

int fit_owner(int dir, const char *path, struct err *e)
{
	struct stat st;
	char owner[80];
	char us[80];

	if (fstat(dir, &st) == -1)
		return err_errno(e, ERR_IO, "look at %s", path);
	if (st.st_uid == geteuid())
		return 0;
	owner_name(st.st_uid, owner);
	owner_name(geteuid(), us);
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

/* --- who may do what --- */

static bool is_config(const char *name)
{
	return strcmp(name, "environment.xml") == 0 || strncmp(name, "partners", 8) == 0 ||
		strncmp(name, "bundle", 6) == 0;
}

/* Others may look into what partners are sent. */
static void check_seen(const char *name, unsigned mode, const struct stat *top, struct faults *f)
{
	static const char text[] = "everybody may look into it (mode %04o): chmod o-rwx";

	if (top->st_mode & S_IXOTH)
		(void)faults_add(f, name, 0, 0, text, mode);
	else
		faults_warn(f, name, 0, 0, text, mode);
}

void fit_mode(const char *name, const struct stat *st, const struct stat *top, struct faults *f)
{
	const unsigned mode = (unsigned)st->st_mode & 07777;
	const bool inbox = strcmp(name, "inbox") == 0 || strncmp(name, "inbox/", 6) == 0;

	if (S_ISLNK(st->st_mode))
		(void)faults_add(f, name, 0, 0, "is a symbolic link; these are not followed");
	else if (mode & S_IWOTH)
		(void)faults_add(
			f, name, 0, 0, "everybody may write here (mode %04o): chmod o-w", mode);
	else if (strcmp(name, "keys") == 0 && (mode & 077))
		(void)faults_add(f, name, 0, 0,
			"others may look into it (mode %04o), expected 0700: chmod 700", mode);
	else if (is_config(name) && (mode & S_IWGRP))
		(void)faults_add(
			f, name, 0, 0, "the group may change it (mode %04o): chmod g-w", mode);
	else if (!inbox && !is_config(name) && (mode & (S_IROTH | S_IXOTH)))
		check_seen(name, mode, top, f);
	else if (strcmp(name, "inbox") == 0 && !(mode & S_ISGID))
		faults_warn(f, name, 0, 0,
			"what exporters drop does not get its group (mode %04o), expected 2750: chmod 2750",
			mode);
	else if (strncmp(name, "inbox/", 6) != 0 && !is_config(name) && (mode & S_IWGRP))
		faults_warn(f, name, 0, 0,
			"the group may write here (mode %04o), which only inbox/SOURCE is for: chmod g-w",
			mode);
	if (st->st_uid == geteuid())
		return;
	if (is_config(name) &&
		st->st_uid != 0) /* root may provide it; anybody else may have put it there */
		(void)faults_add(f, name, 0, 0,
			"belongs to user %lu, gridspool runs as %lu: chown %lu",
			(unsigned long)st->st_uid, (unsigned long)geteuid(),
			(unsigned long)geteuid());
	else
		faults_warn(f, name, 0, 0, "belongs to user %lu, gridspool runs as %lu",
			(unsigned long)st->st_uid, (unsigned long)geteuid());
}

static void check_name(int dir, const char *name, const struct stat *top, struct faults *f)
{
	struct stat st;
	struct err e;
	const int rc = fsx_stat(dir, name, &st, &e);

	if (rc == -1)
		(void)faults_add(f, name, 0, 0, "%s", e.text);
	if (rc == 1)
		fit_mode(name, &st, top, f);
}

static void check_files(int dir, const char *folder, const struct stat *top, struct faults *f)
{
	struct fsx_list list = {0};
	struct err e;
	const int at = fsx_subdir(dir, folder, &e);

	if (at == -1)
		return;
	if (fsx_list(at, &list, &e) == -1)
		(void)faults_add(f, folder, 0, 0, "%s", e.text);
	for (size_t i = 0; i < list.n; i++) {
		if (str_ends(str_c(list.names[i]), STR(".xml")))
			check_name(dir, arena_printf(f->arena, "%s/%s", folder, list.names[i]).p,
				top, f);
	}
	fsx_list_done(&list);
	fsx_close(at);
}

void fit_rights(int dir, struct faults *f)
{
	static const char *const files[] = {
		"environment.xml", "bundle/routes.xml", "ledger.db", "audit.log", NULL};
	struct stat top;

	if (fstat(dir, &top) == -1)
		return;
	if (top.st_mode &
		(S_IWGRP | S_IWOTH)) /* whoever may write here exchanges what lies in it */
		(void)faults_add(f, ".", 0, 0,
			"others may write in the environment's folder (mode %04o): chmod go-w",
			(unsigned)top.st_mode & 07777);
	for (const char *const *x = env_folders(); *x; x++)
		check_name(dir, *x, &top, f);
	for (const char *const *x = files; *x; x++)
		check_name(dir, *x, &top, f);
	check_files(dir, "partners", &top, f);
	check_files(dir, "bundle/agreements", &top, f);
	check_files(dir, "bundle/maps", &top, f);
}

int fit_run(int dir, const char *path, struct faults *f, struct err *e)
{
	if (fit_owner(dir, path, e) == -1 || fit_names(dir, path, e) == -1)
		return -1;
	fit_rights(dir, f);
	if (f->n == 0)
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"rights of %zu folders or files are too wide, listed above: nothing was started",
		f->n);
	return err_reason(e, "LOOSE-RIGHTS");
}
