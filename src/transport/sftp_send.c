/*
 * A file on its way out: written under a temporary name, fsynced where the server can, closed, its size
 * compared, then renamed. Renames of version 3 never replace; posix-rename, which does, is not used.
 */
#include "transport/sftp_state.h"

#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "transport/ssh.h"

/* OpenSSH calls a full disk a failure like any other; what is free there tells. */
static int write_fault(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, long rc, struct err *e)
{
	LIBSSH2_SFTP_STATVFS there;

	if (sftp_request_status(s, rc) != LIBSSH2_FX_FAILURE)
		return sftp_request_fault(s, rc, "write", e);
	memset(&there, 0, sizeof(there));
	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fstatvfs(h, &there);
	while (ssh_again(s->ssh, rc));
	if (rc == 0 && there.f_blocks > 0 && (there.f_bavail == 0 || there.f_favail == 0))
		return sftp_request_error(LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, "write", e);
	return sftp_request_error(LIBSSH2_FX_FAILURE, "write", e);
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
	char *chunk = mem_alloc(SFTP_CHUNK);
	int rc = 0;

	while (rc == 0 && x.at < size) {
		const size_t want = size - x.at < SFTP_CHUNK ? (size_t)(size - x.at)
							     : (size_t)SFTP_CHUNK;
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
	rc = sftp_request_fsync(s, h);
	if (sftp_request_status(s, rc) == LIBSSH2_FX_OP_UNSUPPORTED) {
		s->no_fsync = true;
		rc = 0;
	}
	return rc == 0 ? 0 : sftp_request_fault(s, rc, "fsync", e);
}

static int check_size(struct sftp *s, const struct buf *path, uint64_t size, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	const int there = sftp_request_look(s, path, &a, e);

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

static int send_to(struct transport *t, struct sftp *s, const struct buf *path, int fd,
	uint64_t size, struct err *e)
{
	const unsigned long how = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC;
	long rc = 0;
	LIBSSH2_SFTP_HANDLE *h = sftp_request_open(
		s, buf_view(path), how, LIBSSH2_SFTP_OPENFILE, &rc);
	int result = -1;

	if (!h)
		return sftp_request_fault(s, rc, "open", e);
	result = write_file(t, s, h, fd, size, e);
	if (result == 0)
		result = sync_file(s, h, e);
	t->unsynced = s->no_fsync;
	rc = sftp_request_close(s, h);
	if (rc != 0 && result == 0)
		result = sftp_request_fault(s, rc, "close", e);
	return result == 0 ? check_size(s, path, size, e) : -1;
}

int sftp_send_upload(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	struct buf path;
	int rc = -1;

	if (!s)
		return -1;
	rc = sftp_put_name(t, temp, &path, e);
	if (rc == 0)
		rc = send_to(t, s, &path, fd, size, e);
	buf_done(&path);
	if (rc == -1 && e->code == ERR_ABSENT)
		rc = sftp_no_folder(t, t->endpoint->put, "put", e);
	return rc == 0 ? 0 : err_wrap(e, "upload of %s", temp);
}

/* The server refused the rename. Version 3 has no status for "it is there", so we look; and a file that has lost its
 * old name was renamed, whatever the server says. */
static int rename_refused(struct sftp *s, const struct buf *from, const struct buf *to,
	unsigned long status, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	const int there = status == LIBSSH2_FX_FILE_ALREADY_EXISTS
		? 1
		: sftp_request_look(s, to, &a, e);

	if (there == -1)
		return -1;
	if (there == 0)
		return sftp_request_error(status, "rename", e);
	const int left = sftp_request_look(s, from, &a, e);
	if (left != 0)
		return left == -1 ? -1
				  : sftp_request_error(LIBSSH2_FX_FILE_ALREADY_EXISTS, "rename", e);
	(void)err_set(e, ERR_DOUBT,
		"rename: the server answered with failure (status %lu), and yet the old name is gone",
		status);
	return err_reason(e, "REMOTE-FAILURE");
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
	const unsigned long status = sftp_request_status(s, rc);
	if (status != 0)
		return rename_refused(s, from, to, status, e);
	const int failed = sftp_request_fault(s, rc, "rename", e);
	e->code = ERR_DOUBT;
	return failed;
}

int sftp_send_commit(struct transport *t, const char *temp, const char *final, struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	struct buf from;
	struct buf to;
	int rc = -1;

	if (!s)
		return -1;
	rc = sftp_put_name(t, temp, &from, e);
	if (sftp_put_name(t, final, &to, e) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename_to(s, &from, &to, e);
	buf_done(&from);
	buf_done(&to);
	return rc == 0 ? 0 : err_wrap(e, "rename of %s to %s", temp, final);
}
