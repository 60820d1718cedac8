/* The SFTP channel against a real sshd: its folders, and all of it inside the sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "secure/sandbox.h"
#include "unit/support/sftp_server.h"

static int count(void *ctx, const struct transport_entry *entry)
{
	(void)entry;
	(*(int *)ctx)++;
	return 0;
}

static void test_folders(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct transport_entry there = {0};
	struct sftp_link l;
	struct err e = {0};
	uint32_t skipped = 0;
	int n = 0;
	const int fd = sftp_file_of("small", "ISA*", 4);

	sftp_link_connected(v, &l);
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
	sftp_file_holds("srv/root/.home", "ISA*", 4);
	sftp_link_close(&l);
	fsx_close(fd);
}

/* Each thing that can be asked of the channel; one that is wrong has a name that leads out of its folder. */
static const char *ask(struct transport *t, int what, const char *name)
{
	static struct err e;
	struct transport_entry there;
	char sha[HASH_HEX];
	uint32_t skipped = 0;
	uint64_t size = 0;
	int n = 0;
	int rc = 0;

	err_clear(&e);
	switch (what) {
	case 0:
		rc = t->ops->stat(t, name, &there, &e);
		break;
	case 1:
		rc = t->ops->upload(t, 0, 1, name, &e);
		break;
	case 2:
		rc = t->ops->commit(t, "a", name, &e);
		break;
	case 3:
		rc = t->ops->fetch(t, name, 1, &size, &e);
		break;
	case 4:
		rc = t->ops->hash(t, name, 1, sha, &e);
		break;
	case 5:
		rc = t->ops->remove(t, name, &e);
		break;
	default:
		rc = t->ops->list(t, count, &n, &skipped, &e);
	}
	return rc == 0 ? "done" : e.code == ERR_INPUT ? "INPUT" : e.reason;
}

enum { NAMED = 6, ASKED };

/* Without a connection nothing is done, with one nothing outside of the folders. */
static void test_nothing_else(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sftp_link l;
	struct err e;

	sftp_link_prepare(v, &l, "srv/client_ed25519");
	l.ep.port = 0; /* 22 */
	assert_int_equal(transport_prepare(&l.t, &e), 0);
	for (int what = 0; what < ASKED; what++)
		assert_string_equal(ask(&l.t, what, "a"), "CONNECTION-LOST");
	sftp_link_close(&l);
	sftp_link_connected(v, &l);
	for (int what = 0; what < NAMED; what++)
		assert_string_equal(ask(&l.t, what, "../sshd_config"), "INPUT");
	assert_string_equal(ask(&l.t, 5, "none"), "done"); /* it is gone, as it should be */
	l.ep.put = STR("in/");
	assert_string_equal(ask(&l.t, 0, "none"), "done");
	sftp_link_close(&l);
}

/* In a child: opened, sent and fetched after the sandbox. 0, or the step that failed. */
static int closed_in(const struct sftp_server *v, bool wrong_port)
{
	struct sandbox box = {.port = wrong_port ? 1 : v->port};
	struct transport_entry there = {0};
	uint64_t size = 0;
	struct sftp_link l;
	struct err e = {0};
	int level = 0;
	const int fd = sftp_file_of("small", "ISA*", 4);
	const int came = sftp_file_of("came", "", 0);

	sftp_link_prepare(v, &l, "srv/client_ed25519");
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
	sftp_link_close(&l);
	return 0;
}

static void test_sandbox(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);

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
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_sandbox),
	};

	return cmocka_run_group_tests(tests, sftp_server_start, sftp_server_stop);
}
