/* A real sshd and endpoints that lead to it; see sftp_server.h. */
#include "unit/support/sftp_server.h"

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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"

int sftp_server_run(const char *verb, const char *dir, const char *option, const char *value)
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

const char *sftp_server_behind(const char *text, const char *first, const char *second)
{
	const char *at = strstr(text, first);

	assert_non_null(at);
	at = strstr(at, second);
	assert_non_null(at);
	return at + strlen(second);
}

static void quoted(const char *from, char out[SFTP_SERVER_TEXT])
{
	const char *end = strchr(from, '"');

	assert_non_null(end);
	assert_true(end - from < SFTP_SERVER_TEXT);
	memcpy(out, from, (size_t)(end - from));
	out[end - from] = '\0';
}

static void read_info(struct sftp_server *v)
{
	struct err e;
	struct buf b;

	buf_init(&b, sizeof(v->info) - 1);
	assert_int_equal(fsx_read_path("srv/sshd.json", &b, &e), 0);
	memcpy(v->info, b.p, b.n);
	v->info[b.n] = '\0';
	buf_done(&b);
	v->port = (uint16_t)strtoul(sftp_server_behind(v->info, "\"port\"", ": "), NULL, 10);
	v->pid = (long)strtoul(sftp_server_behind(v->info, "\"pid\"", ": "), NULL, 10);
	quoted(sftp_server_behind(v->info, "\"user\"", ": \""), v->user);
	quoted(sftp_server_behind(v->info, "\"ed25519\"", "\"sha256\": \""), v->pin[0]);
	quoted(sftp_server_behind(v->info, "\"ecdsa\"", "\"sha256\": \""), v->pin[1]);
}

int sftp_server_start(void **state)
{
	struct sftp_server *v = test_calloc(1, sizeof(*v));
	struct err e;

	*state = v;
	v->clock = clock_system();
	v->root = -1;
	if (access("/usr/sbin/sshd", X_OK) != 0)
		return 0;
	if (sftp_server_run("start", "srv", "--host-keys", "ed25519,ecdsa") != 0)
		return -1;
	read_info(v);
	v->root = fsx_dir("srv/root", &e);
	if (v->root == -1 || fsx_mkdir(v->root, "in", 0700, &e) != 0 ||
		fsx_mkdir(v->root, "out", 0700, &e) != 0)
		return -1;
	v->there = true;
	return 0;
}

int sftp_server_stop(void **state)
{
	struct sftp_server *v = *state;

	if (v->there)
		(void)sftp_server_run("stop", "srv", NULL, NULL);
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

void sftp_server_signal(long pid, int sig)
{
	DIR *d = opendir("/proc");

	assert_non_null(d);
	for (const struct dirent *one = readdir(d); one; one = readdir(d)) {
		const long child = strtol(one->d_name, NULL, 10);

		if (child <= 0 || parent_of(one->d_name) != pid)
			continue;
		sftp_server_signal(child, sig);
		(void)kill((pid_t)child, sig);
	}
	(void)closedir(d);
}

/* "srv/name" as the program reads keys/name. */
static struct cred *key_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[200];
	struct cred *c = NULL;
	struct err e;
	int dir = -1;

	assert_non_null(slash);
	assert_int_equal(chmod(path, 0600), 0);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	dir = fsx_dir(folder, &e);
	assert_true(dir != -1);
	if (cred_load(dir, slash + 1, &c, &e) == -1)
		fail_msg("%s", e.text);
	fsx_close(dir);
	return c;
}

void sftp_link_prepare(const struct sftp_server *v, struct sftp_link *l, const char *key)
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

int sftp_link_open(struct sftp_link *l, struct err *e)
{
	memset(e, 0, sizeof(*e));
	if (transport_prepare(&l->t, e) != 0)
		return -1;
	return l->t.ops->open(&l->t, e);
}

void sftp_link_close(struct sftp_link *l)
{
	transport_done(&l->t);
	cred_free(l->cred);
}

struct sftp_server *sftp_server_need(void **state)
{
	struct sftp_server *v = *state;

	if (!v->there) {
		print_message("sshd is not installed\n");
		skip();
	}
	return v;
}

void sftp_link_connected(const struct sftp_server *v, struct sftp_link *l)
{
	struct err e;

	sftp_link_prepare(v, l, "srv/client_ed25519");
	if (sftp_link_open(l, &e) != 0)
		fail_msg("%s", e.text);
}

int sftp_file_of(const char *name, const char *content, size_t n)
{
	struct err e;
	const int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fsx_write_all(fd, content, n, &e), 0);
	return fd;
}

void sftp_file_holds(const char *path, const char *content, size_t n)
{
	struct err e;
	struct buf b;

	buf_init(&b, 16 << 20);
	assert_int_equal(fsx_read_path(path, &b, &e), 0);
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, content, n);
	buf_done(&b);
}
