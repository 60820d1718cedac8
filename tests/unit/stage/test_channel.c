/* What a transfer worker answers is foreign input: it is believed only after what had to come before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "config/config.h"
#include "stage/channel.h"
#include "unit/support/stage_world.h"

static struct frame frame;

static int may(void *ctx, struct err *e)
{
	(void)e;
	++*(int *)ctx;
	return 0;
}

/* The worker's answers are sent before it is asked: the pair keeps them. */
static void answers(int fd, bool asks, int64_t code)
{
	struct err e;

	if (asks) {
		frame_start(&frame, FRAME_MAY);
		assert_int_equal(frame_send(fd, &frame, &e), 0);
	}
	frame_start(&frame, FRAME_RESULT);
	frame_int(&frame, code);
	frame_str(&frame, STR(""));
	frame_str(&frame, STR("so it says"));
	assert_int_equal(frame_send(fd, &frame, &e), 0);
}

static void sent_only_after_may(void **state)
{
	static const struct {
		bool asks;
		int64_t code;
		bool believed;
	} rows[] = {
		{true, CHANNEL_SENT, true},
		{false, CHANNEL_SENT, false},
		{false, CHANNEL_FOUND, true},
		{false, CHANNEL_LIKELY, true},
		{false, CHANNEL_COLLISION, true},
		{false, CHANNEL_DOUBT, true},
		{false, CHANNEL_CORRUPT, true},
		{false, CHANNEL_UNREADABLE, true},
		{false, CHANNEL_OUTCOMES, false},
		{false, -1, false},
	};
	static const struct interchange_row row = {
		.name = STR_INIT("n.x12"), .sha = STR_INIT("sha"), .size = 4};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	w.v.clock = clock_system(); /* so that waiting ends */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct channel c = {.env = &w.v, .partner = w.v.config->partners};
		enum channel_sent outcome = CHANNEL_DOUBT;
		char evidence[400] = "";
		struct err e;
		int asked = 0;
		int fd[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
		c.endpoint = c.partner->endpoints;
		c.proc.fd = fd[0];
		answers(fd[1], rows[i].asks, rows[i].code);
		const int rc = channel_send(&c, &row, false, may, &asked, &outcome, evidence, &e);
		if (rc != (rows[i].believed ? 0 : -1))
			fail_msg("row %zu: %d", i, rc);
		assert_int_equal(asked, rows[i].asks);
		if (rc == 0)
			assert_int_equal(outcome, rows[i].code);
		else
			assert_int_equal(e.code, ERR_INPUT);
		(void)close(fd[0]);
		(void)close(fd[1]);
	}
	stage_world_close(&w);
}

/* --- mailboxes: not more names than the limit, and then by its reason --- */

static void count(void *ctx, struct str name, int64_t size, int64_t mtime)
{
	assert_true(str_is(name, "a.x12") && size == 1 && mtime == 2);
	++*(int64_t *)ctx;
}

/* The worker: so many names, then the end. */
static int tell(int fd, int n)
{
	struct frame *f = mem_alloc(sizeof(*f));
	struct err e;
	int rc = frame_receive(fd, f, &e) == 1 ? 0 : -1;

	frame_start(f, FRAME_FOUND);
	frame_str(f, STR("a.x12"));
	frame_int(f, 1);
	frame_int(f, 2);
	for (int i = 0; i < n && rc == 0; i++)
		rc = frame_send(fd, f, &e);
	frame_start(f, FRAME_RESULT);
	frame_int(f, 3);
	frame_str(f, STR(""));
	frame_str(f, STR(""));
	if (rc == 0)
		rc = frame_send(fd, f, &e);
	mem_free(f);
	return rc;
}

static int list(int names, int64_t *seen, int64_t *skipped, struct err *e)
{
	const struct config_partner partner = {.name = STR("acme")};
	const struct config_endpoint endpoint = {.host = {"", 0}};
	struct config *config = mem_alloc(sizeof(*config));
	struct env *env = mem_alloc(sizeof(*env));
	struct channel *c = mem_alloc(sizeof(*c));
	int pair[2];
	int rc = -1;

	config->quiet_seconds = 60;
	env->config = config;
	env->clock = clock_system();
	c->env = env;
	c->partner = &partner;
	c->endpoint = &endpoint;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	const pid_t worker = fork();
	if (worker == 0) {
		(void)close(pair[1]);
		_exit(tell(pair[0], names) == 0 ? 0 : 1);
	}
	(void)close(pair[0]);
	c->proc.fd = pair[1];
	rc = channel_list(c, count, seen, skipped, e);
	(void)close(pair[1]);
	assert_int_equal(waitpid(worker, NULL, 0), worker);
	mem_free(c);
	mem_free(env);
	mem_free(config);
	return rc;
}

static void mailboxes_have_a_limit(void **state)
{
	static const struct {
		int names, rc;
		const char *reason;
	} rows[] = {{0, 0, ""}, {2, 0, ""}, {LIMIT_LISTING, 0, ""},
		{LIMIT_LISTING + 1, -1, "LISTING-TOO-LONG"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e;
		int64_t seen = 0;
		int64_t skipped = 0;
		err_clear(&e);
		const int rc = list(rows[i].names, &seen, &skipped, &e);
		if (rc != rows[i].rc)
			fail_msg("%d names: %d, %s", rows[i].names, rc, rc == -1 ? e.text : "");
		assert_string_equal(e.reason, rows[i].reason);
		assert_true(seen <= LIMIT_LISTING);
		if (rows[i].rc == 0)
			assert_true(seen == rows[i].names && skipped == 3);
		else
			assert_int_equal(e.code, ERR_LIMIT);
	}
}

/* --- frames that no worker of ours sends --- */

enum odd { HALF_PROGRESS, ANOTHER_TYPE, NO_FIELDS, A_PATH };

static void send_odd(int fd, enum odd kind)
{
	struct err e;

	frame_start(&frame,
		kind == HALF_PROGRESS	       ? FRAME_PROGRESS
			: kind == ANOTHER_TYPE ? FRAME_LOG
					       : FRAME_FOUND);
	if (kind == A_PATH) {
		frame_str(&frame, STR("../a.x12"));
		frame_int(&frame, 1);
		frame_int(&frame, 2);
	}
	assert_int_equal(frame_send(fd, &frame, &e), 0);
}

static int ask(struct channel *c, int what, struct err *e)
{
	static const struct interchange_row row = {
		.name = STR_INIT("n.x12"), .sha = STR_INIT("sha"), .size = 4};
	enum channel_sent outcome = CHANNEL_DOUBT;
	char evidence[400];
	int64_t n = 0;
	int asked = 0;

	switch (what) {
	case 0:
		return channel_fetch(c, "a", "tmp", &n, e);
	case 1:
		return channel_send(c, &row, false, may, &asked, &outcome, evidence, e);
	case 2:
		return channel_remove(c, "a", e);
	default:
		return channel_list(c, count, &n, &n, e);
	}
}

static void odd_frames_are_not_believed(void **state)
{
	static const struct {
		int what;
		enum odd kind;
		const char *says;
	} rows[] = {
		{0, HALF_PROGRESS, "progress is not whole"},
		{0, ANOTHER_TYPE, "sent a frame of type"},
		{1, HALF_PROGRESS, "progress is not whole"},
		{1, ANOTHER_TYPE, "sent a frame of type"},
		{2, NO_FIELDS, "sent a frame of type"},
		{3, ANOTHER_TYPE, "listing is not whole"},
		{3, NO_FIELDS, "listing is not whole"},
		{3, A_PATH, "listing is not whole"},
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	w.v.clock = clock_system();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct channel c = {.env = &w.v, .partner = w.v.config->partners};
		struct err e;
		int fd[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
		c.endpoint = c.partner->endpoints;
		c.proc.fd = fd[0];
		send_odd(fd[1], rows[i].kind);
		assert_int_equal(ask(&c, rows[i].what, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		if (!strstr(e.text, rows[i].says))
			fail_msg("row %zu: %s", i, e.text);
		(void)close(fd[1]);
		assert_int_equal(ask(&c, rows[i].what, &e), -1); /* it is gone */
		(void)close(fd[0]);
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_only_after_may),
		cmocka_unit_test(odd_frames_are_not_believed),
		cmocka_unit_test(mailboxes_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
