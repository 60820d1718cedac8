/* Inside of sftp: one open channel, names, and requests. Other files use sftp.h. */
#ifndef TRANSPORT_SFTP_STATE_H
#define TRANSPORT_SFTP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "base/buf.h"
#include "transport/transport.h"

enum { SFTP_CHUNK = 256 << 10 }; /* bytes that may be under way at once */

struct sftp {
	struct ssh *ssh;
	LIBSSH2_SFTP *link;
	bool put_seen; /* the put folder was there in this session */
	bool no_fsync; /* the server has no fsync@openssh.com */
};

/* The open connection, or NULL and *e. */
struct sftp *sftp_live(struct transport *t, struct err *e);
/* FOLDER/NAME of the put or the get folder, in path, which the caller frees with buf_done whatever
 * comes back. ERR_CONFIG when the endpoint has no such folder. */
int sftp_put_name(struct transport *t, const char *name, struct buf *path, struct err *e)
	ATTR_CHECK;
int sftp_get_name(struct transport *t, const char *name, struct buf *path, struct err *e)
	ATTR_CHECK;
/* The fault that the folder ("put" or "get") is not there; -1. */
int sftp_no_folder(struct transport *t, struct str folder, const char *which, struct err *e)
	ATTR_CHECK;
/* All but the name of *entry. */
void sftp_entry(struct transport_entry *entry, const LIBSSH2_SFTP_ATTRIBUTES *a);

/* Requests give what libssh2 gives: 0, or an error for sftp_request_fault. Links are not followed. */
long sftp_request_stat(struct sftp *s, struct str path, LIBSSH2_SFTP_ATTRIBUTES *a);
long sftp_request_fstat(struct sftp *s, LIBSSH2_SFTP_HANDLE *h, LIBSSH2_SFTP_ATTRIBUTES *a);
long sftp_request_fsync(struct sftp *s, LIBSSH2_SFTP_HANDLE *h);
/* A file or folder (type, flags as libssh2 has them), or NULL and *rc. */
LIBSSH2_SFTP_HANDLE *sftp_request_open(
	struct sftp *s, struct str path, unsigned long flags, int type, long *rc);
/* Frees h, but for one of a connection that was cut: its memory goes with that. */
long sftp_request_close(struct sftp *s, LIBSSH2_SFTP_HANDLE *h);
/* 1 there and *a, 0 absent, -1. */
int sftp_request_look(struct sftp *s, const struct buf *path, LIBSSH2_SFTP_ATTRIBUTES *a,
	struct err *e) ATTR_CHECK;

/* The status (LIBSSH2_FX_...) the server answered with, or 0 when rc is no such answer. */
unsigned long sftp_request_status(const struct sftp *s, long rc);
/* A request gave rc: the error of the server, or of the connection, which is cut then; -1. */
int sftp_request_fault(struct sftp *s, long rc, const char *what, struct err *e) ATTR_CHECK;
/* The error of a status; -1. */
int sftp_request_error(unsigned long status, const char *what, struct err *e) ATTR_CHECK;

/* Operations of the channel; see struct transport_ops. */
int sftp_send_upload(struct transport *t, int fd, uint64_t size, const char *temp, struct err *e)
	ATTR_CHECK;
int sftp_send_commit(struct transport *t, const char *temp, const char *final, struct err *e)
	ATTR_CHECK;
int sftp_receive_list(struct transport *t,
	int (*each)(void *ctx, const struct transport_entry *entry), void *ctx, uint32_t *skipped,
	struct err *e) ATTR_CHECK;
int sftp_receive_fetch(struct transport *t, const char *name, int fd, uint64_t *size, struct err *e)
	ATTR_CHECK;
int sftp_receive_hash(struct transport *t, const char *name, uint64_t size, char sha[HASH_HEX],
	struct err *e) ATTR_CHECK;
int sftp_receive_remove(struct transport *t, const char *name, struct err *e) ATTR_CHECK;

#endif
