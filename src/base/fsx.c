/*
 * Files; see fsx.h. Implements the write primitive of the design: unique name under .tmp,
 * write, fsync (the first error is final), close checked, renameat2 without overwrite, fsync of
 * both folders. Names are resolved by openat2 beneath their folder and through no link.
 */
#include "base/fsx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"

enum {
	TRIES = 64, /* EAGAIN of openat2 when folders move meanwhile; names taken */
	READ_CHUNK = 64 << 10,
	NOTE_TRIES = 40,
	NOTE_PAUSE_MS = 50,
	NOTE_MAX = 200,	 /* bytes of a lock's note that are told */
	TREE_DEPTH = 128 /* folders in one another that fsx_remove_tree follows */
};

static const char TMP[] = ".tmp";

/* openat2 beneath dir; more is further RESOLVE_ flags; -1 with errno. */
static int open_resolve(int dir, const char *name, int flags, mode_t mode, unsigned more)
{
	struct open_how how;
	long fd = -1;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC);
	how.mode = mode;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | more;
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
		if (fd != -1 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

static int open_beneath(int dir, const char *name, int flags, mode_t mode)
{
	return open_resolve(dir, name, flags, mode, 0);
}

/* The error of open_beneath in words. */
static int open_error(const char *name, struct err *e)
{
	switch (errno) {
	case ELOOP:
		return err_set(e, ERR_INPUT,
			"open %s: it is, or leads through, a symbolic link; none is followed here",
			name);
	case EXDEV:
		return err_set(e, ERR_INPUT, "open %s: the name leads out of its folder", name);
	case ENXIO:
		return err_set(e, ERR_INPUT, "open %s: this is a socket, not a regular file", name);
	case ENOSYS:
		return err_set(e, ERR_CONFIG,
			"open %s: this system has no openat2; Linux 5.6 or newer is needed", name);
	default:
		return err_errno(e, ERR_IO, "open %s", name);
	}
}

static const char *kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a folder";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFREG:
		return "a regular file";
	default:
		return "a device";
	}
}

int fsx_dir(const char *path, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd == -1 ? err_errno(e, ERR_IO, "open folder %s", path) : fd;
}

int fsx_subdir(int dir, const char *name, struct err *e)
{
	const int fd = open_beneath(dir, name, O_RDONLY | O_DIRECTORY, 0);

	return fd == -1 ? open_error(name, e) : fd;
}

/* A descriptor opened with O_NONBLOCK: checked to be a regular file, and set to block. */
static int must_be_file(int fd, const char *name, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, ERR_IO, "look at %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "open %s: this is %s, not a regular file", name,
			kind(st.st_mode));
	const int flags = fcntl(fd, F_GETFL);
	if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		return err_errno(e, ERR_IO, "open %s", name);
	return 0;
}

int fsx_open(int dir, const char *name, struct err *e)
{
	const int fd = open_beneath(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);

	if (fd == -1)
		return open_error(name, e);
	if (must_be_file(fd, name, e) != 0) {
		fsx_close(fd);
		return -1;
	}
	return fd;
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
	return fsync(dir) != 0 ? err_errno(e, ERR_IO, "fsync of a folder") : 0;
}

bool fsx_name_ok(struct str name)
{
	if (name.n == 0 || name.n > LIMIT_NAME || str_is(name, ".") || str_is(name, ".."))
		return false;
	return str_chr(name, '/') == SIZE_MAX && str_chr(name, '\0') == SIZE_MAX;
}

/* A name split for calls that do not resolve by openat2: the folder it is in, and the last part. */
struct place {
	int dir;
	bool own; /* dir was opened here */
	const char *base;
};

static int place_find(int dir, const char *name, struct place *p, struct err *e)
{
	const char *slash = strrchr(name, '/');
	char *parent = NULL;

	p->base = slash ? slash + 1 : name;
	p->dir = dir;
	p->own = slash != NULL;
	if (!fsx_name_ok(str_c(p->base)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a file here", name);
	if (!slash)
		return 0;
	parent = mem_strndup(name, (size_t)(slash - name));
	p->dir = open_beneath(dir, parent, O_RDONLY | O_DIRECTORY, 0);
	if (p->dir == -1)
		(void)open_error(parent, e);
	mem_free(parent);
	return p->dir == -1 ? -1 : 0;
}

static void place_done(const struct place *p)
{
	if (p->own)
		fsx_close(p->dir);
}

/* Sets the mode as asked for, whatever the umask says; a link or a file of that name is refused. */
static int make_dir(const struct place *p, const char *name, mode_t mode, struct err *e)
{
	const bool made = mkdirat(p->dir, p->base, 0700) == 0;
	int fd = -1;
	int rc = -1;

	if (!made && errno != EEXIST)
		return err_errno(e, ERR_IO, "make folder %s", name);
	fd = open_beneath(p->dir, p->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd == -1) {
		if (errno == ENOTDIR || errno == ELOOP)
			return err_set(e, ERR_EXISTS,
				"make folder %s: something else has that name", name);
		return open_error(name, e);
	}
	if (made && fchmod(fd, mode) != 0)
		rc = err_errno(e, ERR_IO, "make folder %s", name);
	else
		/* Also when it was there: an earlier run may have been stopped before this. */
		rc = fsx_sync_dir(p->dir, e);
	fsx_close(fd);
	return rc;
}

int fsx_mkdir(int dir, const char *name, mode_t mode, struct err *e)
{
	struct place p;
	int rc = -1;

	if (place_find(dir, name, &p, e) != 0)
		return -1;
	rc = make_dir(&p, name, mode, e);
	place_done(&p);
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
		const int fd = open_beneath(dir, path, O_PATH | O_DIRECTORY, 0);
		if (fd == -1 && errno == ENOENT)
			rc = fsx_mkdir(dir, path, mode, e);
		else if (fd == -1)
			rc = open_error(path, e);
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

	while (rc == 0 && !b->over) {
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
	int fd = open_beneath(dir, TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd == -1 && errno == ENOENT) {
		if (fsx_mkdir(dir, TMP, 0700, e) != 0)
			return -1;
		fd = open_beneath(dir, TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	}
	return fd == -1 ? open_error(TMP, e) : fd;
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
		fd = open_beneath(tmp, name, flags, 0600);
		if (fd == -1)
			(void)open_error(name, e);
	}
	fsx_close(tmp);
	if (fd == -1)
		return -1;
	t->dir = dir;
	t->fd = fd;
	memcpy(t->tmp, name, sizeof(t->tmp));
	return 0;
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
		return fd == -1 ? err_errno(e, ERR_IO, "a temporary file in %s", dir) : fd;
	if (snprintf(path, sizeof(path), "%s/gridspool-XXXXXX", dir) >= (int)sizeof(path))
		return err_set(e, ERR_IO, "TMPDIR is too long");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd == -1)
		return err_errno(e, ERR_IO, "a temporary file in %s", dir);
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
	tmp = open_beneath(t->dir, TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (tmp != -1)
		/* What stays is removed by fsx_clean_tmp. */
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
	if (!fsx_name_ok(str_c(name)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a file here", name);
	if (renameat2(tmp, t->tmp, t->dir, name, flags) != 0)
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
	if (!fsx_name_ok(str_c(name)) || !fsx_name_ok(str_c(new_name)))
		return err_set(e, ERR_INPUT, "move %s to %s: not names of files", name, new_name);
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) != 0) {
		(void)rename_error(new_name, e);
		return err_wrap(e, "move %s", name);
	}
	if (fsx_sync_dir(to, e) != 0)
		return -1;
	return from == to ? 0 : fsx_sync_dir(from, e);
}

int fsx_remove(int dir, const char *name, struct err *e)
{
	struct place p;
	int rc = 0;

	if (place_find(dir, name, &p, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	if (unlinkat(p.dir, p.base, 0) == 0)
		rc = fsx_sync_dir(p.dir, e);
	else if (errno != ENOENT)
		rc = err_errno(e, ERR_IO, "remove %s", name);
	place_done(&p);
	return rc;
}

int fsx_stat(int dir, const char *name, struct stat *st, struct err *e)
{
	struct place p;
	struct stat found;
	int rc = 1;

	if (place_find(dir, name, &p, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	if (fstatat(p.dir, p.base, &found, AT_SYMLINK_NOFOLLOW) != 0)
		rc = errno == ENOENT ? 0 : err_errno(e, ERR_IO, "look at %s", name);
	else
		*st = found;
	place_done(&p);
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

int fsx_list(int dir, struct fsx_list *l, struct err *e)
{
	const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	struct fsx_list found = {NULL, 0, 0};
	const struct dirent *entry = NULL;
	int rc = 0;

	if (!d) {
		(void)err_errno(e, ERR_IO, "list a folder");
		fsx_close(fd);
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (found.n == LIMIT_TREE_FILES) {
			rc = err_set(e, ERR_LIMIT, "a folder has more than %d names",
				(int)LIMIT_TREE_FILES);
			break;
		}
		mem_grow(&found.names, &found.cap, found.n + 1, sizeof(*found.names));
		found.names[found.n++] = mem_strdup(entry->d_name);
	}
	if (rc == 0 && errno != 0)
		rc = err_errno(e, ERR_IO, "list a folder");
	(void)closedir(d);
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
			(int)TREE_DEPTH);
	/* Not into what is mounted there. */
	fd = open_resolve(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, RESOLVE_NO_XDEV);
	if (fd == -1)
		return open_error(name, e);
	rc = remove_all(fd, depth - 1, e);
	fsx_close(fd);
	if (rc == 0 && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		rc = err_errno(e, ERR_IO, "remove folder %s", name);
	return rc;
}

int fsx_remove_tree(int dir, const char *name, struct err *e)
{
	struct place p;
	int rc = -1;

	if (place_find(dir, name, &p, e) != 0)
		return e->code == ERR_ABSENT ? 0 : -1;
	rc = remove_in(p.dir, p.base, TREE_DEPTH, e);
	if (rc == 0)
		rc = fsx_sync_dir(p.dir, e);
	place_done(&p);
	return rc;
}

int fsx_clean_tmp(int dir, struct err *e)
{
	const int tmp = open_beneath(dir, TMP, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	int rc = -1;

	if (tmp == -1)
		return errno == ENOENT ? 0 : open_error(TMP, e);
	rc = remove_all(tmp, TREE_DEPTH, e);
	if (rc == 0)
		rc = fsx_sync_dir(tmp, e);
	fsx_close(tmp);
	return rc;
}

static void read_note(int fd, char note[NOTE_MAX + 1])
{
	ssize_t n = pread(fd, note, NOTE_MAX, 0);

	while (n > 0 && str_is_blank(note[n - 1]))
		n--;
	note[n > 0 ? n : 0] = '\0';
}

/* Who has the lock, as it wrote itself; control characters are taken out. One that took it just now
 * may not have written yet, and what is there is of its predecessor: it counts once it stays. */
static int busy(int fd, const char *name, struct err *e)
{
	char before[NOTE_MAX + 1] = "";
	char note[NOTE_MAX + 1];

	read_note(fd, note);
	for (int i = 0; i < NOTE_TRIES && (!note[0] || strcmp(note, before) != 0); i++) {
		memcpy(before, note, sizeof(before));
		clock_sleep_ms(NOTE_PAUSE_MS);
		read_note(fd, note);
	}
	for (char *p = note; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return err_set(e, ERR_BUSY, "%s is held by %s", name, note[0] ? note : "another process");
}

/* 1 locked, 0 the name leads to another file by now (try again), -1 failed or busy. */
static int lock_once(int dir, const char *name, int fd, struct err *e)
{
	struct stat ours;
	struct stat named;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		return errno == EWOULDBLOCK ? busy(fd, name, e)
					    : err_errno(e, ERR_IO, "lock %s", name);
	}
	if (fstat(fd, &ours) != 0)
		return err_errno(e, ERR_IO, "look at %s", name);
	if (fstatat(dir, name, &named, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : err_errno(e, ERR_IO, "look at %s", name);
	return ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

int fsx_lock(int dir, const char *name, struct str note, int *fd, struct err *e)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int rc = 0;
	int f = -1;

	if (!fsx_name_ok(str_c(name)))
		return err_set(e, ERR_INPUT, "%s cannot be the name of a lock", name);
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		fsx_close(f);
		f = open_beneath(dir, name, flags, 0600);
		if (f == -1)
			return open_error(name, e);
		rc = must_be_file(f, name, e);
		if (rc == 0)
			rc = lock_once(dir, name, f, e);
	}
	if (rc == 0)
		rc = err_set(e, ERR_BUSY, "%s is being replaced all the time", name);
	if (rc == 1 && ftruncate(f, 0) != 0)
		rc = err_errno(e, ERR_IO, "write %s", name);
	if (rc == 1 && fsx_write_all(f, note.p, note.n, e) != 0)
		rc = -1;
	if (rc != 1) {
		fsx_close(f);
		return -1;
	}
	*fd = f;
	return 0;
}
