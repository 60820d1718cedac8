/* Files sent to a real sshd: what lies there afterwards, and when it is silent or gone. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "unit/support/sftp_server.h"

enum { BIG = 400 << 20 };

static void test_send(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	const size_t n = 3 * 1000 * 1000 + 17;
	char *content = mem_alloc(n);
	struct transport_entry there = {0};
	struct sftp_link l;
	struct err e = {0};

	for (size_t i = 0; i < n; i++)
		content[i] = (char)(i * 7 + i / 251);
	sftp_link_connected(v, &l);
	const int fd = sftp_file_of("big", content, n);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 0);
	/* An older, longer temporary is written over. */
	fsx_close(sftp_file_of("srv/root/in/.a.tmp", content, n));
	const int small = sftp_file_of("small", "ISA*", 4);
	assert_int_equal(l.t.ops->upload(&l.t, small, 4, ".a.tmp", &e), 0);
	sftp_file_holds("srv/root/in/.a.tmp", "ISA*", 4);
	assert_int_equal(l.t.ops->upload(&l.t, fd, n, ".a.tmp", &e), 0);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 0);
	assert_int_equal(l.t.ops->commit(&l.t, ".a.tmp", "a.x12", &e), 0);
	sftp_file_holds("srv/root/in/a.x12", content, n);
	assert_int_equal(l.t.ops->stat(&l.t, "a.x12", &there, &e), 1);
	assert_true(there.plain);
	assert_int_equal(there.size, n);
	assert_int_equal(l.t.ops->stat(&l.t, ".a.tmp", &there, &e), 0);

	/* Never over what is there. */
	assert_int_equal(l.t.ops->upload(&l.t, small, 4, ".a.tmp", &e), 0);
	assert_int_equal(l.t.ops->commit(&l.t, ".a.tmp", "a.x12", &e), -1);
	assert_int_equal(e.code, ERR_EXISTS);
	sftp_file_holds("srv/root/in/a.x12", content, n);
	sftp_file_holds("srv/root/in/.a.tmp", "ISA*", 4);
	assert_int_equal(l.t.ops->commit(&l.t, ".gone.tmp", "b.x12", &e), -1);
	assert_int_equal(e.code, ERR_ABSENT);

	/* An empty file, and one that is shorter here than it should be. */
	const int none = sftp_file_of("none", "", 0);
	assert_int_equal(l.t.ops->upload(&l.t, none, 0, ".n.tmp", &e), 0);
	sftp_file_holds("srv/root/in/.n.tmp", "", 0);
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
	sftp_link_close(&l);
	fsx_close(fd);
	fsx_close(small);
	fsx_close(none);
	mem_free(content);
}

static void test_denied(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sftp_link l;
	struct err e = {0};
	const int fd = sftp_file_of("small", "ISA*", 4);

	if (geteuid() == 0) {
		/* root may write everywhere but into /proc */
		sftp_link_connected(v, &l);
		l.ep.put = STR("/proc");
		assert_int_equal(l.t.ops->upload(&l.t, fd, 4, "x", &e), -1);
	} else {
		assert_int_equal(mkdir("srv/root/closed", 0500), 0);
		sftp_link_connected(v, &l);
		l.ep.put = STR("closed");
		assert_int_equal(l.t.ops->upload(&l.t, fd, 4, "x", &e), -1);
		assert_string_equal(e.reason, "REMOTE-DENIED");
	}
	assert_int_equal(e.code, ERR_REMOTE);
	sftp_link_close(&l);
	fsx_close(fd);
}

static void test_server_stops(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct transport_entry there = {0};
	struct sftp_link l;
	struct err e = {0};
	const int fd = sftp_file_of("small", "ISA*", 4);

	sftp_link_connected(v, &l);
	l.ep.idle_timeout = 1;
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".quiet", &e), 0);
	const int64_t before = clock_ms(&v->clock);
	sftp_server_signal(v->pid, SIGSTOP);
	const int rc = l.t.ops->commit(&l.t, ".quiet", "quiet", &e);
	const int64_t took = clock_ms(&v->clock) - before;
	const int second = l.t.ops->stat(&l.t, "quiet", &there, &(struct err){0});
	sftp_link_close(&l);
	sftp_server_signal(v->pid, SIGCONT);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_DOUBT);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	assert_in_range(took, 900, 8000);
	assert_int_equal(second, -1);

	sftp_link_connected(v, &l);
	l.ep.idle_timeout = 1;
	sftp_server_signal(v->pid, SIGSTOP);
	assert_int_equal(l.t.ops->upload(&l.t, fd, 4, ".quiet2", &e), -1);
	sftp_link_close(&l);
	sftp_server_signal(v->pid, SIGCONT);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.reason, "REMOTE-TIMEOUT");
	fsx_close(fd);
}

static void test_killed_in_upload(void **state)
{
	const struct sftp_server *v = sftp_server_need(state);
	struct sftp_link l;
	struct err e = {0};
	struct stat st;
	int status = 0;
	const int fd = open("huge", O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, BIG), 0);
	sftp_link_connected(v, &l);
	const pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 10000; i++) {
			if (stat("srv/root/in/.huge", &st) == 0 && st.st_size > 0)
				break;
			clock_sleep_ms(1);
		}
		sftp_server_signal(v->pid, SIGKILL);
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
	sftp_link_close(&l);
	fsx_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_server_stops),
		cmocka_unit_test(test_killed_in_upload),
	};

	return cmocka_run_group_tests(tests, sftp_server_start, sftp_server_stop);
}
