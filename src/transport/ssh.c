/*
 * One SSH connection; see ssh.h. Host keys are pinned by the SHA-256 of the key (RFC 4253, printed
 * as ssh-keygen does); there is no trust on first use. A pin does not tell its kind of key, so the
 * kinds are asked for one after the other, a new connection each, until the server shows a pinned
 * key or has no other. Only algorithms of today are offered.
 */
#include "transport/ssh.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "transport/ssh_state.h"

enum {
	CONNECT_SECONDS = 15,
	HANDSHAKE_SECONDS = 30,
	IDLE_SECONDS = 60,
	GOODBYE_MS = 1000,
	TURNS_MAX = 10000,
	SEEN_MAX = 400
};

/* The kinds of host keys that libssh2 1.10 can verify without SHA-1, best first. */
static const char *const kinds[] = {
	"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct {
	int method;
	const char *names;
} offered[] = {
	{LIBSSH2_METHOD_KEX,
		"curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
		"ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,"
		"diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"
		"diffie-hellman-group-exchange-sha256"},
	{LIBSSH2_METHOD_CRYPT_CS, "aes128-ctr,aes256-ctr,aes192-ctr"},
	{LIBSSH2_METHOD_CRYPT_SC, "aes128-ctr,aes256-ctr,aes192-ctr"},
	{LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512"},
	{LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512"},
	{LIBSSH2_METHOD_COMP_CS, "none"},
	{LIBSSH2_METHOD_COMP_SC, "none"},
};

struct ssh *ssh_new(
	const struct config_endpoint *ep, const struct cred *cred, const struct clock *clock)
{
	struct ssh *s = mem_alloc(sizeof(*s));

	s->ep = ep;
	s->cred = cred;
	s->clock = clock;
	s->fd = -1;
	return s;
}

void ssh_free(struct ssh *s)
{
	if (!s)
		return;
	ssh_close(s);
	mem_free(s);
}

int ssh_resolve(struct ssh *s, struct err *e)
{
	return dial_resolve(&s->to, s->ep->host, s->ep->port ? s->ep->port : 22, e);
}

struct _LIBSSH2_SESSION *ssh_session(const struct ssh *s)
{
	return s->lost ? NULL : s->session;
}

/* ---- time ---------------------------------------------------------------------------------- */

static void allow(struct ssh *s, int64_t ms)
{
	s->allowed = ms;
	s->deadline = clock_ms(s->clock) + ms;
	s->timed_out = false;
}

static int64_t idle_ms(const struct ssh *s)
{
	return 1000 * (int64_t)(s->ep->idle_timeout ? s->ep->idle_timeout : IDLE_SECONDS);
}

static int64_t connect_ms(const struct ssh *s)
{
	return 1000 * (int64_t)(s->ep->connect_timeout ? s->ep->connect_timeout : CONNECT_SECONDS);
}

/* An endpoint that may connect slowly may also be slow with its banner and keys. */
static int64_t handshake_ms(const struct ssh *s)
{
	return s->ep->connect_timeout ? 2 * connect_ms(s) : 1000 * (int64_t)HANDSHAKE_SECONDS;
}

void ssh_begin(struct ssh *s)
{
	allow(s, idle_ms(s));
}

/* True when the socket is ready for what libssh2 waits for. */
static bool wait_ready(struct ssh *s)
{
	const int want = libssh2_session_block_directions(s->session);
	struct pollfd p = {.fd = s->fd, .events = 0};

	if (want & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		p.events |= POLLOUT;
	if (want & LIBSSH2_SESSION_BLOCK_INBOUND || want == 0)
		p.events |= POLLIN;
	for (;;) {
		int64_t left = s->deadline - clock_ms(s->clock);

		if (left <= 0)
			break;
		if (left > 1000)
			left = 1000;
		const int n = poll(&p, 1, (int)left);
		if (n > 0)
			return true;
		if (n == -1 && errno != EINTR)
			return false;
	}
	s->timed_out = true;
	return false;
}

bool ssh_again(struct ssh *s, long rc)
{
	s->turns = 0;
	if (rc != LIBSSH2_ERROR_EAGAIN || (s->channel && libssh2_channel_eof(s->channel) == 1))
		return false;
	return wait_ready(s);
}

void ssh_watch(struct ssh *s, struct _LIBSSH2_CHANNEL *channel)
{
	s->channel = channel;
}

/* What libssh2 reads with. It turns in a circle on a packet that ends half way with its channel, and as
 * long as packets come that it passes over; here is where both end. */
static LIBSSH2_RECV_FUNC(take_bytes)
{
	struct ssh *s = *abstract;
	ssize_t n = -1;

	if (clock_ms(s->clock) > s->deadline)
		s->timed_out = true;
	if (s->timed_out || s->turns > TURNS_MAX)
		return -ECONNABORTED;
	n = recv(socket, buffer, length, flags);
	if (n != -1)
		return n;
	s->turns++;
	return errno == EINTR ? -EAGAIN : -errno;
}

bool ssh_timed_out(const struct ssh *s)
{
	return s->timed_out;
}

void ssh_cut(struct ssh *s)
{
	s->lost = true;
	if (s->fd != -1)
		(void)shutdown(s->fd, SHUT_RDWR);
}

bool ssh_lost(const struct ssh *s)
{
	return s->lost || !s->session;
}

/* What libssh2 says of packets that make no sense. Our allocator never fails: ALLOC is a size that cannot be. */
static bool against_protocol(long rc)
{
	static const int codes[] = {LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_SFTP_PROTOCOL,
		LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_BUFFER_TOO_SMALL, LIBSSH2_ERROR_OUT_OF_BOUNDARY,
		LIBSSH2_ERROR_CHANNEL_OUTOFORDER, LIBSSH2_ERROR_CHANNEL_UNKNOWN,
		LIBSSH2_ERROR_CHANNEL_WINDOW_EXCEEDED, LIBSSH2_ERROR_CHANNEL_PACKET_EXCEEDED,
		LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_HOSTKEY_INIT,
		LIBSSH2_ERROR_HOSTKEY_SIGN};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (rc == codes[i])
			return true;
	return false;
}

int ssh_fault(struct ssh *s, long rc, const char *what, struct err *e)
{
	const bool late = s->timed_out || rc == LIBSSH2_ERROR_TIMEOUT;

	ssh_cut(s);
	if (late) {
		(void)err_set(e, ERR_NET, "%s: no answer within %lld seconds", what,
			(long long)(s->allowed / 1000));
		return err_reason(e, "REMOTE-TIMEOUT");
	}
	if (against_protocol(rc)) {
		(void)err_set(e, ERR_NET, "%s: the server's answer makes no sense (libssh2 %ld)",
			what, rc);
		return err_reason(e, "PROTOCOL-ERROR");
	}
	(void)err_set(e, ERR_NET, "%s: the connection was lost (libssh2 %ld)", what, rc);
	return err_reason(e, "CONNECTION-LOST");
}

/* ---- connection and host key --------------------------------------------------------------- */

/* The kinds not yet ruled out, as libssh2 takes them. */
static void wanted_kinds(const bool used[KINDS], char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < KINDS; i++) {
		if (!used[i])
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "," : "", kinds[i]);
	}
}

static int set_methods(struct ssh *s, const bool used[KINDS], struct err *e)
{
	char wanted[120];
	int rc = 0;

	wanted_kinds(used, wanted, sizeof(wanted));
	rc = libssh2_session_method_pref(s->session, LIBSSH2_METHOD_HOSTKEY, wanted);
	for (size_t i = 0; rc == 0 && i < sizeof(offered) / sizeof(offered[0]); i++)
		rc = libssh2_session_method_pref(s->session, offered[i].method, offered[i].names);
	return rc == 0
		? 0
		: err_set(e, ERR_CONFIG, "this libssh2 (%s) lacks algorithms that are needed: %d",
			  libssh2_version(0), rc);
}

static int no_common(struct err *e)
{
	(void)err_set(e, ERR_AUTH,
		"the server and libssh2 %s have no algorithm in common: it has no RSA host keys with "
		"SHA-2, no AES-GCM, no ChaCha20, no encrypt-then-MAC; the server needs an ed25519 or "
		"ecdsa host key, aes128-ctr or aes256-ctr, and hmac-sha2-256 or hmac-sha2-512",
		libssh2_version(0));
	return err_reason(e, "NO-COMMON-ALGORITHM");
}

static int handshake(struct ssh *s, const bool used[KINDS], struct err *e)
{
	long rc = 0;

	s->lost = false;
	s->timed_out = false;
	if (dial_connect(&s->to, s->clock, connect_ms(s), &s->fd, e) != 0)
		return -1;
	s->session = libssh2_session_init_ex(
		ssh_memory_take, ssh_memory_give_back, ssh_memory_resize, s);
	BUG_IF(!s->session);
	libssh2_session_set_blocking(s->session, 0);
	(void)libssh2_session_callback_set(
		s->session, LIBSSH2_CALLBACK_RECV, (void *)(uintptr_t)take_bytes);
	if (set_methods(s, used, e) != 0)
		return -1;
	allow(s, handshake_ms(s));
	do
		rc = libssh2_session_handshake(s->session, s->fd);
	while (ssh_again(s, rc));
	if (rc == 0)
		return 0;
	if (rc == LIBSSH2_ERROR_KEX_FAILURE || rc == LIBSSH2_ERROR_METHOD_NONE) {
		ssh_cut(s);
		return no_common(e);
	}
	return ssh_fault(s, rc, "handshake", e);
}

static bool pinned(const struct ssh *s)
{
	for (size_t i = 0; i < s->ep->nhost_keys; i++) {
		if (sshkey_is(s->ep->host_keys[i], s->print))
			return true;
	}
	return false;
}

/* The key the server showed: 1 pinned, 0 not, -1. Its kind is put away in used and in seen. */
static int look_at_key(struct ssh *s, bool used[KINDS], struct buf *seen, struct err *e)
{
	const char *hash = libssh2_hostkey_hash(s->session, LIBSSH2_HOSTKEY_HASH_SHA256);
	const char *kind = libssh2_session_methods(s->session, LIBSSH2_METHOD_HOSTKEY);
	uint8_t bytes[32];
	bool known = false;

	if (!hash || !kind)
		return ssh_fault(s, LIBSSH2_ERROR_PROTO, "host key", e);
	memcpy(bytes, hash, sizeof(bytes));
	sshkey_print(bytes, s->print);
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kind, kinds[i]) == 0) {
			used[i] = true;
			known = true;
		}
	}
	BUG_IF(!known);
	buf_printf(seen, "%s%s %s", seen->n ? ", " : "", s->print, kind);
	return pinned(s);
}

static int unknown_key(struct buf *seen, struct err *e)
{
	(void)err_set(e, ERR_AUTH,
		"the endpoint has no host key to check the server by. The server showed %s. Ask the "
		"partner, by another way than this network, whether that is right; then put it into "
		"<host-key> of the endpoint. Nothing was sent",
		buf_cstr(seen));
	return err_reason(e, "HOST-KEY-UNKNOWN");
}

static int changed_key(const struct ssh *s, struct buf *seen, struct err *e)
{
	(void)err_set(e, ERR_AUTH,
		"the server showed %s, which is not the host key of the endpoint (" STR_FMT
		"%s). Either the partner changed it, or somebody else answers. Ask the partner before "
		"you change the endpoint. Nothing was sent",
		buf_cstr(seen), STR_ARG(s->ep->host_keys[0]),
		s->ep->nhost_keys > 1 ? " and others" : "");
	return err_reason(e, "HOST-KEY-CHANGED");
}

/* Connects until the server shows a pinned key, a kind of key after the other. */
static int connect_known(struct ssh *s, struct buf *seen, struct err *e)
{
	bool used[KINDS] = {false};

	for (size_t i = 0; i < KINDS; i++) {
		if (handshake(s, used, e) != 0)
			return i > 0 && e->code == ERR_AUTH ? changed_key(s, seen, e) : -1;
		const int known = look_at_key(s, used, seen, e);
		if (known != 0)
			return known == 1 ? 0 : -1;
		if (s->ep->nhost_keys == 0)
			return unknown_key(seen, e);
		ssh_close(s);
	}
	return changed_key(s, seen, e);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void describe(const struct ssh *s, char *peer, size_t size)
{
	const char *banner = libssh2_session_banner_get(s->session);
	const char *kind = libssh2_session_methods(s->session, LIBSSH2_METHOD_HOSTKEY);
	const char *cipher = libssh2_session_methods(s->session, LIBSSH2_METHOD_CRYPT_CS);
	struct str said = str_c(banner);
	struct buf shown;

	if (str_starts(said, STR("SSH-2.0-")))
		said = str_from(said, 8);
	buf_init(&shown, 100);
	utf8_quote(&shown, said, 60);
	(void)snprintf(peer, size, "%s, %s %s, %s", buf_cstr(&shown), kind ? kind : "", s->print,
		cipher ? cipher : "");
	buf_done(&shown);
}

int ssh_open(struct ssh *s, char *peer, size_t size, struct err *e)
{
	struct buf seen;
	int rc = -1;

	buf_init(&seen, SEEN_MAX);
	rc = connect_known(s, &seen, e);
	buf_done(&seen);
	if (rc == 0)
		rc = ssh_login_user(s, e);
	if (rc == 0)
		describe(s, peer, size);
	else
		ssh_close(s);
	return rc;
}

void ssh_close(struct ssh *s)
{
	long rc = 0;

	s->channel = NULL; /* the session has it */
	if (s->session) {
		allow(s, GOODBYE_MS);
		if (!s->lost) {
			do
				rc = libssh2_session_disconnect(s->session, "done");
			while (ssh_again(s, rc));
			ssh_cut(s);
		}
		/* The socket is shut, so nothing waits; once more for each step that libssh2 ends. */
		for (int i = 0; i < 8; i++) {
			if (libssh2_session_free(s->session) != LIBSSH2_ERROR_EAGAIN)
				break;
		}
		s->session = NULL;
		ssh_memory_free_all(s);
	}
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
	s->lost = false;
}
