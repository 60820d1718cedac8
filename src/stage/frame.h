/*
 * Frames between the supervisor and a worker: one packet of a SOCK_SEQPACKET pair is one frame, so
 * none can be half read. What a worker sends is foreign input: every length is checked.
 *
 * A frame is a type and fields; each field is a 4-byte little-endian length and its bytes, or an
 * 8-byte little-endian integer, in the order both sides know.
 */
#ifndef STAGE_FRAME_H
#define STAGE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { FRAME_MAX = 60000, FRAME_TEXT = 4000 };

enum frame_type {
	FRAME_NUMBER = 1, /* worker: a control number, please; supervisor: here it is */
	FRAME_PROGRESS,
	FRAME_DONE,
	FRAME_FAIL,
	FRAME_WORK,   /* supervisor: do this */
	FRAME_RESULT, /* worker: this came of it */
	FRAME_MAY,    /* worker: may I? supervisor: committed, go on */
	FRAME_FOUND,  /* worker: one thing found */
	FRAME_LOG,
	FRAME_TYPES
};

struct frame {
	uint8_t type;
	uint32_t n;  /* bytes used of data */
	uint32_t at; /* reading position */
	bool bad;    /* read beyond its end, or a length lies */
	unsigned char data[FRAME_MAX];
};

void frame_start(struct frame *f, enum frame_type type);
void frame_int(struct frame *f, int64_t v);
void frame_str(struct frame *f, struct str s); /* cut to FRAME_TEXT bytes */
int frame_send(int fd, const struct frame *f, struct err *e) ATTR_CHECK;
/* 1 a frame, 0 the other side is gone, -1. Waits. */
int frame_receive(int fd, struct frame *f, struct err *e) ATTR_CHECK;
int64_t frame_get_int(struct frame *f);
/* From 0 to max; another number is a lie. */
int64_t frame_get_upto(struct frame *f, int64_t max);
struct str frame_get_str(struct frame *f); /* borrowed from f */
/* The last field, a sentence for people, up to a NUL; empty when the frame lied. */
struct str frame_get_words(struct frame *f);
/* FAIL: an error, as a worker tells it. */
void frame_fail(struct frame *f, const struct err *why);
/* What a FAIL frame tells, as *told. A worker knows its own work, and cannot call our ledger,
 * disk or configuration broken, which would stop the others too: codes that are not in may (ERR_NONE ends
 * it) become other, and so does a frame that is not whole or has no words. Reasons that the table of
 * reasons does not have are left out. */
void frame_get_fail(
	struct frame *f, const enum err_code *may, enum err_code other, struct err *told);
/* All fields read and nothing lied? */
bool frame_ok(const struct frame *f);

#endif
