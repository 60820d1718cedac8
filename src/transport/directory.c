/*
 * The directory channel. The endpoint's path is the root; put and get are folders below it, "."
 * the root itself. Whoever empties the folder never sees a part of a file: it is written under a
 * dot name in the same folder, fsynced, renamed without overwrite, the folder fsynced. Names never
 * leave their folder and no link is followed. The put and get folders are opened when first
 * needed, so that one of them missing does not stop the other.
 */
#include "transport/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"

enum {
	CHUNK = 256 << 10,
	FILE_MODE = 0640 /* our umask is 077; the partner's group must be able to read */
};

struct directory {
	int put;
	int get;
};

/* A local fault in the words of a channel: what the partner's folder refuses is the partner's. */
static int remote(struct err *e)
{
	if (e->code == ERR_FULL) {
		e->code = ERR_REMOTE;
		return err_reason(e, "REMOTE-FULL");
	}
	if (e->code == ERR_DENIED) {
		e->code = ERR_REMOTE;
		return err_reason(e, "REMOTE-DENIED");
	}
	if (e->code == ERR_IO) {
		e->code = ERR_REMOTE;
		return err_reason(e, "REMOTE-FAILURE");
	}
	return -1;
}

/* Of errno: the rights do not allow it. */
static bool is_denied(void)
{
	return errno == EACCES || errno == EPERM || errno == EROFS;
}

/* A folder that was to be opened just now. */
static void not_opened(struct err *e)
{
	if (e->code == ERR_ABSENT || e->code == ERR_INPUT) {
		e->code = ERR_REMOTE;
		(void)err_reason(e, "REMOTE-NO-FOLDER");
		return;
	}
	if (e->code == ERR_IO && is_denied())
		e->code = ERR_DENIED;
	(void)remote(e);
}

static int prepare(struct transport *t, struct err *e)
{
	const struct config_endpoint *ep = t->endpoint;
	char *path = mem_strndup(ep->path.p, ep->path.n);
	struct directory *d = NULL;

	t->root = fsx_dir(path, e);
	if (t->root == -1)
		not_opened(e);
	mem_free(path);
	if (t->root == -1) {
		return err_wrap(e, "endpoint " STR_FMT, STR_ARG(ep->name));
	}
	d = mem_alloc(sizeof(*d));
	d->put = -1;
	d->get = -1;
	t->self = d;
	return 0;
}

static int open_dir(struct transport *t, struct err *e)
{
	BUG_IF(!t->self);
	(void)e;
	(void)snprintf(t->peer, sizeof(t->peer), "directory " STR_FMT, STR_ARG(t->endpoint->path));
	return 0;
}

/* Opens the put or get folder once; the descriptor or -1. */
static int folder(struct transport *t, int *fd, struct str name, const char *which, struct err *e)
{
	char *path = NULL;

	if (*fd != -1)
		return *fd;
	if (name.n == 0)
		return err_set(e, ERR_CONFIG, "endpoint " STR_FMT ": it has no %s folder",
			STR_ARG(t->endpoint->name), which);
	path = mem_strndup(name.p, name.n);
	*fd = fsx_subdir(t->root, path, e);
	if (*fd == -1)
		not_opened(e);
	mem_free(path);
	if (*fd != -1)
		return *fd;
	return err_wrap(e, "%s folder of endpoint " STR_FMT ", below " STR_FMT, which,
		STR_ARG(t->endpoint->name), STR_ARG(t->endpoint->path));
}

static int put_folder(struct transport *t, struct err *e)
{
	struct directory *d = t->self;

	return folder(t, &d->put, t->endpoint->put, "put", e);
}

static int get_folder(struct transport *t, struct err *e)
{
	struct directory *d = t->self;

	return folder(t, &d->get, t->endpoint->get, "get", e);
}

static void entry_of(struct transport_entry *entry, const char *name, const struct stat *st)
{
	entry->name = str_c(name);
	entry->plain = S_ISREG(st->st_mode);
	entry->size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
	entry->mtime = (int64_t)st->st_mtime;
}

static int stat_file(
	struct transport *t, const char *name, struct transport_entry *entry, struct err *e)
{
	struct stat st;
	const int dir = put_folder(t, e);

	if (dir == -1 || transport_name_check(name, e) != 0)
		return -1;
	const int rc = fsx_stat(dir, name, &st, e);
	if (rc == 1)
		entry_of(entry, name, &st);
	return rc == -1 ? remote(e) : rc;
}

/* Exactly size bytes from the start of in. */
static int copy_in(const struct transport *t, int in, uint64_t size, int out, struct err *e)
{
	char *chunk = mem_alloc(CHUNK);
	uint64_t at = 0;
	int rc = 0;

	while (rc == 0 && at < size) {
		const size_t want = size - at < CHUNK ? (size_t)(size - at) : (size_t)CHUNK;
		size_t got = 0;

		rc = fsx_pread(in, chunk, want, at, &got, e);
		if (rc == 0 && got < want)
			rc = err_set(e, ERR_CORRUPT,
				"the file to send ends after %llu bytes, expected %llu",
				(unsigned long long)(at + got), (unsigned long long)size);
		else if (rc == 0 && fsx_write_all(out, chunk, got, e) != 0)
			rc = remote(e);
		at += got;
		transport_moved(t, at, size);
	}
	mem_free(chunk);
	return rc;
}

/* The first fsync error is final: the caller drops the file. */
static int settle(int out, uint64_t size, struct err *e)
{
	uint64_t there = 0;

	if (fchmod(out, FILE_MODE) != 0 || fsync(out) != 0) {
		(void)err_errno(e, ERR_IO, "fsync");
		return remote(e);
	}
	if (fsx_size(out, &there, e) != 0)
		return remote(e);
	if (there == size)
		return 0;
	(void)err_set(e, ERR_REMOTE, "%llu bytes arrived, expected %llu", (unsigned long long)there,
		(unsigned long long)size);
	return err_reason(e, "SIZE-DIFFERS");
}

static int upload(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e)
{
	const int dir = put_folder(t, e);
	struct err ignored;
	int out = -1;
	int rc = -1;

	if (dir == -1 || transport_name_check(temp, e) != 0)
		return -1;
	if (fsx_remove(dir, temp, e) != 0)
		return remote(e);
	out = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out == -1) {
		(void)err_errno(e, is_denied() ? ERR_DENIED : ERR_IO,
			"make %s in " STR_FMT " below " STR_FMT, temp, STR_ARG(t->endpoint->put),
			STR_ARG(t->endpoint->path));
		return remote(e);
	}
	rc = copy_in(t, fd, size, out, e);
	if (rc == 0)
		rc = settle(out, size, e);
	if (close(out) != 0 && rc == 0) {
		(void)err_errno(e, ERR_IO, "close");
		rc = remote(e);
	}
	if (rc == 0 && fsx_sync_dir(dir, e) != 0)
		rc = remote(e);
	if (rc == 0)
		return 0;
	if (fsx_remove(dir, temp, &ignored) != 0)
		err_clear(&ignored); /* a later upload writes over it */
	return err_wrap(e, "upload of %s", temp);
}

static int commit(struct transport *t, const char *temp, const char *final, struct err *e)
{
	const int dir = put_folder(t, e);
	struct stat st;
	struct err ignored;

	if (dir == -1 || transport_name_check(temp, e) != 0 || transport_name_check(final, e) != 0)
		return -1;
	if (fsx_move(dir, temp, dir, final, e) == 0)
		return 0;
	if (e->code == ERR_EXISTS || e->code == ERR_ABSENT)
		return -1;
	/* With the temporary gone the rename happened, but may not outlive a power cut. */
	if (fsx_stat(dir, temp, &st, &ignored) == 0) {
		e->code = ERR_DOUBT;
		return -1;
	}
	return remote(e);
}

static int collect(int dir, struct transport_listing *found, struct err *e)
{
	struct fsx_list names = {0};
	int rc = fsx_list(dir, &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		struct transport_entry entry = {0};
		struct stat st;

		const int there = fsx_stat(dir, names.names[i], &st, e);
		if (there == 1) {
			entry_of(&entry, names.names[i], &st);
			rc = transport_listing_add(found, &entry, e);
		} else {
			rc = there;
		}
	}
	fsx_list_done(&names);
	return rc == 0 ? 0 : remote(e);
}

static int list(struct transport *t, int (*each)(void *ctx, const struct transport_entry *entry),
	void *ctx, uint32_t *skipped, struct err *e)
{
	struct transport_listing found = {0};
	const int dir = get_folder(t, e);
	int rc = -1;

	if (dir == -1)
		return -1;
	rc = collect(dir, &found, e);
	if (rc == 0) {
		transport_listing_give(&found, each, ctx);
		*skipped = found.skipped;
	}
	transport_listing_done(&found);
	return rc;
}

/* All of in, to its end as it is now; what grows without end is refused. */
static int copy_out(const struct transport *t, int in, int out, uint64_t *size, struct err *e)
{
	char *chunk = mem_alloc(CHUNK);
	uint64_t at = 0;
	size_t got = 1;
	int rc = 0;

	while (rc == 0 && got > 0) {
		if (fsx_pread(in, chunk, CHUNK, at, &got, e) != 0)
			rc = remote(e);
		else
			rc = fsx_write_all(out, chunk, got, e);
		at += got;
		transport_moved(t, at, 0);
		if (rc == 0 && at > LIMIT_ACK_FILE) {
			(void)err_set(
				e, ERR_LIMIT, "the file is larger than %d bytes", LIMIT_ACK_FILE);
			rc = err_reason(e, "TOO-BIG");
		}
	}
	mem_free(chunk);
	if (rc == 0)
		*size = at;
	return rc;
}

static int unchanged(int in, const struct stat *before, uint64_t size, struct err *e)
{
	struct stat after;

	if (fstat(in, &after) != 0) {
		(void)err_errno(e, ERR_IO, "look at it");
		return remote(e);
	}
	if (after.st_size == before->st_size && after.st_mtime == before->st_mtime &&
		(uint64_t)after.st_size == size)
		return 0;
	(void)err_set(e, ERR_REMOTE, "the file changed while it was read");
	return err_reason(e, "FILE-CHANGING");
}

static int fetch(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e)
{
	const int dir = get_folder(t, e);
	struct stat before;
	uint64_t came = 0;
	int in = -1;
	int rc = -1;

	if (dir == -1 || transport_name_check(name, e) != 0)
		return -1;
	in = fsx_open(dir, name, e);
	if (in == -1)
		return remote(e);
	if (fstat(in, &before) != 0) {
		(void)err_errno(e, ERR_IO, "look at it");
		rc = remote(e);
	} else {
		rc = copy_out(t, in, fd, &came, e);
	}
	if (rc == 0)
		rc = unchanged(in, &before, came, e);
	fsx_close(in);
	if (rc != 0)
		return err_wrap(e, "fetch of %s", name);
	*size = came;
	return 0;
}

static int hash(
	struct transport *t, const char *name, uint64_t size, char sha[HASH_HEX], struct err *e)
{
	const int dir = put_folder(t, e);
	uint64_t came = 0;
	int in = -1;
	int rc = -1;

	if (dir == -1 || transport_name_check(name, e) != 0)
		return -1;
	in = fsx_open(dir, name, e);
	rc = in == -1 ? -1 : hash_file(in, sha, &came, e);
	fsx_close(in);
	if (rc != 0)
		return remote(e);
	return came == size ? 0 : err_set(e, ERR_REMOTE, "its size changed while it was read");
}

static int remove_file(struct transport *t, const char *name, struct err *e)
{
	const int dir = get_folder(t, e);

	if (dir == -1 || transport_name_check(name, e) != 0)
		return -1;
	return fsx_remove(dir, name, e) != 0 ? remote(e) : 0;
}

static void close_dir(struct transport *t)
{
	struct directory *d = t->self;

	if (!d)
		return;
	fsx_close(d->put);
	fsx_close(d->get);
	d->put = -1;
	d->get = -1;
}

static void done(struct transport *t)
{
	mem_free(t->self);
	t->self = NULL;
	fsx_close(t->root);
	t->root = -1;
}

const struct transport_ops directory_ops = {
	.name = "directory",
	.network = false,
	.prepare = prepare,
	.open = open_dir,
	.stat = stat_file,
	.upload = upload,
	.commit = commit,
	.list = list,
	.fetch = fetch,
	.hash = hash,
	.remove = remove_file,
	.close = close_dir,
	.done = done,
};
