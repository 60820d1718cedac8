/* Files on their way in: listed, read and compared with what the server says, removed. */
#include "transport/sftp_state.h"

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "transport/ssh.h"

/* name takes whatever fits into a packet: a name that is too long for us is left out, the others are not. */
static int read_names(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, char *name,
	struct transport_listing *found, struct err *e)
{
	for (;;) {
		LIBSSH2_SFTP_ATTRIBUTES a = {0};
		struct transport_entry entry = {0};
		long rc = 0;

		ssh_begin(s->ssh);
		do
			rc = libssh2_sftp_readdir_ex(h, name, SFTP_CHUNK, NULL, 0, &a);
		while (ssh_again(s->ssh, rc));
		if (rc == 0)
			return 0;
		if (rc < 0)
			return sftp_request_fault(s, rc, "list", e);
		sftp_entry(&entry, &a);
		entry.name = (struct str){name, (size_t)rc};
		if (transport_listing_add(found, &entry, e) != 0)
			return -1;
	}
}

int sftp_receive_list(struct transport *t,
	int (*each)(void *ctx, const struct transport_entry *entry), void *ctx, uint32_t *skipped,
	struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	const struct str folder = t->endpoint->get;
	struct transport_listing found = {0};
	LIBSSH2_SFTP_HANDLE *h = NULL;
	char *name = NULL;
	long rc = 0;
	int result = -1;

	if (!s)
		return -1;
	if (folder.n == 0)
		return err_set(e, ERR_CONFIG, "endpoint " STR_FMT ": it has no get folder",
			STR_ARG(t->endpoint->name));
	h = sftp_request_open(s, folder, 0, LIBSSH2_SFTP_OPENDIR, &rc);
	if (!h) {
		result = sftp_request_fault(s, rc, "list", e);
		return e->code == ERR_ABSENT ? sftp_no_folder(t, folder, "get", e) : result;
	}
	name = mem_alloc(SFTP_CHUNK);
	result = read_names(s, h, name, &found, e);
	mem_free(name);
	rc = sftp_request_close(s, h);
	if (result == 0 && rc != 0 && sftp_request_status(s, rc) == 0)
		result = sftp_request_fault(s, rc, "list", e);
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
	if (to->came > to->limit) {
		(void)err_set(e, ERR_LIMIT, "the file is larger than %llu bytes",
			(unsigned long long)to->limit);
		return err_reason(e, "TOO-BIG");
	}
	if (to->fd != -1)
		return fsx_write_all(to->fd, p, n, e);
	hash_add(to->h, p, n);
	return 0;
}

/* To the end of the file. */
static int read_file(const struct transport *t, struct sftp *s, LIBSSH2_SFTP_HANDLE *h,
	struct sink *to, struct err *e)
{
	char *chunk = mem_alloc(SFTP_CHUNK);
	ssize_t got = 1;
	int rc = 0;

	while (rc == 0 && got > 0) {
		ssh_begin(s->ssh);
		do
			got = libssh2_sftp_read(h, chunk, SFTP_CHUNK);
		while (ssh_again(s->ssh, got));
		if (got < 0) {
			rc = sftp_request_fault(s, got, "read", e);
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
	const long rc = sftp_request_fstat(s, h, &a);

	if (rc != 0)
		return sftp_request_status(s, rc) != 0 ? 0 : sftp_request_fault(s, rc, "stat", e);
	sftp_entry(entry, &a);
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
	if (told == 1 && !before.plain) {
		(void)err_set(e, ERR_INPUT, "it is not a plain file");
		return err_reason(e, "SPECIAL-FILE");
	}
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
	LIBSSH2_SFTP_HANDLE *h = sftp_request_open(
		s, buf_view(path), LIBSSH2_FXF_READ, LIBSSH2_SFTP_OPENFILE, &rc);
	const int result = h ? read_same(t, s, h, to, e) : sftp_request_fault(s, rc, "open", e);

	/* The bytes are complete by now; a close that fails says nothing about them, but one
	 * that got no answer leaves a connection that is of no more use. */
	if (h && sftp_request_close(s, h) != 0 && ssh_timed_out(s->ssh))
		ssh_cut(s->ssh);
	return result;
}

int sftp_receive_fetch(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	struct sink to = {.fd = fd, .limit = LIMIT_ACK_FILE};
	struct buf path;
	int result = -1;

	if (!s)
		return -1;
	result = sftp_get_name(t, name, &path, e);
	if (result == 0)
		result = read_path(t, s, &path, &to, e);
	buf_done(&path);
	if (result != 0)
		return err_wrap(e, "fetch of %s", name);
	*size = to.came;
	return 0;
}

int sftp_receive_hash(
	struct transport *t, const char *name, uint64_t size, char sha[HASH_HEX], struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	struct sink to = {.fd = -1, .limit = size};
	uint8_t digest[HASH_SIZE];
	struct buf path;
	int result = -1;

	if (!s)
		return -1;
	to.h = hash_new();
	result = sftp_put_name(t, name, &path, e);
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

int sftp_receive_remove(struct transport *t, const char *name, struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	struct buf path;
	long rc = 0;
	int result = -1;

	if (!s)
		return -1;
	result = sftp_get_name(t, name, &path, e);
	if (result == 0) {
		const struct str p = buf_view(&path);

		ssh_begin(s->ssh);
		do
			rc = libssh2_sftp_unlink_ex(s->link, p.p, (unsigned)p.n);
		while (ssh_again(s->ssh, rc));
		if (rc != 0) {
			result = sftp_request_fault(s, rc, "remove", e);
			if (e->code == ERR_ABSENT)
				result = 0;
		}
	}
	buf_done(&path);
	return result == 0 ? 0 : err_wrap(e, "remove of %s", name);
}
