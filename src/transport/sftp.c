/*
 * The SFTP channel (version 3, draft-ietf-secsh-filexfer-02) over one SSH connection. A file is
 * written under a temporary name, fsynced where the server can, closed, its size compared, then
 * renamed; version 3 renames never replace, and posix-rename, which does, is not used. The
 * server's status counts only where libssh2 says that there is one (-31); everything else means
 * that the connection cannot be trusted any more, so it is cut.
 */
#include "transport/sftp.h"

#include <string.h>
#include <sys/stat.h>

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "transport/ssh.h"

enum {
	CHUNK = 256 << 10, /* what may be under way at once */
	FILE_MODE = 0644   /* libssh2 always sends one; the server's umask takes away from it */
};

struct sftp {
	struct ssh *ssh;
	LIBSSH2_SFTP *link;
	bool put_seen; /* the put folder was there in this session */
	bool no_fsync; /* the server has no fsync@openssh.com */
};

/* ---- errors -------------------------------------------------------------------------------- */

static const struct {
	unsigned long status;
	enum err_code code;
	const char *reason;
	const char *text;
} faults[] = {
	{LIBSSH2_FX_NO_SUCH_FILE, ERR_ABSENT, "", "no such file or folder there"},
	{LIBSSH2_FX_NO_SUCH_PATH, ERR_ABSENT, "", "no such folder there"},
	{LIBSSH2_FX_PERMISSION_DENIED, ERR_REMOTE, "REMOTE-DENIED",
		"the server denies permission; ask the partner for rights to the folder"},
	{LIBSSH2_FX_WRITE_PROTECT, ERR_REMOTE, "REMOTE-DENIED", "the folder is write protected"},
	{LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, ERR_REMOTE, "REMOTE-FULL", "the server's disk is full"},
	{LIBSSH2_FX_QUOTA_EXCEEDED, ERR_REMOTE, "REMOTE-FULL", "the quota there is used up"},
	{LIBSSH2_FX_FILE_ALREADY_EXISTS, ERR_EXISTS, "", "a file of that name is there"},
	{LIBSSH2_FX_OP_UNSUPPORTED, ERR_REMOTE, "REMOTE-UNSUPPORTED",
		"the server does not support this operation"},
	{LIBSSH2_FX_NO_CONNECTION, ERR_NET, "CONNECTION-LOST", "the server has no connection"},
	{LIBSSH2_FX_CONNECTION_LOST, ERR_NET, "CONNECTION-LOST", "the server lost its connection"},
};

static int status_error(unsigned long status, const char *what, struct err *e)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].status == status) {
			(void)err_set(e, faults[i].code, "%s: %s", what, faults[i].text);
			return err_reason(e, faults[i].reason);
		}
	}
	(void)err_set(
		e, ERR_REMOTE, "%s: the server answered with failure (status %lu)", what, status);
	return err_reason(e, "REMOTE-FAILURE");
}

/* The status the server answered with, or 0 when rc is no such answer. */
static unsigned long status_of(const struct sftp *s, long rc)
{
	return rc == LIBSSH2_ERROR_SFTP_PROTOCOL && s->link ? libssh2_sftp_last_error(s->link) : 0;
}

/* A call gave rc: the error of the server, or of the connection, which is cut then. */
static int fault(struct sftp *s, long rc, const char *what, struct err *e)
{
	const unsigned long status = status_of(s, rc);

	if (status != 0)
		return status_error(status, what, e);
	if (rc != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return ssh_fault(s->ssh, rc, what, e);
	ssh_cut(s->ssh);
	(void)err_set(e, ERR_NET, "%s: the server's answer makes no sense", what);
	return err_reason(e, "PROTOCOL-ERROR");
}

static int no_folder(struct transport *t, struct str folder, const char *which, struct err *e)
{
	(void)err_set(e, ERR_REMOTE,
		"endpoint " STR_FMT ": the %s folder " STR_FMT
		" is not there; make it, or ask the partner for its name",
		STR_ARG(t->endpoint->name), which, STR_ARG(folder));
	return err_reason(e, "REMOTE-NO-FOLDER");
}

/* ---- names --------------------------------------------------------------------------------- */

/* folder/name in path, which the caller frees with buf_done whatever comes back. */
static int join(struct transport *t, struct str folder, const char *which, const char *name,
	struct buf *path, struct err *e)
{
	buf_init(path, LIMIT_PATH);
	if (folder.n == 0)
		return err_set(e, ERR_CONFIG, "endpoint " STR_FMT ": it has no %s folder",
			STR_ARG(t->endpoint->name), which);
	if (transport_name_check(name, e) != 0)
		return -1;
	if (!str_is(folder, ".")) {
		buf_str(path, folder);
		if (folder.p[folder.n - 1] != '/')
			buf_ch(path, '/');
	}
	buf_c(path, name);
	return buf_check(path, "the remote name", e);
}

static int put_name(struct transport *t, const char *name, struct buf *path, struct err *e)
{
	return join(t, t->endpoint->put, "put", name, path, e);
}

static int get_name(struct transport *t, const char *name, struct buf *path, struct err *e)
{
	return join(t, t->endpoint->get, "get", name, path, e);
}

/* The open connection, or NULL and *e. */
static struct sftp *live(struct transport *t, struct err *e)
{
	struct sftp *s = t->self;

	if (s && s->link && !ssh_lost(s->ssh))
		return s;
	(void)err_set(e, ERR_NET, "endpoint " STR_FMT ": the connection is closed",
		STR_ARG(t->endpoint->name));
	(void)err_reason(e, "CONNECTION-LOST");
	return NULL;
}

/* ---- requests: each waits for its answer, within the endpoint's idle timeout --------------- */

static long do_stat(struct sftp *s, struct str path, LIBSSH2_SFTP_ATTRIBUTES *a)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_stat_ex(s->link, path.p, (unsigned)path.n, LIBSSH2_SFTP_LSTAT, a);
	while (ssh_again(s->ssh, rc));
	return rc;
}

static long do_fstat(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, LIBSSH2_SFTP_ATTRIBUTES *a)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fstat_ex(h, a, 0);
	while (ssh_again(s->ssh, rc));
	return rc;
}

static LIBSSH2_SFTP_HANDLE *do_open(
	struct sftp *s, struct str path, unsigned long flags, int type, long *rc)
{
	LIBSSH2_SFTP_HANDLE *h = NULL;

	ssh_begin(s->ssh);
	do {
		h = libssh2_sftp_open_ex(s->link, path.p, (unsigned)path.n, flags, FILE_MODE, type);
		*rc = h ? 0 : libssh2_session_last_errno(ssh_session(s->ssh));
	} while (ssh_again(s->ssh, *rc));
	return h;
}

/* Of a connection that was cut there is nothing to close: its memory goes with it. */
static long do_close(struct sftp *s, LIBSSH2_SFTP_HANDLE *h)
{
	long rc = 0;

	if (ssh_lost(s->ssh))
		return LIBSSH2_ERROR_SOCKET_DISCONNECT;
	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_close_handle(h);
	while (ssh_again(s->ssh, rc));
	return rc;
}

static long do_fsync(struct sftp *s, LIBSSH2_SFTP_HANDLE *h)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fsync(h);
	while (ssh_again(s->ssh, rc));
	return rc;
}

/* ---- open and close ------------------------------------------------------------------------ */

static int prepare(struct transport *t, struct err *e)
{
	struct sftp *s = mem_alloc(sizeof(*s));

	s->ssh = ssh_new(t->endpoint, t->cred, t->clock);
	t->self = s;
	return ssh_resolve(s->ssh, e) == 0
		? 0
		: err_wrap(e, "endpoint " STR_FMT, STR_ARG(t->endpoint->name));
}

static void close_sftp(struct transport *t)
{
	struct sftp *s = t->self;

	if (!s)
		return;
	/* Ending the session frees the SFTP layer with its channel. */
	ssh_close(s->ssh);
	s->link = NULL;
	s->put_seen = false;
}

static int start(struct sftp *s, struct err *e)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do {
		s->link = libssh2_sftp_init(ssh_session(s->ssh));
		rc = s->link ? 0 : libssh2_session_last_errno(ssh_session(s->ssh));
	} while (ssh_again(s->ssh, rc));
	if (rc == 0)
		return 0;
	if (rc != LIBSSH2_ERROR_CHANNEL_FAILURE && rc != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
		return ssh_fault(s->ssh, rc, "start of SFTP", e);
	ssh_cut(s->ssh);
	(void)err_set(e, ERR_REMOTE, "the server lets us in but offers no SFTP");
	return err_reason(e, "NO-SFTP");
}

static int open_sftp(struct transport *t, struct err *e)
{
	struct sftp *s = t->self;

	BUG_IF(!s || s->link);
	if (ssh_open(s->ssh, t->peer, sizeof(t->peer), e) == 0 && start(s, e) == 0)
		return 0;
	close_sftp(t);
	return err_wrap(e, "endpoint " STR_FMT " (" STR_FMT " port %u)", STR_ARG(t->endpoint->name),
		STR_ARG(t->endpoint->host), t->endpoint->port ? (unsigned)t->endpoint->port : 22u);
}

static void done(struct transport *t)
{
	struct sftp *s = t->self;

	if (s)
		ssh_free(s->ssh);
	mem_free(s);
	t->self = NULL;
}

/* ---- sending ------------------------------------------------------------------------------- */

/* A file that is absent because its folder is absent is a fault of the endpoint. Servers that do
 * not let us look at the folder are believed. */
static int check_put_folder(struct transport *t, struct sftp *s, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	long rc = 0;

	if (s->put_seen)
		return 0;
	rc = do_stat(s, t->endpoint->put, &a);
	const unsigned long status = status_of(s, rc);
	if (status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH)
		return no_folder(t, t->endpoint->put, "put", e);
	if (rc != 0 && status == 0)
		return fault(s, rc, "stat of the put folder", e);
	s->put_seen = true;
	return 0;
}

static void entry_of(struct transport_entry *entry, const LIBSSH2_SFTP_ATTRIBUTES *a)
{
	/* Without a mode nobody says what it is; fetch looks again. */
	entry->plain = !(a->flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) ||
		LIBSSH2_SFTP_S_ISREG(a->permissions);
	entry->size = a->flags & LIBSSH2_SFTP_ATTR_SIZE ? a->filesize : 0;
	entry->mtime = a->flags & LIBSSH2_SFTP_ATTR_ACMODTIME ? (int64_t)a->mtime : 0;
}

/* 1 there and *a, 0 absent, -1. */
static int look(struct sftp *s, const struct buf *path, LIBSSH2_SFTP_ATTRIBUTES *a, struct err *e)
{
	const long rc = do_stat(s, buf_view(path), a);
	const unsigned long status = status_of(s, rc);

	if (rc == 0)
		return 1;
	if (status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH)
		return 0;
	return fault(s, rc, "stat", e);
}

static int stat_file(
	struct transport *t, const char *name, struct transport_entry *entry, struct err *e)
{
	struct sftp *s = live(t, e);
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	struct buf path;
	int rc = -1;

	if (!s)
		return -1;
	rc = put_name(t, name, &path, e);
	if (rc == 0)
		rc = look(s, &path, &a, e);
	if (rc == 1) {
		entry_of(entry, &a);
		entry->name = str_c(name);
	} else if (rc == 0) {
		rc = check_put_folder(t, s, e);
	}
	buf_done(&path);
	return rc == -1 ? err_wrap(e, "stat of %s", name) : rc;
}

/* OpenSSH calls a full disk a failure like any other; what is free there tells. */
static int write_fault(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, long rc, struct err *e)
{
	LIBSSH2_SFTP_STATVFS there;

	if (status_of(s, rc) != LIBSSH2_FX_FAILURE)
		return fault(s, rc, "write", e);
	memset(&there, 0, sizeof(there));
	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fstatvfs(h, &there);
	while (ssh_again(s->ssh, rc));
	if (rc == 0 && there.f_blocks > 0 && (there.f_bavail == 0 || there.f_favail == 0))
		return status_error(LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, "write", e);
	return status_error(LIBSSH2_FX_FAILURE, "write", e);
}

/* How far an upload is. */
struct sent {
	const struct transport *t;
	uint64_t at, size;
};

/* All n bytes acknowledged. libssh2 keeps what it has sent of them, so the same bytes are passed
 * again until their answers are there. */
static int write_all(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, const char *p, size_t n,
	const struct sent *x, struct err *e)
{
	uint64_t at = x->at;

	while (n > 0) {
		ssize_t sent = 0;

		ssh_begin(s->ssh);
		do {
			sent = libssh2_sftp_write(h, p, n);
			if (sent == 0) /* some is under way, nothing answered yet */
				sent = LIBSSH2_ERROR_EAGAIN;
		} while (ssh_again(s->ssh, sent));
		if (sent < 0)
			return write_fault(s, h, sent, e);
		p += sent;
		n -= (size_t)sent;
		at += (uint64_t)sent;
		transport_moved(x->t, at, x->size);
	}
	return 0;
}

static int write_file(const struct transport *t, struct sftp *s, LIBSSH2_SFTP_HANDLE *h, int fd,
	uint64_t size, struct err *e)
{
	struct sent x = {t, 0, size};
	char *chunk = mem_alloc(CHUNK);
	int rc = 0;

	while (rc == 0 && x.at < size) {
		const size_t want = size - x.at < CHUNK ? (size_t)(size - x.at) : (size_t)CHUNK;
		size_t got = 0;

		rc = fsx_pread(fd, chunk, want, x.at, &got, e);
		if (rc == 0 && got < want)
			rc = err_set(e, ERR_CORRUPT,
				"the file to send ends after %llu bytes, expected %llu",
				(unsigned long long)(x.at + got), (unsigned long long)size);
		if (rc == 0)
			rc = write_all(s, h, chunk, got, &x, e);
		x.at += got;
	}
	mem_free(chunk);
	return rc;
}

static int sync_file(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, struct err *e)
{
	long rc = 0;

	if (s->no_fsync)
		return 0;
	rc = do_fsync(s, h);
	if (status_of(s, rc) == LIBSSH2_FX_OP_UNSUPPORTED) {
		s->no_fsync = true;
		rc = 0;
	}
	return rc == 0 ? 0 : fault(s, rc, "fsync", e);
}

static int check_size(struct sftp *s, const struct buf *path, uint64_t size, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	const int there = look(s, path, &a, e);

	if (there == -1)
		return -1;
	if (there == 1 && a.flags & LIBSSH2_SFTP_ATTR_SIZE && a.filesize == size)
		return 0;
	if (there == 0)
		(void)err_set(e, ERR_REMOTE, "the file is gone after it was written");
	else
		(void)err_set(e, ERR_REMOTE, "%llu bytes arrived, expected %llu",
			(unsigned long long)a.filesize, (unsigned long long)size);
	return err_reason(e, "SIZE-DIFFERS");
}

static int send_to(const struct transport *t, struct sftp *s, const struct buf *path, int fd,
	uint64_t size, struct err *e)
{
	const unsigned long how = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC;
	long rc = 0;
	LIBSSH2_SFTP_HANDLE *h = do_open(s, buf_view(path), how, LIBSSH2_SFTP_OPENFILE, &rc);
	int result = -1;

	if (!h)
		return fault(s, rc, "open", e);
	result = write_file(t, s, h, fd, size, e);
	if (result == 0)
		result = sync_file(s, h, e);
	rc = do_close(s, h);
	if (rc != 0 && result == 0)
		result = fault(s, rc, "close", e);
	return result == 0 ? check_size(s, path, size, e) : -1;
}

static int upload(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e)
{
	struct sftp *s = live(t, e);
	struct buf path;
	int rc = -1;

	if (!s)
		return -1;
	rc = put_name(t, temp, &path, e);
	if (rc == 0)
		rc = send_to(t, s, &path, fd, size, e);
	buf_done(&path);
	if (rc == 0)
		return 0;
	if (e->code == ERR_ABSENT)
		(void)no_folder(t, t->endpoint->put, "put", e);
	return err_wrap(e, "upload of %s", temp);
}

/* The server refused the rename. Version 3 has no status for "it is there", so we look. */
static int rename_refused(struct sftp *s, const struct buf *to, unsigned long status, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	const int there = status == LIBSSH2_FX_FILE_ALREADY_EXISTS ? 1 : look(s, to, &a, e);

	if (there == -1)
		return -1;
	if (there == 1)
		return status_error(LIBSSH2_FX_FILE_ALREADY_EXISTS, "rename", e);
	return status_error(status, "rename", e);
}

static int rename_to(struct sftp *s, const struct buf *from, const struct buf *to, struct err *e)
{
	const struct str a = buf_view(from);
	const struct str b = buf_view(to);
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_rename_ex(s->link, a.p, (unsigned)a.n, b.p, (unsigned)b.n,
			LIBSSH2_SFTP_RENAME_ATOMIC);
	while (ssh_again(s->ssh, rc));
	if (rc == 0)
		return 0;
	const unsigned long status = status_of(s, rc);
	if (status != 0)
		return rename_refused(s, to, status, e);
	(void)fault(s, rc, "rename", e);
	e->code = ERR_DOUBT;
	return -1;
}

static int commit(struct transport *t, const char *temp, const char *final, struct err *e)
{
	struct sftp *s = live(t, e);
	struct buf from;
	struct buf to;
	int rc = -1;

	if (!s)
		return -1;
	rc = put_name(t, temp, &from, e);
	if (put_name(t, final, &to, e) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename_to(s, &from, &to, e);
	buf_done(&from);
	buf_done(&to);
	return rc == 0 ? 0 : err_wrap(e, "rename of %s to %s", temp, final);
}

/* ---- receiving ----------------------------------------------------------------------------- */

static int read_names(
	struct sftp *s, LIBSSH2_SFTP_HANDLE *h, struct transport_listing *found, struct err *e)
{
	char name[LIMIT_PATH];

	for (;;) {
		LIBSSH2_SFTP_ATTRIBUTES a = {0};
		struct transport_entry entry = {0};
		long rc = 0;

		ssh_begin(s->ssh);
		do
			rc = libssh2_sftp_readdir_ex(h, name, sizeof(name), NULL, 0, &a);
		while (ssh_again(s->ssh, rc));
		if (rc == 0)
			return 0;
		if (rc < 0)
			return fault(s, rc, "list", e);
		entry_of(&entry, &a);
		entry.name = (struct str){name, (size_t)rc};
		if (transport_listing_add(found, &entry, e) != 0)
			return -1;
	}
}

static int list(struct transport *t, int (*each)(void *ctx, const struct transport_entry *entry),
	void *ctx, uint32_t *skipped, struct err *e)
{
	struct sftp *s = live(t, e);
	const struct str folder = t->endpoint->get;
	struct transport_listing found = {0};
	LIBSSH2_SFTP_HANDLE *h = NULL;
	long rc = 0;
	int result = -1;

	if (!s)
		return -1;
	if (folder.n == 0)
		return err_set(e, ERR_CONFIG, "endpoint " STR_FMT ": it has no get folder",
			STR_ARG(t->endpoint->name));
	h = do_open(s, folder, 0, LIBSSH2_SFTP_OPENDIR, &rc);
	if (!h) {
		(void)fault(s, rc, "list", e);
		return e->code == ERR_ABSENT ? no_folder(t, folder, "get", e) : -1;
	}
	result = read_names(s, h, &found, e);
	rc = do_close(s, h);
	if (result == 0 && rc != 0 && status_of(s, rc) == 0)
		result = fault(s, rc, "list", e);
	if (result == 0) {
		transport_listing_give(&found, each, ctx);
		*skipped = found.skipped;
	}
	transport_listing_done(&found);
	return result;
}

/* Where bytes that are read go. */
struct sink {
	int fd;		    /* or -1: */
	struct hash_ctx *h; /* only their hash is wanted */
	uint64_t limit;
	uint64_t came;
};

static int drain(struct sink *to, const char *p, size_t n, struct err *e)
{
	to->came += n;
	if (to->came > to->limit)
		return err_set(e, ERR_LIMIT, "the file is larger than %llu bytes",
			(unsigned long long)to->limit);
	if (to->fd != -1)
		return fsx_write_all(to->fd, p, n, e);
	hash_add(to->h, p, n);
	return 0;
}

/* To the end of the file. */
static int read_file(const struct transport *t, struct sftp *s, LIBSSH2_SFTP_HANDLE *h,
	struct sink *to, struct err *e)
{
	char *chunk = mem_alloc(CHUNK);
	ssize_t got = 1;
	int rc = 0;

	while (rc == 0 && got > 0) {
		ssh_begin(s->ssh);
		do
			got = libssh2_sftp_read(h, chunk, CHUNK);
		while (ssh_again(s->ssh, got));
		if (got < 0) {
			rc = fault(s, got, "read", e);
			break;
		}
		rc = drain(to, chunk, (size_t)got, e);
		transport_moved(t, to->came, 0);
	}
	mem_free(chunk);
	return rc;
}

/* What the server says of an open file: 1 and *entry, 0 when it does not say, -1. */
static int look_open(
	struct sftp *s, LIBSSH2_SFTP_HANDLE *h, struct transport_entry *entry, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	const long rc = do_fstat(s, h, &a);

	if (rc != 0)
		return status_of(s, rc) != 0 ? 0 : fault(s, rc, "stat", e);
	entry_of(entry, &a);
	return a.flags & LIBSSH2_SFTP_ATTR_SIZE ? 1 : 0;
}

/* The file must be the same before and after, and as long as it says. */
static int read_same(const struct transport *t, struct sftp *s, LIBSSH2_SFTP_HANDLE *h,
	struct sink *to, struct err *e)
{
	struct transport_entry before = {0};
	struct transport_entry after = {0};
	const int told = look_open(s, h, &before, e);

	if (told == -1)
		return -1;
	if (told == 1 && !before.plain)
		return err_set(e, ERR_INPUT, "it is not a plain file");
	if (read_file(t, s, h, to, e) != 0)
		return -1;
	if (told == 0)
		return 0;
	const int again = look_open(s, h, &after, e);
	if (again == -1)
		return -1;
	if (before.size == to->came &&
		(again == 0 || (after.size == to->came && after.mtime == before.mtime)))
		return 0;
	(void)err_set(e, ERR_REMOTE, "the file changed while it was read: %llu bytes came of %llu",
		(unsigned long long)to->came, (unsigned long long)before.size);
	return err_reason(e, "FILE-CHANGING");
}

/* Opens the file, reads it to its end, closes it. */
static int read_path(
	struct transport *t, struct sftp *s, const struct buf *path, struct sink *to, struct err *e)
{
	long rc = 0;
	LIBSSH2_SFTP_HANDLE *h = do_open(
		s, buf_view(path), LIBSSH2_FXF_READ, LIBSSH2_SFTP_OPENFILE, &rc);
	const int result = h ? read_same(t, s, h, to, e) : fault(s, rc, "open", e);

	/* The bytes are complete by now; a close that fails says nothing about them, but one
	 * that got no answer leaves a connection that is of no more use. */
	if (h && do_close(s, h) != 0 && ssh_timed_out(s->ssh))
		ssh_cut(s->ssh);
	return result;
}

static int fetch(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e)
{
	struct sftp *s = live(t, e);
	struct sink to = {.fd = fd, .limit = LIMIT_ACK_FILE};
	struct buf path;
	int result = -1;

	if (!s)
		return -1;
	result = get_name(t, name, &path, e);
	if (result == 0)
		result = read_path(t, s, &path, &to, e);
	buf_done(&path);
	if (result != 0)
		return err_wrap(e, "fetch of %s", name);
	*size = to.came;
	return 0;
}

static int hash(
	struct transport *t, const char *name, uint64_t size, char sha[HASH_HEX], struct err *e)
{
	struct sftp *s = live(t, e);
	struct sink to = {.fd = -1, .limit = size};
	uint8_t digest[HASH_SIZE];
	struct buf path;
	int result = -1;

	if (!s)
		return -1;
	to.h = hash_new();
	result = put_name(t, name, &path, e);
	if (result == 0)
		result = read_path(t, s, &path, &to, e);
	if (result == 0 && to.came != size)
		result = err_set(e, ERR_LIMIT, "its size changed while it was read");
	if (result == -1 && e->code == ERR_LIMIT)
		e->code = ERR_REMOTE;
	hash_end(to.h, digest);
	hash_hex(digest, sha);
	hash_free(to.h);
	buf_done(&path);
	return result == 0 ? 0 : err_wrap(e, "reading back %s", name);
}

static int remove_file(struct transport *t, const char *name, struct err *e)
{
	struct sftp *s = live(t, e);
	struct buf path;
	long rc = 0;
	int result = -1;

	if (!s)
		return -1;
	result = get_name(t, name, &path, e);
	if (result == 0) {
		const struct str p = buf_view(&path);

		ssh_begin(s->ssh);
		do
			rc = libssh2_sftp_unlink_ex(s->link, p.p, (unsigned)p.n);
		while (ssh_again(s->ssh, rc));
		if (rc != 0 && fault(s, rc, "remove", e) != 0)
			result = e->code == ERR_ABSENT ? 0 : -1;
	}
	buf_done(&path);
	return result == 0 ? 0 : err_wrap(e, "remove of %s", name);
}

const struct transport_ops sftp_ops = {
	.name = "sftp",
	.network = true,
	.prepare = prepare,
	.open = open_sftp,
	.stat = stat_file,
	.upload = upload,
	.commit = commit,
	.list = list,
	.fetch = fetch,
	.hash = hash,
	.remove = remove_file,
	.close = close_sftp,
	.done = done,
};
