/* Frames: what goes in comes out; whatever else a worker sends is refused, never read beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "stage/frame.h"

static struct frame frame;

static void pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
}

static void values_arrive(void **state)
{
	static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1000000007};
	static const char text[] = "a\0\xff\tb";
	char longer[FRAME_TEXT + 10];
	struct err e;
	int fd[2];

	(void)state;
	pair(fd);
	memset(longer, 'x', sizeof(longer));
	frame_start(&frame, FRAME_RESULT);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		frame_int(&frame, numbers[i]);
	frame_str(&frame, (struct str){text, sizeof(text) - 1});
	frame_str(&frame, (struct str){NULL, 0});
	frame_str(&frame, (struct str){longer, sizeof(longer)});
	assert_int_equal(frame_send(fd[0], &frame, &e), 0);
	memset(&frame, 0xee, sizeof(frame));
	assert_int_equal(frame_receive(fd[1], &frame, &e), 1);
	assert_int_equal(frame.type, FRAME_RESULT);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_true(frame_get_int(&frame) == numbers[i]);
	const struct str got = frame_get_str(&frame);
	assert_int_equal(got.n, sizeof(text) - 1);
	assert_memory_equal(got.p, text, got.n);
	assert_false(frame_ok(&frame)); /* not all read yet */
	assert_int_equal(frame_get_str(&frame).n, 0);
	assert_int_equal(frame_get_str(&frame).n, FRAME_TEXT); /* cut */
	assert_true(frame_ok(&frame));
	assert_int_equal(close(fd[0]), 0);
	assert_int_equal(frame_receive(fd[1], &frame, &e), 0);
	assert_int_equal(close(fd[1]), 0);
}

/* Packets as a broken worker may send them: received or not, and does reading "is" end well? */
static void lies_are_found(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int received;
		bool ok;
	} rows[] = {
#define PACKET(text) text, sizeof(text) - 1
		{PACKET("\x03\1\0\0\0\0\0\0\0\1\0\0\0x"), 1, true},
		{PACKET("\x03\1\0\0\0\0\0\0\0\0\0\0\0"), 1, true},
		{PACKET("\x00\1\0\0\0\0\0\0\0\0\0\0\0"), -1, false}, /* no type */
		{PACKET("\x0a\1\0\0\0\0\0\0\0\0\0\0\0"), -1, false}, /* one past the last type */
		{PACKET("\xff"), -1, false}, {PACKET("\x03"), 1, false}, /* nothing in it */
		{PACKET("\x03\1\0\0\0\0\0\0"), 1, false},		 /* number cut */
		{PACKET("\x03\1\0\0\0\0\0\0\0"), 1, false},		 /* text is missing */
		{PACKET("\x03\1\0\0\0\0\0\0\0\1\0\0"), 1, false},	 /* length cut */
		{PACKET("\x03\1\0\0\0\0\0\0\0\2\0\0\0x"), 1, false}, /* longer than what is there */
		{PACKET("\x03\1\0\0\0\0\0\0\0\xff\xff\xff\xffx"), 1, false},
		{PACKET("\x03\1\0\0\0\0\0\0\0\xfc\xff\xff\xffx"), 1, false},
		{PACKET("\x03\1\0\0\0\0\0\0\0\1\0\0\0xy"), 1, false}, /* something behind it */
#undef PACKET
	};
	struct err e;
	int fd[2];

	(void)state;
	pair(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(send(fd[0], rows[i].bytes, rows[i].n, 0), rows[i].n);
		if (frame_receive(fd[1], &frame, &e) != rows[i].received)
			fail_msg("row %zu: received", i);
		if (rows[i].received != 1) {
			assert_int_equal(e.code, ERR_INPUT);
			continue;
		}
		(void)frame_get_int(&frame);
		const struct str s = frame_get_str(&frame);
		if (frame_ok(&frame) != rows[i].ok)
			fail_msg("row %zu: ok", i);
		if (!rows[i].ok && frame.bad)
			assert_int_equal(s.n, 0);
	}
	assert_int_equal(close(fd[0]), 0);
	assert_int_equal(close(fd[1]), 0);
}

/* After the first lie every further value is empty, also where bytes are left. */
static void a_lie_sticks(void **state)
{
	(void)state;
	frame_start(&frame, FRAME_FOUND);
	frame_str(&frame, STR("1234567890"));
	frame.data[0] = 0xff;
	frame.data[1] = 0xff;
	assert_int_equal(frame_get_str(&frame).n, 0);
	assert_true(frame_get_int(&frame) == 0);
	assert_int_equal(frame_get_str(&frame).n, 0);
	assert_false(frame_ok(&frame));
}

static void words_are_whole_or_none(void **state)
{
	static const struct {
		struct str told;
		size_t n;
	} rows[] = {{{"cut at 7", 8}, 8}, {{"", 0}, 0}, {{"\0x", 2}, 0}, {{"a\0b", 3}, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		frame_start(&frame, FRAME_FAIL);
		frame_str(&frame, rows[i].told);
		assert_int_equal(frame_get_words(&frame).n, rows[i].n);
		frame_start(&frame, FRAME_FAIL);
		frame_str(&frame, rows[i].told);
		frame_int(&frame, 1); /* more behind it */
		assert_int_equal(frame_get_words(&frame).n, 0);
	}
}

/* A fault is told with code, reason and words; what the list and the table do not have is not believed. */
static void faults_that_may_be_told(void **state)
{
	static const enum err_code may[] = {ERR_INPUT, ERR_LIMIT, ERR_NONE};
	static const struct {
		int64_t code;
		const char *reason;
		enum err_code heard;
		const char *kept;
	} rows[] = {{ERR_INPUT, "TRUNCATED", ERR_INPUT, "TRUNCATED"},
		{ERR_LIMIT, "", ERR_LIMIT, ""}, {ERR_FULL, "EMPTY", ERR_NET, "EMPTY"},
		{ERR_STOP, "MY-REASON", ERR_NET, ""}, {ERR_CODES, "EMPTY-", ERR_NET, ""},
		{ERR_NONE, "", ERR_NET, ""},
		{-1, "A-REASON-THAT-IS-LONGER-THAN-ANY-OF-OUR-OWN-REASONS", ERR_NET, ""}};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		frame_start(&frame, FRAME_FAIL);
		frame_int(&frame, rows[i].code);
		frame_str(&frame, str_c(rows[i].reason));
		frame_str(&frame, STR("line 3: %s"));
		frame_get_fail(&frame, may, ERR_NET, &e);
		assert_int_equal(e.code, rows[i].heard);
		assert_string_equal(e.reason, rows[i].kept);
		assert_string_equal(e.text, "line 3: %s");
	}
	(void)err_set(&e, ERR_LIMIT, "too long");
	frame_fail(&frame, &e);
	frame_int(&frame, 1); /* more behind it */
	frame_get_fail(&frame, may, ERR_NET, &e);
	assert_int_equal(e.code, ERR_NET);
	assert_true(e.text[0] != '\0');
}

static void sizes_at_the_edge(void **state)
{
	static unsigned char packet[FRAME_MAX + 2];
	struct err e;
	int fd[2];

	(void)state;
	pair(fd);
	memset(packet, FRAME_LOG, sizeof(packet));
	assert_int_equal(send(fd[0], packet, FRAME_MAX + 1, 0), FRAME_MAX + 1);
	assert_int_equal(frame_receive(fd[1], &frame, &e), 1);
	assert_int_equal(frame.n, FRAME_MAX);
	assert_int_equal(send(fd[0], packet, FRAME_MAX + 2, 0), FRAME_MAX + 2);
	assert_int_equal(frame_receive(fd[1], &frame, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(close(fd[1]), 0);
	frame_start(&frame, FRAME_LOG);
	assert_int_equal(frame_send(fd[0], &frame, &e), -1); /* nobody there: an error, no signal */
	assert_int_equal(close(fd[0]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(lies_are_found),
		cmocka_unit_test(a_lie_sticks),
		cmocka_unit_test(words_are_whole_or_none),
		cmocka_unit_test(faults_that_may_be_told),
		cmocka_unit_test(sizes_at_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
