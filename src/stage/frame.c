/* Frames between supervisor and workers; see frame.h. */
#include "stage/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "stage/reason.h"

void frame_start(struct frame *f, enum frame_type type)
{
	f->type = (uint8_t)type;
	f->n = 0;
	f->at = 0;
	f->bad = false;
}

static void put(struct frame *f, const void *p, size_t n)
{
	BUG_IF(n > sizeof(f->data) - f->n);
	if (n > 0)
		memcpy(f->data + f->n, p, n);
	f->n += (uint32_t)n;
}

void frame_int(struct frame *f, int64_t v)
{
	unsigned char b[8];
	const uint64_t u = (uint64_t)v;

	for (unsigned i = 0; i < 8; i++)
		b[i] = (unsigned char)(u >> (8 * i));
	put(f, b, sizeof(b));
}

void frame_str(struct frame *f, struct str s)
{
	const uint32_t n = (uint32_t)(s.n > FRAME_TEXT ? FRAME_TEXT : s.n);
	const unsigned char b[4] = {(unsigned char)n, (unsigned char)(n >> 8),
		(unsigned char)(n >> 16), (unsigned char)(n >> 24)};

	put(f, b, sizeof(b));
	put(f, s.p, n);
}

int frame_send(int fd, const struct frame *f, struct err *e)
{
	unsigned char packet[FRAME_MAX + 1];
	ssize_t sent = 0;

	packet[0] = f->type;
	memcpy(packet + 1, f->data, f->n);
	do
		sent = send(fd, packet, f->n + 1, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	if (sent == -1)
		return err_errno(e, ERR_IO, "pair between supervisor and worker");
	return 0;
}

int frame_receive(int fd, struct frame *f, struct err *e)
{
	unsigned char packet[FRAME_MAX + 2];
	ssize_t got = 0;

	do
		got = recv(fd, packet, sizeof(packet), 0);
	while (got == -1 && errno == EINTR);
	if (got == -1 && errno == ECONNRESET)
		return 0;
	if (got == -1)
		return err_errno(e, ERR_IO, "pair between supervisor and worker");
	if (got == 0)
		return 0;
	if ((size_t)got > FRAME_MAX + 1 || packet[0] == 0 || packet[0] >= FRAME_TYPES)
		return err_set(e, ERR_INPUT,
			"worker sent a frame that is none (type %u, %zd bytes)", packet[0], got);
	f->type = packet[0];
	f->n = (uint32_t)got - 1;
	f->at = 0;
	f->bad = false;
	memcpy(f->data, packet + 1, f->n);
	return 1;
}

static bool take(struct frame *f, size_t n)
{
	if (f->bad || n > f->n - f->at) {
		f->bad = true;
		return false;
	}
	f->at += (uint32_t)n;
	return true;
}

int64_t frame_get_int(struct frame *f)
{
	uint64_t u = 0;

	if (!take(f, 8))
		return 0;
	for (unsigned i = 0; i < 8; i++)
		u |= (uint64_t)f->data[f->at - 8 + i] << (8 * i);
	return (int64_t)u;
}

int64_t frame_get_upto(struct frame *f, int64_t max)
{
	const int64_t v = frame_get_int(f);

	if (v < 0 || v > max)
		f->bad = true;
	return f->bad ? 0 : v;
}

struct str frame_get_str(struct frame *f)
{
	uint32_t n = 0;

	if (!take(f, 4))
		return (struct str){"", 0};
	for (unsigned i = 0; i < 4; i++)
		n |= (uint32_t)f->data[f->at - 4 + i] << (8 * i);
	if (n > FRAME_TEXT || !take(f, n)) {
		f->bad = true;
		return (struct str){"", 0};
	}
	return (struct str){(const char *)f->data + f->at - n, n};
}

struct str frame_get_words(struct frame *f)
{
	const struct str s = frame_get_str(f);
	const size_t end = str_chr(s, '\0');

	if (!frame_ok(f))
		return (struct str){"", 0};
	return end == SIZE_MAX ? s : str_sub(s, 0, end);
}

void frame_fail(struct frame *f, const struct err *why)
{
	frame_start(f, FRAME_FAIL);
	frame_int(f, why->code);
	frame_str(f, str_c(why->reason));
	frame_str(f, str_c(why->text));
}

void frame_get_fail(
	struct frame *f, const enum err_code *may, enum err_code other, struct err *told)
{
	const int64_t code = frame_get_int(f);
	const struct reason *reason = reason_find(frame_get_str(f));
	const struct str text = frame_get_words(f);
	enum err_code as = other;

	for (size_t i = 0; may[i] != ERR_NONE; i++) {
		if (text.n > 0 && code == (int64_t)may[i])
			as = may[i];
	}
	if (text.n > 0)
		(void)err_set(told, as, STR_FMT, STR_ARG(text));
	else
		(void)err_set(told, as, "the worker failed and did not say why");
	if (reason)
		(void)err_reason(told, reason->code);
}

bool frame_ok(const struct frame *f)
{
	return !f->bad && f->at == f->n;
}
