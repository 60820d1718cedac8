/*
 * Line files of ours between processes and beside interchanges (lineage, results, state extracts):
 * fields parted by tabs, '%', tab, CR and LF inside a field written as %25, %09, %0D, %0A.
 */
#ifndef STAGE_LINES_H
#define STAGE_LINES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

void lines_field(struct buf *out, struct str field); /* escaped; no tab behind it */

enum { LINES_MAX = 1 << 16 };

struct lines {
	int fd;
	uint64_t offset;
	struct buf buf;
	size_t at;
	bool end;
};

void lines_open(struct lines *l, int fd);
void lines_close(struct lines *l);
/* 1 a line without its LF (borrowed until the next call), 0 end, -1 (a line over LINES_MAX too). */
int lines_next(struct lines *l, struct str *line, struct err *e) ATTR_CHECK;
/* Cuts the next field off *rest and undoes the escapes (in a). An empty view when there is none. */
struct str lines_take(struct str *rest, struct arena *a);
int64_t lines_take_int(struct str *rest); /* 0 when it is no number */

#endif
