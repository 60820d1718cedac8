/* What a transfer worker answers is foreign input: it is believed only after what had to come before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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
		{false, CHANNEL_CORRUPT + 1, false},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_only_after_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
