/*
 * Requests to the server, each waited for within the endpoint's idle timeout, and what its answers
 * mean. A status counts only where libssh2 says that there is one (-31); everything else means that
 * the connection cannot be trusted any more, so it is cut.
 */
#include "transport/sftp_state.h"

#include "transport/ssh.h"

enum { FILE_MODE = 0644 }; /* libssh2 always sends one; the server's umask takes away from it */

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

int sftp_request_error(unsigned long status, const char *what, struct err *e)
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

/* libssh2 has one code for an answer that is a status and for one that cannot be read, and gives the status of
 * an earlier answer with the latter; only its texts differ. */
static bool was_read(const struct sftp *s)
{
	static const struct str unread[] = {STR_INIT("aiting for"), STR_INIT("Out of sync"),
		STR_INIT("oo short"), STR_INIT("oo small"), STR_INIT("oo big"),
		STR_INIT("short response"), STR_INIT("badness")};
	char *text = NULL;
	struct str said;

	if (!ssh_session(s->ssh))
		return false;
	(void)libssh2_session_last_error(ssh_session(s->ssh), &text, NULL, 0);
	said = str_c(text);
	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		if (str_find(said, unread[i], 0) != SIZE_MAX)
			return false;
	return true;
}

unsigned long sftp_request_status(const struct sftp *s, long rc)
{
	if (rc != LIBSSH2_ERROR_SFTP_PROTOCOL || !s->link || !was_read(s))
		return 0;
	return libssh2_sftp_last_error(s->link);
}

int sftp_request_fault(struct sftp *s, long rc, const char *what, struct err *e)
{
	const unsigned long status = sftp_request_status(s, rc);

	if (status != 0)
		return sftp_request_error(status, what, e);
	if (rc != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return ssh_fault(s->ssh, rc, what, e);
	ssh_cut(s->ssh);
	(void)err_set(e, ERR_NET, "%s: the server's answer makes no sense", what);
	return err_reason(e, "PROTOCOL-ERROR");
}

long sftp_request_stat(struct sftp *s, struct str path, LIBSSH2_SFTP_ATTRIBUTES *a)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_stat_ex(s->link, path.p, (unsigned)path.n, LIBSSH2_SFTP_LSTAT, a);
	while (ssh_again(s->ssh, rc));
	return rc;
}

long sftp_request_fstat(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, LIBSSH2_SFTP_ATTRIBUTES *a)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fstat_ex(h, a, 0);
	while (ssh_again(s->ssh, rc));
	return rc;
}

LIBSSH2_SFTP_HANDLE *sftp_request_open(
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

long sftp_request_close(struct sftp *s, LIBSSH2_SFTP_HANDLE *h)
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

long sftp_request_fsync(struct sftp *s, LIBSSH2_SFTP_HANDLE *h)
{
	long rc = 0;

	ssh_begin(s->ssh);
	do
		rc = libssh2_sftp_fsync(h);
	while (ssh_again(s->ssh, rc));
	return rc;
}

int sftp_request_look(
	struct sftp *s, const struct buf *path, LIBSSH2_SFTP_ATTRIBUTES *a, struct err *e)
{
	const long rc = sftp_request_stat(s, buf_view(path), a);
	const unsigned long status = sftp_request_status(s, rc);

	if (rc == 0)
		return 1;
	if (status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH)
		return 0;
	return sftp_request_fault(s, rc, "stat", e);
}
