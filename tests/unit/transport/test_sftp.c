/*
 * The SFTP channel against a real sshd on a loopback port (tests/peers/sshd): who is let in, what
 * lies there afterwards, and what is said when the server is wrong, silent or gone.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/mem.h"
#include "secure/cred.h"
#include "secure/sandbox.h"
#include "transport/transport.h"

enum { TEXT = 200, BIG = 400 << 20 };

struct server {
	bool there;
	char info[8192]; /* sshd.json */
	uint16_t port;
	long pid;
	char user[TEXT];
	char pin[2][TEXT]; /* ed25519, ecdsa */
	int root;
	struct clock clock;
};

/* One endpoint and what it borrows. */
struct link {
	struct config_endpoint ep;
	struct str pin[2];
	struct cred *cred;
	struct transport t;
};

/* ---- the server ---------------------------------------------------------------------------- */

/* tests/peers/sshd; its words go to a file. The exit status. */
static int sshd(const char *verb, const char *dir, const char *option, const char *value)
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		const int fd = open("sshd.out", O_WRONLY | O_CREAT | O_APPEND, 0600);

		(void)dup2(fd, 1);
		(void)dup2(fd, 2);
		(void)execlp("python3", "python3", "-B", TEST_TOP "/tests/peers/sshd/sshd.py", verb,
			dir, option, value, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* What stands behind the words, the second searched for after the first. */
static const char *behind(const char *text, const char *first, const char *second)
{
	const char *at = strstr(text, first);

	assert_non_null(at);
	at = strstr(at, second);
	assert_non_null(at);
	return at + strlen(second);
}

static void quoted(const char *from, char out[TEXT])
{
	const char *end = strchr(from, '"');

	assert_non_null(end);
	assert_true(end - from < TEXT);
	memcpy(out, from, (size_t)(end - from));
	out[end - from] = '\0';
}

static void read_info(struct server *v)
{
	struct err e;
	struct buf b;

	buf_init(&b, sizeof(v->info) - 1);
	assert_int_equal(fsx_read_path("srv/sshd.json", &b, &e), 0);
	memcpy(v->info, b.p, b.n);
	v->info[b.n] = '\0';
	buf_done(&b);
	v->port = (uint16_t)strtoul(behind(v->info, "\"port\"", ": "), NULL, 10);
	v->pid = (long)strtoul(behind(v->info, "\"pid\"", ": "), NULL, 10);
	quoted(behind(v->info, "\"user\"", ": \""), v->user);
	quoted(behind(v->info, "\"ed25519\"", "\"sha256\": \""), v->pin[0]);
	quoted(behind(v->info, "\"ecdsa\"", "\"sha256\": \""), v->pin[1]);
}

static int start(void **state)
{
	struct server *v = test_calloc(1, sizeof(*v));
	struct err e;

	*state = v;
	v->clock = clock_system();
	v->root = -1;
	if (access("/usr/sbin/sshd", X_OK) != 0)
		return 0;
	if (sshd("start", "srv", "--host-keys", "ed25519,ecdsa") != 0)
		return -1;
	read_info(v);
	v->root = fsx_dir("srv/root", &e);
	if (v->root == -1 || fsx_mkdir(v->root, "in", 0700, &e) != 0 ||
		fsx_mkdir(v->root, "out", 0700, &e) != 0)
		return -1;
	v->there = true;
	return 0;
}

static int stop(void **state)
{
	struct server *v = *state;

	if (v->there)
		(void)sshd("stop", "srv", NULL, NULL);
	fsx_close(v->root);
	test_free(v);
	return 0;
}

static long parent_of(const char *name)
{
	char path[64];
	char line[512];
	ssize_t n = 0;
	const char *at = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	const int fd = open(path, O_RDONLY);
	if (fd == -1)
		return 0;
	n = read(fd, line, sizeof(line) - 1);
	fsx_close(fd);
	line[n > 0 ? n : 0] = '\0';
	at = strrchr(line, ')');
	return at && strlen(at) > 4 ? strtol(at + 4, NULL, 10) : 0;
}

/* A signal to all processes that serve connections, not to the listener. */
static void signal_below(long pid, int sig)
{
	DIR *d = opendir("/proc");

	assert_non_null(d);
	for (const struct dirent *one = readdir(d); one; one = readdir(d)) {
		const long child = strtol(one->d_name, NULL, 10);

		if (child <= 0 || parent_of(one->d_name) != pid)
			continue;
		signal_below(child, sig);
		(void)kill((pid_t)child, sig);
	}
	(void)closedir(d);
}

/* ---- our side ------------------------------------------------------------------------------ */

static struct cred *key_file(const char *path)
{
	struct err e;
	struct buf b;

	buf_init(&b, 65536);
	assert_int_equal(fsx_read_path(path, &b, &e), 0);
	struct cred *c = cred_take(b.p, b.n);
	buf_done(&b);
	return c;
}

static void endpoint(const struct server *v, struct link *l, const char *key)
{
	memset(l, 0, sizeof(*l));
	l->pin[0] = str_c(v->pin[0]);
	l->ep.name = STR("acme");
	l->ep.protocol = STR("sftp");
	l->ep.host = STR("127.0.0.1");
	l->ep.port = v->port;
	l->ep.user = str_c(v->user);
	l->ep.credential = STR("acme-key");
	l->ep.auth = STR("key");
	l->ep.host_keys = l->pin;
	l->ep.nhost_keys = 1;
	l->ep.put = STR("in");
	l->ep.get = STR("out/");
	l->ep.connect_timeout = 10;
	l->ep.idle_timeout = 10;
	l->cred = key_file(key);
	transport_init(&l->t, transport_find(STR("sftp")), &l->ep, l->cred, &v->clock);
}

static int open_link(struct link *l, struct err *e)
{
	memset(e, 0, sizeof(*e));
	if (transport_prepare(&l->t, e) != 0)
		return -1;
	return l->t.ops->open(&l->t, e);
}

static void close_link(struct link *l)
{
	transport_done(&l->t);
	cred_free(l->cred);
}

static struct server *server(void **state)
{
	struct server *v = *state;

	if (!v->there) {
		print_message("sshd is not installed\n");
		skip();
	}
	return v;
}

static void connected(const struct server *v, struct link *l)
{
	struct err e;

	endpoint(v, l, "srv/client_ed25519");
	if (open_link(l, &e) != 0)
		fail_msg("%s", e.text);
}

static int file_of(const char *name, const char *content, size_t n)
{
	struct err e;
	const int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fsx_write_all(fd, content, n, &e), 0);
	return fd;
}

static void holds(const char *path, const char *content, size_t n)
{
	struct err e;
	struct buf b;

	buf_init(&b, 16 << 20);
	assert_int_equal(fsx_read_path(path, &b, &e), 0);
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, content, n);
	buf_done(&b);
}

/* ---- who is let in ------------------------------------------------------------------------- */

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
static bool login_case(const struct server *v, const struct login *c)
{
	const char foreign[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct link l;
	struct err e;
	bool good = false;

	endpoint(v, &l, c->key);
	l.ep.auth = str_c(c->auth);
	l.pin[0] = c->pin == 0 || c->pin == 1 ? str_c(v->pin[c->pin]) : str_c(foreign);
	l.pin[1] = str_c(v->pin[1]);
	l.ep.nhost_keys = c->pin == 2 ? 2 : c->pin == -2 ? 0 : 1;
	const int rc = open_link(&l, &e);
	if (c->reason)
		good = rc == -1 && e.code == ERR_AUTH && strcmp(e.reason, c->reason) == 0 &&
			strstr(e.text, c->says);
	else
		good = rc == 0 && strstr(l.t.peer, c->says);
	if (!good)
		print_message("%s: %d %s %s; %s\n", c->name, rc, e.reason, e.text, l.t.peer);
	close_link(&l);
	return good;
}

/* The same in a child: libssh2 1.10 forgets a number of OpenSSL's when it reads an ecdsa key. */
static bool login_in_child(const struct server *v, const struct login *c)
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
	const struct server *v = server(state);

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
	struct link l;
	struct err e;
	endpoint(v, &l, "srv/client_ed25519");
	l.ep.nhost_keys = 0;
	assert_int_equal(open_link(&l, &e), -1);
	/* The key that would have to be pinned is told. */
	assert_non_null(strstr(e.text, v->pin[0]));
	close_link(&l);
}

/* A server with an RSA host key only: libssh2 1.10 has no SHA-2 for it, and that is said plainly. */
static void test_rsa_host(void **state)
{
	const struct server *v = server(state);
	struct link l;
	struct err e;
	struct buf info;

	assert_int_equal(sshd("start", "srv-rsa", "--host-keys", "rsa"), 0);
	endpoint(v, &l, "srv/client_ed25519");
	buf_init(&info, 8192);
	assert_int_equal(fsx_read_path("srv-rsa/sshd.json", &info, &e), 0);
	l.ep.port = (uint16_t)strtoul(behind(buf_cstr(&info), "\"port\"", ": "), NULL, 10);
	buf_done(&info);
	const int rc = open_link(&l, &e);
	assert_int_equal(sshd("stop", "srv-rsa", NULL, NULL), 0);
	close_link(&l);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_AUTH);
	assert_string_equal(e.reason, "NO-COMMON-ALGORITHM");
	assert_non_null(strstr(e.text, "ed25519 or ecdsa host key"));
}

static void test_no_auth_before_key(void **state)
{
	const struct server *v = server(state);
	struct link l;
	struct err e;
	struct buf log;

	endpoint(v, &l, "srv/client_ed25519");
	l.ep.user = STR("nobody-was-told");
	l.ep.nhost_keys = 0;
	assert_int_equal(open_link(&l, &e), -1);
	close_link(&l);
	buf_init(&log, 1 << 20);
	assert_int_equal(fsx_read_path("srv/sshd.log", &log, &e), 0);
	assert_null(strstr(buf_cstr(&log), "nobody-was-told"));
	buf_done(&log);
}

static void test_unreachable(void **state)
{
	const struct server *v = server(state);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	struct link l;
	struct err e;
	const int s = socket(AF_INET, SOCK_STREAM, 0);

	/* A port that is bound and does not listen refuses. */
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
	endpoint(v, &l, "srv/client_ed25519");
	l.ep.port = ntohs(a.sin_port);
	assert_int_equal(open_link(&l, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "CONNECT-REFUSED");
	/* One that listens and says nothing: our deadline for the handshake. */
	assert_int_equal(listen(s, 1), 0);
	l.ep.connect_timeout = 1;
	assert_int_equal(l.t.ops->open(&l.t, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	close_link(&l);
	fsx_close(s);
	endpoint(v, &l, "srv/client_ed25519");
	l.ep.host = STR("no-such-host.invalid");
	assert_int_equal(open_link(&l, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "DNS");
	close_link(&l);
}

/* ---- sending ------------------------------------------------------------------------------- */

static void test_send(void **state)
{
	const struct server *v = server(state);
	const size_t n = 3 * 1000 * 1000 + 17;
	char *content = mem_alloc(n);
	struct transport_entry there = {0};
	struct link l;
	struct err e = {0};

	for (size_t i = 0; i < n; i++)
		content[i] = (char)(i * 7 + i / 251);
	connected(v, &l);
	const int fd = file_of("big", content, n);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 0);
	/* An older, longer temporary is written over. */
	fsx_close(file_of("srv/root/in/.a.tmp", content, n));
	const int small = file_of("small", "ISA*", 4);
	assert_int_equal(l.t.ops->upload(&l.t, small, 4, ".a.tmp", &e), 0);
	holds("srv/root/in/.a.tmp", "ISA*", 4);
	assert_int_equal(l.t.ops->upload(&l.t, fd, n, ".a.tmp", &e), 0);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 0);
	assert_int_equal(l.t.ops->commit(&l.t, ".a.tmp", "a.x12", &e), 0);
	holds("srv/root/in/a.x12", content, n);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 1);
	assert_true(there.plain);
	assert_int_equal(there.size, n);
	assert_int_equal(l.t.ops->stat(&l.t, ".a.tmp", &there, &e), 0);

	/* Never over what is there. */
	assert_int_equal(l.t.ops->upload(&l.t, small, 4, ".a.tmp", &e), 0);
	assert_int_equal(l.t.ops->commit(&l.t, ".a.tmp", "a.x12", &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	holds("srv/root/in/a.x12", content, n);
	holds("srv/root/in/.a.tmp", "ISA*", 4);
	assert_int_equal(l.t.ops->commit(&l.t, ".gone.tmp", "b.x12", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);

	/* An empty file, and one that is shorter here than it should be. */
	const int none = file_of("none", "", 0);
	assert_int_equal(l.t.ops->upload(&l.t, none, 0, ".n.tmp", &e), 0);
	holds("srv/root/in/.n.tmp", "", 0);
	assert_int_equal(l.t.ops->upload(&l.t, small, 5, ".s.tmp", &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_int_equal(l.t.ops->stat(&l.t, "../x", &there, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);

	/* The same transport again after a close. */
	l.t.ops->close(&l.t);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(l.t.ops->open(&l.t, &e), 0);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 1);
	close_link(&l);
	fsx_close(fd);
	fsx_close(small);
	fsx_close(none);
	mem_free(content);
}

static int count(void *ctx, const struct transport_entry *entry)
{
	(void)entry;
	(*(int *)ctx)++;
	return 0;
}

static void test_folders(void **state)
{
	const struct server *v = server(state);
	struct transport_entry there = {0};
	struct link l;
	struct err e = {0};
	uint32_t skipped = 0;
	int n = 0;
	const int fd = file_of("small", "ISA*", 4);

	connected(v, &l);
	l.ep.put = STR("nowhere");
	l.ep.get = STR("nowhere");
	assert_int_equal(l.t.ops->stat(&l.t, "a", &there, &e), -1);
	assert_string_equal(e.reason, "REMOTE-NO-FOLDER");
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".a", &e), -1);
	assert_string_equal(e.reason, "REMOTE-NO-FOLDER");
	assert_int_equal(l.t.ops->list(&l.t, count, &n, &skipped, &e), -1);
	assert_string_equal(e.reason, "REMOTE-NO-FOLDER");
	assert_int_equal(e.code, ERR_REMOTE);
	l.ep.put = STR("");
	l.ep.get = STR("");
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".a", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(l.t.ops->list(&l.t, count, &n, &skipped, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(n, 0);
	/* "." is where the login lands. */
	l.ep.put = STR(".");
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".home", &e), 0);
	holds("srv/root/.home", "ISA*", 4);
	close_link(&l);
	fsx_close(fd);
}

/* ---- receiving ----------------------------------------------------------------------------- */

struct names {
	char all[400];
};

static int note(void *ctx, const struct transport_entry *entry)
{
	struct names *to = ctx;
	const size_t n = strlen(to->all);

	(void)snprintf(to->all + n, sizeof(to->all) - n, STR_FMT ":%llu ", STR_ARG(entry->name),
		(unsigned long long)entry->size);
	return 0;
}

static void test_receive(void **state)
{
	const struct server *v = server(state);
	static const char *const files[] = {
		"b.997", "a.ta1", ".hidden", "c.tmp", "d.PART", "bad\nname", "bad\xff", "e.997"};
	struct names seen = {""};
	uint32_t skipped = 0;
	uint64_t size = 0;
	struct link l;
	struct err e = {0};
	char path[100];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "srv/root/out/%s", files[i]);
		fsx_close(file_of(path, "ISA*00", i < 3 ? 4 + i : 1));
	}
	assert_int_equal(symlink("b.997", "srv/root/out/link"), 0);
	assert_int_equal(mkdir("srv/root/out/folder", 0700), 0);
	connected(v, &l);
	assert_int_equal(l.t.ops->list(&l.t, note, &seen, &skipped, &e), 0);
	assert_string_equal(seen.all, "a.ta1:5 b.997:4 e.997:1 ");
	assert_int_equal(skipped, 2);
	const int fd = file_of("came", "", 0);
	assert_int_equal(l.t.ops->fetch(&l.t, "a.ta1", fd, &size, &e), 0);
	assert_int_equal(size, 5);
	holds("came", "ISA*0", 5);
	assert_int_equal(l.t.ops->fetch(&l.t, "gone", fd, &size, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(l.t.ops->fetch(&l.t, "folder", fd, &size, &e), -1);
	assert_int_equal(l.t.ops->remove(&l.t, "a.ta1", &e), 0);
	assert_int_equal(access("srv/root/out/a.ta1", F_OK), -1);
	assert_int_equal(l.t.ops->remove(&l.t, "a.ta1", &e), 0);
	close_link(&l);
	fsx_close(fd);
}

static void test_receive_big(void **state)
{
	const struct server *v = server(state);
	const size_t n = 5 * 1000 * 1000 + 3;
	char *content = mem_alloc(n);
	char want[HASH_HEX];
	char sha[HASH_HEX];
	uint64_t size = 0;
	struct link l;
	struct err e = {0};

	for (size_t i = 0; i < n; i++)
		content[i] = (char)(i * 13 + i / 255);
	fsx_close(file_of("srv/root/out/big", content, n));
	connected(v, &l);
	const int fd = file_of("came", "", 0);
	assert_int_equal(l.t.ops->fetch(&l.t, "big", fd, &size, &e), 0);
	assert_int_equal(size, n);
	holds("came", content, n);
	assert_int_equal(l.t.ops->remove(&l.t, "big", &e), 0);
	fsx_close(file_of("srv/root/in/put", content, n));
	hash_of((struct str){content, n}, want);
	assert_int_equal(l.t.ops->hash(&l.t, "put", n, sha, &e), 0);
	assert_string_equal(sha, want);
	for (size_t wrong = n - 1; wrong <= n + 1; wrong += 2) {
		assert_int_equal(l.t.ops->hash(&l.t, "put", wrong, sha, &e), -1);
		assert_int_equal(e.code, ERR_REMOTE);
	}
	assert_int_equal(l.t.ops->hash(&l.t, "gone", 5, sha, &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);
	assert_int_equal(unlink("srv/root/in/put"), 0);
	close_link(&l);
	fsx_close(fd);
	mem_free(content);
}

static void test_denied(void **state)
{
	const struct server *v = server(state);
	struct link l;
	struct err e = {0};
	const int fd = file_of("small", "ISA*", 4);

	if (geteuid() == 0) {
		/* root may write everywhere but into /proc */
		connected(v, &l);
		l.ep.put = STR("/proc");
		assert_int_equal(l.t.ops->upload(&l.t, fd, 4, "x", &e), -1);
	} else {
		assert_int_equal(mkdir("srv/root/closed", 0500), 0);
		connected(v, &l);
		l.ep.put = STR("closed");
		assert_int_equal(l.t.ops->upload(&l.t, fd, 4, "x", &e), -1);
		assert_string_equal(e.reason, "REMOTE-DENIED");
	}
	assert_int_equal(e.code, ERR_REMOTE);
	close_link(&l);
	fsx_close(fd);
}

/* ---- silence and loss ---------------------------------------------------------------------- */

static void test_server_stops(void **state)
{
	const struct server *v = server(state);
	struct transport_entry there = {0};
	struct link l;
	struct err e = {0};
	const int fd = file_of("small", "ISA*", 4);

	connected(v, &l);
	l.ep.idle_timeout = 1;
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".quiet", &e), 0);
	const int64_t before = clock_ms(&v->clock);
	signal_below(v->pid, SIGSTOP);
	const int rc = l.t.ops->commit(&l.t, ".quiet", "quiet", &e);
	const int64_t took = clock_ms(&v->clock) - before;
	const int second = l.t.ops->stat(&l.t, "quiet", &there, &(struct err){0});
	close_link(&l);
	signal_below(v->pid, SIGCONT);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_DOUBT);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	assert_in_range(took, 900, 8000);
	assert_int_equal(second, -1);

	connected(v, &l);
	l.ep.idle_timeout = 1;
	signal_below(v->pid, SIGSTOP);
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".quiet2", &e), -1);
	close_link(&l);
	signal_below(v->pid, SIGCONT);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	fsx_close(fd);
}

static void test_killed_in_upload(void **state)
{
	const struct server *v = server(state);
	struct link l;
	struct err e = {0};
	struct stat st;
	int status = 0;
	const int fd = open("huge", O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, BIG), 0);
	connected(v, &l);
	const pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 10000; i++) {
			if (stat("srv/root/in/.huge", &st) == 0 && st.st_size > 0)
				break;
			clock_sleep_ms(1);
		}
		signal_below(v->pid, SIGKILL);
		_exit(0);
	}
	assert_int_equal(l.t.ops->upload(&l.t, fd, BIG, ".huge", &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "CONNECTION-LOST");
	assert_int_equal(waitpid(child, &status, 0), child);
	/* Only the temporary is there, shorter than the file, and the next session writes over it. */
	assert_int_equal(stat("srv/root/in/.huge", &st), 0);
	assert_true(st.st_size < BIG);
	l.t.ops->close(&l.t);
	assert_int_equal(l.t.ops->open(&l.t, &e), 0);
	assert_int_equal(l.t.ops->upload(&l.t, fd, 10, ".huge", &e), 0);
	assert_int_equal(stat("srv/root/in/.huge", &st), 0);
	assert_int_equal(st.st_size, 10);
	close_link(&l);
	fsx_close(fd);
}

/* ---- closed in ----------------------------------------------------------------------------- */

/* In a child: opened, sent and fetched after the sandbox. 0, or the step that failed. */
static int closed_in(const struct server *v, bool wrong_port)
{
	struct sandbox box = {.port = wrong_port ? 1 : v->port};
	struct transport_entry there = {0};
	uint64_t size = 0;
	struct link l;
	struct err e = {0};
	int level = 0;
	const int fd = file_of("small", "ISA*", 4);
	const int came = file_of("came", "", 0);

	endpoint(v, &l, "srv/client_ed25519");
	if (transport_prepare(&l.t, &e) != 0)
		return 1;
	if (sandbox_enter(SANDBOX_TRANSFER, &box, &level, &e) != 0 && level < 4)
		return 77;
	if (l.t.ops->open(&l.t, &e) != 0)
		return strcmp(e.reason, "CONNECT-DENIED") == 0 ? 2 : 3;
	if (l.t.ops->upload(&l.t, fd, 4, ".box", &e) != 0 ||
		l.t.ops->commit(&l.t, ".box", "box", &e) != 0 ||
		l.t.ops->stat(&l.t, "box", &there, &e) != 1)
		return 4;
	l.ep.get = STR("in");
	if (l.t.ops->fetch(&l.t, "box", came, &size, &e) != 0 || size != 4)
		return 5;
	close_link(&l);
	return 0;
}

static void test_sandbox(void **state)
{
	const struct server *v = server(state);

	for (int wrong = 0; wrong < 2; wrong++) {
		int status = 0;
		const pid_t child = fork();

		if (child == 0)
			_exit(closed_in(v, wrong == 1));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == 77) {
			print_message("this kernel's Landlock does not restrict TCP\n");
			skip();
		}
		assert_int_equal(WEXITSTATUS(status), wrong == 1 ? 2 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_rsa_host),
		cmocka_unit_test(test_no_auth_before_key),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_receive_big),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_server_stops),
		cmocka_unit_test(test_killed_in_upload),
		cmocka_unit_test(test_sandbox),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
