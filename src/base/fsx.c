/*
 * Files; see fsx.h. Implements the write primitive of the design: unique name under .tmp,
 * write, fsync (the first error is final), close checked, renameat2 without overwrite, fsync of
 * both folders.
 */
#include "base/fsx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "base/beneath.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/mem.h"

enum { READ_CHUNK = 64 << 10 };

int fsx_dir(const char *path, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd == -1 ? err_errno(e, ERR_IO, "open folder %s", path) : fd;
}

int fsx_subdir(int dir, const char *name, struct err *e)
{
	const int fd = beneath_open(dir, name, O_RDONLY | O_DIRECTORY, 0);

	return fd == -1 ? beneath_error(name, e) : fd;
}

int fsx_open(int dir, const char *name, struct err *e)
{
	return beneath_open_file(dir, name, O_RDONLY, 0, e);
}

int fsx_open_path(const char *path, struct err *e)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1)
		return err_errno(e, ERR_IO, "open %s", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		fsx_close(fd);
		return err_set(e, ERR_INPUT, "open %s: this is a folder, not a file", path);
	}
	return fd;
}

void fsx_close(int fd)
{
	if (fd != -1)
		(void)close(fd);
}

int fsx_sync_dir(int dir, struct err *e)
{
	if (FAULT(FAULT_NO_FOLDER_SYNC))
		return 0;
	return fsync(dir) != 0 ? err_errno(e, ERR_IO, "fsync of a folder") : 0;
}

/* A lease is given to who reads when nobody writes. It is given back at once; who comes in between would be told
 * by a signal that nobody minds. */
int fsx_writer(int fd)
{
	if (fcntl(fd, F_SETSIG, SIGURG) == -1)
		return -1;
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == -1)
		return errno == EAGAIN ? 1 : -1;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	return 0;
}

/* Sets the mode as asked for, whatever the umask says; a link or a file of that name is refused. */
static int make_dir(const struct beneath *b, const char *name, mode_t mode, struct err *e)
{
	const bool made = mkdirat(b->dir, b->base, 0700) == 0;
	int fd = -1;
	int rc = -1;

	if (!made && errno != EEXIST)
		return err_errno(e, ERR_IO, "make folder %s", name);
	fd = beneath_open(b->dir, b->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd == -1) {
		if (errno == ENOTDIR || errno == ELOOP)
			return err_set(e, ERR_EXISTS,
				"make folder %s: something else has that name", name);
		return beneath_error(name, e);
	}
	if (made && fchmod(fd, mode) != 0)
		rc = err_errno(e, ERR_IO, "make folder %s", name);
	else
		/* Also when it was there: an earlier run may have been stopped before this. */
		rc = fsx_sync_dir(b->dir, e);
	fsx_close(fd);
	return rc;
}

int fsx_mkdir(int dir, const char *name, mode_t mode, struct err *e)
{
	struct beneath b;
	int rc = -1;

	if (beneath_split(dir, name, &b, e) != 0)
		return -1;
	rc = make_dir(&b, name, mode, e);
	beneath_done(&b);
	return rc;
}

int fsx_mkdirs(int dir, const char *name, mode_t mode, struct err *e)
{
	char *path = mem_strdup(name);
	int rc = 0;

	for (char *end = path; rc == 0 && end;) {
		end = strchr(end, '/');
		if (end)
			*end = '\0';
		/* A folder that is there is passed through without a sync of its parent. */
		const int fd = beneath_open(dir, path, O_PATH | O_DIRECTORY, 0);
		if (fd == -1 && errno == ENOENT)
			rc = fsx_mkdir(dir, path, mode, e);
		else if (fd == -1)
			rc = beneath_error(path, e);
		fsx_close(fd);
		if (end)
			*end++ = '/';
	}
	mem_free(path);
	return rc;
}

int fsx_write_all(int fd, const void *p, size_t n, struct err *e)
{
	const char *at = p;

	while (n > 0) {
		const ssize_t done = write(fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_errno(e, ERR_IO, "write");
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

int fsx_pread(int fd, void *p, size_t n, uint64_t offset, size_t *got, struct err *e)
{
	char *at = p;
	size_t have = 0;

	while (have < n) {
		const ssize_t done = pread(fd, at + have, n - have, (off_t)(offset + have));
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_errno(e, ERR_IO, "read");
		if (done == 0)
			break;
		have += (size_t)done;
	}
	*got = have;
	return 0;
}

int fsx_read(int fd, struct buf *b, struct err *e)
{
	const bool seekable = lseek(fd, 0, SEEK_CUR) != -1;
	char *chunk = mem_alloc(READ_CHUNK);
	uint64_t at = 0;
	int rc = 0;

	while (!b->over) {
		const ssize_t done = seekable ? pread(fd, chunk, READ_CHUNK, (off_t)at)
					      : read(fd, chunk, READ_CHUNK);
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			break;
		if (done < 0) {
			rc = err_errno(e, ERR_IO, "read");
			break;
		}
		buf_put(b, chunk, (size_t)done);
		at += (uint64_t)done;
	}
	mem_free(chunk);
	return rc == 0 ? buf_check(b, "the file", e) : rc;
}

int fsx_read_path(const char *path, struct buf *b, struct err *e)
{
	const int fd = fsx_open_path(path, e);
	int rc = -1;

	if (fd == -1)
		return -1;
	rc = fsx_read(fd, b, e);
	fsx_close(fd);
	return rc == 0 ? 0 : err_wrap(e, "%s", path);
}

int fsx_size(int fd, uint64_t *size, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, ERR_IO, "look at a file");
	*size = (uint64_t)st.st_size;
	return 0;
}

/* The .tmp of a folder, made when it is not there. */
static int tmp_dir(int dir, struct err *e)
{
	int fd = beneath_open(dir, FSX_TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd == -1 && errno == ENOENT) {
		if (fsx_mkdir(dir, FSX_TMP, 0700, e) != 0)
			return -1;
		fd = beneath_open(dir, FSX_TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	}
	return fd == -1 ? beneath_error(FSX_TMP, e) : fd;
}

static int tmp_name(char out[64], struct err *e)
{
	uint64_t r[2] = {0, 0};

	if (syscall(SYS_getrandom, r, sizeof(r), 0) != (long)sizeof(r))
		return err_errno(e, ERR_IO, "random bytes for a temporary name");
	(void)snprintf(out, 64, "%ld-%016llx%016llx", (long)getpid(), (unsigned long long)r[0],
		(unsigned long long)r[1]);
	return 0;
}

int fsx_tmp_open(int dir, struct fsx_tmp *t, struct err *e)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
	const int tmp = tmp_dir(dir, e);
	char name[64];
	int fd = -1;

	if (tmp == -1)
		return -1;
	if (tmp_name(name, e) == 0) {
		fd = beneath_open(tmp, name, flags, 0600);
		if (fd == -1)
			fd = beneath_error(name, e);
	}
	fsx_close(tmp);
	if (fd == -1)
		return -1;
	t->dir = dir;
	t->fd = fd;
	memcpy(t->tmp, name, sizeof(t->tmp));
	return 0;
}

/* What stands in the way of every such file is told by its cause. */
static int scratch_error(const char *dir, struct err *e)
{
	const int no = errno;
	struct err why;

	(void)err_errno(&why, ERR_IO, "no temporary file can be made in %s", dir);
	if (no != ENOENT && no != ENOTDIR && no != EACCES && no != EPERM && no != EROFS) {
		*e = why;
		return -1;
	}
	(void)err_set(e, ERR_IO, "%s; set TMPDIR to a folder that may be written", why.text);
	return err_reason(e, FSX_NO_SCRATCH);
}

int fsx_scratch(struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[LIMIT_PATH];
	int fd = -1;

	if (!dir || !*dir)
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd == -1 ? scratch_error(dir, e) : fd;
	if (snprintf(path, sizeof(path), "%s/gridspool-XXXXXX", dir) >= (int)sizeof(path))
		return err_set(e, ERR_IO, "TMPDIR is too long");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd == -1)
		return scratch_error(dir, e);
	if (unlink(path) == -1) {
		(void)err_errno(e, ERR_IO, "%s", path);
		fsx_close(fd);
		return -1;
	}
	return fd;
}

void fsx_tmp_drop(struct fsx_tmp *t)
{
	int tmp = -1;

	fsx_close(t->fd);
	t->fd = -1;
	if (t->tmp[0] == '\0')
		return;
	tmp = beneath_open(t->dir, FSX_TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (tmp != -1)
		/* What stays is removed by fsx_tree_clean of the next run. */
		(void)unlinkat(tmp, t->tmp, 0);
	fsx_close(tmp);
	t->tmp[0] = '\0';
}

/* fsync and close, both checked; the first error is final. */
static int flush(struct fsx_tmp *t, const char *name, struct err *e)
{
	const int fd = t->fd;

	t->fd = -1;
	if (fsync(fd) != 0) {
		(void)err_errno(e, ERR_IO, "fsync %s", name);
		fsx_close(fd);
		return -1;
	}
	return close(fd) != 0 ? err_errno(e, ERR_IO, "close %s", name) : 0;
}

static int rename_error(const char *name, struct err *e)
{
	if (errno == EXDEV)
		return err_set(e, ERR_CONFIG,
			"rename %s: the two folders are on different file systems; put both on one",
			name);
	if (errno == EINVAL || errno == ENOSYS)
		return err_set(e, ERR_CONFIG,
			"rename %s: this file system cannot rename without overwriting; use a "
			"local one such as ext4 or xfs",
			name);
	return err_errno(e, ERR_IO, "rename to %s", name);
}

/* Renames one flushed temporary; tmp is the .tmp folder. */
static int appear(struct fsx_tmp *t, int tmp, const char *name, unsigned flags, struct err *e)
{
	if (!beneath_name_ok(str_c(name)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a file here", name);
	if (renameat2(tmp, t->tmp, t->dir, name, flags) != 0 && !FAULT(FAULT_BLIND_RENAME))
		return rename_error(name, e);
	t->tmp[0] = '\0';
	return 0;
}

static int publish(struct fsx_tmp *t, const char *name, unsigned flags, struct err *e)
{
	int tmp = -1;
	int rc = -1;

	if (flush(t, name, e) != 0)
		goto out;
	tmp = tmp_dir(t->dir, e);
	if (tmp == -1 || appear(t, tmp, name, flags, e) != 0)
		goto out;
	if (fsx_sync_dir(t->dir, e) != 0 || fsx_sync_dir(tmp, e) != 0)
		goto out;
	rc = 0;
out:
	fsx_close(tmp);
	fsx_tmp_drop(t);
	return rc;
}

int fsx_publish(struct fsx_tmp *t, const char *name, struct err *e)
{
	return publish(t, name, RENAME_NOREPLACE, e);
}

int fsx_publish_over(struct fsx_tmp *t, const char *name, struct err *e)
{
	return publish(t, name, 0, e);
}

/* The folders of a batch, each with its .tmp. */
struct folders {
	struct folder {
		int dir;
		int tmp;
	} * at;
	size_t n;
	size_t cap;
};

static int folder_tmp(struct folders *f, int dir, struct err *e)
{
	int tmp = -1;

	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].dir == dir)
			return f->at[i].tmp;
	tmp = tmp_dir(dir, e);
	if (tmp == -1)
		return -1;
	mem_grow(&f->at, &f->cap, f->n + 1, sizeof(*f->at));
	f->at[f->n].dir = dir;
	f->at[f->n++].tmp = tmp;
	return tmp;
}

/* Each folder once, even after a failure: what has been renamed stays, and must last. */
static int folders_sync(const struct folders *f, int rc, struct err *e)
{
	for (size_t i = 0; i < f->n; i++) {
		struct err ignored;
		struct err *to = rc == 0 ? e : &ignored;
		if (fsx_sync_dir(f->at[i].dir, to) != 0 || fsx_sync_dir(f->at[i].tmp, to) != 0)
			rc = -1;
	}
	return rc;
}

int fsx_publish_many(struct fsx_pending *files, size_t n, struct err *e)
{
	struct folders f = {NULL, 0, 0};
	int rc = 0;

	/* Writing starts for all before the first is waited for; it says nothing about success,
	 * which each fsync reports. */
	for (size_t i = 0; i < n; i++)
		(void)sync_file_range(files[i].tmp.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = flush(&files[i].tmp, files[i].name, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const int tmp = folder_tmp(&f, files[i].tmp.dir, e);
		rc = tmp == -1 ? -1
			       : appear(&files[i].tmp, tmp, files[i].name, RENAME_NOREPLACE, e);
	}
	for (size_t i = 0; i < n; i++)
		fsx_tmp_drop(&files[i].tmp);
	rc = folders_sync(&f, rc, e);
	for (size_t i = 0; i < f.n; i++)
		fsx_close(f.at[i].tmp);
	mem_free(f.at);
	return rc;
}

static int put(int dir, const char *name, struct str bytes, unsigned flags, struct err *e)
{
	struct fsx_tmp t;

	if (fsx_tmp_open(dir, &t, e) != 0)
		return -1;
	if (fsx_write_all(t.fd, bytes.p, bytes.n, e) != 0) {
		fsx_tmp_drop(&t);
		return err_wrap(e, "%s", name);
	}
	return publish(&t, name, flags, e);
}

int fsx_put(int dir, const char *name, struct str bytes, struct err *e)
{
	return put(dir, name, bytes, RENAME_NOREPLACE, e);
}

int fsx_replace(int dir, const char *name, struct str bytes, struct err *e)
{
	return put(dir, name, bytes, 0, e);
}

int fsx_move(int from, const char *name, int to, const char *new_name, struct err *e)
{
	if (!beneath_name_ok(str_c(name)) || !beneath_name_ok(str_c(new_name)))
		return err_set(e, ERR_INPUT, "move %s to %s: not names of files", name, new_name);
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) != 0) {
		const bool denied = errno == EACCES || errno == EPERM;
		(void)rename_error(new_name, e);
		if (denied)
			e->code = ERR_DENIED;
		return err_wrap(e, "move %s", name);
	}
	if (fsx_sync_dir(to, e) != 0)
		return -1;
	return from == to ? 0 : fsx_sync_dir(from, e);
}

int fsx_remove(int dir, const char *name, struct err *e)
{
	struct beneath b;
	int rc = 0;

	if (beneath_split(dir, name, &b, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	if (unlinkat(b.dir, b.base, 0) == 0)
		rc = fsx_sync_dir(b.dir, e);
	else if (errno != ENOENT)
		rc = err_errno(e, ERR_IO, "remove %s", name);
	beneath_done(&b);
	return rc;
}

int fsx_stat(int dir, const char *name, struct stat *st, struct err *e)
{
	struct beneath b;
	struct stat found;
	int rc = 1;

	if (beneath_split(dir, name, &b, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	if (fstatat(b.dir, b.base, &found, AT_SYMLINK_NOFOLLOW) != 0)
		rc = errno == ENOENT ? 0 : err_errno(e, ERR_IO, "look at %s", name);
	else
		*st = found;
	beneath_done(&b);
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

int fsx_each(
	int dir, int (*one)(void *ctx, const char *name, struct err *e), void *ctx, struct err *e)
{
	const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry = NULL;
	int rc = 0;

	if (!d) {
		(void)err_errno(e, ERR_IO, "list a folder");
		fsx_close(fd);
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = one(ctx, entry->d_name, e);
	}
	if (rc == 0 && errno != 0)
		rc = err_errno(e, ERR_IO, "list a folder");
	(void)closedir(d);
	return rc;
}

static int list_one(void *ctx, const char *name, struct err *e)
{
	struct fsx_list *l = ctx;

	if (l->n == LIMIT_TREE_FILES)
		return err_set(
			e, ERR_LIMIT, "a folder has more than %d names", (int)LIMIT_TREE_FILES);
	mem_grow(&l->names, &l->cap, l->n + 1, sizeof(*l->names));
	l->names[l->n++] = mem_strdup(name);
	return 0;
}

int fsx_list(int dir, struct fsx_list *l, struct err *e)
{
	struct fsx_list found = {NULL, 0, 0};
	const int rc = fsx_each(dir, list_one, &found, e);

	if (rc != 0) {
		fsx_list_done(&found);
		return rc;
	}
	if (found.n > 1)
		qsort(found.names, found.n, sizeof(*found.names), by_bytes);
	*l = found;
	return 0;
}

void fsx_list_done(struct fsx_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->names[i]);
	mem_free(l->names);
	memset(l, 0, sizeof(*l));
}
