/*
 * The SFTP channel (version 3, draft-ietf-secsh-filexfer-02) over one SSH connection: opening and
 * closing it, names, and what lies in the put folder. Sending and receiving have their files.
 */
#include "transport/sftp.h"

#include "base/limits.h"
#include "base/mem.h"
#include "transport/sftp_state.h"
#include "transport/ssh.h"

int sftp_no_folder(struct transport *t, struct str folder, const char *which, struct err *e)
{
	(void)err_set(e, ERR_REMOTE,
		"endpoint " STR_FMT ": the %s folder " STR_FMT
		" is not there; make it, or ask the partner for its name",
		STR_ARG(t->endpoint->name), which, STR_ARG(folder));
	return err_reason(e, "REMOTE-NO-FOLDER");
}

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

int sftp_put_name(struct transport *t, const char *name, struct buf *path, struct err *e)
{
	return join(t, t->endpoint->put, "put", name, path, e);
}

int sftp_get_name(struct transport *t, const char *name, struct buf *path, struct err *e)
{
	return join(t, t->endpoint->get, "get", name, path, e);
}

struct sftp *sftp_live(struct transport *t, struct err *e)
{
	struct sftp *s = t->self;

	if (s && s->link && !ssh_lost(s->ssh))
		return s;
	(void)err_set(e, ERR_NET, "endpoint " STR_FMT ": the connection is closed",
		STR_ARG(t->endpoint->name));
	(void)err_reason(e, "CONNECTION-LOST");
	return NULL;
}

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
	if (rc == 0) {
		ssh_watch(s->ssh, libssh2_sftp_get_channel(s->link));
		return 0;
	}
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

/* A file that is absent because its folder is absent is a fault of the endpoint. Servers that do
 * not let us look at the folder are believed. */
static int check_put_folder(struct transport *t, struct sftp *s, struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	long rc = 0;

	if (s->put_seen)
		return 0;
	rc = sftp_request_stat(s, t->endpoint->put, &a);
	const unsigned long status = sftp_request_status(s, rc);
	if (status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH)
		return sftp_no_folder(t, t->endpoint->put, "put", e);
	if (rc != 0 && status == 0)
		return sftp_request_fault(s, rc, "stat of the put folder", e);
	s->put_seen = true;
	return 0;
}

void sftp_entry(struct transport_entry *entry, const LIBSSH2_SFTP_ATTRIBUTES *a)
{
	/* Without a mode nobody says what it is; fetch looks again. */
	entry->plain = !(a->flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) ||
		LIBSSH2_SFTP_S_ISREG(a->permissions);
	entry->size = a->flags & LIBSSH2_SFTP_ATTR_SIZE ? a->filesize : 0;
	entry->mtime = a->flags & LIBSSH2_SFTP_ATTR_ACMODTIME ? (int64_t)a->mtime : 0;
}

static int stat_file(
	struct transport *t, const char *name, struct transport_entry *entry, struct err *e)
{
	struct sftp *s = sftp_live(t, e);
	LIBSSH2_SFTP_ATTRIBUTES a = {0};
	struct buf path;
	int rc = -1;

	if (!s)
		return -1;
	rc = sftp_put_name(t, name, &path, e);
	if (rc == 0)
		rc = sftp_request_look(s, &path, &a, e);
	if (rc == 1) {
		sftp_entry(entry, &a);
		entry->name = str_c(name);
	} else if (rc == 0) {
		rc = check_put_folder(t, s, e);
	}
	buf_done(&path);
	return rc == -1 ? err_wrap(e, "stat of %s", name) : rc;
}

const struct transport_ops sftp_ops = {
	.name = "sftp",
	.network = true,
	.prepare = prepare,
	.open = open_sftp,
	.stat = stat_file,
	.upload = sftp_send_upload,
	.commit = sftp_send_commit,
	.list = sftp_receive_list,
	.fetch = sftp_receive_fetch,
	.hash = sftp_receive_hash,
	.remove = sftp_receive_remove,
	.close = close_sftp,
	.done = done,
};
