/* Removing folders with what is in them; see fsx_tree.h. */
#include "base/fsx_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/fsx.h"

enum {
	DEPTH_MAX = 128 /* folders in one another */
};

static int remove_in(int dir, const char *name, int depth, struct err *e);

static int remove_all(int dir, int depth, struct err *e)
{
	struct fsx_list l;
	int rc = 0;

	if (fsx_list(dir, &l, e) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		rc = remove_in(dir, l.names[i], depth, e);
	fsx_list_done(&l);
	return rc;
}

/* One name of any kind; no fsync, as what is left is removed again. */
static int remove_in(int dir, const char *name, int depth, struct err *e)
{
	int fd = -1;
	int rc = -1;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return err_errno(e, ERR_IO, "remove %s", name);
	if (depth == 0)
		return err_set(e, ERR_LIMIT, "remove %s: more than %d folders in one another", name,
			(int)DEPTH_MAX);
	/* Not into what is mounted there. */
	fd = beneath_open_unmounted(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd == -1)
		return beneath_error(name, e);
	rc = remove_all(fd, depth - 1, e);
	fsx_close(fd);
	if (rc == 0 && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		rc = err_errno(e, ERR_IO, "remove folder %s", name);
	return rc;
}

int fsx_tree_remove(int dir, const char *name, struct err *e)
{
	struct beneath b;
	int rc = -1;

	if (beneath_split(dir, name, &b, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	rc = remove_in(b.dir, b.base, DEPTH_MAX, e);
	if (rc == 0)
		rc = fsx_sync_dir(b.dir, e);
	beneath_done(&b);
	return rc;
}

/* Is the process at work that made a name "PID-..."? EPERM: it is, as another user. */
static bool maker_lives(const char *name)
{
	struct str pid = {name, 0};
	int64_t n = 0;

	while (str_is_digit(name[pid.n]))
		pid.n++;
	if (name[pid.n] != '-' || !str_to_i64(pid, &n) || n <= 0 || n > INT_MAX || n == getpid())
		return false;
	return kill((pid_t)n, 0) == 0 || errno == EPERM;
}

static int clean_one(int dir, const char *name, int64_t old, struct err *e)
{
	struct stat st;

	if (maker_lives(name) && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_mtime >= old)
		return 0;
	return remove_in(dir, name, DEPTH_MAX, e);
}

int fsx_tree_clean(int dir, int64_t old, struct err *e)
{
	const int fd = beneath_open(dir, FSX_TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	struct fsx_list l = {0};
	int rc = -1;

	if (fd == -1)
		return errno == ENOENT ? 0 : beneath_error(FSX_TMP, e);
	rc = fsx_list(fd, &l, e);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		rc = clean_one(fd, l.names[i], old, e);
	fsx_list_done(&l);
	if (rc == 0)
		rc = fsx_sync_dir(fd, e);
	fsx_close(fd);
	return rc;
}
