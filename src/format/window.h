/* A file seen through a window that moves forward: bytes at..end of p are there, WINDOW_PAD more
 * may be read. Reads by position only, so the descriptor can be shared. */
#ifndef FORMAT_WINDOW_H
#define FORMAT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "format/charset.h"

enum { WINDOW_PAD = 64 };

struct window {
	int fd; /* borrowed */
	char *p;
	size_t cap;
	size_t at; /* first byte still needed; the user moves it */
	size_t end;
	uint64_t base; /* offset of p[0] in the file */
	size_t block;  /* bytes to read at once */
	size_t max;    /* most bytes that may be needed at once */
	bool eof;      /* end is the end of the file */
	/* What the file is in; the bytes at p are UTF-8 in any case. Where it is not UTF-8, offsets behind the
	 * one that was sought count bytes of UTF-8. */
	enum charset set;
	char *raw; /* bytes of the file, the first ones of a character that is not whole yet */
	size_t nraw;
	uint64_t raw_at; /* offset of the next ones */
};

void window_init(struct window *w, int fd, size_t block, size_t max);
void window_done(struct window *w);
/* Goes to an offset; what is there of it is kept. */
void window_seek(struct window *w, uint64_t offset);
/* Reads more behind end; the bytes may move. 1 more is there, 0 end of file, -1 failed
 * (ERR_LIMIT: over max). */
int window_more(struct window *w, struct err *e) ATTR_CHECK;
/* The next line from at, without its line feed, and moves at behind it; *ended: it had one.
 * 1, 0 at the end of the file, -1. Borrowed until the next call. */
int window_line(struct window *w, struct str *line, bool *ended, struct err *e) ATTR_CHECK;

/* Line feeds in the file from offset `from` to before `to`. */
int window_count_lines(int fd, uint64_t from, uint64_t to, uint32_t *lines, struct err *e)
	ATTR_CHECK;

#endif
