/* Who is let in by a real sshd, and what is said when a server is wrong, silent or not there. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "unit/support/sftp_server.h"

struct login {
	const char *name;
	const char *key;
	int pin; /* 0 ed25519, 1 ecdsa, -1 another's, -2 none, 2 two: another's and ecdsa */
	const char *auth;
	const char *reason; /* NULL: let in */
	const char *says;
};

static const struct login logins[] = {
	{"ed25519", "srv/client_ed25519", 0, "key", NULL, "ssh-ed25519 SHA256:"},
	{"ecdsa key", "srv/client_ecdsa", 0, "key", NULL, "ssh-ed25519 SHA256:"},
	{"only the ecdsa host key is pinned", "srv/client_ed25519", 1, "key", NULL,
		"ecdsa-sha2-nistp256 SHA256:"},
	{"the second pin", "srv/client_ed25519", 2, "key", NULL, "ecdsa-sha2-nistp256 SHA256:"},
	{"another pin", "srv/client_ed25519", -1, "key", "HOST-KEY-CHANGED", "SHA256:"},
	{"no pin", "srv/client_ed25519", -2, "key", "HOST-KEY-UNKNOWN", "SHA256:"},
	{"a key the server does not know", "srv/other", 0, "key", "AUTH-REFUSED", "refuses user"},
	{"an RSA key", "srv/rsa", 0, "key", "KEY-UNUSABLE", "ed25519 or ecdsa"},
	{"no key at all", "srv/sshd_config", 0, "key", "KEY-UNUSABLE", "ssh-keygen"},
	{"a key with a passphrase", "srv/locked", 0, "key", "KEY-UNUSABLE", "passphrase"},
	{"password, not offered", "srv/sshd_config", 0, "password", "AUTH-REFUSED",
		"offers publickey"},
};

static void make_key(const char *path, const char *type, const char *phrase)
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		(void)execlp("ssh-keygen", "ssh-keygen", "-q", "-t", type, "-N", phrase, "-f", path,
			(char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* One login; what is wrong with it goes to standard output. */
static bool login_case(const struct sftp_server *v, const struct login *c)
{
	const char foreign[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct sftp_link l;
	struct err e;
	bool good = false;

	sftp_link_prepare(v, &l, c->key);
	l.ep.auth = str_c(c->auth);
	l.pin[0] = c->pin == 0 || c->pin == 1 ? str_c(v->pin[c->pin]) : str_c(foreign);
	l.pin[1] = str_c(v->pin[1]);
	l.ep.nhost_keys = c->pin == 2 ? 2 : c->pin == -2 ? 0 : 1;
	const int rc = sftp_link_open(&l, &e);
	if (c->reason)
		good = rc == -1 && e.code == ERR_AUTH && strcmp(e.reason, c->reason) == 0 &&
			strstr(e.text, c->says);
	else
		good = rc == 0 && strstr(l.t.peer, c->says);
	if (!good)
		print_message("%s: %d %s %s; %s\n", c->name, rc, e.reason, e.text, l.t.peer);
	sftp_link_close(&l);
	return good;
}

/* The same in a child: libssh2 1.10 forgets a number of OpenSSL's when it reads an ecdsa key. */
static bool login_in_child(const struct sftp_server *v, const struct login *c)
{
	int status = 0;
	const pid_t child = fork();

	if (child == 0)
		_exit(login_case(v, c) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_logins(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);

	make_key("srv/other", "ed25519", "");
	make_key("srv/rsa", "rsa", "");
	make_key("srv/locked", "ed25519", "secret");
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		const struct login *c = &logins[i];

		if (strcmp(c->key, "srv/client_ecdsa") == 0)
			assert_true(login_in_child(v, c));
		else
			assert_true(login_case(v, c));
	}
	struct sftp_link l;
	struct err e;
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.nhost_keys = 0;
	assert_int_equal(sftp_link_open(&l, &e), -1);
	/* The key that would have to be pinned is told. */
	assert_non_null(strstr(e.text, v->pin[0]));
	sftp_link_close(&l);
}

/* A server with an RSA host key only: libssh2 1.10 has no SHA-2 for it, and that is said plainly. */
static void test_rsa_host(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sftp_link l;
	struct err e;
	struct buf info;

	assert_int_equal(sftp_server_run("start", "srv-rsa", "--host-keys", "rsa"), 0);
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	buf_init(&info, 8192);
	assert_int_equal(fsx_read_path("srv-rsa/sshd.json", &info, &e), 0);
	l.ep.port = (uint16_t)strtoul(
		sftp_server_behind(buf_cstr(&info), "\"port\"", ": "), NULL, 10);
	buf_done(&info);
	const int rc = sftp_link_open(&l, &e);
	assert_int_equal(sftp_server_run("stop", "srv-rsa", NULL, NULL), 0);
	sftp_link_close(&l);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_AUTH);
	assert_string_equal(e.reason, "NO-COMMON-ALGORITHM");
	assert_non_null(strstr(e.text, "ed25519 or ecdsa host key"));
}

static void test_no_auth_before_key(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sftp_link l;
	struct err e;
	struct buf log;

	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.user = STR("nobody-was-told");
	l.ep.nhost_keys = 0;
	assert_int_equal(sftp_link_open(&l, &e), -1);
	sftp_link_close(&l);
	buf_init(&log, 1 << 20);
	assert_int_equal(fsx_read_path("srv/sshd.log", &log, &e), 0);
	assert_null(strstr(buf_cstr(&log), "nobody-was-told"));
	buf_done(&log);
}

static void test_unreachable(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	struct sftp_link l;
	struct err e;
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	/* A port that is bound and does not listen refuses. */
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.port = ntohs(a.sin_port);
	assert_int_equal(sftp_link_open(&l, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "CONNECT-REFUSED");
	/* One that listens and says nothing: our deadline for the handshake. */
	assert_int_equal(listen(s, 1), 0);
	l.ep.connect_timeout = 1;
	assert_int_equal(l.t.ops->open(&l.t, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	sftp_link_close(&l);
	fsx_close(s);
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.host = STR("no-such-host.invalid");
	assert_int_equal(sftp_link_open(&l, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "DNS");
	sftp_link_close(&l);
}

/* What the endpoint does not say has a value of its own, or is missing. */
static void test_unsaid(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	const char foreign[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct str pins[2] = {str_c(foreign), str_c(foreign)};
	struct sftp_link l;
	struct err e;

	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.connect_timeout = l.ep.idle_timeout = 0;
	assert_int_equal(sftp_link_open(&l, &e), 0);
	sftp_link_close(&l);
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.user = STR("");
	assert_int_equal(sftp_link_open(&l, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "needs a user and a credential"));
	sftp_link_close(&l);
	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.host_keys = pins;
	l.ep.nhost_keys = 2;
	assert_int_equal(sftp_link_open(&l, &e), -1);
	assert_string_equal(e.reason, "HOST-KEY-CHANGED");
	assert_non_null(strstr(e.text, " and others)"));
	sftp_link_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_unsaid),
		cmocka_unit_test(test_rsa_host),
		cmocka_unit_test(test_no_auth_before_key),
		cmocka_unit_test(test_unreachable),
	};

	return cmocka_run_group_tests(tests, sftp_server_start, sftp_server_stop);
}
